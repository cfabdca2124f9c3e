"""What is said to people whose updates can't even be stored: Telegram keeps them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telegram import Bot

from bot import inbox
from bot.delivery import is_group, tell
from bot.languages import texts_for


class Later:
    """Tells each sender once that theirs is answered in better times; lives in one event loop."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._told: set[int] = set()

    async def tell(self, updates: Iterable[Any]) -> None:
        """Tell the senders of updates, however often Telegram sends these again."""
        for update in filter(inbox.has_id, updates):
            chat_id = inbox.find_id(update, "chat")
            if chat_id is None or is_group(chat_id):  # most of it is not for the bot
                continue
            if update["update_id"] not in self._told:
                self._told.add(update["update_id"])
                await tell(self.bot, chat_id, texts_for(inbox.find_language(update)).later)

    def over(self) -> None:
        """Forget who was told: updates can be stored again."""
        self._told.clear()
