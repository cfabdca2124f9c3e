"""What chats are shown while a photo is worked on: Telegram's chat action."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

SHOWN = 4.5
"""Seconds; Telegram shows an action for five, or until the bot says something."""


class Working:
    """Shows that something is under way, and not again while Telegram still shows it."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._until: dict[int, float] = {}

    async def show(self, chat_id: int) -> None:
        """Show it for a moment; if that fails, it fails."""
        now = time.monotonic()
        if self._until.get(chat_id, 0) > now:
            return
        self._until = {chat: end for chat, end in self._until.items() if end > now}
        self._until[chat_id] = now + SHOWN
        with suppress(TelegramError):
            await self.bot.send_chat_action(chat_id, ChatAction.UPLOAD_PHOTO)

    async def keep_showing(self, chat_id: int, after: float) -> None:
        """Show it from `after` seconds on until cancelled.

        Most photos are answered sooner, and need no call for it.
        """
        await asyncio.sleep(after)
        while True:
            await self.show(chat_id)
            await asyncio.sleep(max(0.0, self._until.get(chat_id, 0) - time.monotonic()))

    def over(self, chat_id: int) -> None:
        """Note that something is said in a chat, which ends what it was shown."""
        self._until.pop(chat_id, None)
