"""The review: what waits for an operator, shared out between them, decided and stepped back."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, selectinload, undefer

from model.contributors import kept
from model.database import utc_now
from model.lists import STATUSES, Listing, Order
from model.samples import (
    UnknownSample,
    label_sample,
    lock_sample,
    settle_label,
    settle_review,
    whole_samples,
)
from model.tables import Claim, LabelEvent, Labeller, Photo, Sample

LEASE = datetime.timedelta(minutes=10)
"""How long a sample that was handed to one operator is kept from the others."""

COUNTED = 10_000
"""More than this that wait are not counted one by one."""

WINDOW, WINDOWS = 500, 40
"""Samples looked through for the next ones at a time, and how often at most."""

CHOICE = 200
"""From so many of the first ones the next are chosen, so that look-alikes are spread."""

ALIKE, ALIKE_IN_ALL = 12, 1000
"""Near-duplicates shown beside a sample, and looked up for a handful of them."""

RECENT, NEAR = 6, 10
"""None of the last so many samples looks alike: same digit, so few blocks that differ."""


class Candidate(NamedTuple):
    """A sample that may be shown next."""

    id: int
    predicted: int
    signature: int | None


def find_kept_sample(session: Session, sample_id: int) -> Sample:
    """Return a sample, with events and predictions, that may be kept; raises `UnknownSample`.

    Who hasn't said yes to keeping a photo hasn't said yes to an operator's looking at it.
    """
    query = with_details(whole_samples()).where(kept(), Sample.id == sample_id)
    sample = session.scalar(query)
    if sample is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return sample


def find_pixels(session: Session, sample_id: int) -> bytes:
    """Return what the network saw of a kept sample, 784 bytes; raises `UnknownSample`."""
    query = select(Sample.pixels).join(Sample.photo).where(kept(), Sample.id == sample_id)
    pixels = session.scalar(query)
    if pixels is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return pixels


def find_kept_photo(session: Session, photo_id: int) -> Photo:
    """Return a kept photo with its image and samples; raises `UnknownSample`."""
    query = select(Photo).options(undefer(Photo.image)).where(kept(), Photo.id == photo_id)
    photo = session.scalar(query)
    if photo is None:
        raise UnknownSample(f"There is no photo {photo_id}; it may have been deleted.")
    return photo


# --- what comes next


def next_for_review(
    session: Session, operator: str, listing: Listing, limit: int
) -> Sequence[Sample]:
    """Hand an operator the next samples of a list, and keep them from everybody else.

    None is handed out twice while its lease lasts, to the same operator neither: what was
    skipped comes back when the lease ends or is released. Writes the claims.
    """
    session.execute(delete(Claim).where(Claim.expires_at <= utc_now()))
    found: list[Candidate] = []
    cursor = None
    for _ in range(WINDOWS):
        window = listing.window(cursor, WINDOW)
        found += find_unclaimed(session, listing, window)
        if len(found) >= limit:
            break
        end = session.execute(window.offset(WINDOW - 1).limit(1)).first()
        if end is None:
            break
        cursor = listing.cursor_of(end)
    if listing.order is Order.WORTH:
        found = spread(found, limit)
    ours = claim(session, operator, [row.id for row in found[:limit]])
    by_id = {
        sample.id: sample
        for sample in session.scalars(with_details(whole_samples()).where(Sample.id.in_(ours)))
    }
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


def spread(rows: Sequence[Candidate], count: int) -> list[Candidate]:
    """Return the first `count` rows, but so that look-alikes don't come in a row."""
    waiting = list(rows)
    chosen: list[Candidate] = []
    while waiting and len(chosen) < count:
        recent = chosen[-RECENT:]
        unlike = (
            place
            for place, row in enumerate(waiting)
            if not any(look_alike(row, other) for other in recent)
        )
        chosen.append(waiting.pop(next(unlike, 0)))
    return chosen


def look_alike(one: Candidate, other: Candidate) -> bool:
    """Tell whether two samples are read as the same digit and look much the same."""
    if one.predicted != other.predicted or one.signature is None or other.signature is None:
        return False
    return bool((one.signature ^ other.signature).bit_count() <= NEAR)


def count_for_review(session: Session) -> int:
    """Return how many kept samples wait for an operator; `COUNTED` and one for any more."""
    due = select(Sample.id).where(Sample.due.is_(True))
    pending = due.join(Sample.photo).where(~kept())
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
        {"sample_id": sample_id, "operator": operator, "expires_at": until}
        for sample_id in sample_ids
    ]
    statement = insert(Claim).values(rows)
    taken = (Claim.operator == operator) | (Claim.expires_at <= utc_now())
    statement = statement.on_conflict_do_update(
        index_elements=[Claim.sample_id],
        set_={"operator": operator, "expires_at": until},
        where=taken,
    )
    ours = set(session.scalars(statement.returning(Claim.sample_id)))
    return [sample_id for sample_id in sample_ids if sample_id in ours]


def renew_claims(session: Session, operator: str) -> None:
    """Let the leases of who is at work begin anew."""
    until = utc_now() + LEASE
    session.execute(update(Claim).where(Claim.operator == operator).values(expires_at=until))


def release_claims(session: Session, operator: str) -> None:
    """Give back what an operator has not decided: they begin anew, or leave."""
    session.execute(delete(Claim).where(Claim.operator == operator))


# --- decisions


def decide(session: Session, sample: Sample, label: int, cause: str, operator: str) -> None:
    """Label a sample as an operator says, and with it its near-duplicates that wait."""
    for member in [sample, *waiting_alike(session, sample)]:
        label_sample(session, member, label, Labeller.OPERATOR, cause, operator)


