"""Versions of the data set: frozen, numbered, and the same for ever but for what is withdrawn."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, text
from sqlalchemy.orm import Session

from model.contributors import kept
from model.samples import of_kept_photo, there
from model.tables import (
    Contributor,
    Labeller,
    Photo,
    Prediction,
    Sample,
    Split,
    Version,
    VersionSample,
    Which,
)


class UnknownVersion(LookupError):
    """There is no version of this number; the message says which there are."""


def freeze_version(session: Session, which: Which = Which.LABELLED) -> Version:
    """Freeze the samples as they are now and return the new version.

    One statement of one transaction: all samples are seen at the same moment. PostgreSQL's
    writers are made to wait as SQLite's do, so that none commits a label of before afterwards.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE label_events, predictions IN SHARE MODE"))
    version = Version(which=which, pseudonym_key=secrets.token_hex(16))
    session.add(version)
    session.flush()
    columns = [column.name for column in VersionSample.__table__.columns]
    session.execute(insert(VersionSample).from_select(columns, frozen_samples(version.id, which)))
    counts = count_by_split(session, version.id)
    version.train, version.validation, version.test = (counts[split] for split in Split)
    version.samples = sum(counts.values())
    session.flush()
    return version


def frozen_samples(version_id: int, which: Which) -> Select[Any]:
    """Return the query for what a version's rows hold, in the order of the table's columns."""
    predicted_by = (
        select(Prediction.weights)
        .where(Prediction.sample_id == Sample.id)
        .order_by(Prediction.id)
        .limit(1)
        .scalar_subquery()
    )
    label = func.coalesce(Sample.label, Sample.predicted)
    query = (
        select(
            text(str(version_id)),
            Sample.id,
            label,
            Sample.labelled_by,
            Contributor.split,
            Sample.predicted,
            Sample.confidence,
            predicted_by,
        )
        .join(Sample.photo)
        .join(Photo.contributor)
    )
    return query.where(kept(), there(), *conditions(which))


def conditions(which: Which) -> list[ColumnElement[bool]]:
    """Return what a sample must meet beside consent."""
    if which is Which.LABELLED:
        return [Sample.labelled_by.is_not(None)]
    if which is Which.REVIEWED:
        return [Sample.labelled_by == Labeller.OPERATOR]
    return []


def count_by_split(session: Session, version_id: int) -> dict[Split, int]:
    """Return how many samples a version held when it was frozen, for each split."""
    query = select(VersionSample.split, func.count()).where(VersionSample.version_id == version_id)
    found = dict(session.execute(query.group_by(VersionSample.split)).all())
    return {split: found.get(split, 0) for split in Split}


def count_to_freeze(session: Session, which: Which) -> int:
    """Return how many samples a version frozen now would hold."""
    query = select(func.count()).select_from(Sample)
    return session.scalar(query.where(of_kept_photo(), there(), *conditions(which))) or 0


def find_version(session: Session, number: int | None = None) -> Version:
    """Return the version of this number, by default the newest; raises `UnknownVersion`."""
    newest = session.scalar(select(func.max(Version.id)))
    if newest is None:
        raise UnknownVersion("No version is frozen yet: run `digitbot freeze`.")
    version = session.get(Version, newest if number is None else number)
    if version is None:
        raise UnknownVersion(f"There is no version {number}; the newest is {newest}.")
    return version


def list_versions(session: Session, limit: int = 50) -> Sequence[Version]:
    """Return the newest versions, the newest first."""
    return session.scalars(select(Version).order_by(Version.id.desc()).limit(limit)).all()


def pseudonym(version: Version, contributor_id: int) -> str:
    """Return what a contributor is called in one version, and in no other.

    From a key that only this database has, so that it leads to nobody by itself. It keeps no two
    versions apart: their samples have the same numbers, by which what is withdrawn is named, and
    the same pixels. Who holds both can tell which pseudonyms are one person's.
    """
    key, message = version.pseudonym_key.encode(), str(contributor_id).encode()
    return "p" + hmac.new(key, message, hashlib.sha256).hexdigest()[:12]
