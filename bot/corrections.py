"""What a sender may do to their own photos: label, confirm, correct by text, undo."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from bot.captions import first_prediction
from bot.keyboards import photo_pressed
from bot.messages import Refused, TextSent
from model.albums import in_same_album
from model.alignment import align
from model.database import utc_now
from model.labels import label_sample, sender_label, undo_cause
from model.samples import find_missed, probabilities_of, there
from model.tables import Contributor, LabelEvent, Labeller, Photo, Sample

CORRECTABLE = datetime.timedelta(minutes=10)
"""How long a bare "407" corrects the sender's newest photo; a reply may come any time."""

CAUSE = "inbox:"


def whole_photos() -> Select[Photo]:
    """Return the query for photos with all that an answer needs, but without the image."""
    samples = selectinload(Photo.samples)
    return select(Photo).options(
        joinedload(Photo.contributor),
        joinedload(Photo.album),
        samples.options(
            undefer(Sample.pixels), selectinload(Sample.events), selectinload(Sample.predictions)
        ),
    )


def album_photos(photo: Photo) -> Select[Photo]:
    """Return the query for all photos of a photo's album; for itself where it came alone."""
    return in_same_album(whole_photos(), photo)


def own_photo(session: Session, bot_id: int, user_id: int, photo_id: int) -> Photo:
    """Return a photo of this person; raises `Refused`."""
    photo = session.scalar(whole_photos().where(Photo.id == photo_id, Photo.bot_id == bot_id))
    if photo is None:
        raise Refused(lambda texts: texts.gone)
    if photo.contributor.user_id != user_id:
        raise Refused(lambda texts: texts.not_yours)
    return photo


def own_sample(session: Session, bot_id: int, user_id: int, sample_id: int) -> Sample:
    """Return a sample in a photo of this person; raises `Refused`."""
    photo_id = session.scalar(select(Sample.photo_id).where(Sample.id == sample_id, there()))
    if photo_id is None:
        raise Refused(lambda texts: texts.gone)
    return sample_in(own_photo(session, bot_id, user_id, photo_id), sample_id)


def sample_in(photo: Photo, sample_id: int) -> Sample:
    """Return a sample in a photo; raises `Refused` where it went since it was last looked for."""
    for sample in photo.samples:
        if sample.id == sample_id:
            return sample
    raise Refused(lambda texts: texts.gone)


def say_label(session: Session, sample: Sample, label: int, row_id: int) -> None:
    """Store what the sender says a sample is; saying it again changes nothing."""
    if sender_label(sample) != label:
        label_sample(session, sample, label, Labeller.SENDER, f"{CAUSE}{row_id}")


def confirm_rest(session: Session, photo: Photo, row_id: int) -> None:
    """Store that all digits the sender hasn't labelled were read right."""
    for sample in photo.samples:
        if sender_label(sample) is None:
            say_label(session, sample, sample.predicted, row_id)


def correct_all(session: Session, photo: Photo, typed: Sequence[int], row_id: int) -> None:
    """Store what the sender typed as the labels of all digits found; see `check_correction`."""
    if not photo.samples:
        label_missed(session, photo, typed, row_id)
        return
    predictions = [first_prediction(sample) for sample in photo.samples]
    labels = align(
        np.stack([probabilities_of(prediction) for prediction in predictions]),
        np.array([prediction.no_digit for prediction in predictions], np.float32),
        typed,
    )
    for sample, label in zip(photo.samples, labels, strict=True):
        say_label(session, sample, label, row_id)


def label_missed(session: Session, photo: Photo, typed: Sequence[int], row_id: int) -> None:
    """Store what the sender typed as the label of what was taken for no digit."""
    missed = find_missed(session, photo)
    if missed is not None:
        say_label(session, missed, typed[0], row_id)
        session.flush()
        session.expire(photo, ["samples"])  # it is one of them from now on


def check_correction(session: Session, photo: Photo, user_id: int, typed: Sequence[int]) -> None:
    """Raise `Refused` where the digits typed can't correct the photo.

    Where nothing was read they can, if it is one digit and there was something to read.
    """
    found = len(photo.samples)
    if photo.contributor.user_id != user_id:
        raise Refused(lambda texts: texts.not_yours)
    if found == 0 and len(typed) == 1 and find_missed(session, photo) is not None:
        return
    if found == 0:
        raise Refused(lambda texts: texts.nothing_to_correct)
    if len(typed) > found:
        raise Refused(
            lambda texts: (
                texts.text_too_long_one if found == 1 else texts.text_too_long.format(count=found)
            )
        )


def undo(session: Session, photo: Photo, row_id: int) -> None:
    """Take back what the update in an inbox row said; undoing it again changes nothing."""
    undo_cause(session, photo, f"{CAUSE}{row_id}")


def newest_cause(photos: Sequence[Photo]) -> int | None:
    """Return the inbox row of the newest standing label by the sender of these photos."""
    events = [event for photo in photos for sample in photo.samples for event in sample.events]
    for event in sorted(events, key=lambda event: event.id, reverse=True):
        if event.labelled_by is Labeller.SENDER and event.undone_at is None and event.cause:
            return int(event.cause.removeprefix(CAUSE))
    return None


def read_digits(text: str) -> list[int] | None:
    """Return the digits of a text made of nothing else but white space."""
    bare = "".join(text.split())
    return [int(digit) for digit in bare] if re.fullmatch("[0-9]+", bare) else None


def photo_to_correct(session: Session, bot_id: int, message: TextSent, row_id: int) -> Photo | None:
    """Return the photo that a text of digits is about.

    The one it corrected already; else the one it replies to, or whose answer it replies to; else,
    if it replies to nothing, the sender's newest in this chat that came within the last minutes.
    Raises `Refused` where that is one of an album, and the text doesn't say which.
    """
    here = whole_photos().where(Photo.bot_id == bot_id, Photo.chat_id == message.chat_id)
    caused = select(Sample.photo_id).join(Sample.events)
    done = here.where(Photo.id.in_(caused.where(LabelEvent.cause == f"{CAUSE}{row_id}")))
    found = session.scalar(done)
    if found is not None:
        return found
    if message.reply_to is not None:
        replied = or_(
            Photo.message_id == message.reply_to, Photo.reply_message_id == message.reply_to
        )
        found = session.scalar(here.where(replied).order_by(Photo.id.desc()).limit(1))
    if found is None and message.button:  # an answer that was sent, but never noted
        photo_id, sample_id = photo_pressed(message.button)
        sampled = select(Sample.photo_id).where(Sample.id == sample_id)
        found = session.scalar(here.where(or_(Photo.id == photo_id, Photo.id.in_(sampled))))
    if found is None and message.private and message.reply_to is None:
        recent = here.join(Photo.contributor).where(
            Contributor.user_id == message.sender.user_id,
            Photo.received_at > utc_now() - CORRECTABLE,
        )
        found = session.scalar(recent.order_by(Photo.id.desc()).limit(1))
    if found is None or found.album is None or found.message_id == message.reply_to:
        return found
    return chosen_in_album(session, found, message)


def chosen_in_album(session: Session, photo: Photo, message: TextSent) -> Photo:
    """Return the photo of an album that a text is about; raises `Refused` where it isn't said.

    The text says it by replying to the album's answer while that shows a single photo.
    """
    photos = session.scalars(album_photos(photo)).all()
    _, sample_id = photo_pressed(message.button)
    for found in photos:
        if len(photos) == 1 or sample_id in [sample.id for sample in found.samples]:
            return found
    raise Refused(lambda texts: texts.which_photo)
