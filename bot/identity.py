"""Whose token it is, asked of Telegram: for `digitbot doctor`."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from telegram.error import InvalidToken, TelegramError

from bot.redaction import redactor
from bot.telegram_bot import make_bot
from bot.timing import DEFAULT_TIMING
from model.settings import Settings


class UncheckedToken(RuntimeError):
    """Telegram does not know the token, or could not be asked; the message says what to do."""


def ask_name(settings: Settings) -> str:
    """Return the bot's user name; raises `UncheckedToken`."""
    try:
        return asyncio.run(get_name(settings))
    except InvalidToken:
        raise UncheckedToken(
            "Telegram does not know this TELEGRAM_BOT_TOKEN: take the one that @BotFather shows "
            "under /mybots."
        ) from None
    except TelegramError as error:
        reason = redactor(settings)(str(error))
        raise UncheckedToken(
            f"{settings.telegram_api_url} could not be asked ({reason}): check the network and "
            "TELEGRAM_API_URL."
        ) from None


async def get_name(settings: Settings) -> str:
    """Call getMe once."""
    async with aclosing(make_bot(settings, DEFAULT_TIMING)) as bot:
        return (await bot.get_me()).username or "?"
