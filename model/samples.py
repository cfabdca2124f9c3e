"""Samples: stored with their photo, labelled by senders and operators."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from model.contributors import PENDING_WINDOW
from model.database import utc_now
from model.likeness import signature
from model.recognizer import Digit, Reading
from model.tables import (
    NOT_A_DIGIT,
    Consent,
    Contributor,
    LabelEvent,
    Labeller,
    Photo,
    Prediction,
    Sample,
)


class UnknownSample(LookupError):
    """There is no such sample (any more)."""


@dataclass(frozen=True)
class PhotoKey:
    """What makes a photo the same photo, however often Telegram delivers it."""

    bot_id: int
    chat_id: int
    message_id: int


def find_photo(session: Session, key: PhotoKey) -> Photo | None:
    """Return the photo if it is stored already."""
    return session.scalar(
        select(Photo).filter_by(bot_id=key.bot_id, chat_id=key.chat_id, message_id=key.message_id)
    )


def store_photo(
    session: Session,
    key: PhotoKey,
    contributor: Contributor,
    image: bytes,
    reading: Reading,
    weights: str,
) -> Photo:
    """Store a photo with the samples found in it and what `weights` say of them.

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
        contributor_id=contributor.id,
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
    return photo


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
    )


def doubt_of(probabilities: NDArray[np.float32]) -> float:
    """Return 1 minus the margin between the two likeliest of 10 digits: 0 sure, 1 a tie."""
    second, first = np.partition(probabilities, -2)[-2:]
    return float(1 - (first - second))


def find_sample(session: Session, sample_id: int) -> Sample:
    """Return a sample with its photo and contributor, but no image; raises `UnknownSample`."""
    sample = session.scalar(whole_samples().where(Sample.id == sample_id))
    if sample is None:
        raise UnknownSample(f"There is no sample {sample_id}; it may have been deleted.")
    return sample


def whole_samples() -> Select[Sample]:
    """Return the query for samples with their photo and contributor, no image among it."""
    return (
        select(Sample)
        .join(Sample.photo)
        .join(Photo.contributor)
        .options(contains_eager(Sample.photo).contains_eager(Photo.contributor))
    )


def label_sample(
    session: Session,
    sample: Sample,
    label: int,
    labelled_by: Labeller,
    cause: str | None = None,
    operator: str | None = None,
) -> None:
    """Append the event that somebody says what a sample is: 0-9 or `NOT_A_DIGIT`.

    `cause` names what made it happen; the same cause labels a sample once, so that handling an
    update again changes nothing. `operator` is the login that said it, who may step back.
    """
    if not 0 <= label <= NOT_A_DIGIT:
        raise ValueError(f"{label} is no label: it should be 0 to 9, or 10 for no digit")
    lock_sample(session, sample)
    if cause is not None and any(event.cause == cause for event in sample.events):
        return
    sample.events.append(
        LabelEvent(label=label, labelled_by=labelled_by, cause=cause, operator=operator)
    )
    if labelled_by is Labeller.OPERATOR:
        sample.flagged_at = None
    session.flush()
    settle_label(sample)


def undo_label(session: Session, sample: Sample, labelled_by: Labeller) -> bool:
    """Undo the newest standing label of `labelled_by`; return whether there was one."""
    lock_sample(session, sample)
    for event in reversed(sample.events):
        if event.labelled_by is labelled_by and event.undone_at is None:
            event.undone_at = utc_now()
            settle_label(sample)
            session.flush()
            return True
    return False


def undo_cause(session: Session, photo: Photo, cause: str) -> bool:
    """Undo every label of a photo that `cause` made; return whether one was still standing."""
    undone = False
    for sample in photo.samples:
        lock_sample(session, sample)
        for event in sample.events:
            if event.cause == cause and event.undone_at is None:
                event.undone_at = utc_now()
                undone = True
        settle_label(sample)
    session.flush()
    return undone


def lock_sample(session: Session, sample: Sample) -> None:
    """Wait for whoever is labelling this sample, then see their events too.

    SQLite's writers wait for each other anyway; PostgreSQL's do at this row.
    """
    session.flush()
    session.execute(select(Sample.id).where(Sample.id == sample.id).with_for_update())
    session.expire(sample, ["events"])


def settle_label(sample: Sample) -> None:
    """Set what the sample repeats of its events: an operator's before a sender's, the newest."""
    newest: dict[Labeller, int] = {}
    for event in sorted(sample.events, key=lambda event: event.id):
        if event.undone_at is None:
            newest[event.labelled_by] = event.label
    sample.sender_label = newest.get(Labeller.SENDER)
    sample.operator_label = newest.get(Labeller.OPERATOR)
    before = sample.label
    sample.label, sample.labelled_by = sample.sender_label, None
    if sample.sender_label is not None:
        sample.labelled_by = Labeller.SENDER
    if sample.operator_label is not None:
        sample.label, sample.labelled_by = sample.operator_label, Labeller.OPERATOR
    if sample.label != before:
        sample.suspicion = None  # it was another label's
    settle_review(sample)


def settle_review(sample: Sample) -> None:
    """Set whether a sample waits for an operator, and what it is worth to look at it.

    The worth adds up, each 0..1: that sender and network disagree, how near the two likeliest
    digits are, and how much its label is suspected to be wrong.
    """
    sample.due = sample.operator_label is None and sample.flagged_at is None
    disagreement = sample.sender_label not in (None, sample.predicted)
    sample.worth = disagreement + (sample.doubt or 0.0) + (sample.suspicion or 0.0)


def pixels_of(sample: Sample) -> NDArray[np.uint8]:
    """Return what the network saw: 28x28 uint8."""
    return np.frombuffer(sample.pixels, np.uint8).reshape(28, 28)


def probabilities_of(prediction: Prediction) -> NDArray[np.float32]:
    """Return a prediction's 10 probabilities, float32."""
    return np.frombuffer(prediction.probabilities, "<f4")
