"""What went wrong, and what that means: wait, give up, or count it as a failure."""

from __future__ import annotations

import datetime
import os

from sqlalchemy.exc import OperationalError
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.messages import NotYet
from bot.reading import NoReader, ReaderDied

# The library warns at every 429 unless told that its times may be timedeltas, as they will be.
os.environ.setdefault("PTB_TIMEDELTA", "true")

UNREACHABLE = ("chat not found", "user is deactivated", "peer_id_invalid", "have no rights")
"""Parts of what Telegram says, in lower case, where nothing can be sent to a chat any more."""


class DamagedDownload(RuntimeError):
    """A file came shorter than Telegram had said."""


class BrokenDownload(RuntimeError):
    """The way to a file is disturbed, while the rest of Telegram can be reached."""


class SlowDownload(BrokenDownload):
    """A file did not come within its time."""


class UnparsableUpdate(ValueError):
    """Telegram sent something that the library can't make an Update of."""


FORESEEN = (
    TelegramError,
    OperationalError,
    BrokenDownload,
    DamagedDownload,
    NoReader,
    ReaderDied,
    UnparsableUpdate,
)
"""All else is a defect, and worth a traceback."""


def wait_asked(error: BaseException) -> float | None:
    """Return the seconds that Telegram, or an album, asks to wait; None where nobody does."""
    if isinstance(error, NotYet):
        return error.seconds
    if not isinstance(error, RetryAfter):
        return None
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, datetime.timedelta) else wait


def is_unreachable(error: BaseException) -> bool:
    """Return whether nothing can be sent to this chat any more: blocked, left, deleted."""
    if isinstance(error, Forbidden | ChatMigrated):
        return True
    return isinstance(error, BadRequest) and any(
        part in error.message.lower() for part in UNREACHABLE
    )


def is_passing(error: BaseException) -> bool:
    """Return whether an error has to do with the network, Telegram or this machine at large.

    It will pass, and the update at hand has no part in it.
    """
    if isinstance(error, BadRequest):  # a NetworkError to the library, but ours alone
        return False
    passing = (NetworkError, RetryAfter, InvalidToken, Conflict, OperationalError, NoReader)
    return isinstance(error, passing)


def in_words(error: BaseException) -> str:
    """Return an error as one short line for a log."""
    if isinstance(error, RetryAfter):
        return f"Telegram asks to wait {wait_asked(error):.0f} s"
    if isinstance(error, InvalidToken):
        return "Telegram refuses the token: is TELEGRAM_BOT_TOKEN right, or was it revoked?"
    if isinstance(error, Conflict):
        return f"another program fetches this bot's updates: {error.message}"
    if isinstance(error, OperationalError):
        return f"the database can't be used now: {error.orig}"
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
