"""Lists of samples: which ones, in which order, page by page; bounded however many there are.

Every query looks through an index from where the last page ended, and at no more than `WINDOW`
samples: filters that no index serves are held against those. A page may thus be short, or empty,
and still have a next one.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.samples import of_kept_photo, there, whole_samples
from model.tables import Consent, Contributor, Labeller, Prediction, Sample, Split

WINDOW = 2000
"""Samples looked through for one page."""

MOST_VALUES = 50

SUSPECTED = 0.5
"""Suspicion from which on a label counts as suspected."""

STATUSES: dict[str, ColumnElement[bool]] = {
    "unlabelled": Sample.labelled_by.is_(None),
    "by sender": Sample.labelled_by == Labeller.SENDER,
    "reviewed": Sample.labelled_by == Labeller.OPERATOR,
    "corrected": Sample.label != Sample.predicted,
    "flagged": Sample.flagged_at.is_not(None),
    "suspected": Sample.suspicion >= SUSPECTED,
    "disputed": Sample.sender_label != Sample.operator_label,
}
INDEXED_STATUSES = {"unlabelled", "by sender", "reviewed", "flagged", "suspected"}


class Order(enum.StrEnum):
    """What comes first."""

    WORTH = "worth"  # what is most worth an operator's look
    NEWEST = "newest"
    UNSURE = "unsure"  # what the network was least sure of
    SUREST = "surest"  # of what waits, what least needs a look


class WrongCursor(ValueError):
    """That is not where a page of this list ended."""


@dataclass(frozen=True)
class SampleFilter:
    """Which samples a list shows; None means any."""

    label: int | None = None
    predicted: int | None = None
    sender: int | None = None
    """What the sender says it is."""
    contributor_id: int | None = None
    source: str | None = None
    """Where its contributor comes from."""
    weights: str | None = None
    """Fingerprint of weights that have read it."""
    split: Split | None = None
    status: str | None = None
    """One of `STATUSES`."""
    since: datetime.date | None = None
    until: datetime.date | None = None
    """Days in UTC, both included."""
    least: float | None = None
    most: float | None = None
    """Bounds of the confidence, 0..1, both included."""


@dataclass(frozen=True)
class Page:
    """A part of a list."""

    samples: Sequence[Sample]
    next: str | None
    """Cursor of where the next page starts; None at the end."""


@dataclass(frozen=True)
class Listing:
    """A list of samples: a filter, an order, and only those that wait for review if `due`."""

    chosen: SampleFilter
    order: Order = Order.NEWEST
    due: bool = False

    @property
    def keys(self) -> tuple[InstrumentedAttribute[Any], ...]:
        """The columns it is read by; together they are unique.

        What no index has by worth (few samples, of one person or some days) is read by age.
        """
        by_worth = self.order in (Order.WORTH, Order.SUREST)
        if by_worth and self.due and not self.is_narrow:
            return Sample.worth, Sample.id
        if self.order is Order.UNSURE:
            return Sample.confidence, Sample.id
        if self.chosen.since or self.chosen.until:
            return Sample.created_at, Sample.id
        if self.chosen.status == "flagged":
            return Sample.flagged_at, Sample.id
        if self.chosen.status == "suspected":
            return Sample.suspicion, Sample.id
        return (Sample.id,)

    @property
    def descends(self) -> bool:
        """Whether the greatest key comes first."""
        return self.order not in (Order.UNSURE, Order.SUREST)

    @property
    def is_narrow(self) -> bool:
        """Whether the filter leaves few samples, and has an index of its own."""
        chosen = self.chosen
        return bool(chosen.contributor_id is not None or chosen.since or chosen.until)

    def window(self, cursor: str | None, size: int) -> Select[Any]:
        """Return the query for the keys of the next `size` samples of an index, id last."""
        if self.driven_by_weights():
            number = Prediction.sample_id
            query = select(number.label("id")).where(Prediction.weights == self.chosen.weights)
            if cursor is not None:
                query = query.where(number < self.place(cursor)[0])
            return query.order_by(number.desc()).limit(size)
        query = select(*self.keys).where(*self.indexed_conditions())
        if cursor is not None:
            query = query.where(self.beyond(self.place(cursor)))
        return query.order_by(*self.ordering()).limit(size)

    def ordering(self) -> list[ColumnElement[Any]]:
        """Return what a query for this list is ordered by."""
        return [key.desc() if self.descends else key.asc() for key in self.keys]

    def driven_by_weights(self) -> bool:
        """Whether the index of predictions leads: only there stands which weights read what."""
        return self.chosen.weights is not None and self.keys == (Sample.id,) and not self.due

    def indexed_conditions(self) -> list[ColumnElement[bool]]:
        """Return what narrows the index that this list is read from."""
        chosen = self.chosen
        if self.order is Order.UNSURE:
            return confidence_conditions(chosen)
        if chosen.since or chosen.until:
            return date_conditions(chosen)
        if chosen.contributor_id is not None:
            return given(Sample.contributor_id, chosen.contributor_id)
        if self.due:
            by_worth = self.keys[0] is Sample.worth
            digit = given(Sample.predicted, chosen.predicted) if by_worth else []
            return [Sample.due.is_(True), *digit]
        if chosen.status in INDEXED_STATUSES:
            return [STATUSES[chosen.status]]
        if chosen.source is not None:
            return given(Sample.source, chosen.source)
        return given(Sample.label, chosen.label) or given(Sample.predicted, chosen.predicted)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return all that a sample of this list must meet."""
        chosen = self.chosen
        found = [
            of_kept_photo(),
            *given(Sample.label, chosen.label),
            *given(Sample.predicted, chosen.predicted),
            *given(Sample.sender_label, chosen.sender),
            *given(Sample.contributor_id, chosen.contributor_id),
            *given(Sample.source, chosen.source),
            *date_conditions(chosen),
            *confidence_conditions(chosen),
        ]
        if chosen.split is not None:
            people = select(Contributor.id).where(Contributor.split == chosen.split)
            found.append(Sample.contributor_id.in_(people))
        if chosen.weights is not None:
            read = select(Prediction.id).where(Prediction.sample_id == Sample.id)
            found.append(read.where(Prediction.weights == chosen.weights).exists())
        if chosen.status is not None:
            found.append(STATUSES[chosen.status])
        found.append(Sample.due.is_(True) if self.due else there())
        return found

    def cursor_of(self, keys: Sequence[Any]) -> str:
        """Return the cursor that stands behind a sample with these keys."""
        return "~".join(
            key.isoformat() if isinstance(key, datetime.datetime) else repr(key) for key in keys
        )

    def place(self, cursor: str) -> list[Any]:
        """Return the keys that a cursor stands behind; raises `WrongCursor`."""
        parts = cursor.split("~")
        try:
            return [read_key(part, key) for part, key in zip(parts, self.keys, strict=True)]
        except ValueError as error:
            raise WrongCursor(f"{cursor} is no place in this list") from error

    def beyond(self, place: list[Any]) -> ColumnElement[bool]:
        """Return the condition for what comes after the keys in `place`."""
        if len(place) == 1:
            return Sample.id < int(place[0])
        ours, theirs = tuple_(*self.keys), tuple_(*place)
        if self.descends:
            return ours < theirs
        return ours > theirs


