"""The review: what waits for an operator, and how it is shared out between them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from model.alike import still_due
from model.contributors import kept
from model.database import take_turns, utc_now
from model.lists import Listing, Order
from model.samples import whole_samples, with_predictions
from model.tables import Claim, Photo, Sample

LEASE = datetime.timedelta(minutes=10)
"""How long a sample that was handed to one operator is kept from the others."""

COUNTED = 10_000
"""More than this that wait are not counted one by one."""

WINDOWS = 500, 2_000, 7_500
"""Samples looked through for the next ones, one window after the other as long as too few fit: few
statements, however few."""

CHOICE = 200
"""From so many of the first ones the next are chosen, so that look-alikes are spread."""

RECENT, NEAR = 6, 10
"""None of the last so many samples looks alike: same digit, so few blocks that differ."""

TICK = datetime.timedelta(microseconds=1)
"""A claim ends so much later than the one handed out before it: which came last can be told."""


class Candidate(NamedTuple):
    """A sample that may be shown next."""

    id: int
    predicted: int
    signature: int | None


def next_for_review(
    session: Session,
    operator: str,
    listing: Listing,
    limit: int,
    anew: bool = False,
    predictions: bool = False,
) -> Sequence[Sample]:
    """Hand an operator the next samples of a list, and keep them from everybody else.

    None is handed out twice while its lease lasts, to the same operator neither: what was
    skipped comes back when the lease ends or is released. `anew` releases what this operator has.
    With `predictions` those are loaded along: a grid shows none of them. Writes the claims.
    """
    take_turns(session, "claims")
    over = Claim.expires_at <= utc_now()
    session.execute(delete(Claim).where(over | (Claim.operator == operator) if anew else over))
    found: list[Candidate] = []
    cursor = None
    for size in WINDOWS:
        window = listing.window(cursor, size)
        found += find_unclaimed(session, listing, window)
        if len(found) >= limit:
            break
        end = session.execute(window.offset(size - 1).limit(1)).first()
        if end is None:
            break
        cursor = listing.cursor_of(end)
    if listing.order is Order.WORTH:
        found = spread(found, limit, [] if anew else last_claimed(session, operator))
    ours = claim(session, operator, [row.id for row in found[:limit]])
    whole = with_predictions(whole_samples()) if predictions else whole_samples()
    by_id = {sample.id: sample for sample in session.scalars(whole.where(Sample.id.in_(ours)))}
    return [by_id[sample_id] for sample_id in ours]


def find_unclaimed(session: Session, listing: Listing, window: Select[Any]) -> list[Candidate]:
    """Return id, digit and signature of those in a window that nobody has on the screen.

    Of near-duplicates that wait only the first one: its decision counts for all.
    """
    inner, other = window.subquery(), aliased(Sample)
    claimed = select(Claim.sample_id).where(Claim.sample_id == Sample.id)
    before = select(other.id).where(
        other.group_id == Sample.group_id, still_due(other.due), other.id < Sample.id
    )
    query = (
        select(Sample.id, Sample.predicted, Sample.signature)
        .join(inner, inner.c.id == Sample.id)
        .where(*listing.conditions(), ~claimed.exists(), ~before.exists())
    )
    order = listing.ordering()
    if listing.order is Order.WORTH:
        order = [Sample.worth.desc(), Sample.id.desc()]
    rows = session.execute(query.order_by(*order).limit(CHOICE))
    return [Candidate(*row) for row in rows]


def spread(
    rows: Sequence[Candidate], count: int, before: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Return the first `count` rows, but so that look-alikes don't come in a row.

    Nor behind those that came `before`, the last one last.
    """
    known = [*before, *rows]
    alike = look_alikes(known)
    chosen, waiting = list(range(len(before))), list(range(len(before), len(known)))
    while waiting and len(chosen) < len(before) + count:
        near = np.logical_or.reduce(alike[chosen[-RECENT:]])
        place = next((place for place, row in enumerate(waiting) if not near[row]), 0)
        chosen.append(waiting.pop(place))
    return [known[row] for row in chosen[len(before) :]]


