"""Who is let in: neither the blocked, nor those who ask for more than one person may.

Nothing that a limit turns away in a private chat within a minute is lost: it waits its turn.
"""

from __future__ import annotations

from typing import Never

from sqlalchemy.orm import Session

from bot.languages import texts_for
from bot.messages import CommandSent, Incoming, NotYet, Say, Tapped
from model.database import Database, utc_now
from model.limits import (
    Blocked,
    DayFull,
    Exceeded,
    Limits,
    MinuteFull,
    check_block,
    check_limits,
    is_blocked,
    note_told,
)

RIGHTS = {"forget", "mydata", "privacy"}
"""Commands that the blocked may give too: what is kept of them stays theirs."""

LIGHT = {"forget", "privacy"}
"""Commands that cost little, and may be given however much was asked before."""


class TurnedAway(Exception):
    """A message gets no answer of its own; `word` says why, to whom it is yet to be said."""

    def __init__(self, word: Say | None) -> None:
        super().__init__("turned away")
        self.word = word


class Slowed(NotYet):
    """A message waits its turn, and its chat with it; `word` as for `TurnedAway`."""

    def __init__(self, seconds: float, word: Say | None) -> None:
        super().__init__(seconds)
        self.word = word


class Gate:
    """Looks at every message before anything is done for it."""

    def __init__(self, database: Database, bot_id: int, limits: Limits) -> None:
        self.database = database
        self.bot_id = bot_id
        self.limits = limits

    def turn_away(self, message: Incoming, user_id: int, reason: Blocked | Exceeded) -> Never:
        """Raise `TurnedAway` or `Slowed`, with what is still to be said of the reason."""
        word = self.word_for(message, user_id, reason) if reason.untold else None
        if isinstance(reason, MinuteFull) and message.private:
            seconds = (reason.until - utc_now()).total_seconds()
            raise Slowed(max(seconds, 0.1), word) from reason
        raise TurnedAway(word) from reason

    def check(self, session: Session, message: Incoming, user_id: int) -> None:
        """Raise `Blocked`, `DayFull` or `MinuteFull` for a message that isn't let in.

        `user_id` is who wrote it; the sender of a photo that was asked for may be another.
        """
        if not is_command(message, RIGHTS):
            check_block(session, self.bot_id, user_id)
            asked_for = message.sender.user_id
            if asked_for != user_id and is_blocked(session, self.bot_id, asked_for):
                raise Blocked(untold=False)
        if counts(message) and not is_command(message, LIGHT):
            check_limits(session, self.bot_id, user_id, self.limits, utc_now())

    def word_for(self, message: Incoming, user_id: int, reason: Blocked | Exceeded) -> Say:
        """Return what is said, once, and note that it is said."""
        with self.database.write() as session:
            note_told(session, self.bot_id, user_id, reason, utc_now())
        texts = texts_for(message.sender.language)
        reply_to = None if message.private else message.message_id
        if isinstance(reason, Blocked):
            return Say(texts.blocked, reply_to=reply_to)
        if isinstance(reason, DayFull):
            time = f"{reason.until:%H:%M} UTC"
            return Say(texts.day_full.format(limit=self.limits.a_day, time=time), reply_to=reply_to)
        text = texts.minute_full if message.private else texts.minute_full_in_group
        return Say(text.format(limit=self.limits.a_minute), reply_to=reply_to)


def is_command(message: Incoming, names: set[str]) -> bool:
    """Return whether a message is one of these commands, or a press that follows `/forget`."""
    if isinstance(message, Tapped):
        return message.data.startswith(("forget:", "stay:"))
    return isinstance(message, CommandSent) and message.name in names


def counts(message: Incoming) -> bool:
    """Return whether a message is counted: all are but presses of buttons."""
    return not isinstance(message, Tapped)


def may_wait(message: Incoming) -> bool:
    """Return whether a message's sender is told when it has to wait long."""
    return counts(message) and message.private
