"""The inbox: updates as Telegram sent them, stored before they are acknowledged.

An update is `waiting`; the transaction that stores its effect makes it `answering`; with its
answer sent it is `done` and empty. One that fails each time is set `aside` for an operator.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import CursorResult, bindparam, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.languages import texts_for
from bot.texts import Texts
from model.contributors import emptied_update
from model.database import utc_now
from model.tables import InboxState, InboxUpdate

KEEP_DONE = datetime.timedelta(hours=48)
"""Telegram sends an update again for 24 hours at most."""

KEEP_ASIDE = datetime.timedelta(days=30)

OPEN = (InboxState.WAITING, InboxState.ANSWERING)

LONGEST_ERROR = 1000
LARGEST_ID = 2**63 - 1

ROW = select(InboxUpdate.state, InboxUpdate.update_id, InboxUpdate.user_id, InboxUpdate.body).where(
    InboxUpdate.id == bindparam("row_id")
)
STATE = select(InboxUpdate.state).where(InboxUpdate.id == bindparam("row_id")).with_for_update()
CHANGE = sa.update(InboxUpdate).where(InboxUpdate.id == bindparam("row_id"))
"""Sets the columns that are given with `row_id`."""


class NoUpdate(ValueError):
    """What came is not even an object with an update_id."""


@dataclass(frozen=True)
class Place:
    """A row of the inbox, and the chat in whose order it is handled."""

    row_id: int
    chat_id: int | None


class OpenRow(NamedTuple):
    """What is needed of a row that is still to be handled or answered."""

    state: InboxState
    update_id: int
    user_id: int | None
    body: str


def store(session: Session, bot_id: int, updates: Iterable[Any]) -> list[Place]:
    """Store updates, raw as they came; return those that were not stored before, in order.

    What has no update_id can't be acknowledged, nor will it come again: it is passed over.
    """
    connection = session.connection()
    insert = insert_once(connection.dialect.name)
    new = []
    for update in updates:
        try:
            row = make_row(bot_id, update)
        except NoUpdate:
            continue
        row_id = connection.scalar(insert, row)
        if row_id is not None:
            new.append(Place(row_id, row["chat_id"]))
    return new


@cache
def insert_once(dialect: str) -> ReturningInsert[int]:
    """Return the statement that stores an update and returns its id, unless it is there."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(InboxUpdate).on_conflict_do_nothing().returning(InboxUpdate.id)


def make_row(bot_id: int, update: Any) -> dict[str, Any]:
    """Return the columns of the row for an update; raises `NoUpdate`."""
    update_id = update.get("update_id") if isinstance(update, dict) else None
    if whole_id(update_id) is None:
        raise NoUpdate("an update without an update_id")
    body = json.dumps(update, sort_keys=True)
    return {
        "bot_id": bot_id,
        "update_id": update_id,
        "digest": hashlib.sha256(body.encode()).hexdigest(),
        "chat_id": find_id(update, "chat"),
        "user_id": find_id(update, "from"),
        "state": InboxState.WAITING,
        "attempts": 0,
        "body": body,
    }


def find_id(update: dict[str, Any], name: str) -> int | None:
    """Return the id of the chat, or of the person ("from"), in an update of any kind and form."""
    for part in update.values():
        if not isinstance(part, dict):
            continue
        for holder in (part, part.get("message")):
            found = holder.get(name) if isinstance(holder, dict) else None
            if isinstance(found, dict):
                return whole_id(found.get("id"))
    return None


def find_language(update: dict[str, Any]) -> str:
    """Return the language code of the person in an update of any form, "" where it has none."""
    for part in update.values():
        person = part.get("from") if isinstance(part, dict) else None
        code = person.get("language_code") if isinstance(person, dict) else None
        if isinstance(code, str):
            return code
    return ""


def texts_of(body: str) -> Texts:
    """Return the texts in the language of the sender of an open update."""
    return texts_for(find_language(json.loads(body)))


def has_id(update: Any) -> bool:
    """Return whether an update can be confirmed."""
    return isinstance(update, dict) and whole_id(update.get("update_id")) is not None


def whole_id(value: Any) -> int | None:
    """Return `value` if it can be an id."""
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_ID
    return value if fits else None


def count_chats_until(session: Session, bot_id: int, row_id: int) -> int:
    """Return how many chats have a row that is still open up to this one: its number in the line.

    However much one of them writes: each is served beside the others.
    """
    count = select(func.count(InboxUpdate.chat_id.distinct())).where(
        InboxUpdate.bot_id == bot_id,
        InboxUpdate.state.in_(OPEN),
        InboxUpdate.id <= row_id,
    )
    return session.scalar(count) or 0


def has_open(session: Session, bot_id: int, count: int) -> bool:
    """Return whether so many updates are open, or more."""
    rows = select(InboxUpdate.id).where(InboxUpdate.bot_id == bot_id, InboxUpdate.state.in_(OPEN))
    return session.scalar(rows.offset(count - 1).limit(1)) is not None


def find_open(session: Session, row_id: int) -> OpenRow | None:
    """Return the row if it is still to be handled or answered; /forget may have emptied it."""
    row = session.connection().execute(ROW, {"row_id": row_id}).first()
    return OpenRow(*row) if row is not None and row.state in OPEN else None


def lock_open(session: Session, row_id: int) -> InboxState | None:
    """Lock a row; return its state if it is still to be handled or answered."""
    state = session.connection().scalar(STATE, {"row_id": row_id})
    return state if state in OPEN else None


def mark_answering(session: Session, row_id: int) -> None:
    """Say that the effect of an update is stored."""
    session.connection().execute(CHANGE, {"row_id": row_id, "state": InboxState.ANSWERING})


def finish(session: Session, row_id: int) -> None:
    """Mark an update as done, and empty it."""
    session.connection().execute(CHANGE, {"row_id": row_id} | emptied_update())


def fail(session: Session, row_id: int, error: str, allowed: int) -> InboxUpdate | None:
    """Count a failure of handling; set the update aside when `allowed` are reached.

    Returns the row, None if it is no longer open.
    """
    row = session.get(InboxUpdate, row_id)
    if row is None or row.state not in OPEN:
        return None
    row.attempts += 1
    row.error = error[:LONGEST_ERROR]
    if row.attempts >= allowed:
        row.state = InboxState.ASIDE
        row.finished_at = utc_now()
    return row


def drop_old(session: Session, now: datetime.datetime) -> int:
    """Delete the rows that are long over; return how many."""
    over = or_(
        (InboxUpdate.state == InboxState.DONE) & (InboxUpdate.finished_at <= now - KEEP_DONE),
        (InboxUpdate.state == InboxState.ASIDE) & (InboxUpdate.finished_at <= now - KEEP_ASIDE),
    )
    result = session.execute(delete(InboxUpdate).where(over))
    assert isinstance(result, CursorResult)  # noqa: S101  # what SQLAlchemy returns for a delete
    return result.rowcount
