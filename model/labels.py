"""What is said of a sample: appended to its log, never overwritten, and what stands of it now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, selectinload

from model.database import utc_now
from model.tables import NOT_A_DIGIT, Act, LabelEvent, Labeller, Photo, Sample

SETTLED = (
    *("label", "labelled_by", "sender_label", "operator_label"),
    *("flagged_at", "due", "suspicion", "worth"),
)
"""What a sample repeats of its events, and what follows from it."""


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
    label_all(session, [sample], label, labelled_by, cause, operator)


def label_all(
    session: Session,
    samples: Sequence[Sample],
    label: int,
    labelled_by: Labeller,
    cause: str | None = None,
    operator: str | None = None,
) -> None:
    """Append to each sample what `label_sample` does, in as many statements as for one."""
    if not 0 <= label <= NOT_A_DIGIT:
        raise ValueError(f"{label} is no label: it should be 0 to 9, or 10 for no digit")
    said = {"label": label, "labelled_by": labelled_by, "cause": cause, "operator": operator}
    append_events(session, samples, lambda: LabelEvent(**said))


def note_act(
    session: Session,
    sample: Sample,
    act: Act,
    cause: str | None = None,
    operator: str | None = None,
) -> None:
    """Append the event that an operator did something else with a sample than label it."""
    said = {"act": act, "labelled_by": Labeller.OPERATOR, "cause": cause, "operator": operator}
    append_events(session, [sample], lambda: LabelEvent(**said))


def append_events(
    session: Session, samples: Sequence[Sample], make_event: Callable[[], LabelEvent]
) -> None:
    """Append to the log of each sample, once for each cause, and settle what it repeats."""
    lock_samples(session, samples)
    for sample in samples:
        event = make_event()
        if event.cause is None or all(event.cause != other.cause for other in sample.events):
            sample.events.append(event)
    session.flush()
    for sample in samples:
        settle_label(sample)


def undo_label(session: Session, sample: Sample, labelled_by: Labeller) -> bool:
    """Undo the newest standing label of `labelled_by`; return whether there was one."""
    lock_samples(session, [sample])
    for event in reversed(sample.events):
        ours = event.labelled_by is labelled_by and event.act is Act.LABEL
        if ours and event.undone_at is None:
            event.undone_at = utc_now()
            settle_label(sample)
            session.flush()
            return True
    return False


def undo_cause(session: Session, photo: Photo, cause: str) -> bool:
    """Undo every label of a photo that `cause` made; return whether one was still standing."""
    undone = False
    lock_samples(session, photo.samples)
    for sample in photo.samples:
        for event in sample.events:
            if event.cause == cause and event.undone_at is None:
                event.undone_at = utc_now()
                undone = True
        settle_label(sample)
    session.flush()
    return undone


def lock_samples(session: Session, samples: Iterable[Sample]) -> None:
    """Wait for whoever is labelling these samples, then see what they have left.

    SQLite's writers wait for each other anyway; PostgreSQL's do at these rows, in their order.
    """
    session.flush()
    ids = []
    for sample in samples:
        session.expire(sample, [*SETTLED, "events"])
        ids.append(sample.id)
    anew = load_only(*(getattr(Sample, name) for name in SETTLED)), selectinload(Sample.events)
    query = select(Sample).where(Sample.id.in_(ids)).order_by(Sample.id).options(*anew)
    session.scalars(query.with_for_update()).all()  # what was expired is filled with what is read


def settle_label(sample: Sample) -> None:
    """Set what the sample repeats of its events: an operator's before a sender's, the newest.

    A flag, and a doubt, hold until an operator's label follows them.
    """
    said: dict[Labeller, int | None] = {}
    flagged_at = removed_at = None
    doubted = False
    for event in sorted(sample.events, key=lambda event: event.id):
        if event.undone_at is not None:
            removed_at = event.undone_at if event.act is Act.DRAW else removed_at
            continue
        if event.act is Act.LABEL:
            said[event.labelled_by] = event.label
        if event.act is Act.FLAG:
            flagged_at = event.created_at
        elif event.act is Act.DOUBT:
            doubted = True
        elif event.act is Act.UNFLAG or event.labelled_by is Labeller.OPERATOR:
            flagged_at, doubted = None, False
        if event.act is Act.REMOVE:
            removed_at = event.created_at
    sample.removed_at = removed_at
    if removed_at is not None:
        said, flagged_at = {}, None
    sample.flagged_at = flagged_at
    repeat_labels(sample, said.get(Labeller.SENDER), said.get(Labeller.OPERATOR))
    if any(event.act is Act.DOUBT for event in sample.events):
        sample.suspicion = 1.0 if doubted else None  # None: to be judged anew, see `ranking`
    settle_review(sample)


def repeat_labels(sample: Sample, by_sender: int | None, by_operator: int | None) -> None:
    """Set the labels that stand, and the one of them that counts."""
    sample.sender_label, sample.operator_label = by_sender, by_operator
    before = sample.label
    sample.label, sample.labelled_by = by_sender, None
    if by_sender is not None:
        sample.labelled_by = Labeller.SENDER
    if by_operator is not None:
        sample.label, sample.labelled_by = by_operator, Labeller.OPERATOR
    if sample.label != before:
        sample.suspicion = None  # it was another label's


def settle_review(sample: Sample) -> None:
    """Set whether a sample waits for an operator, and what it is worth to look at it.

    The worth adds up, each 0..1: that sender and network disagree, how near the two likeliest
    digits are, and how much its label is suspected to be wrong.
    """
    aside = sample.flagged_at is not None or sample.removed_at is not None
    sample.due = sample.operator_label is None and not aside
    disagreement = sample.sender_label not in (None, sample.predicted)
    sample.worth = disagreement + (sample.doubt or 0.0) + (sample.suspicion or 0.0)


def sender_label(sample: Sample) -> int | None:
    """Return what the sender says a sample is, None where they said nothing."""
    return newest_label(sample, Labeller.SENDER)


def newest_label(sample: Sample, labelled_by: Labeller) -> int | None:
    """Return the newest standing label by `labelled_by`."""
    for event in reversed(sample.events):
        standing = event.undone_at is None and event.act is Act.LABEL
        if standing and event.labelled_by is labelled_by:
            return event.label
    return None
