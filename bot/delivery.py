"""Answers of the conversation as calls of the Bot API."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot.faults import in_words
from bot.messages import Edit, Incoming, Keyboard, Outgoing, Say, Tapped, Toast

log = logging.getLogger(__name__)

GONE = ("message to edit not found", "message can't be edited")
"""Parts of what Telegram says of a message that its reader deleted, or that is too old."""

HARMLESS = (
    "message is not modified",  # pressed twice
    "query is too old",  # answered after an outage
    *GONE,
)
"""Parts of what Telegram says where nothing is left to be done."""


async def deliver(bot: Bot, to: Incoming, outgoing: Outgoing) -> int | None:
    """Send one part of the answer to a message; return the id of the message that says it."""
    try:
        match outgoing:
            case Say():
                return await send(bot, to.chat_id, outgoing)
            case Edit():
                await edit(bot, to.chat_id, outgoing)
            case Toast() if isinstance(to, Tapped):
                await bot.answer_callback_query(to.query_id, outgoing.text)
    except BadRequest as error:
        gone = any(part in error.message.lower() for part in GONE)
        if gone and isinstance(outgoing, Edit) and outgoing.instead is not None:
            return await send(bot, to.chat_id, outgoing.instead)
        if not any(part in error.message.lower() for part in HARMLESS):
            raise
        log.info("chat %d: nothing to do, %s", to.chat_id, error.message)
    return outgoing.message_id if isinstance(outgoing, Edit) else None


async def send(bot: Bot, chat_id: int, message: Say) -> int:
    """Send a new message and return its id."""
    reply = None
    if message.reply_to is not None:
        reply = ReplyParameters(message.reply_to, allow_sending_without_reply=True)
    markup = as_markup(message.keyboard)
    if message.picture is None:
        sent = await bot.send_message(
            chat_id, message.text, reply_parameters=reply, reply_markup=markup
        )
    else:
        sent = await bot.send_photo(
            chat_id,
            await asyncio.to_thread(message.picture),
            caption=message.text,
            reply_parameters=reply,
            reply_markup=markup,
        )
    return sent.message_id


async def edit(bot: Bot, chat_id: int, change: Edit) -> None:
    """Change a message of the bot."""
    markup = as_markup(change.keyboard)
    if change.has_picture:
        await bot.edit_message_caption(
            chat_id, change.message_id, caption=change.text, reply_markup=markup
        )
    else:
        await bot.edit_message_text(
            change.text, chat_id, message_id=change.message_id, reply_markup=markup
        )


def is_group(chat_id: int) -> bool:
    """Return whether a chat is a group or a channel: a person's chat has the person's own id."""
    return chat_id < 0


async def tell(bot: Bot, chat_id: int, text: str) -> None:
    """Send a text about a trouble; if that fails too, it is only logged."""
    try:
        await bot.send_message(chat_id, text)
    except TelegramError as error:
        log.warning("chat %d was not told of the trouble: %s", chat_id, in_words(error))


def as_markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Return the buttons as Telegram wants them."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(b.text, callback_data=b.data) for b in row] for row in keyboard]
    )
