"""The queue of updates for the bot, by the rules of Telegram's own Bot API server.

The server at github.com/tdlib/telegram-bot-api keeps a queue whose tail is the next update_id.
An offset confirms, and so forgets, everything before it; but an offset more than 10 past the tail
belongs to an older numbering and is ignored. A second long poll ends the first with a 409, and
conflicts that come too fast are answered late, so that two bots do not race.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.bot_api.errors import conflict

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
FAR_AHEAD = 10
LONGEST_POLL = 50  # seconds
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(eq=False)
class Pending:
    """An update not yet confirmed; `chat_id` is the queue it keeps its order in.

    A `resent` one waits for the bot even if the offset is already past it.
    """

    update: dict[str, Any]
    chat_id: int
    resent: bool = False

    @property
    def update_id(self) -> int:
        """The number a bot confirms it by."""
        return int(self.update["update_id"])


class UpdateQueue:
    """What the bot has not yet confirmed; `arrived` guards it and wakes who waits."""

    def __init__(self, arrived: threading.Condition) -> None:
        self.arrived = arrived
        self.pending: list[Pending] = []
        self.sent: dict[int, Pending] = {}  # every update there ever was, by update_id
        self.next_id = 482_000_001
        self.allowed: set[str] | None = None
        self.closed = False
        self.conflict_pause = 3.0  # seconds, Telegram's own
        self._poller: object = None
        self._next_conflict = 0.0

    @property
    def polled(self) -> bool:
        """Whether a long poll waits for updates."""
        with self.arrived:
            return self._poller is not None

    def push(self, kind: str, payload: Any, chat_id: int) -> int | None:
        """Add an update; return its id, or None where the bot does not want this kind."""
        with self.arrived:
            if kind in NOT_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
                return None
            return self.push_raw({kind: payload}, chat_id)

    def push_raw(self, update: dict[str, Any], chat_id: int = 0) -> int:
        """Add any JSON as an update, an update_id added to it; return the id."""
        with self.arrived:
            update_id = self.next_id
            self.next_id += 1
            self.sent[update_id] = Pending({"update_id": update_id, **update}, chat_id)
            self.pending.append(self.sent[update_id])
            self.arrived.notify_all()
            return update_id

    def resend(self, update_id: int) -> None:
        """Hand an update out once more, confirmed or not, after those that wait already."""
        with self.arrived:
            self.pending.append(replace(self.sent[update_id], resent=True))
            self.arrived.notify_all()

    def allow(self, kinds: Any) -> None:
        """Take over allowed_updates: missing keeps what was set, an empty list is the default."""
        if isinstance(kinds, list):
            self.allowed = set(kinds) or None

    def take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Confirm what is before `offset`; return the updates from there on, at most `limit`."""
        if offset < 0:  # counted from the end
            offset += self.next_id
        if offset <= self.next_id + FAR_AHEAD:
            self.pending = [p for p in self.pending if p.resent or p.update_id >= offset]
        taken = self.pending[:limit]
        for entry in taken:
            entry.resent = False
        if not self.pending:
            self.arrived.notify_all()  # someone may wait for everything to be confirmed
        return [entry.update for entry in taken]

    def poll(
        self, offset: int, limit: int, timeout: float, webhook: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """Answer getUpdates, waiting up to `timeout` seconds for an update; raises 409.

        `webhook` says whether one is set, which forbids polling.
        """
        limit, timeout = min(max(limit, 1), 100), min(max(timeout, 0), LONGEST_POLL)
        reason = "can't use getUpdates method while webhook is active"
        with self.arrived:
            if webhook():
                self._refuse(f"{reason}; use deleteWebhook to delete the webhook first")
            updates = self.take(offset, limit)
            if updates or not timeout:
                return updates
            mine = self._poller = object()
            self.arrived.notify_all()  # an older long poll ends
            self.arrived.wait_for(
                lambda: self.pending or self.closed or webhook() or self._poller is not mine,
                timeout,
            )
            if webhook():
                self._refuse("terminated by setWebhook request")
            if self._poller is not mine:
                self._refuse(OTHER_POLLER)
            self._poller = None
            return self.take(offset, limit)

    def _refuse(self, reason: str) -> None:
        """Raise the 409, late when the last one was less than `conflict_pause` ago."""
        if time.monotonic() < self._next_conflict:
            self.arrived.wait_for(lambda: self.closed, self.conflict_pause)
        else:
            self._next_conflict = time.monotonic() + self.conflict_pause
        raise conflict(reason)

    def wait_confirmed(self, timeout: float) -> None:
        """Wait until the bot has confirmed every update; raises TimeoutError."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: not self.pending, timeout):
                waiting = [entry.update_id for entry in self.pending]
                raise TimeoutError(f"the bot has not confirmed {waiting} within {timeout} s")

    def jump_back(self, by: int, timeout: float) -> None:
        """Number the next updates anew, `by` lower, once everything before is confirmed.

        Telegram does this after a week without updates.
        """
        with self.arrived:
            self.wait_confirmed(timeout)
            self.next_id -= by
