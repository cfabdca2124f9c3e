"""Samples: stored with their photo, found again if they may be kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager, selectinload, undefer

from model.contributors import PENDING_WINDOW, kept
from model.database import utc_now
from model.likeness import signature
from model.reading import Digit, Reading
from model.tables import Consent, Contributor, Photo, Prediction, Sample


class UnknownSample(LookupError):
    """There is no such sample (any more)."""


@dataclass(frozen=True)
class PhotoKey:
    """What makes a photo the same photo, however often Telegram delivers it."""

    bot_id: int
    chat_id: int
    message_id: int


KNOWN = select(Photo).where(
    Photo.bot_id == bindparam("of_bot"),
    Photo.chat_id == bindparam("chat"),
    Photo.message_id == bindparam("message"),
)


def find_photo(session: Session, key: PhotoKey) -> Photo | None:
    """Return the photo if it is stored already."""
    which = {"of_bot": key.bot_id, "chat": key.chat_id, "message": key.message_id}
    return session.scalar(KNOWN, which)


def store_photo(
    session: Session,
    key: PhotoKey,
    contributor: Contributor,
    image: bytes,
    reading: Reading,
    weights: str,
) -> Photo:
    """Store a photo with the samples found in it and what `weights` say of them.

    Where none was found, what came nearest to a digit is stored as one that nobody is shown: until
    the sender says what it is, see `find_missed`.
    Without the contributor's yes it gets the pending window. Storing the same key twice returns
    what is there.
    """
    photo = find_photo(session, key)
    if photo is not None:
        return photo
    pending = contributor.consent is not Consent.YES
    photo = Photo(
        bot_id=key.bot_id,
        chat_id=key.chat_id,
        message_id=key.message_id,
        contributor=contributor,
        album=None,
        media_type=reading.media_type,
        width=reading.width,
        height=reading.height,
        sha256=hashlib.sha256(image).hexdigest(),
        expires_at=utc_now() + PENDING_WINDOW if pending else None,
        image=image,
    )
    session.add(photo)
    for position, digit in enumerate(reading.digits):
        sample = make_sample(position, digit, weights)
        sample.contributor_id, sample.source = contributor.id, contributor.source
        photo.samples.append(sample)
    session.flush()
    if reading.missed is not None and not reading.digits:
        hide_sample(session, photo, make_sample(0, reading.missed, weights))
    return photo


def hide_sample(session: Session, photo: Photo, sample: Sample) -> None:
    """Store a sample that is shown nowhere, and waits for no operator."""
    sample.photo_id, sample.removed_at, sample.due = photo.id, utc_now(), False
    sample.contributor_id, sample.source = photo.contributor_id, photo.contributor.source
    session.add(sample)
    session.flush()


def find_missed(session: Session, photo: Photo) -> Sample | None:
    """Return what came nearest to a digit in a photo in which none was read.

    Nobody has said anything of it yet: a label makes it a sample like any other.
    """
    query = select(Sample).where(Sample.photo_id == photo.id, Sample.removed_at.is_not(None))
    return session.scalar(query.where(~Sample.events.any()).limit(1))


def make_sample(position: int, digit: Digit, weights: str) -> Sample:
    """Return the sample for one digit of a reading, with what `weights` say of it."""
    x0, y0, x1, y1 = digit.box
    prediction = Prediction(
        weights=weights,
        digit=digit.digit,
        confidence=digit.confidence,
        no_digit=digit.no_digit,
        probabilities=digit.probabilities.astype("<f4").tobytes(),
    )
    doubt = doubt_of(digit.probabilities)
    return Sample(
        position=position,
        line=digit.line,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        predicted=digit.digit,
        confidence=digit.confidence,
        doubt=doubt,
        worth=doubt,
        signature=signature(digit.pixels),
        pixels=digit.pixels.tobytes(),
        predictions=[prediction],
        events=[],
    )


def doubt_of(probabilities: NDArray[np.float32]) -> float:
    """Return 1 minus the margin between the two likeliest of 10 digits: 0 sure, 1 a tie."""
    second, first = np.partition(probabilities, -2)[-2:]
    return float(1 - (first - second))


# --- finding


def find_sample(session: Session, sample_id: int) -> Sample:
    """Return a sample with its photo and contributor, but no image; raises `UnknownSample`."""
    sample = session.scalar(whole_samples().where(Sample.id == sample_id))
    if sample is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return sample


def find_kept_sample(session: Session, sample_id: int) -> Sample:
    """Return a sample, with events and predictions, that may be kept; raises `UnknownSample`.

    Who hasn't said yes to keeping a photo hasn't said yes to an operator's looking at it.
    """
    query = with_details(whole_samples()).where(kept(), Sample.id == sample_id)
    sample = session.scalar(query)
    if sample is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return sample


def find_pixels(session: Session, sample_id: int) -> bytes:
    """Return what the network saw of a kept sample, 784 bytes; raises `UnknownSample`."""
    query = select(Sample.pixels).join(Sample.photo)
    pixels = session.scalar(query.where(kept(), there(), Sample.id == sample_id))
    if pixels is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return pixels


def find_kept_photo(session: Session, photo_id: int) -> Photo:
    """Return a kept photo, whose image is read when it is asked for; raises `UnknownSample`."""
    photo = session.scalar(select(Photo).where(kept(), Photo.id == photo_id))
    if photo is None:
        raise UnknownSample(f"There is no photo {photo_id}; it may have been deleted.")
    return photo


def samples_with_pixels(session: Session, photo_id: int) -> list[Sample]:
    """Return the samples of a photo with what the network saw of each."""
    query = select(Sample).options(undefer(Sample.pixels)).where(there())
    return list(session.scalars(query.where(Sample.photo_id == photo_id)))


def whole_samples() -> Select[Sample]:
    """Return the query for samples with their photo and contributor, no image among it."""
    return (
        select(Sample)
        .join(Sample.photo)
        .join(Photo.contributor)
        .where(there())
        .options(contains_eager(Sample.photo).contains_eager(Photo.contributor))
    )


def of_kept_photo() -> ColumnElement[bool]:
    """Return the condition that a sample's photo may be kept, like `contributors.kept`.

    The few that may not stand in an index: no photo's row, large as they are, is touched.
    """
    return Sample.photo_id.not_in(select(Photo.id).where(Photo.expires_at.is_not(None)))


def there() -> ColumnElement[bool]:
    """Return the condition that a sample's box has not been taken away."""
    return Sample.removed_at.is_(None)


def with_details(query: Select[Sample]) -> Select[Sample]:
    """Load the events and predictions along, in one query each."""
    return with_predictions(query).options(selectinload(Sample.events))


def with_predictions(query: Select[Sample]) -> Select[Sample]:
    """Load the predictions along, with all their probabilities."""
    return query.options(selectinload(Sample.predictions))


# --- what is in them


def pixels_of(sample: Sample) -> NDArray[np.uint8]:
    """Return what the network saw: 28x28 uint8."""
    return np.frombuffer(sample.pixels, np.uint8).reshape(28, 28)


def probabilities_of(prediction: Prediction) -> NDArray[np.float32]:
    """Return a prediction's 10 probabilities, float32."""
    return np.frombuffer(prediction.probabilities, "<f4")
