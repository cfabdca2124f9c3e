"""Albums: photos that were sent together, and are answered together."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import Session

from model.tables import AlbumPhoto, Photo


def join_album(session: Session, photo: Photo, group_id: str) -> None:
    """Note that a photo is one of an album; noting it again changes nothing."""
    if photo.album is None:
        photo.album = AlbumPhoto(group_id=group_id)
        session.flush()


def in_same_album(query: Select[Photo], photo: Photo) -> Select[Photo]:
    """Narrow a query of photos down to those of this photo's album, in the order they were sent."""
    if photo.album is None:
        return query.where(Photo.id == photo.id)
    return (
        query.join(AlbumPhoto)
        .where(
            Photo.bot_id == photo.bot_id,
            Photo.chat_id == photo.chat_id,
            AlbumPhoto.group_id == photo.album.group_id,
        )
        .order_by(Photo.message_id)
    )
