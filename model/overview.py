"""What was collected, in numbers: counted anew where that is quick, else kept and renewed aside.

At a million samples counting takes seconds, and a page may not. So the last count is stored, and
shown with its time, while a thread of the process makes the next one.
"""

from __future__ import annotations

import datetime
import json
import logging
import threading
import time
from typing import Any

import numpy as np
from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from model.agreement import Agreement, count_agreement
from model.database import Database, utc_now
from model.lists import STATUSES
from model.samples import of_kept_photo, there
from model.tables import NOT_A_DIGIT, Contributor, Sample, Tally, Which
from model.versions import count_to_freeze

log = logging.getLogger(__name__)

SMALL = 20_000
"""So many samples are counted for every look; that takes some 50 milliseconds."""
RENEW = datetime.timedelta(minutes=1)
"""A stored count is renewed when it is this old, and twenty times as old as it took to make."""
MOST_DAYS = 90
MOST_PEOPLE = 12

Overview = dict[str, Any]
"""JSON values: counts, days, confusion, labelled, people, most, and said (by sender × operator)."""

RENEWING = threading.Lock()
"""One count at a time in a process."""


def count_overview(session: Session) -> Overview:
    """Count everything; on a large database this takes a while."""
    return {
        "counts": count_samples(session),
        "days": count_days(session),
        "confusion": count_confusion(session),
        "said": count_agreement(session).table.tolist(),
        **count_people(session),
    }


def count_samples(session: Session) -> dict[str, int]:
    """Return how many kept samples there are in "all", and in each of `STATUSES`."""
    counts = [func.count(case((condition, 1))) for condition in STATUSES.values()]
    query = select(func.count(), *counts).select_from(Sample)
    found = session.execute(query.where(of_kept_photo(), there())).one()
    return dict(zip(["all", *STATUSES], found, strict=True))


def count_days(session: Session) -> list[list[Any]]:
    """Return [day, samples, labelled by their sender, of these read right] for the last days."""
    day = func.date(Sample.created_at)
    said = Sample.sender_label.is_not(None)
    query = (
        select(
            day,
            func.count(),
            func.count(case((said, 1))),
            func.count(case((Sample.sender_label == Sample.predicted, 1))),
        )
        .where(of_kept_photo(), there())
        .where(Sample.created_at > utc_now() - datetime.timedelta(days=MOST_DAYS))
        .group_by(day)
        .order_by(day)
    )
    return [[str(found), *counts] for found, *counts in session.execute(query)]


def count_confusion(session: Session) -> list[list[int]]:
    """Return how often each label (row) was read as each digit (column), 11×11."""
    query = (
        select(Sample.label, Sample.predicted, func.count())
        .where(of_kept_photo(), Sample.label.is_not(None))
        .group_by(Sample.label, Sample.predicted)
    )
    matrix = [[0] * (NOT_A_DIGIT + 1) for _ in range(NOT_A_DIGIT + 1)]
    for label, predicted, count in session.execute(query):
        if label is not None:  # as the query says
            matrix[label][predicted] = count
    return matrix


def count_people(session: Session) -> dict[str, Any]:
    """Return how many people gave samples, and [id, samples, corrected] of those with most."""
    corrected = func.count(case((Sample.label != Sample.predicted, 1)))
    groups = func.count().over()
    query = (
        select(Sample.contributor_id, func.count(), corrected, groups)
        .where(of_kept_photo(), there())
        .group_by(Sample.contributor_id)
        .order_by(func.count().desc())
        .limit(MOST_PEOPLE)
    )
    ranked = session.execute(query).all()
    people = ranked[0][3] if ranked else 0
    return {"people": people, "most": [list(row[:3]) for row in ranked]}


def names_of(session: Session, ids: list[int]) -> dict[int, str]:
    """Return the names of contributors that are still here."""
    query = select(Contributor.id, Contributor.name).where(Contributor.id.in_(ids))
    return dict(session.execute(query).all())


# --- kept and renewed ------------------------------------------------------------------------


def look(
    database: Database, session: Session
) -> tuple[Overview, datetime.datetime] | tuple[None, None]:
    """Return the numbers and when they were counted: now, or a moment ago.

    None of both while the first count of many samples is being made.
    """
    if is_small(session):
        return count_overview(session), utc_now()
    tally = session.get(Tally, 1)
    if tally is None or is_old(tally):
        threading.Thread(target=renew_aside, args=(database,), daemon=True).start()
    return (None, None) if tally is None else (json.loads(tally.body), tally.counted_at)


def look_at_versions(
    database: Database, session: Session, which: Which
) -> tuple[int, datetime.datetime] | tuple[None, None]:
    """Return how many samples a version frozen now would hold, and when that was counted."""
    if is_small(session):
        return count_to_freeze(session, which), utc_now()
    found, counted_at = look(database, session)
    if found is None or counted_at is None:
        return None, None
    counts = found["counts"]
    reviewed, said = counts["reviewed"], counts["by sender"]
    held = {Which.ALL: counts["all"], Which.REVIEWED: reviewed, Which.LABELLED: reviewed + said}
    return held[which], counted_at


def look_at_agreement(
    database: Database, session: Session
) -> tuple[Agreement, datetime.datetime] | tuple[None, None]:
    """Return how far senders and operators agree, and when that was counted."""
    if is_small(session):
        return count_agreement(session), utc_now()
    found, counted_at = look(database, session)
    if found is None or counted_at is None:
        return None, None
    return Agreement(np.array(found["said"])), counted_at


def is_small(session: Session) -> bool:
    """Return whether counting is quick."""
    return (session.scalar(select(func.max(Sample.id))) or 0) <= SMALL


def is_old(tally: Tally) -> bool:
    """Return whether it is time for a new count."""
    age = utc_now() - tally.counted_at
    return age > max(RENEW, datetime.timedelta(seconds=20 * tally.seconds))


def renew_aside(database: Database) -> None:
    """Count in a thread of its own, unless that is being done."""
    if not RENEWING.acquire(blocking=False):
        return
    try:
        renew(database)
    except SQLAlchemyError as error:
        log.warning("The overview could not be counted: %s", error)
    finally:
        RENEWING.release()


def renew(database: Database) -> None:
    """Count and store."""
    started, now = time.perf_counter(), utc_now()
    with database.read() as session:
        found = count_overview(session)
    seconds = time.perf_counter() - started
    with database.write() as session:
        session.merge(Tally(id=1, counted_at=now, seconds=seconds, body=json.dumps(found)))
