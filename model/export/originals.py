"""The photos as they were received, with a table of the digits in them.

A photo whose original has been deleted is in neither; the manifest counts those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.orm import aliased

from model.export.archive import Archive
from model.export.lines import csv_line
from model.export.rows import Source
from model.originals import has_original
from model.tables import NOT_A_DIGIT, Photo, Sample, VersionSample
from model.versions import pseudonym

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/heif": "heic",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
}
BOXES = (
    "file_name", "id", "label", "labelled_by", "x0", "y0", "x1", "y1", "line", "position", "split",
    "contributor",
)  # fmt: skip


def write_originals(source: Source, archive: Archive) -> Iterator[bytes]:
    """Each photo that a sample of the version stands in, then boxes.csv: where, and what it is."""
    for photo_id, media_type in photos_of(source):
        image = source.session.scalar(select(Photo.image).where(Photo.id == photo_id)) or b""
        yield from archive.stored(file_name(photo_id, media_type), image)
    yield from archive.deflated("boxes.csv", boxes(source))


def deleted_originals(source: Source) -> dict[str, Any]:
    """Return what the manifest says of photos that are not in it, and of the digits in them."""
    counts = source.query().with_only_columns(func.count(Photo.id.distinct()), func.count())
    photos, samples = source.session.execute(counts.where(not_(has_original()))).one()
    return {"originals_deleted": photos, "samples_without_original": samples}


def photos_of(source: Source) -> Iterator[tuple[int, str]]:
    """Yield (id, media type) of each photo, by the first of its digits in the version.

    Read by the samples' ids like everything else: to group them by photo sorted the whole version
    for every batch.
    """
    other, listed = aliased(Sample), aliased(VersionSample)
    is_listed = select(listed.sample_id).where(
        listed.version_id == source.version.id,
        listed.sample_id == other.id,
        listed.label < NOT_A_DIGIT,
    )
    earlier = select(other.id).where(
        other.photo_id == Photo.id,
        other.id < Sample.id,
        other.removed_at.is_(None),
        is_listed.exists(),
    )
    query = source.query(Photo.id, Photo.media_type, earlier.exists()).where(has_original())
    for rows in source.batches(query):
        for _, photo, media_type, is_known in rows:
            if not is_known:
                yield photo, media_type


def file_name(photo_id: int, media_type: str) -> str:
    """Return a photo's name: photos/000012.jpg."""
    return f"photos/{photo_id:06}.{ENDINGS.get(media_type, 'bin')}"


def boxes(source: Source) -> Iterator[bytes]:
    """Yield the table of digits; boxes are in pixels of the upright photo."""
    yield csv_line(*BOXES)
    query = source.query(
        VersionSample.label, VersionSample.labelled_by, Sample.x0, Sample.y0, Sample.x1, Sample.y1,
        Sample.line, Sample.position, VersionSample.split, Photo.contributor_id, Photo.id,
        Photo.media_type,
    )  # fmt: skip
    for rows in source.batches(query.where(has_original())):
        for sample, label, by, *place, split, person, photo, media_type in rows:
            yield csv_line(
                file_name(photo, media_type), str(sample), str(label), by or "network",
                *map(str, place), split, pseudonym(source.version, person),
            )  # fmt: skip
