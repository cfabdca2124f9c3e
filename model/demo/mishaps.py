"""What does not go well: updates that fail, somebody shut out, samples that are put aside."""

from __future__ import annotations

import datetime
import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.database import utc_now
from model.decisions import flag
from model.demo.senders import BOT
from model.limits import block
from model.tables import Contributor, InboxState, InboxUpdate, Sample

FAILED: tuple[tuple[dict[str, object], str], ...] = (
    (
        {"message": {"photo": []}},
        "BadRequest: Wrong file_id or the file is temporarily unavailable",
    ),
    ({"callback_query": {}}, "OSError: [Errno 5] Input/output error"),
    (
        {"message": {"document": {}}},
        "BrokenProcessPool: A process in the process pool was terminated abruptly",
    ),
)
"""Updates that were set aside, each with its last error."""
FLAGGED = 3
"""Samples that an operator wants to look at again."""


def add_mishaps(session: Session) -> None:
    """Set updates aside, shut a person out, put samples aside."""
    session.add_all(failed(number, *each) for number, each in enumerate(FAILED, 1))
    people = select(Contributor.user_id).filter_by(bot_id=BOT).order_by(Contributor.id.desc())
    newest = session.scalar(people.limit(1))
    if newest is not None:
        block(session, BOT, newest)
    waiting = select(Sample).where(Sample.due).order_by(Sample.confidence).limit(FLAGGED)
    for sample in session.scalars(waiting).all():
        flag(session, sample, True, "demo", "demo")


def failed(number: int, sent: dict[str, object], error: str) -> InboxUpdate:
    """Return an update that was given up, one hour after the other."""
    body = json.dumps({"update_id": number, **sent})
    at = utc_now() - datetime.timedelta(hours=number)
    return InboxUpdate(
        bot_id=BOT,
        update_id=number,
        digest=hashlib.sha256(body.encode()).hexdigest(),
        state=InboxState.ASIDE,
        attempts=5,
        error=error,
        received_at=at,
        finished_at=at + datetime.timedelta(minutes=2),
        body=body,
    )
