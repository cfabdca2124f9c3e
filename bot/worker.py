"""Who works on which update when: in order within a chat, different chats side by side."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from sqlalchemy.exc import OperationalError

from bot import inbox
from bot.delivery import tell
from bot.faults import FORESEEN, UnparsableUpdate, in_words, is_passing, is_unreachable, wait_asked
from bot.gate import Slowed
from bot.handlers import Handlers
from bot.inbox import Place
from bot.messages import NotYet
from bot.timing import Timing
from model.database import Database
from model.metrics import FAULTS
from model.tables import InboxState, InboxUpdate

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 32
"""Updates handled at once; most of their time they wait for the network."""

TRIES_IN_ORDER = 2
"""After so many failures of its own, an update no longer holds up its chat."""


class Worker:
    """Handles what is in the inbox; lives in one event loop."""

    def __init__(
        self, handlers: Handlers, database: Database, timing: Timing, redact: Callable[[str], str]
    ) -> None:
        self.handlers = handlers
        self.database = database
        self.timing = timing
        self.redact = redact
        self._lines: dict[int | None, deque[int]] = {}
        self._known: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()  # those of the tasks that don't merely wait
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._closing = False

    async def run(self) -> None:
        """Take up what waits in the database: at once, and now and then."""
        while True:
            try:
                self.add(await asyncio.to_thread(self.list_waiting))
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("The inbox can't be read: %s", in_words(error))
            await asyncio.sleep(self.timing.rescan)

    def add(self, places: Iterable[Place]) -> None:
        """Queue rows of the inbox, each behind the others of its chat; known ones stay put."""
        for place in places:
            if place.row_id in self._known or self._closing:
                continue
            self._known.add(place.row_id)
            line = self._lines.get(place.chat_id)
            if line is None:
                self._lines[place.chat_id] = deque([place.row_id])
                self._start(self._serve(place.chat_id))
                if len(self._lines) > self.timing.long_queue:
                    self._start(self.handlers.greet(place.row_id))
            else:
                line.append(place.row_id)

    async def close(self) -> None:
        """Give what is under way a moment to end, then abandon it: its rows stay open."""
        self._closing = True
        if self._busy:
            await asyncio.wait(self._busy, timeout=self.timing.grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def list_waiting(self) -> list[Place]:
        """Return the open rows of the inbox."""
        with self.database.read() as session:
            return inbox.list_waiting(session, self.handlers.conversation.bot_id)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat_id: int | None) -> None:
        """Handle the updates of one chat, in order, until there are none."""
        line = self._lines[chat_id]
        while line and not self._closing:
            await self._see_through(line[0], chat_id)
            line.popleft()
        del self._lines[chat_id]

    async def _see_through(self, row_id: int, chat_id: int | None) -> None:
        """Try an update until it is done, or set aside, or better tried again out of order."""
        pauses = self.timing.pauses()
        failures, told = 0, False
        while not self._closing:
            async with self._slots:
                error = await self._try(row_id)
            if error is None:
                self._known.discard(row_id)
                return
            if isinstance(error, NotYet) and not isinstance(error, Slowed):
                self._start(self._retry(row_id, pauses, error))
                return
            if not is_passing(error) and not isinstance(error, Slowed):
                failures += 1
                if failures == TRIES_IN_ORDER:
                    self._start(self._retry(row_id, pauses))
                    return
            if isinstance(error, OperationalError) and not told:
                await self._tell_later(row_id, chat_id)
                told = True
            await asyncio.sleep(wait_asked(error) or next(pauses))

    async def _tell_later(self, row_id: int, chat_id: int | None) -> None:
        """Tell a sender that the database can't be used, unless they have their answer."""
        if chat_id is not None and not self.handlers.is_answered(row_id):
            texts = await asyncio.to_thread(self.handlers.texts_of, row_id)
            await tell(self.handlers.bot, chat_id, texts.later)

    async def _retry(
        self, row_id: int, pauses: Iterator[float], error: Exception | None = None
    ) -> None:
        """Go on trying an update while the rest of its chat is served."""
        while not self._closing:
            await asyncio.sleep((error and wait_asked(error)) or next(pauses))
            async with self._slots:
                error = await self._try(row_id)
            if error is None:
                self._known.discard(row_id)
                return

    async def _try(self, row_id: int) -> Exception | None:
        """Handle an update once; return the error if it is to be tried again."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # only tasks come here
        self._busy.add(task)
        try:
            return await self._try_once(row_id)
        finally:
            self._busy.discard(task)

    async def _try_once(self, row_id: int) -> Exception | None:
        try:
            await self.handlers.handle(row_id)
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
                return await self._give_up(row_id, error)
            except Exception as second:  # the database, most likely: the row stays as it was
                log.warning("row %d: the failure can't be noted: %s", row_id, in_words(second))
                return second
        return None

    async def _give_up(self, row_id: int, error: Exception) -> Exception | None:
        """Note a failure; return the error if the update may be tried again."""
        if is_unreachable(error):
            await asyncio.to_thread(self.handlers.finish, row_id, {})
            return None
        allowed = 0 if isinstance(error, UnparsableUpdate) else self.timing.attempts
        row = await asyncio.to_thread(self._note, row_id, error, allowed)
        if row is not None and row.state is not InboxState.ASIDE:
            return error
        if row is not None and row.chat_id is not None:
            await tell(self.handlers.bot, row.chat_id, inbox.texts_of(row).failed)
        return None

    def _note(self, row_id: int, error: Exception, allowed: int) -> InboxUpdate | None:
        """Count a failure and return the row, set aside or not; None if it is no longer open."""
        with self.database.write() as session:
            row = inbox.fail(session, row_id, self.redact(in_words(error)), allowed)
            if row is not None and row.state is InboxState.ASIDE:
                log.error("row %d: set aside after %d attempts", row_id, row.attempts)
            return row
