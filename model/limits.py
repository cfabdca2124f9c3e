"""How much one person may ask of a bot, and who may not ask at all.

Counted in the database, so that all processes count together and a restart forgets nothing. A row
is a person's latest minute and day; a new one begins with the first message after the last is over.
"""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from sqlalchemy import CursorResult, Insert, bindparam, case, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model.tables import Block, Usage

KEY = [Usage.bot_id, Usage.user_id]

MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
TOLD_FOR = datetime.timedelta(hours=1)
"""Who was told of something isn't told again for so long."""

USED = select(
    *(Usage.minute_began, Usage.in_minute, Usage.slow_told_at),
    *(Usage.day_began, Usage.in_day, Usage.full_told_at),
).where(Usage.bot_id == bindparam("of_bot"), Usage.user_id == bindparam("person"))
BLOCKED = select(Block.told_at).where(
    Block.bot_id == bindparam("of_bot"), Block.user_id == bindparam("person")
)


@dataclass(frozen=True)
class Limits:
    """Messages that one person is answered; 0 means any number."""

    a_minute: int
    a_day: int


class Exceeded(Exception):
    """A limit is reached until `until`; `untold` if the person is yet to hear of it."""

    def __init__(self, until: datetime.datetime, untold: bool) -> None:
        super().__init__(f"limited until {until:%H:%M}")
        self.until = until
        self.untold = untold


class MinuteFull(Exceeded):
    """The messages of this minute are used up."""


class DayFull(Exceeded):
    """The messages of this day are used up."""


class Blocked(Exception):
    """An operator shut this person out; `untold` if they are yet to hear of it."""

    def __init__(self, untold: bool) -> None:
        super().__init__("blocked")
        self.untold = untold


def check_limits(
    session: Session, bot_id: int, user_id: int, limits: Limits, now: datetime.datetime
) -> None:
    """Raise `DayFull` or `MinuteFull` if a person has used up what they may ask."""
    usage = session.execute(USED, {"of_bot": bot_id, "person": user_id}).first()
    if usage is None:
        return
    day_ends, minute_ends = usage.day_began + DAY, usage.minute_began + MINUTE
    if limits.a_day and usage.in_day >= limits.a_day and now < day_ends:
        raise DayFull(day_ends, is_untold(usage.full_told_at, now, DAY))
    if limits.a_minute and usage.in_minute >= limits.a_minute and now < minute_ends:
        raise MinuteFull(minute_ends, is_untold(usage.slow_told_at, now))


def check_block(session: Session, bot_id: int, user_id: int) -> None:
    """Raise `Blocked` if a person is."""
    block = session.execute(BLOCKED, {"of_bot": bot_id, "person": user_id}).first()
    if block is not None:
        raise Blocked(block.told_at is None)


def is_untold(
    at: datetime.datetime | None, now: datetime.datetime, lasts: datetime.timedelta = TOLD_FOR
) -> bool:
    """Return whether it is long ago that a person was told."""
    return at is None or now - at >= lasts


def count_message(session: Session, bot_id: int, user_id: int, now: datetime.datetime) -> None:
    """Count one message of a person, whoever else counts one of theirs at this moment."""
    connection = session.connection()
    first: dict[str, object] = {"bot_id": bot_id, "user_id": user_id}
    first |= {"minute_began": now, "in_minute": 1, "day_began": now, "in_day": 1}
    ago = {"minute_ago": now - MINUTE, "day_ago": now - DAY}
    connection.execute(count_one(connection.dialect.name), first | ago)


@cache
def count_one(dialect: str) -> Insert:
    """Return the statement that inserts a person's first message, or counts a further one."""
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    first = upsert(Usage)
    minute_over = Usage.minute_began <= bindparam("minute_ago")
    day_over = Usage.day_began <= bindparam("day_ago")
    further = {
        "in_minute": case((minute_over, 1), else_=Usage.in_minute + 1),
        "minute_began": case((minute_over, first.excluded.minute_began), else_=Usage.minute_began),
        "in_day": case((day_over, 1), else_=Usage.in_day + 1),
        "day_began": case((day_over, first.excluded.day_began), else_=Usage.day_began),
    }
    return first.on_conflict_do_update(index_elements=KEY, set_=further)


def meet_usage(session: Session, bot_id: int, user_id: int, now: datetime.datetime) -> Usage:
    """Return a person's row, locked; a new one where there is none."""
    key = (bot_id, user_id)
    if session.get(Usage, key) is None:
        # another process may be quicker
        with suppress(IntegrityError), session.begin_nested():
            session.add(
                Usage(
                    bot_id=bot_id,
                    user_id=user_id,
                    minute_began=now,
                    in_minute=0,
                    day_began=now,
                    in_day=0,
                )
            )
    return session.get_one(Usage, key, with_for_update=True, populate_existing=True)


def note_told(
    session: Session, bot_id: int, user_id: int, reason: Exceeded | Blocked, now: datetime.datetime
) -> None:
    """Note that a person was told why they aren't answered."""
    if isinstance(reason, Blocked):
        block = session.get(Block, (bot_id, user_id))
        if block is not None:
            block.told_at = now
        return
    usage = meet_usage(session, bot_id, user_id, now)
    if isinstance(reason, DayFull):
        usage.full_told_at = now
    else:
        usage.slow_told_at = now


def claim_queue_note(session: Session, bot_id: int, user_id: int, now: datetime.datetime) -> bool:
    """Return whether a person may be told that many are waiting, and note that they are."""
    usage = meet_usage(session, bot_id, user_id, now)
    untold = is_untold(usage.queue_told_at, now)
    if untold:
        usage.queue_told_at = now
    return untold


def drop_old_usage(session: Session, now: datetime.datetime) -> int:
    """Delete the counts of people who haven't written for a day; return how many."""
    result = session.execute(delete(Usage).where(Usage.day_began <= now - 2 * DAY))
    assert isinstance(result, CursorResult)  # noqa: S101  # what SQLAlchemy returns for a delete
    return result.rowcount


def block(session: Session, bot_id: int, user_id: int) -> None:
    """Shut a person out; doing it again changes nothing."""
    if session.get(Block, (bot_id, user_id)) is None:
        session.add(Block(bot_id=bot_id, user_id=user_id))


def unblock(session: Session, bot_id: int, user_id: int) -> None:
    """Let a person in again."""
    session.execute(delete(Block).filter_by(bot_id=bot_id, user_id=user_id))


def is_blocked(session: Session, bot_id: int, user_id: int) -> bool:
    """Return whether a person is shut out."""
    blocked = exists().where(Block.bot_id == bot_id, Block.user_id == user_id)
    return bool(session.scalar(select(blocked)))
