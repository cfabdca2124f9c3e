"""Near-duplicates that wait for review: one decision counts for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.contributors import kept
from model.samples import whole_samples
from model.tables import Sample

ALIKE, ALIKE_IN_ALL = 12, 1000
"""Near-duplicates shown beside a sample, and looked up for a handful of them."""


def list_waiting_alike(session: Session, samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the other kept samples of these samples' groups of near-duplicates that wait."""
    groups = {sample.group_id for sample in samples if sample.group_id is not None}
    if not groups:
        return []
    query = whole_samples().where(
        kept(),
        Sample.group_id.in_(groups),
        Sample.id.not_in([sample.id for sample in samples]),
        still_due(Sample.due),
    )
    return session.scalars(query.order_by(Sample.id)).all()


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
