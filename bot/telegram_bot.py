"""The library's Bot, pointed at the API root of the settings, and able to hand out raw updates."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.http_client import HttpClient
from bot.timing import Timing
from model.settings import Settings

WANTED = ["message", "edited_message", "callback_query"]
"""The kinds of updates that Telegram is asked for."""

CONNECTIONS = 64
"""At once, beside the one for updates."""


class RawBot(Bot):
    """A Bot whose updates come as plain JSON.

    `Bot.get_updates` parses all of a batch and fails as a whole when one update can't be parsed;
    and its result could not be stored as it was sent.
    """

    async def fetch_updates(self, offset: int | None, long_poll: int, patience: float) -> list[Any]:
        """Confirm all updates before `offset` and return the next; raises `TelegramError`."""
        parameters = {"timeout": long_poll, "allowed_updates": WANTED, "limit": 100}
        if offset is not None:
            parameters["offset"] = offset
        # `_post` is how every method of Bot makes its call; no public one returns raw updates.
        answer = await self._post("getUpdates", parameters, read_timeout=long_poll + patience)
        if not isinstance(answer, list):
            raise TelegramError("getUpdates was answered with something other than a list.")
        return answer

    async def aclose(self) -> None:
        """Close the HTTP clients; `shutdown` would do it only after `initialize`, with getMe."""
        for request in self._request:
            await request.shutdown()


def make_bot(settings: Settings, timing: Timing) -> RawBot:
    """Return the bot of the settings; its token must be set."""
    if settings.telegram_bot_token is None:
        raise ValueError("the bot needs TELEGRAM_BOT_TOKEN")
    root = settings.telegram_api_url
    return RawBot(
        settings.telegram_bot_token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=HttpClient(root, timing.request, CONNECTIONS),
        get_updates_request=HttpClient(root, timing.request, 1),
    )