def accept_all(
    session: Session,
    sample_ids: Sequence[int],
    wrong: Collection[int],
    label: int,
    cause: str,
    operator: str,
) -> int:
    """Label all samples of a grid but the wrong ones, which come first in the review.

    Returns how many were labelled; those deleted meanwhile are passed over.
    """
    samples = session.scalars(whole_samples().where(kept(), Sample.id.in_(sample_ids))).all()
    accepted = 0
    for sample in samples:
        if sample.id in wrong:
            sample.suspicion = 1.0
            settle_review(sample)
        else:
            decide(session, sample, label, cause, operator)
            accepted += 1
    session.execute(delete(Claim).where(Claim.operator == operator, Claim.sample_id.in_(wrong)))
    return accepted


def waiting_alike(session: Session, sample: Sample) -> Sequence[Sample]:
    """Return the other kept samples of a sample's group of near-duplicates that wait."""
    if sample.group_id is None:
        return []
    query = whole_samples().where(
        kept(), Sample.group_id == sample.group_id, Sample.id != sample.id, still_due(Sample.due)
    )
    return session.scalars(query.order_by(Sample.id)).all()


def take_back(session: Session, sample: Sample, cause: str) -> None:
    """Undo what a cause said of a sample and of its near-duplicates."""
    alike = Sample.group_id == sample.group_id if sample.group_id else Sample.id == sample.id
    query = (
        select(LabelEvent)
        .join(LabelEvent.sample)
        .where(alike | (Sample.id == sample.id), LabelEvent.cause == cause)
    )
    undo_events(session, session.scalars(query.where(LabelEvent.undone_at.is_(None))))


def step_back(session: Session, operator: str) -> list[int]:
    """Undo the newest decision of an operator's that stands; return the samples it was about.

    Called again and again it goes back through all that this login has said.
    """
    ours = select(LabelEvent).where(LabelEvent.operator == operator, LabelEvent.undone_at.is_(None))
    newest = session.scalar(ours.order_by(LabelEvent.id.desc()).limit(1))
    if newest is None:
        return []
    if newest.cause is None:
        return undo_events(session, [newest])
    same = ours.where(LabelEvent.cause == newest.cause, LabelEvent.id <= newest.id)
    return undo_events(session, session.scalars(same.order_by(LabelEvent.id)))


def can_step_back(session: Session, operator: str) -> bool:
    """Return whether there is a decision of this login's to undo."""
    query = select(LabelEvent.id).where(
        LabelEvent.operator == operator, LabelEvent.undone_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def undo_events(session: Session, events: Iterable[LabelEvent]) -> list[int]:
    """Mark events as undone and settle their samples; return the samples' ids."""
    undone = []
    for event in list(events):
        lock_sample(session, event.sample)
        if event.undone_at is None:
            event.undone_at = utc_now()
            undone.append(event.sample_id)
        session.flush()
        settle_label(event.sample)
    session.flush()
    return undone


def flag(session: Session, sample: Sample, flagged: bool) -> None:
    """Put a sample aside for a second look, or back into the queue."""
    lock_sample(session, sample)
    sample.flagged_at = utc_now() if flagged else None
    settle_review(sample)
    session.flush()


# --- what is told of samples


def list_alike(session: Session, samples: Sequence[Sample]) -> dict[int, list[int]]:
    """Return for each sample with near-duplicates that wait their ids, at most `ALIKE` each."""
    groups = {sample.group_id: sample.id for sample in samples if sample.group_id is not None}
    if not groups:
        return {}
    query = (
        select(Sample.id, Sample.group_id)
        .join(Sample.photo)
        .where(kept(), Sample.group_id.in_(groups), still_due(Sample.due))
    )
    found: dict[int, list[int]] = {}
    for sample_id, group_id in session.execute(
        query.order_by(Sample.group_id, Sample.id).limit(ALIKE_IN_ALL)
    ):
        first = groups[group_id or 0]
        others = found.setdefault(first, [])
        if sample_id != first and len(others) < ALIKE:
            others.append(sample_id)
    return found


def still_due(due: InstrumentedAttribute[bool]) -> ColumnElement[bool]:
    """Return the condition that a sample of a group waits, in a form that no index serves.

    SQLite would else read through all that wait, instead of the few of the group.
    """
    return func.coalesce(due, False).is_(True)


def undecided() -> ColumnElement[bool]:
    """Return the condition that no operator's label stands."""
    return Sample.operator_label.is_(None)


def count_samples(session: Session) -> dict[str, int]:
    """Return how many kept samples there are in "all", and in each of `STATUSES`."""
    counts = [func.count(case((condition, 1))) for condition in STATUSES.values()]
    query = select(func.count(), *counts).select_from(Sample).join(Sample.photo).where(kept())
    return dict(zip(["all", *STATUSES], session.execute(query).one(), strict=True))


def sender_label(sample: Sample) -> int | None:
    """Return what the sender says a sample is, None where they said nothing."""
    return newest_label(sample, Labeller.SENDER)


def newest_label(sample: Sample, labelled_by: Labeller) -> int | None:
    """Return the newest standing label by `labelled_by`."""
    for event in reversed(sample.events):
        if event.labelled_by is labelled_by and event.undone_at is None:
            return event.label
    return None


def with_details(query: Select[Sample]) -> Select[Sample]:
    """Load the events and predictions along, in one query each."""
    return query.options(selectinload(Sample.events), selectinload(Sample.predictions))
