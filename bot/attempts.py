"""One attempt at one update, and what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from bot import inbox
from bot.delivery import tell
from bot.faults import FORESEEN, UnparsableUpdate, in_words, is_passing, is_unreachable
from bot.handlers import Handlers
from bot.messages import NotYet
from model.metrics import FAULTS
from model.tables import InboxState, InboxUpdate

log = logging.getLogger(__name__)


class Attempts:
    """Tries updates, of which one may fail `allowed` times before it is set aside."""

    def __init__(self, handlers: Handlers, allowed: int, redact: Callable[[str], str]) -> None:
        self.handlers = handlers
        self.allowed = allowed
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
        allowed = 0 if isinstance(error, UnparsableUpdate) else self.allowed
        row = await asyncio.to_thread(self.note, row_id, error, allowed)
        if row is not None and row.state is not InboxState.ASIDE:
            return error
        if row is not None and row.chat_id is not None:
            await tell(self.handlers.bot, row.chat_id, inbox.texts_of(row).failed)
        return None

    def note(self, row_id: int, error: Exception, allowed: int) -> InboxUpdate | None:
        """Count a failure and return the row, set aside or not; None if it is no longer open."""
        with self.handlers.database.write() as session:
            row = inbox.fail(session, row_id, self.redact(in_words(error)), allowed)
            if row is not None and row.state is InboxState.ASIDE:
                log.error("row %d: set aside after %d attempts", row_id, row.attempts)
            return row

    async def tell_later(self, row_id: int, chat_id: int) -> None:
        """Tell a sender that the database can't be used, unless they have their answer."""
        if not self.handlers.is_answered(row_id):
            texts = await asyncio.to_thread(self.handlers.texts_of, row_id)
            await tell(self.handlers.bot, chat_id, texts.later)