def read_key(text: str, column: InstrumentedAttribute[Any]) -> Any:
    """Return one key of a cursor; raises `ValueError`."""
    if column is Sample.created_at or column is Sample.flagged_at:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(f"{text} has no time zone")
        return moment
    if column is Sample.id:
        number = int(text)
        if not 0 <= number < 2**63:
            raise ValueError(f"{text} is no id")
        return number
    return float(text)


def given(column: InstrumentedAttribute[Any], value: Any) -> list[ColumnElement[bool]]:
    """Return the condition that a column has a value, none where any will do."""
    return [] if value is None else [column == value]


def date_conditions(chosen: SampleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of the days asked for."""
    found = []
    if chosen.since is not None:
        found.append(Sample.created_at >= midnight(chosen.since))
    if chosen.until is not None:
        found.append(Sample.created_at < midnight(chosen.until + datetime.timedelta(days=1)))
    return found


def confidence_conditions(chosen: SampleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of the confidences asked for."""
    found = []
    if chosen.least is not None:
        found.append(Sample.confidence >= chosen.least)
    if chosen.most is not None:
        found.append(Sample.confidence <= chosen.most)
    return found


def midnight(day: datetime.date) -> datetime.datetime:
    """Return the moment a day begins, in UTC."""
    return datetime.datetime.combine(day, datetime.time.min, datetime.UTC)


def page_of_samples(
    session: Session, listing: Listing, cursor: str | None = None, limit: int = 60
) -> Page:
    """Return the samples of a list that come after `cursor`; raises `WrongCursor`.

    Paged by key: samples that arrive meanwhile shift nothing.
    """
    window = listing.window(cursor, WINDOW).subquery()
    query = select(*listing.keys).join(window, window.c.id == Sample.id)
    query = query.where(*listing.conditions()).order_by(*listing.ordering())
    found = session.execute(query.limit(limit + 1)).all()
    end = found[limit - 1] if len(found) > limit else None
    if end is None:
        end = session.execute(listing.window(cursor, WINDOW).offset(WINDOW - 1).limit(1)).first()
    samples = load_samples(session, [row.id for row in found[:limit]])
    return Page(samples, None if end is None else listing.cursor_of(end))


def load_samples(session: Session, sample_ids: Sequence[int]) -> list[Sample]:
    """Return samples with photo and contributor, in the order of their ids given."""
    query = whole_samples().where(Sample.id.in_(sample_ids))
    by_id = {sample.id: sample for sample in session.scalars(query)}
    return [by_id[sample_id] for sample_id in sample_ids if sample_id in by_id]


def list_weights(session: Session) -> list[str]:
    """Return the fingerprints of all weights that have read a sample."""
    return distinct(session, Prediction.weights)


def list_sources(session: Session) -> list[str]:
    """Return the names of where contributors come from."""
    return distinct(session, Sample.source)


def distinct(session: Session, column: InstrumentedAttribute[Any]) -> list[str]:
    """Return the values of an indexed column, at most `MOST_VALUES`.

    Jumps from one to the next in the index, instead of reading through all rows.
    """
    found = select(func.min(column).label("value")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > found.c.value).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    query = select(found.c.value).where(found.c.value.is_not(None)).limit(MOST_VALUES)
    return list(session.scalars(query))


def list_contributors(session: Session, limit: int = 200) -> Sequence[Contributor]:
    """Return the newest contributors of whom something is kept: they said yes."""
    query = select(Contributor).where(
        Contributor.consent == Consent.YES,
        select(Sample.id).where(Sample.contributor_id == Contributor.id).exists(),
    )
    return session.scalars(query.order_by(Contributor.id.desc()).limit(limit)).all()
