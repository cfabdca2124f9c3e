"""Updates whose handling failed each time: set aside, with their error, for an operator."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, literal_column, select, update
from sqlalchemy.orm import Session

from model.tables import InboxState, InboxUpdate

ASIDE = InboxUpdate.state == literal_column("'aside'")
"""As the index of these rows alone says it: a bound value would not find that."""

KINDS = {
    "photo": "a photo",
    "document": "a file",
    "text": "a text",
    "sticker": "a sticker",
    "voice": "a voice message",
    "video": "a video",
}
"""What a message holds, as an operator reads it."""


class NotAside(LookupError):
    """There is no such update set aside (any more)."""


@dataclass(frozen=True)
class AsideUpdate:
    """An update set aside; nothing of what its sender wrote is in it."""

    row_id: int
    kind: str
    error: str
    attempts: int
    received_at: datetime.datetime
    aside_since: datetime.datetime | None


def count_aside(session: Session) -> int:
    """Return how many updates are set aside."""
    return session.scalar(select(func.count(InboxUpdate.id)).where(ASIDE)) or 0


def list_aside(session: Session, before: int | None = None, limit: int = 50) -> list[AsideUpdate]:
    """Return the newest updates set aside with an id below `before`."""
    query = select(InboxUpdate).where(ASIDE).order_by(InboxUpdate.id.desc()).limit(limit)
    if before is not None:
        query = query.where(InboxUpdate.id < before)
    return [
        AsideUpdate(
            row_id=row.id,
            kind=kind_of(row.body),
            error=row.error or "",
            attempts=row.attempts,
            received_at=row.received_at,
            aside_since=row.finished_at,
        )
        for row in session.scalars(query)
    ]


def try_again(session: Session, row_id: int) -> None:
    """Have an update handled once more; the bot finds it within seconds. Raises `NotAside`."""
    if again(session, InboxUpdate.id == row_id) == 0:
        raise NotAside(f"Row {row_id} is not set aside; it may be handled already.")


def try_all_again(session: Session) -> int:
    """Have all of them handled once more; return how many."""
    return again(session)


def again(session: Session, *which: ColumnElement[bool]) -> int:
    """Open the updates that `which` names, as if they had just come; return how many."""
    result = session.execute(
        update(InboxUpdate)
        .where(ASIDE, *which)
        .values(state=InboxState.WAITING, attempts=0, error=None, finished_at=None)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)  # noqa: S101  # what SQLAlchemy returns for an update
    return result.rowcount


def kind_of(body: str) -> str:
    """Return what an update is, in a word or two; nothing of what stands in it."""
    try:
        sent: Any = json.loads(body)
    except ValueError:
        return "no update"
    if not isinstance(sent, dict):
        return "no update"
    if "callback_query" in sent:
        return "a press of a button"
    message = sent.get("message", sent.get("edited_message"))
    if not isinstance(message, dict):
        return "something unknown"
    return next((words for name, words in KINDS.items() if name in message), "a message")
