"""The inbox as one of several workers sees it: what it stores, takes, and gives back.

All of it waits for the database: call it from threads, any number of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot import inbox, turns
from bot.inbox import Place
from bot.turns import POLLING, chat_of
from model.database import Database

MOST_OPEN = 10_000
"""Open updates with which the inbox is full: minutes of work. Telegram keeps what comes for a day,
and who stands behind so many hears of it no sooner for being stored."""

LOOK_AGAIN = 1.0
"""Seconds after which it is looked whether the inbox is still full, or by now."""


@dataclass(frozen=True)
class Stored:
    """What became of updates that were not known before."""

    ours: list[Place]
    """Open rows of chats that this worker serves, in order; others may have stored some."""
    left: list[Place]
    """New rows of chats that another one serves, or has yet to take up."""
    count: int
    """How many are new."""
    polls: bool
    """Whether this worker is the one that asks for updates."""


class SharedInbox:
    """One worker's dealings with the inbox of a bot; `lease` is in seconds."""

    def __init__(
        self, database: Database, bot_id: int, lease: float, most_open: int = MOST_OPEN
    ) -> None:
        self.worker = turns.new_worker_id()
        self.database = database
        self.bot_id = bot_id
        self.lease = lease
        self.most_open = most_open
        self._full, self._look_at = False, 0.0
        self.living = 1
        """Workers, as far as is known; one that has just begun is not at once."""
        self.choose: Callable[[list[int]], list[int]] = list
        """Names those of some chats that the worker has room for."""

    def store(self, updates: Iterable[Any], polling: bool = False) -> Stored:
        """Commit updates, and take the turns of their chats as far as there is room.

        With `polling` the turn to ask for updates is kept as well.
        """
        with self.database.write() as session:
            places = inbox.store(session, self.bot_id, updates)
            chats = self.choose(list(dict.fromkeys(map(chat_of, places))))
            asked = [*chats, POLLING] if polling else chats
            taken = turns.take(session, self.worker, self.bot_id, asked)
            ours = [place for place in places if chat_of(place) in taken]
            if ours:  # others may have stored what comes before
                ours = turns.find_open(session, self.bot_id, {chat_of(place) for place in ours})
        left = [place for place in places if chat_of(place) not in taken]
        return Stored(ours, left, len(places), POLLING in taken)

    def is_full(self) -> bool:
        """Return whether Telegram had better keep what comes, as it was a second ago at most."""
        if time.monotonic() >= self._look_at:
            with self.database.read() as session:
                self._full = inbox.has_open(session, self.bot_id, self.most_open)
            self._look_at = time.monotonic() + LOOK_AGAIN
        return self._full

    def may_poll(self) -> bool:
        """Return whether this worker is the one that asks for updates; take that turn if free."""
        with self.database.write() as session:
            return POLLING in turns.take(session, self.worker, self.bot_id, [POLLING])

    def report(self) -> int:
        """Say that this worker is alive; return how many are."""
        with self.database.write() as session:
            self.living = turns.report(session, self.worker, self.bot_id, self.lease)
        return self.living

    def sign_off(self) -> None:
        """Give all turns back at once: this worker ends."""
        with self.database.write() as session:
            turns.sign_off(session, self.worker)

    def find_work(self, room: int) -> list[Place]:
        """Take up to `room` chats that nobody serves; return the open rows of all of ours."""
        with self.database.write() as session:
            return turns.find_work(session, self.worker, self.bot_id, room)

    def is_work_waiting(self) -> bool:
        """Return whether there are open rows of a chat that nobody serves."""
        with self.database.read() as session:
            return turns.is_work_waiting(session, self.bot_id)

    def give_back(self, chat: int, session: Session | None = None) -> list[Place]:
        """Give a chat back, in a transaction of its own or in one; return its open rows.

        With some of them it is kept.
        """
        if session is not None:
            return turns.give_back(session, self.worker, self.bot_id, chat)
        with self.database.write() as own:
            return turns.give_back(own, self.worker, self.bot_id, chat)
