"""What Telegram shows of the bot before anybody has written to it: commands and descriptions."""

from __future__ import annotations

import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.languages import ENGLISH, LANGUAGES
from bot.texts import Texts

log = logging.getLogger(__name__)

EVERYBODY_ELSE = ""
"""The language code for those whose language has no texts of its own."""


async def introduce(bot: Bot) -> None:
    """Tell Telegram what the bot is, in each language; without it the bot works all the same.

    Only what differs is told: Telegram limits how often it may be.
    """
    others = {code: texts for code, texts in LANGUAGES.items() if texts is not ENGLISH}
    try:
        for code, texts in {EVERYBODY_ELSE: ENGLISH, **others}.items():
            await tell_commands(bot, code, texts)
            await tell_descriptions(bot, code, texts)
    except TelegramError as error:
        log.warning("The commands and descriptions could not be set: %s", error)


async def tell_commands(bot: Bot, code: str, texts: Texts) -> None:
    """Set the menu of commands for a language, unless it is the same."""
    wanted = tuple(BotCommand(name, words) for name, words in texts.commands.items())
    if tuple(await bot.get_my_commands(language_code=code)) != wanted:
        await bot.set_my_commands(wanted, language_code=code)


async def tell_descriptions(bot: Bot, code: str, texts: Texts) -> None:
    """Set both descriptions for a language, unless they are the same."""
    if (await bot.get_my_description(code)).description != texts.description:
        await bot.set_my_description(texts.description, code)
    short = (await bot.get_my_short_description(code)).short_description
    if short != texts.short_description:
        await bot.set_my_short_description(texts.short_description, code)
