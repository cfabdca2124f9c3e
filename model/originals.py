"""Originals: the photos as they were received, of which an operator may keep only the newer ones.

The digits cut out of them stay, with all that was said of those. Photos that may not be kept at
all are another matter, see `contributors.forget_expired`.
"""

from __future__ import annotations

import datetime

from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.orm import Session

from model.samples import find_kept_photo
from model.tables import Photo

BATCH = 100
"""Originals that one transaction deletes: others wait for it, and each has up to 20 MB."""


class OriginalGone(LookupError):
    """The photo itself has been deleted, its digits are here; the message says so."""


def has_original() -> ColumnElement[bool]:
    """Return the condition that a photo's image is here; as its index has it, word for word."""
    return Photo.sha256 != literal_column("''")


def drop_originals(session: Session, before: datetime.datetime) -> int:
    """Delete the oldest images of photos that came before a moment, a batch; return how many.

    What another process deletes at the same time is passed over.
    """
    oldest = (
        select(Photo.id)
        .where(has_original(), Photo.received_at <= before)
        .order_by(Photo.received_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(oldest).all()
    if ids:
        session.execute(update(Photo).where(Photo.id.in_(ids)).values(image=b"", sha256=""))
    return len(ids)


def find_original(session: Session, photo_id: int) -> bytes:
    """Return the image of a kept photo; raises `UnknownSample`, `OriginalGone`."""
    photo = find_kept_photo(session, photo_id)
    if not photo.has_original:
        raise OriginalGone(f"The original of photo {photo_id} has been deleted.")
    return photo.image
