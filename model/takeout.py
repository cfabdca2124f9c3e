"""All that is kept of one person, as ZIP archives of their photos with JSON beside them."""

from __future__ import annotations

import datetime
import json
import mimetypes
import zipfile
from typing import IO, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from model.export import png
from model.tables import (
    Block,
    Contributor,
    InboxUpdate,
    LabelEvent,
    Photo,
    Prediction,
    Sample,
    Usage,
    VersionSample,
)

LARGEST_PART = 45 * 1024 * 1024
"""Bytes of photos in one archive; a bot may send files of 50 MB, and no photo has more than 20."""


ORIGINAL_GONE = (
    "Photos are deleted here some time after they came, and this one has been; the digits that "
    "were cut out of it are still here."
)


def write_part(
    session: Session,
    bot_id: int,
    user_id: int,
    after: int,
    file: IO[bytes],
    largest: int = LARGEST_PART,
) -> int | None:
    """Write the photos with an id above `after` into an archive, as many as fit.

    The first part, with `after` 0, holds everything else too. Returns the last photo's id, for
    the next part, or None if this was the last.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if after == 0:
            archive.writestr("you.json", as_json(describe_person(session, bot_id, user_id)))
        described: list[dict[str, Any]] = []
        size, last = 0, None
        for photo_id in session.scalars(photo_ids(bot_id, user_id, after)).all():
            photo = session.get_one(Photo, photo_id, options=EVERYTHING)
            size += len(photo.image)
            if described and size > largest:
                break
            described.append(add_photo(session, archive, photo))
            last = photo_id
            session.expunge_all()  # one image in memory at a time
        else:
            last = None
        archive.writestr("photos.json", as_json(described))
    return last


EVERYTHING = (
    undefer(Photo.image),
    joinedload(Photo.album),
)


def photo_ids(bot_id: int, user_id: int, after: int) -> Select[int]:
    """Return the query for the ids of a person's photos, the oldest first."""
    return (
        select(Photo.id)
        .join(Photo.contributor)
        .where(Contributor.bot_id == bot_id, Contributor.user_id == user_id, Photo.id > after)
        .order_by(Photo.id)
    )


def describe_person(session: Session, bot_id: int, user_id: int) -> dict[str, Any]:
    """Return what is known of a person beside their photos, and their messages not yet done."""
    person = session.scalar(select(Contributor).filter_by(bot_id=bot_id, user_id=user_id))
    updates = session.scalars(
        select(InboxUpdate).filter_by(bot_id=bot_id, user_id=user_id).order_by(InboxUpdate.id)
    )
    return {
        "telegram_number": user_id,
        "you": None if person is None else columns(person),
        "messages_lately": maybe_columns(session.get(Usage, (bot_id, user_id))),
        "blocked": maybe_columns(session.get(Block, (bot_id, user_id))),
        "messages_being_handled": [
            columns(row) | {"body": json.loads(row.body) if row.body else None} for row in updates
        ],
    }


def add_photo(session: Session, archive: zipfile.ZipFile, photo: Photo) -> dict[str, Any]:
    """Add a photo and what was cut out of it; return all else that is known of both."""
    folder = f"photos/{photo.id:08d}"
    ending = mimetypes.guess_extension(photo.media_type) or ".bin"
    file = f"{folder}/photo{ending}" if photo.has_original else None
    if file is not None:
        archive.writestr(file, photo.image, zipfile.ZIP_STORED)
    digits = []
    for sample in session.scalars(samples_of(photo)):
        name = f"{folder}/digit-{sample.position:03d}.png"
        archive.writestr(name, png(sample.pixels), zipfile.ZIP_STORED)
        digits.append({"file": name} | describe_sample(session, sample))
    album = None if photo.album is None else photo.album.group_id
    return {
        "file": file,
        **({} if file else {"why_no_file": ORIGINAL_GONE}),
        **columns(photo, without={"image"}),
        "album": album,
        "digits": digits,
    }


def samples_of(photo: Photo) -> Select[Sample]:
    """Return the query for all that was cut out of a photo, also for boxes taken away again."""
    query = select(Sample).where(Sample.photo_id == photo.id).order_by(Sample.position)
    return query.options(
        undefer(Sample.pixels), selectinload(Sample.predictions), selectinload(Sample.events)
    )


def describe_sample(session: Session, sample: Sample) -> dict[str, Any]:
    """Return what is known of a digit: what was read and said, and which data sets have it."""
    versions = select(VersionSample.version_id).where(VersionSample.sample_id == sample.id)
    return {
        **columns(sample, without={"pixels"}),
        "predictions": [
            columns(prediction, without={"probabilities"}) for prediction in sample.predictions
        ],
        "labels": [columns(event) for event in sample.events],
        "in_data_sets": sorted(session.scalars(versions)),
    }


Row = Contributor | Photo | Sample | Prediction | LabelEvent | InboxUpdate | Usage | Block


def columns(row: Row, without: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a row's columns by name; whatever is added to a table is in here too."""
    names = [column.key for column in type(row).__mapper__.column_attrs]
    return {name: getattr(row, name) for name in names if name not in without}


def maybe_columns(row: Row | None) -> dict[str, Any] | None:
    """Return the columns of a row, if there is one."""
    return None if row is None else columns(row)


def as_json(value: Any) -> str:
    """Return JSON for people, moments as ISO 8601."""

    def plain(other: object) -> str:
        return other.isoformat() if isinstance(other, datetime.datetime) else str(other)

    return json.dumps(value, default=plain, ensure_ascii=False, indent=1)
