"""Telegram's updates as messages of the conversation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType, MessageEntityType

from bot.corrections import read_digits
from bot.messages import CommandSent, Incoming, OtherSent, PhotoSent, Sender, Tapped, TextSent

OTHER_KINDS = (
    "sticker",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "location",
    "venue",
    "contact",
    "poll",
    "dice",
    "game",
    "story",
    "paid_media",
    "invoice",
    "checklist",
)
"""What people send that gets an answer; all else is news of a chat, such as a pinned message."""

IMAGE_ENDINGS = {
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpeg", ".jpg", ".png", ".tif", ".tiff",
    ".webp",
}  # fmt: skip

COMMANDS_IN_GROUPS = {"start", "help", "privacy", "forget", "read"}


def translate(update: Update, bot_name: str) -> Incoming | None:
    """Return what an update says to the bot, None where it says nothing to it.

    `bot_name` is the bot's username, without the @.
    """
    if update.callback_query is not None:
        return translate_tap(update.callback_query)
    if update.edited_message is not None:
        return translate_edit(update.edited_message)
    if update.message is None:
        return None
    sender = update.message.from_user
    if sender is None or sender.is_bot:
        return None
    if update.message.chat.type == ChatType.PRIVATE:
        return translate_private(update.message, sender)
    if update.message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        return translate_group(update.message, sender, bot_name)
    return None


def translate_tap(query: CallbackQuery) -> Tapped | None:
    """Return a press; None for one whose message is not known, which this bot never makes.

    An old message comes without its content; its buttons are then taken for a photo's.
    """
    if query.message is None:
        return None
    return Tapped(
        query.message.chat.id,
        query.message.message_id,
        as_sender(query.from_user),
        query.message.chat.type == ChatType.PRIVATE,
        data=query.data or "",
        has_picture=getattr(query.message, "text", None) is None,
        query_id=query.id,
    )


def translate_edit(message: Message) -> OtherSent | None:
    """Return a changed text in a private chat; a changed caption says nothing to the bot."""
    if message.chat.type != ChatType.PRIVATE or message.text is None or message.from_user is None:
        return None
    return OtherSent(
        message.chat.id, message.message_id, as_sender(message.from_user), True, "edit"
    )


def translate_private(message: Message, user: User) -> Incoming | None:
    """Return a message from a chat with the bot alone."""
    place = message.chat.id, message.message_id, as_sender(user), True
    name, _ = command_of(message)
    if name == "read" and message.reply_to_message is not None:
        picture = picture_of(message.reply_to_message, True)
        if picture is not None:
            return asked_by(picture, user)
    if name:
        return CommandSent(*place, name)
    picture = picture_of(message, True)
    if picture is not None:
        return picture
    if message.text is not None:
        replied = message.reply_to_message
        reply_to = None if replied is None else replied.message_id
        return TextSent(*place, message.text, reply_to, first_button(replied))
    if message.document is not None and message.animation is None:
        return OtherSent(*place, "file")
    kind = next((kind for kind in OTHER_KINDS if getattr(message, kind)), None)
    return None if kind is None else OtherSent(*place, kind)


def translate_group(message: Message, user: User, bot_name: str) -> Incoming | None:
    """Return a message from a group, if the bot is spoken to: by command, mention or reply."""
    place = message.chat.id, message.message_id, as_sender(user), False
    name, addressee = command_of(message)
    if addressee not in ("", bot_name.lower()):
        return None
    mentioned = mentions(message, bot_name)
    replied = message.reply_to_message
    if name == "read" or mentioned:
        picture = picture_of(message, False)
        if picture is not None:
            return picture
        corrects = mentioned and read_digits(rest_of(message, bot_name)) is not None
        picture = None if replied is None or corrects else picture_of(replied, False)
        if picture is not None:
            return asked_by(picture, user)
    if name:
        known = name in COMMANDS_IN_GROUPS or addressee
        return CommandSent(*place, name) if known else None
    if message.text is not None and (mentioned or (replied and is_bot(replied, bot_name))):
        reply_to = None if replied is None else replied.message_id
        return TextSent(*place, rest_of(message, bot_name), reply_to, first_button(replied))
    return None


def as_sender(user: User) -> Sender:
    """Return a person with the name that others see."""
    name = user.full_name.replace("\0", "")  # PostgreSQL takes no such text
    return Sender(user.id, name, user.language_code or "")


def asked_by(picture: PhotoSent, user: User) -> PhotoSent:
    """Return a photo that somebody asked for: it is its sender's, the answer in their language."""
    sender = replace(picture.sender, language=user.language_code or "")
    return replace(picture, asked=True, sender=sender)


def command_of(message: Message) -> tuple[str, str]:
    """Return the command a text or caption begins with, and the bot it names; "" for none."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    if not any(e.type == MessageEntityType.BOT_COMMAND and e.offset == 0 for e in entities):
        return "", ""
    name, _, addressee = text.split()[0].removeprefix("/").lower().partition("@")
    return name, addressee


def mentions(message: Message, bot_name: str) -> bool:
    """Return whether the text or caption names the bot."""
    if message.text is not None:
        found = message.parse_entities([MessageEntityType.MENTION])
    elif message.caption is not None:
        found = message.parse_caption_entities([MessageEntityType.MENTION])
    else:
        return False
    return any(text.lower() == f"@{bot_name.lower()}" for text in found.values())


def rest_of(message: Message, bot_name: str) -> str:
    """Return the text without the bot's name."""
    words = (message.text or message.caption or "").split()
    return " ".join(word for word in words if word.lower() != f"@{bot_name.lower()}")


def is_bot(message: Message, bot_name: str) -> bool:
    """Return whether the bot itself wrote a message."""
    return message.from_user is not None and message.from_user.username == bot_name


def first_button(message: Message | None) -> str:
    """Return the data of the first button under a message, "" where there is none."""
    if message is None or message.reply_markup is None:
        return ""
    buttons = [button for row in message.reply_markup.inline_keyboard for button in row]
    data = buttons[0].callback_data if buttons else None
    return data if isinstance(data, str) else ""


def picture_of(message: Message, private: bool) -> PhotoSent | None:
    """Return the photo, or the file that should be an image, of a message."""
    if message.from_user is None or message.from_user.is_bot:
        return None
    place = message.chat.id, message.message_id, as_sender(message.from_user), private
    album = (message.media_group_id or "") if private else ""  # a group asks for single photos
    if message.photo:
        biggest = message.photo[-1]
        return PhotoSent(*place, biggest.file_id, biggest.file_size or 0, album=album)
    file = message.document
    if file is None or not is_image(file.mime_type or "", file.file_name or ""):
        return None
    return PhotoSent(*place, file.file_id, file.file_size or 0, album=album)


def is_image(mime_type: str, file_name: str) -> bool:
    """Return whether a file says that it is an image; some phones name no type for HEIC."""
    if mime_type.startswith(("video/", "audio/")):
        return False
    ending = PurePath(file_name).suffix.lower()
    return mime_type.startswith("image/") or ending in IMAGE_ENDINGS
