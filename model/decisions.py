"""What operators decide, for near-duplicates at once, and stepping back through it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from model.alike import list_waiting_alike
from model.contributors import kept
from model.database import utc_now
from model.labels import label_all, lock_samples, note_act, settle_label
from model.review import claimed_by_others
from model.samples import there
from model.tables import Act, Claim, LabelEvent, Labeller, Sample


class NotDrawn(ValueError):
    """Only drawn boxes can be deleted; the message says what to do."""


def decide(session: Session, sample: Sample, label: int, cause: str, operator: str) -> None:
    """Label a sample as an operator says, and with it its near-duplicates that wait."""
    members = [sample, *list_waiting_alike(session, [sample])]
    label_all(session, members, label, Labeller.OPERATOR, cause, operator)


class Accepted(NamedTuple):
    """What became of the samples of a grid."""

    accepted: int
    clicked: int
    left_out: int
    """Decided or put aside since they were shown, or on another operator's screen by now."""


def accept_all(
    session: Session,
    sample_ids: Sequence[int],
    wrong: Collection[int],
    label: int,
    cause: str,
    operator: str,
) -> Accepted:
    """Label all samples of a grid but the wrong ones, which come first in the review.

    A grid may be open for longer than its lease lasts: what somebody who looked at one sample
    alone has said of it meanwhile stands, whatever is said of fifty at a glance. Those deleted
    meanwhile are passed over.
    """
    shown = select(Sample).join(Sample.photo).where(there(), kept(), Sample.id.in_(sample_ids))
    query = shown.order_by(Sample.id)
    samples = session.scalars(query.with_for_update(of=Sample)).all()
    elsewhere = claimed_by_others(session, operator, sample_ids)
    free = [
        sample
        for sample in samples
        if sample.id not in elsewhere and (sample.due or has_said(sample, cause))
    ]
    doubted = [sample for sample in free if sample.id in wrong]
    for sample in doubted:  # first: a near-duplicate of one that is accepted is none the less wrong
        note_act(session, sample, Act.DOUBT, cause, operator)
    right = [sample for sample in free if sample.id not in wrong]
    right += list_waiting_alike(session, right)
    label_all(session, right, label, Labeller.OPERATOR, cause, operator)
    session.execute(delete(Claim).where(Claim.operator == operator, Claim.sample_id.in_(wrong)))
    return Accepted(len(free) - len(doubted), len(doubted), len(samples) - len(free))


def has_said(sample: Sample, cause: str) -> bool:
    """Return whether a cause has said something of a sample: the same grid was sent before."""
    return any(event.cause == cause for event in sample.events)


def flag(session: Session, sample: Sample, flagged: bool, cause: str, operator: str) -> None:
    """Put a sample aside for a second look, or back into the queue."""
    note_act(session, sample, Act.FLAG if flagged else Act.UNFLAG, cause, operator)


def remove_box(session: Session, sample: Sample, cause: str, operator: str) -> None:
    """Take a box away that an operator drew; raises `NotDrawn` for one that the reader found."""
    if not is_drawn(sample):
        raise NotDrawn(
            f"The reader found box {sample.id}, and its sender was told so: if it is no digit, "
            "say that instead of deleting it."
        )
    note_act(session, sample, Act.REMOVE, cause, operator)


def is_drawn(sample: Sample) -> bool:
    """Return whether an operator drew a sample's box."""
    return any(event.act is Act.DRAW for event in sample.events)


# --- stepping back


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
    events = list(events)
    changed = Sample.id.in_({event.sample_id for event in events})
    samples = session.scalars(select(Sample).where(changed)).all()
    lock_samples(session, samples)
    standing = [event for event in events if event.undone_at is None]
    for event in standing:
        event.undone_at = utc_now()
    for sample in samples:
        settle_label(sample)
    session.flush()
    return [event.sample_id for event in standing]
