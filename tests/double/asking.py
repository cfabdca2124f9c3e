"""Asking the double, through the real telegram.Bot wherever it can ask.

The tests here say what digitbot relies on; the rest of the suite leans on them.
"""

import asyncio
import http.client
import http.server
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

from tests.bot_api import BotApi, Message, Sender
from tests.bot_api.files import blank_png
from tests.patience import PATIENCE

PICTURE = blank_png(640, 480)
T = TypeVar("T")


def ask(api: BotApi, work: Callable[[Bot], Awaitable[T]]) -> T:
    """Let a real Bot do some work."""

    async def run() -> T:
        plain: dict[str, Any] = {"verify": False}  # plain HTTP; saves loading the certificates
        async with Bot(
            api.token,
            base_url=f"{api.url}/bot",
            base_file_url=f"{api.url}/file/bot",
            request=HTTPXRequest(httpx_kwargs=plain),
            get_updates_request=HTTPXRequest(httpx_kwargs=plain),
        ) as bot:
            return await work(bot)

    return asyncio.run(run())


def refused(reason: str) -> pytest.RaisesExc[BadRequest]:
    """Expect a 400; the library changes the case of what the API says."""
    return pytest.raises(BadRequest, match=f"(?i){reason}")


def post(api: BotApi, method: str, token: str = "", **parameters: Any) -> tuple[int, Any]:
    """Call a method without any library, as JSON."""
    host = api.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    try:
        body, kind = json.dumps(parameters), {"Content-Type": "application/json"}
        connection.request("POST", f"/bot{token or api.token}/{method}", body, kind)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(t, callback_data=d) for t, d in buttons]])


def say(api: BotApi, sender: Sender, text: str, **more: Any) -> Message:
    """Let the bot write to a sender; return what stands in the chat."""
    sent = ask(api, lambda bot: bot.send_message(sender.chat_id, text, **more))
    return api.wait_for(sender.chat_id, lambda m: m.message_id == sent.message_id)
