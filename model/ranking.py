"""What makes the review's order good, worked out beside the web: in rounds, a little at a time.

A round completes what older samples lack, finds near-duplicates of the new ones, and judges
labels by networks that never saw them. Each step is a short transaction, so that the bot and the
pages hardly wait; several processes may run rounds, they only do each other's work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload, undefer

from model.contributors import kept
from model.database import Database
from model.labels import settle_review
from model.likeness import ALIKE, distances, probes, signature
from model.samples import doubt_of, pixels_of, probabilities_of
from model.suspicion import FOLDS, STEPS, Labels, suspicions, train_without
from model.tables import Photo, Sample

AT_ONCE = 100
"""Samples changed in one transaction."""

CANDIDATES = 200
"""Samples with a fitting signature that one is compared with, the oldest ones."""

SAME_PLACE = 0.5
"""Two boxes on one picture are about the same ink from this share on, see `overlap`."""

LEARNED = 20_000
"""Newest labels that the judging networks learn from, 16 MB."""

READ = 2_000
"""Samples read into memory at a time."""


@dataclass(frozen=True)
class Round:
    """What one round did."""

    completed: int
    grouped: int
    """Samples held against their look-alikes."""
    judged: int
    """Labels whose suspicion was worked out."""


def rank(
    database: Database,
    judging: bool = True,
    stopped: Callable[[], bool] = lambda: False,
    steps: int = STEPS,
) -> Round:
    """Run one round; ends early, at a step's end, when `stopped` says so.

    Who judges labels is trained for so many steps.
    """
    completed = repeat(database, complete, stopped)
    grouped = repeat(database, group, stopped)
    judged = judge(database, stopped, steps) if judging and not stopped() else 0
    return Round(completed, grouped, judged)


def repeat(database: Database, step: Callable[[Session], int], stopped: Callable[[], bool]) -> int:
    """Run a step, in transactions of its own, until nothing is left; return how much it did."""
    done = 0
    while not stopped():
        with database.write() as session:
            now = step(session)
        if not now:
            break
        done += now
    return done


def complete(session: Session) -> int:
    """Fill in what samples lack that were stored by an older digitbot; return how many."""
    query = (
        select(Sample)
        .where(Sample.signature.is_(None))
        .options(
            undefer(Sample.pixels),
            selectinload(Sample.predictions),
            joinedload(Sample.photo).joinedload(Photo.contributor),
        )
    )
    samples = session.scalars(query.order_by(Sample.id).limit(AT_ONCE)).all()
    for sample in samples:
        contributor = sample.photo.contributor
        sample.signature = signature(pixels_of(sample))
        sample.contributor_id, sample.source = contributor.id, contributor.source
        if sample.predictions:
            first = min(sample.predictions, key=lambda prediction: prediction.id)
            sample.doubt = doubt_of(probabilities_of(first))
        settle_review(sample)
    return len(samples)


def group(session: Session) -> int:
    """Put new samples into groups of near-duplicates; return how many were looked at.

    A sample like none before it begins a group of its own.
    """
    query = (
        select(Sample)
        .join(Sample.photo)
        .where(kept(), Sample.group_id.is_(None), Sample.signature.is_not(None))
        .options(undefer(Sample.pixels), contains_eager(Sample.photo))
    )
    samples = session.scalars(query.order_by(Sample.id).limit(AT_ONCE)).all()
    for sample in samples:
        sample.group_id = find_same_ink(session, sample) or find_group(session, sample) or sample.id
        session.flush()
    return len(samples)


def find_same_ink(session: Session, sample: Sample) -> int | None:
    """Return the group of the sample at the same place of a photo with the very same bytes.

    Other weights, or a newer digitbot, may have cut it out and read it in another way.
    """
    if not sample.photo.has_original:
        return None
    query = (
        select(Sample)
        .join(Sample.photo)
        .where(
            Photo.sha256 == sample.photo.sha256,
            Photo.id != sample.photo_id,
            Sample.group_id.is_not(None),
        )
    )
    for other in session.scalars(query.order_by(Sample.id).limit(CANDIDATES)):
        if overlap(sample, other) > SAME_PLACE:
            return other.group_id
    return None


def overlap(one: Sample, other: Sample) -> float:
    """Return how much two boxes have in common: intersection over union, 0..1."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    both = max(0, across) * max(0, down)
    areas = [(each.x1 - each.x0) * (each.y1 - each.y0) for each in (one, other)]
    return both / (sum(areas) - both)


