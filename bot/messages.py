"""What comes in and what goes out, in plain values: the conversation knows no Telegram type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.texts import Texts


@dataclass(frozen=True)
class Sender:
    """A person on Telegram."""

    user_id: int
    name: str
    language: str = ""
    """The language code of their app, "" where Telegram doesn't say."""


@dataclass(frozen=True)
class Incoming:
    """Something that happened in a chat; `message_id` is the message it happened to."""

    chat_id: int
    message_id: int
    sender: Sender
    private: bool
    """Whether the chat is between the sender and the bot alone."""


@dataclass(frozen=True)
class PhotoSent(Incoming):
    """A picture to read; the sender is who sent it, whoever asked for it to be read."""

    file_id: str
    size: int
    """In bytes; 0 where Telegram doesn't say."""
    asked: bool = False
    """Somebody asked for it with /read or a mention: answer even if it was answered before."""
    album: str = ""
    """What the photos of one album have in common; "" for a photo sent alone."""


@dataclass(frozen=True)
class TextSent(Incoming):
    """A text that is no command; `reply_to` is the message it replies to."""

    text: str
    reply_to: int | None
    button: str = ""
    """What the first button under that message means: it knows its photo even if nobody else
    does, as after a crash between sending an answer and noting that it was sent."""


@dataclass(frozen=True)
class CommandSent(Incoming):
    """A command, its name in lower case and without the slash."""

    name: str


@dataclass(frozen=True)
class OtherSent(Incoming):
    """Anything else; `kind` as Telegram names it, or "file" or "edit"."""

    kind: str


@dataclass(frozen=True)
class Tapped(Incoming):
    """A button pressed under a message of the bot."""

    data: str
    has_picture: bool
    """Whether that message is a picture with a caption, not a text."""
    query_id: str
    """What the note on the press refers to."""


@dataclass(frozen=True)
class Button:
    """A button under a message; `data` comes back when it is pressed, 1 to 64 bytes."""

    text: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True)
class Say:
    """A new message."""

    text: str
    """The caption, where there is a picture."""
    picture: Callable[[], bytes] | None = None
    """Draws it; not while a transaction waits for that."""
    keyboard: Keyboard = ()
    reply_to: int | None = None
    photo_ids: tuple[int, ...] = ()
    """The photos this message answers: its id is remembered with them."""


@dataclass(frozen=True)
class Edit:
    """A message of the bot that changes its text (or caption) and keyboard."""

    message_id: int
    text: str
    has_picture: bool
    keyboard: Keyboard = ()
    photo_ids: tuple[int, ...] = ()
    """The photos this message answers from now on."""
    instead: Say | None = None
    """What is said where the message is gone."""


@dataclass(frozen=True)
class Toast:
    """The short note over the chat after a press; empty, it only ends the button's waiting."""

    text: str


@dataclass(frozen=True)
class Parcel:
    """All that is kept of a person, as files."""

    user_id: int
    text: str
    """Said with each file; `{number}` is its number."""


Outgoing = Say | Edit | Toast | Parcel


class NotYet(Exception):
    """An answer has to wait so many seconds: more of the same album may be on its way."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be answered in {seconds:.1f} s")
        self.seconds = seconds


class Refused(ValueError):
    """What a person asks for can't be done; `reason` says why, in their language."""

    def __init__(self, reason: Callable[[Texts], str]) -> None:
        super().__init__(reason)
        self.reason = reason
