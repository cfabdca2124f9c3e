"""Polling: updates are asked for, stored, and only then confirmed by the next request.

One worker at a time does it; another takes over when it ends, or its lease does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.exc import OperationalError
from telegram.error import Conflict, InvalidToken

from bot import inbox
from bot.faults import in_words, wait_asked
from bot.later import Later
from bot.shared_inbox import LOOK_AGAIN, SharedInbox, Stored
from bot.telegram_bot import RawBot
from bot.timing import Timing
from model.metrics import FAULTS

log = logging.getLogger(__name__)


class Poller:
    """Fetches updates for ever and hands the new ones on."""

    def __init__(
        self,
        bot: RawBot,
        shared: SharedInbox,
        timing: Timing,
        hand_on: Callable[[Stored], None],
    ) -> None:
        self.bot = bot
        self.shared = shared
        self.timing = timing
        self.hand_on = hand_on
        self.offset: int | None = None
        self.is_ours = False
        self.later = Later(bot)

    async def run(self) -> None:
        """Poll until cancelled; whatever fails is tried again after a growing pause."""
        trouble = Trouble(self.timing)
        while True:
            try:
                await self.wait_for_turn()
                await self.wait_for_room()
                started = time.monotonic()
                new = await self.poll()
            except Exception as error:
                self.is_ours = False
                await trouble.wait(error)
            else:
                trouble.over()
                if not new:  # nothing, or nothing new, and maybe at once: never ask in a frenzy
                    spent = time.monotonic() - started
                    await asyncio.sleep(max(0, self.timing.first_pause - spent))

    async def wait_for_turn(self) -> None:
        """Return when this worker is the one that asks for updates."""
        while not self.is_ours:
            self.is_ours = await asyncio.to_thread(self.shared.may_poll)
            if not self.is_ours:
                self.offset = None
                await asyncio.sleep(self.timing.lease / 3)

    async def wait_for_room(self) -> None:
        """Return when the inbox takes more: until then Telegram keeps what comes."""
        told = False
        while await asyncio.to_thread(self.shared.is_full):
            if not told:
                log.warning("The inbox is full: Telegram keeps what comes until there is room.")
                told = True
            await asyncio.sleep(LOOK_AGAIN)

    async def poll(self) -> int:
        """Fetch, store, hand on, and note what to confirm next; return how many were new.

        With nothing left to confirm, no offset is sent: the last one would be wrong once Telegram
        numbers updates anew, as it does after a quiet week.
        """
        updates = await self.bot.fetch_updates(
            self.offset, self.timing.long_poll, self.timing.request
        )
        if not updates:
            self.offset, self.is_ours = None, False  # see whether it still is
            return 0
        try:
            stored = await asyncio.to_thread(self.store, updates)
        except OperationalError:
            await self.later.tell(updates)
            raise
        self.later.over()
        self.is_ours = stored.polls
        ids = [update["update_id"] for update in updates if inbox.has_id(update)]
        if ids:
            self.offset = (max(ids) if stored.count else ids[-1]) + 1
        self.hand_on(stored)
        return stored.count

    def store(self, updates: list[Any]) -> Stored:
        """Commit updates to the inbox; return the new ones."""
        return self.shared.store(updates, polling=True)


class Trouble:
    """Something that goes wrong again and again: waits longer each time, logs it, and its end."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self._pauses: Iterator[float] | None = None
        self._kind: type[Exception] | None = None

    async def wait(self, error: Exception) -> None:
        """Log an error and wait before the next try."""
        if self._pauses is None or type(error) is not self._kind:
            refused = isinstance(error, InvalidToken | Conflict)
            longest = self.timing.refused_pause if refused else self.timing.longest_pause
            self._pauses, self._kind = self.timing.pauses(longest), type(error)
        pause = wait_asked(error) or next(self._pauses)
        FAULTS.labels(type(error).__name__).inc()
        log.error("%s. Next try in %.1f s.", in_words(error).rstrip("."), pause)
        await asyncio.sleep(pause)

    def over(self) -> None:
        """Log that it works again, if it did not."""
        if self._pauses is not None:
            log.info("It works again.")
        self._pauses = None