def find_group(session: Session, sample: Sample) -> int | None:
    """Return the group that a sample is a near-duplicate of, None if it is like no other."""
    pixels = pixels_of(sample)
    query = select(Sample.group_id, Sample.pixels).where(
        Sample.signature.in_(probes(pixels)), Sample.group_id.is_not(None), Sample.id != sample.id
    )
    rows = session.execute(query.order_by(Sample.id).limit(CANDIDATES)).all()
    if not rows:
        return None
    apart = distances(pixels, stack([row.pixels for row in rows]))
    nearest = int(apart.argmin())
    return rows[nearest].group_id if apart[nearest] < ALIKE else None


def judge(database: Database, stopped: Callable[[], bool], steps: int) -> int:
    """Work out the suspicion of every label that has none; return how many."""
    unjudged = labelled().where(Sample.suspicion.is_(None), Sample.label.is_not(None))
    with database.read() as session:
        if session.execute(unjudged.limit(1)).first() is None:
            return 0
        newest = labelled().where(Sample.label.is_not(None)).order_by(Sample.id.desc())
        known = labels_of(session.execute(newest.limit(LEARNED)).all())
    if not known.are_enough:
        return 0
    judges = []
    for fold in range(FOLDS):  # each takes a second or two
        if stopped():
            return 0
        judges.append(train_without(known, fold, steps))
    judged = 0
    while not stopped():
        with database.read() as session:
            rows = session.execute(unjudged.order_by(Sample.id.desc()).limit(READ)).all()
        if not rows:
            break
        found = suspicions(judges, labels_of(rows))
        for part in range(0, len(rows), AT_ONCE):
            here = slice(part, part + AT_ONCE)
            judged += store(database, rows[here], found[here].tolist())
    return judged


def store(database: Database, rows: Sequence[Row[Any]], found: list[float]) -> int:
    """Store suspicions of labels that are still what they were; return of how many."""
    stored = 0
    with database.write() as session:
        query = select(Sample).where(Sample.id.in_([row.id for row in rows]))
        by_id = {sample.id: sample for sample in session.scalars(query)}
        for row, suspicion in zip(rows, found, strict=True):
            sample = by_id.get(row.id)
            if sample is not None and sample.label == row.label:
                sample.suspicion = round(suspicion, 4)
                settle_review(sample)
                stored += 1
    return stored


def labelled() -> Select[Any]:
    """Return the query for what judging needs to know of kept samples."""
    first = aliased(Sample)  # of its near-duplicates
    ink = func.coalesce(first.photo_id, Sample.photo_id).label("ink")
    query = select(Sample.id, Sample.label, Sample.pixels, ink).join(Sample.photo)
    query = query.outerjoin(first, first.id == Sample.group_id)
    return cast("Select[Any]", query.where(kept()))


def labels_of(rows: Sequence[Row[Any]]) -> Labels:
    """Return the pixels, labels and folds of rows.

    A photo's samples share a fold, and with them their near-duplicates.
    """
    labels = np.array([row.label for row in rows], np.int64)
    folds = np.array([row.ink for row in rows], np.int64) % FOLDS
    return Labels(stack([row.pixels for row in rows]), labels, folds)


def stack(pixels: Sequence[bytes]) -> NDArray[np.uint8]:
    """Return N×784 of N samples' pixels."""
    return np.frombuffer(b"".join(pixels), np.uint8).reshape(-1, 784)
