"""One attempt at one update, and what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.orm import Session

from bot import inbox
from bot.delivery import is_group, tell
from bot.faults import (
    FORESEEN,
    BrokenDownload,
    UnparsableUpdate,
    in_words,
    is_passing,
    is_unreachable,
)
from bot.handlers import Handlers
from bot.messages import NotYet
from bot.timing import Timing
from model.metrics import FAULTS
from model.tables import InboxState, InboxUpdate

log = logging.getLogger(__name__)


class Attempts:
    """Tries updates, of which one may fail so often before it is set aside."""

    def __init__(self, handlers: Handlers, timing: Timing, redact: Callable[[str], str]) -> None:
        self.handlers = handlers
        self.timing = timing
        self.redact = redact

    async def attempt(self, row_id: int, at_end: Callable[[Session], None]) -> Exception | None:
        """Handle an update once; return the error if it is to be tried again."""
        try:
            await self.handlers.handle(row_id, at_end)
        except NotYet as wait:
            return wait
        except Exception as error:
            FAULTS.labels(type(error).__name__).inc()
            log.warning(
                "row %d: %s", row_id, in_words(error), exc_info=not isinstance(error, FORESEEN)
            )
            if is_passing(error):
                return error
            try:
                return await self.give_up(row_id, error)
            except Exception as second:  # the database, most likely: the row stays as it was
                log.warning("row %d: the failure can't be noted: %s", row_id, in_words(second))
                return second
        return None

    async def give_up(self, row_id: int, error: Exception) -> Exception | None:
        """Note a failure; return the error if the update may be tried again."""
        if is_unreachable(error):
            await asyncio.to_thread(self.handlers.steps.finish, row_id, {})
            return None
        row = await asyncio.to_thread(self.note, row_id, error, self.allowed(error))
        if row is not None and row.state is not InboxState.ASIDE:
            return error
        if row is not None and row.chat_id is not None and self.is_for_the_bot(row):
            await tell(self.handlers.bot, row.chat_id, inbox.texts_of(row.body).failed)
        return None

    def is_for_the_bot(self, row: InboxUpdate) -> bool:
        """Return whether an update of a private chat, or of a group, speaks to the bot at all."""
        if row.chat_id is not None and not is_group(row.chat_id):
            return True
        with suppress(UnparsableUpdate):
            return self.handlers.parse(json.loads(row.body)) is not None
        return False

    def allowed(self, error: Exception) -> int:
        """Return how many failures there may be, with this one."""
        if isinstance(error, UnparsableUpdate):
            return 0
        return self.timing.downloads if isinstance(error, BrokenDownload) else self.timing.attempts

    def note(self, row_id: int, error: Exception, allowed: int) -> InboxUpdate | None:
        """Count a failure and return the row, set aside or not; None if it is no longer open."""
        with self.handlers.database.write() as session:
            row = inbox.fail(session, row_id, self.redact(in_words(error)), allowed)
            if row is not None and row.state is InboxState.ASIDE:
                log.error("row %d: set aside after %d attempts", row_id, row.attempts)
            return row

    async def tell_later(self, row_id: int, chat_id: int) -> None:
        """Tell a sender that the database can't be used, unless they have their answer.

        Most of what comes from a group is not for the bot, and nobody there waits for it.
        """
        if not self.handlers.is_answered(row_id) and not is_group(chat_id):
            texts = await asyncio.to_thread(self.handlers.texts_of, row_id)
            await tell(self.handlers.bot, chat_id, texts.later)