def look_alikes(rows: Sequence[Candidate]) -> NDArray[np.bool_]:
    """N×N: which samples are read as the same digit and look much the same.

    All pairs at once: two at a time they were what a review of one digit waited for.
    """
    digits = np.array([row.predicted for row in rows], np.int64)
    known = np.array([row.signature is not None for row in rows], bool)
    marks = np.array([row.signature or 0 for row in rows], np.uint64)
    near = np.bitwise_count(marks[:, np.newaxis] ^ marks) <= NEAR
    same = digits[:, np.newaxis] == digits
    return np.asarray(near & same & known & known[:, np.newaxis])


def count_for_review(session: Session) -> int:
    """Return how many kept samples wait for an operator; `COUNTED` and one for any more."""
    due = select(Sample.id).where(Sample.due.is_(True))
    expiring = select(Photo.id).where(~kept())  # a few: they lead, and not all that wait
    pending = select(Sample.id).where(Sample.photo_id.in_(expiring), still_due(Sample.due))
    counts = [
        select(func.count()).select_from(rows.limit(COUNTED + 1).subquery()).scalar_subquery()
        for rows in (due, pending)
    ]
    waiting, unkept = session.execute(select(*counts)).one()
    return int(waiting if waiting > COUNTED else waiting - unkept)


# --- claims


def claim(session: Session, operator: str, sample_ids: Sequence[int]) -> list[int]:
    """Keep samples for one operator, and return those of them that nobody else has."""
    if not sample_ids:
        return []
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    until = utc_now() + LEASE
    rows = [
        {"sample_id": sample_id, "operator": operator, "expires_at": until + place * TICK}
        for place, sample_id in enumerate(sample_ids)
    ]
    statement = insert(Claim).values(rows)
    taken = (Claim.operator == operator) | (Claim.expires_at <= utc_now())
    statement = statement.on_conflict_do_update(
        index_elements=[Claim.sample_id],
        set_={"operator": operator, "expires_at": statement.excluded.expires_at},
        where=taken,
    )
    ours = set(session.scalars(statement.returning(Claim.sample_id)))
    return [sample_id for sample_id in sample_ids if sample_id in ours]


def claimed_by_others(session: Session, operator: str, sample_ids: Sequence[int]) -> set[int]:
    """Return which of these samples another operator has on the screen."""
    theirs = select(Claim.sample_id).where(
        Claim.sample_id.in_(sample_ids), Claim.operator != operator, Claim.expires_at > utc_now()
    )
    return set(session.scalars(theirs))


def last_claimed(session: Session, operator: str) -> list[Candidate]:
    """Return what was handed to an operator last, the last one last: it comes before the next."""
    newest = select(Claim.sample_id, Claim.expires_at).where(Claim.operator == operator)
    last = newest.order_by(Claim.expires_at.desc()).limit(RECENT).subquery()
    query = select(Sample.id, Sample.predicted, Sample.signature)
    rows = session.execute(
        query.join(last, last.c.sample_id == Sample.id).order_by(last.c.expires_at)
    )
    return [Candidate(*row) for row in rows]


def renew_claims(session: Session, operator: str) -> None:
    """Let the leases of who is at work begin anew; those handed out last still end last."""
    until, last = utc_now() + LEASE, last_claimed(session, operator)
    session.execute(update(Claim).where(Claim.operator == operator).values(expires_at=until))
    for place, row in enumerate(last, start=1):
        ours = update(Claim).where(Claim.sample_id == row.id, Claim.operator == operator)
        session.execute(ours.values(expires_at=until + place * TICK))


def release_claims(session: Session, operator: str) -> None:
    """Give back what an operator has not decided: they begin anew, or leave."""
    session.execute(delete(Claim).where(Claim.operator == operator))
