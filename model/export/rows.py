"""What an export reads: the rows of one version that are not withdrawn, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from model.contributors import kept
from model.samples import there
from model.tables import NOT_A_DIGIT, Contributor, Photo, Sample, Split, Version, VersionSample
from model.versions import pseudonym

BATCH = 2000
"""Samples that are in memory at a time."""


class Row(NamedTuple):
    """One sample of an export."""

    id: int
    label: int
    labelled_by: str
    predicted: int
    confidence: float
    weights: str
    split: str
    contributor: str
    source: str
    pixels: bytes


@dataclass(frozen=True, eq=False)
class Source:
    """One version, read in one transaction."""

    session: Session
    version: Version
    tell: Callable[[int], None] = lambda _: None
    """Hears how many samples were read, again and again in each pass over them."""

    def query(self, *columns: Any, split: Split | None = None) -> Select[Any]:
        """Return the query for columns of the version's digits, the sample's id first.

        What is no digit has no place in a set of digits, and is left out.
        """
        query = self.whole(VersionSample.sample_id, *columns).where(
            VersionSample.label < NOT_A_DIGIT
        )
        return query if split is None else query.where(VersionSample.split == split)

    def whole(self, *columns: Any) -> Select[Any]:
        """Return the query for columns of all samples of the version that may be kept."""
        return (
            select(*columns)
            .select_from(VersionSample)
            .join(Sample, Sample.id == VersionSample.sample_id)
            .join(Sample.photo)
            .join(Photo.contributor)
            .where(VersionSample.version_id == self.version.id, kept(), there())
        )

    def batches(self, query: Select[Any]) -> Iterator[Any]:
        """Yield a query's rows by the samples' ids, which come first in each row.

        Through a cursor: on PostgreSQL one of the server's, which SQLite's are anyway.
        """
        rows = self.session.execute(
            query.order_by(VersionSample.sample_id),
            execution_options={"stream_results": True, "yield_per": BATCH},
        )
        for batch in rows.partitions():
            yield batch
            self.tell(len(batch))

    def rows(self) -> Iterator[Row]:
        """Yield the whole samples in order."""
        query = self.query(
            VersionSample.label,
            VersionSample.labelled_by,
            VersionSample.predicted,
            VersionSample.confidence,
            VersionSample.weights,
            VersionSample.split,
            Contributor.id,
            Contributor.source,
            Sample.pixels,
        )
        names: dict[int, str] = {}
        for rows in self.batches(query):
            for sample, label, said_by, read, sure, weights, split, person, source, pixels in rows:
                if person not in names:
                    names[person] = pseudonym(self.version, person)
                by = said_by or "network"
                yield Row(
                    sample, label, by, read, sure, weights or "", split, names[person], source,
                    pixels,
                )  # fmt: skip

    def images(self, split: Split | None = None) -> Iterator[bytes]:
        """Yield the samples' pixels, 784 bytes each."""
        for rows in self.batches(self.query(Sample.pixels, split=split)):
            yield b"".join(pixels for _, pixels in rows)

    def labels(self, split: Split | None = None) -> Iterator[bytes]:
        """Yield the samples' labels, one byte each."""
        for rows in self.batches(self.query(VersionSample.label, split=split)):
            yield bytes(label for _, label in rows)

    def splits(self) -> Iterator[list[str]]:
        """Yield the samples' splits."""
        for rows in self.batches(self.query(VersionSample.split)):
            yield [split for _, split in rows]

    def count(self, column: Any) -> dict[Any, int]:
        """Return how many digits there are for each value of a column."""
        counted = self.query().with_only_columns(column, func.count()).group_by(column)
        return dict(self.session.execute(counted).all())

    def count_by_split(self) -> dict[Split, int]:
        """Return how many digits each split has."""
        found = self.count(VersionSample.split)
        return {split: found.get(split, 0) for split in Split}

    def facts(self) -> dict[str, Any]:
        """Return what a manifest says of the version, whatever the format."""
        by_label, by_split = self.count(VersionSample.label), self.count_by_split()
        refused = self.whole(func.count()).where(VersionSample.label == NOT_A_DIGIT)
        return {
            "version": self.version.id,
            "frozen_at": self.version.frozen_at.isoformat(),
            "which": self.version.which.value,
            "samples": sum(by_split.values()),
            "labels": {str(digit): by_label.get(digit, 0) for digit in range(10)},
            "splits": {split.value: count for split, count in by_split.items()},
            "no_digit_left_out": self.session.scalar(refused) or 0,
            "withdrawn": list(self.withdrawn()),
        }

    def withdrawn(self) -> Iterator[int]:
        """Yield the numbers of samples that were frozen and may no longer be handed out.

        Who holds an older export of the version learns here what to delete from it.
        """
        query = (
            select(VersionSample.sample_id)
            .outerjoin(Sample, Sample.id == VersionSample.sample_id)
            .outerjoin(Sample.photo)
            .where(VersionSample.version_id == self.version.id, gone())
        )
        for rows in self.batches(query):
            yield from (sample for (sample,) in rows)


def gone() -> ColumnElement[bool]:
    """Return the condition that a sample is deleted, or its photo may not be kept any more."""
    return or_(Sample.id.is_(None), ~there(), Photo.expires_at.is_not(None))
