"""The library's Bot, pointed at the API root of the settings, and able to hand out raw updates."""

from __future__ import annotations

import functools
import ssl
from typing import Any

import httpx
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.timing import Timing
from model.settings import Settings

WANTED = ["message", "edited_message", "callback_query"]
"""The kinds of updates that Telegram is asked for."""

CONNECTIONS = 64
IDLE_CONNECTIONS = 8
"""Kept open for later: the HTTP client looks at each of them with every call. With 64 that was
felt (`scripts/bench_bot.py` at 100 senders), and eight carry the calls of an even flow."""


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
    return RawBot(
        settings.telegram_bot_token,
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=make_request(timing, CONNECTIONS),
        get_updates_request=make_request(timing, 1),
    )


def make_request(timing: Timing, connections: int) -> HTTPXRequest:
    """Return the HTTP client; who finds all connections in use waits for one."""
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=timing.request,
        read_timeout=timing.request,
        write_timeout=timing.request,
        media_write_timeout=timing.request,
        pool_timeout=timing.request,
        httpx_kwargs={
            "verify": certificates(),
            "limits": httpx.Limits(
                max_connections=connections, max_keepalive_connections=IDLE_CONNECTIONS
            ),
        },
    )


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return the TLS context for all clients; to load one takes longer than all else at a start."""
    return httpx.create_ssl_context()
