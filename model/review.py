"""What the operator looks at: the queue to review, lists of samples, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, selectinload, undefer

from model.contributors import kept
from model.samples import UnknownSample, whole_samples
from model.tables import Contributor, Labeller, Photo, Sample, Split

STATUSES: dict[str, ColumnElement[bool]] = {
    "unlabelled": Sample.labelled_by.is_(None),
    "by sender": Sample.labelled_by == Labeller.SENDER,
    "reviewed": Sample.labelled_by == Labeller.OPERATOR,
    "corrected": Sample.label != Sample.predicted,
}


@dataclass(frozen=True)
class SampleFilter:
    """Which samples a list shows; None means any."""

    label: int | None = None
    predicted: int | None = None
    contributor_id: int | None = None
    split: Split | None = None
    status: str | None = None
    """One of `STATUSES`."""


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


def next_for_review(
    session: Session, after: int = 0, limit: int = 1, first: int | None = None
) -> Sequence[Sample]:
    """Return the oldest samples with an id above `after` that no operator has decided yet.

    `first` is there in any case, decided or not: the one that an operator goes back to.
    """
    due = undecided() & (Sample.id > after)
    if first is not None:
        due = due | (Sample.id == first)
    query = with_details(whole_samples()).where(kept(), due)
    return session.scalars(query.order_by(Sample.id).limit(limit)).all()


def count_for_review(session: Session) -> int:
    """Return how many kept samples no operator has decided yet."""
    query = select(func.count()).select_from(Sample).join(Sample.photo)
    return session.scalar(query.where(kept(), undecided())) or 0


def undecided() -> ColumnElement[bool]:
    """Return the condition that no operator's label stands."""
    return Sample.labelled_by.is_(None) | (Sample.labelled_by != Labeller.OPERATOR)


def page_of_samples(
    session: Session, chosen: SampleFilter, before: int | None = None, limit: int = 60
) -> Sequence[Sample]:
    """Return the newest samples that fit `chosen` and have an id below `before`.

    Paged by key: the next page's `before` is the last id of this one, so that samples that
    arrive meanwhile shift nothing.
    """
    query = filtered(whole_samples().where(kept()), chosen)
    if before is not None:
        query = query.where(Sample.id < before)
    return session.scalars(query.order_by(Sample.id.desc()).limit(limit)).all()


def filtered(query: Select[Sample], chosen: SampleFilter) -> Select[Sample]:
    """Narrow a query down to what `chosen` asks for."""
    if chosen.label is not None:
        query = query.where(Sample.label == chosen.label)
    if chosen.predicted is not None:
        query = query.where(Sample.predicted == chosen.predicted)
    if chosen.contributor_id is not None:
        query = query.where(Photo.contributor_id == chosen.contributor_id)
    if chosen.split is not None:
        query = query.where(Contributor.split == chosen.split)
    if chosen.status is not None:
        query = query.where(STATUSES[chosen.status])
    return query


def count_samples(session: Session) -> dict[str, int]:
    """Return how many kept samples there are in "all", and in each of `STATUSES`."""
    counts = [func.count(case((condition, 1))) for condition in STATUSES.values()]
    query = select(func.count(), *counts).select_from(Sample).join(Sample.photo).where(kept())
    return dict(zip(["all", *STATUSES], session.execute(query).one(), strict=True))


def list_contributors(session: Session, limit: int = 200) -> Sequence[Contributor]:
    """Return the newest contributors who sent a photo that is kept."""
    query = select(Contributor).where(
        select(Photo.id).where(Photo.contributor_id == Contributor.id, kept()).exists()
    )
    return session.scalars(query.order_by(Contributor.id.desc()).limit(limit)).all()


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
