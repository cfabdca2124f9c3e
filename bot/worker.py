"""Who works on which update when: in order within a chat, different chats side by side."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.attempts import Attempts
from bot.faults import in_words, is_passing, wait_asked
from bot.gate import Slowed
from bot.handlers import Handlers
from bot.inbox import Place
from bot.messages import NotYet
from bot.shared_inbox import SharedInbox, Stored
from bot.timing import Timing
from bot.turns import NO_CHAT

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 32
"""Updates handled at once; most of their time they wait for the network."""

SHARED = 8
"""Chats served at once where other workers are there to serve the rest."""

TRIES_IN_ORDER = 2
"""After so many failures of its own, an update no longer holds up its chat."""


class Worker:
    """Handles what is in the inbox, as far as the turns are its own; lives in one event loop."""

    def __init__(
        self, handlers: Handlers, inbox: SharedInbox, timing: Timing, redact: Callable[[str], str]
    ) -> None:
        self.handlers = handlers
        self.inbox = inbox
        inbox.choose = self.choose
        self.timing = timing
        self.attempts = Attempts(handlers, timing, redact)
        self._lines: dict[int | None, deque[int]] = {}
        self._known: set[int] = set()
        self._left: dict[int | None, list[Place]] = {}  # what was open when a turn was given back
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()  # those of the tasks that don't merely wait
        self._waiting: set[int | None] = set()  # chats that merely wait
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._look = asyncio.Event()
        self._looked = asyncio.Event()
        self._reached = 0  # the newest row that a chat was taken up for
        self._back: dict[int | None, int] = {}  # chats that let others go first: their next row
        self._more = False  # some may wait for room, or for a look
        self._passed_by = 0  # rows stored for whoever has room
        self._closing = False

    async def run(self) -> None:
        """Take up what waits in the database, and stay known to be alive."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._stay_alive())
            tasks.create_task(self._look_around())

    async def sign_on(self) -> None:
        """Become known to the other workers; raises `OperationalError`."""
        await asyncio.to_thread(self.inbox.report)

    def choose(self, chats: list[int]) -> list[int]:
        """Return those of some chats that are served already, or that there is room for.

        Where others wait nobody new goes before them: they are taken up in order.
        """
        ours = {chat or NO_CHAT for chat in list(self._lines)}
        room = 0 if self._more else max(0, self.room())
        new = [chat for chat in chats if chat not in ours][:room]
        return [chat for chat in chats if chat in ours or chat in new]

    def most(self) -> int:
        """Return how many chats can be served at once: fewer where others could serve them too."""
        return SIDE_BY_SIDE if self.inbox.living == 1 else SHARED

    def room(self) -> int:
        """Return how many more chats can be served."""
        return self.most() - len(self._lines) + len(self._waiting)

    def take_in(self, stored: Stored) -> None:
        """Queue new rows of this worker's chats; see later whether somebody has the others."""
        self.add(stored.ours)
        for place in stored.left:
            self._passed_by, self._more = self._passed_by + 1, True
            self._start(self.handlers.greet(place.row_id))

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
        with suppress(OperationalError):  # its lease ends by itself
            await asyncio.to_thread(self.inbox.sign_off)

    # --- what the database knows of this worker

    async def _stay_alive(self) -> None:
        """Let the lease begin anew long before it ends."""
        while True:
            await asyncio.sleep(self.timing.lease / 3)
            try:
                await asyncio.to_thread(self.inbox.report)
            except OperationalError as error:
                log.warning("This worker can't say that it is alive: %s", in_words(error))

    async def _look_around(self) -> None:
        """Take up what waits in the database: at once, as soon as there is room, and by itself."""
        while True:
            self._look.clear()
            before = self._passed_by
            try:
                ripe = sum(row_id <= self._reached for row_id in self._back.values())
                room = max(0, self.room() - ripe)
                found = await asyncio.to_thread(self.inbox.find_work, room)
                heads: dict[int | None, int] = {}
                for place in found:
                    if place.chat_id not in self._lines:
                        heads.setdefault(place.chat_id, place.row_id)
                self._reached = max([self._reached, *heads.values()])
                self.add(found)
                self._more = len(heads) >= room or self._passed_by > before
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("The inbox can't be read: %s", in_words(error))
            self._looked.set()
            await self._wait_for_work()

    async def _wait_for_work(self) -> None:
        """Return when it is time for a full look, or when something waits that nobody serves."""
        end = time.monotonic() + self.timing.rescan
        while time.monotonic() < end:
            alone = self.inbox.living == 1 and not self._more
            pause = self.timing.rescan if alone else self.timing.share
            with suppress(TimeoutError):
                # no `wait_for`: Python 3.11's forgets a cancellation that comes with the timeout
                async with asyncio.timeout(min(pause, self.timing.rescan)):
                    await self._look.wait()
                return
            with suppress(OperationalError):
                if self.room() > 0 and (
                    self._more or await asyncio.to_thread(self.inbox.is_work_waiting)
                ):
                    return

    def _at_end(self, session: Session, chat_id: int | None) -> None:
        """Give the turn back in the transaction that finishes the last row of a line."""
        if len(self._lines.get(chat_id, ())) == 1:
            self._left[chat_id] = self.inbox.give_back(chat_id or NO_CHAT, session)

    # --- one chat, one row

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat_id: int | None) -> None:
        """Handle the updates of one chat, in order, until there are none; then give it back."""
        line, pauses = self._lines[chat_id], self.timing.pauses()
        begun = False
        while not self._closing:
            left = None
            while line and not self._closing:
                if begun and self._more:
                    await self._step_back(chat_id)
                begun = True
                self._left.pop(chat_id, None)
                await self._see_through(line[0], chat_id)
                line.popleft()
                left = self._left.pop(chat_id, None)
            if left is None and not self._closing:
                try:
                    left = await asyncio.to_thread(self.inbox.give_back, chat_id or NO_CHAT)
                except OperationalError:
                    await asyncio.sleep(next(pauses))
                    continue
            self.add(left or ())
            if not line:
                break
        del self._lines[chat_id]
        if self._more and self.room() > self.most() // 2:
            self._look.set()

    async def _step_back(self, chat_id: int | None) -> None:
        """Let those who came before go first; the chat keeps its turn meanwhile."""
        self._waiting.add(chat_id)
        self._back[chat_id] = head = self._lines[chat_id][0]
        self._looked.clear()
        self._look.set()
        await self._looked.wait()
        while self.room() <= 0 or (self._more and self._reached < head):
            await asyncio.sleep(self.timing.share)
        del self._back[chat_id]
        self._waiting.discard(chat_id)

    async def _see_through(self, row_id: int, chat_id: int | None) -> None:
        """Try an update until it is done, or set aside, or better tried again out of order."""
        pauses = self.timing.pauses()
        failures, told = 0, False
        while not self._closing:
            async with self._slots:
                error = await self._try(row_id, chat_id)
            if error is None:
                self._known.discard(row_id)
                return
            if isinstance(error, NotYet) and not isinstance(error, Slowed):
                self._start(self._retry(row_id, chat_id, pauses, error))
                return
            if not is_passing(error) and not isinstance(error, Slowed):
                failures += 1
                if failures == TRIES_IN_ORDER:
                    self._start(self._retry(row_id, chat_id, pauses))
                    return
            if isinstance(error, OperationalError) and chat_id is not None and not told:
                await self.attempts.tell_later(row_id, chat_id)
                told = True
            await self._wait(chat_id, wait_asked(error) or next(pauses))

    async def _wait(self, chat_id: int | None, seconds: float) -> None:
        """Sleep; other chats may have this one's room meanwhile."""
        self._waiting.add(chat_id)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting.discard(chat_id)

    async def _retry(
        self,
        row_id: int,
        chat_id: int | None,
        pauses: Iterator[float],
        error: Exception | None = None,
    ) -> None:
        """Go on trying an update while the rest of its chat is served."""
        while not self._closing:
            await asyncio.sleep((error and wait_asked(error)) or next(pauses))
            async with self._slots:
                error = await self._try(row_id, chat_id)
            if error is None:
                self._known.discard(row_id)
                if chat_id not in self._lines:  # an empty line's end gives the turn back
                    self._lines[chat_id] = deque()
                    self._start(self._serve(chat_id))
                return

    async def _try(self, row_id: int, chat_id: int | None) -> Exception | None:
        """Handle an update once; return the error if it is to be tried again."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # only tasks come here
        self._busy.add(task)
        try:
            return await self.attempts.attempt(
                row_id, lambda session: self._at_end(session, chat_id)
            )
        finally:
            self._busy.discard(task)
