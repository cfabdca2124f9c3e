"""What is said of a sample: appended to its log, never overwritten, and what stands of it now."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.database import utc_now
from model.tables import NOT_A_DIGIT, LabelEvent, Labeller, Photo, Sample


def label_sample(
    session: Session,
    sample: Sample,
    label: int,
    labelled_by: Labeller,
    cause: str | None = None,
    operator: str | None = None,
) -> None:
    """Append the event that somebody says what a sample is: 0-9 or `NOT_A_DIGIT`.

    `cause` names what made it happen; the same cause labels a sample once, so that handling an
    update again changes nothing. `operator` is the login that said it, who may step back.
    """
    if not 0 <= label <= NOT_A_DIGIT:
        raise ValueError(f"{label} is no label: it should be 0 to 9, or 10 for no digit")
    lock_sample(session, sample)
    if cause is not None and any(event.cause == cause for event in sample.events):
        return
    sample.events.append(
        LabelEvent(label=label, labelled_by=labelled_by, cause=cause, operator=operator)
    )
    if labelled_by is Labeller.OPERATOR:
        sample.flagged_at = None
    session.flush()
    settle_label(sample)


def undo_label(session: Session, sample: Sample, labelled_by: Labeller) -> bool:
    """Undo the newest standing label of `labelled_by`; return whether there was one."""
    lock_sample(session, sample)
    for event in reversed(sample.events):
        if event.labelled_by is labelled_by and event.undone_at is None:
            event.undone_at = utc_now()
            settle_label(sample)
            session.flush()
            return True
    return False


def undo_cause(session: Session, photo: Photo, cause: str) -> bool:
    """Undo every label of a photo that `cause` made; return whether one was still standing."""
    undone = False
    for sample in photo.samples:
        lock_sample(session, sample)
        for event in sample.events:
            if event.cause == cause and event.undone_at is None:
                event.undone_at = utc_now()
                undone = True
        settle_label(sample)
    session.flush()
    return undone


def lock_sample(session: Session, sample: Sample) -> None:
    """Wait for whoever is labelling this sample, then see their events too.

    SQLite's writers wait for each other anyway; PostgreSQL's do at this row.
    """
    session.flush()
    session.execute(select(Sample.id).where(Sample.id == sample.id).with_for_update())
    session.expire(sample, ["events"])


def settle_label(sample: Sample) -> None:
    """Set what the sample repeats of its events: an operator's before a sender's, the newest."""
    newest: dict[Labeller, int] = {}
    for event in sorted(sample.events, key=lambda event: event.id):
        if event.undone_at is None:
            newest[event.labelled_by] = event.label
    sample.sender_label = newest.get(Labeller.SENDER)
    sample.operator_label = newest.get(Labeller.OPERATOR)
    before = sample.label
    sample.label, sample.labelled_by = sample.sender_label, None
    if sample.sender_label is not None:
        sample.labelled_by = Labeller.SENDER
    if sample.operator_label is not None:
        sample.label, sample.labelled_by = sample.operator_label, Labeller.OPERATOR
    if sample.label != before:
        sample.suspicion = None  # it was another label's
    settle_review(sample)


def settle_review(sample: Sample) -> None:
    """Set whether a sample waits for an operator, and what it is worth to look at it.

    The worth adds up, each 0..1: that sender and network disagree, how near the two likeliest
    digits are, and how much its label is suspected to be wrong.
    """
    sample.due = sample.operator_label is None and sample.flagged_at is None
    disagreement = sample.sender_label not in (None, sample.predicted)
    sample.worth = disagreement + (sample.doubt or 0.0) + (sample.suspicion or 0.0)


def sender_label(sample: Sample) -> int | None:
    """Return what the sender says a sample is, None where they said nothing."""
    return newest_label(sample, Labeller.SENDER)


def newest_label(sample: Sample, labelled_by: Labeller) -> int | None:
    """Return the newest standing label by `labelled_by`."""
    for event in reversed(sample.events):
        if event.labelled_by is labelled_by and event.undone_at is None:
            return event.label
    return None
