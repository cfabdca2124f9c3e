"""What the pages show of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from admin.words import person
from model.alike import list_alike
from model.samples import probabilities_of
from model.tables import Sample


def describe_all(session: Session, samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return the cards of samples, with their near-duplicates that wait."""
    alike = list_alike(session, samples)
    return [describe(sample, alike.get(sample.id, [])) for sample in samples]


def describe(sample: Sample, alike: Sequence[int] = ()) -> dict[str, Any]:
    """Return what the review shows of a sample, ready for JSON."""
    photo = sample.photo
    first = min(sample.predictions, key=lambda prediction: prediction.id, default=None)
    said = sample.sender_label
    return {
        "id": sample.id,
        "page": url_for("samples.show", sample_id=sample.id),
        "image": url_for("samples.picture", sample_id=sample.id),
        "photo": url_for("samples.photo", photo_id=photo.id),
        "original": photo.has_original,
        "width": photo.width,
        "height": photo.height,
        "box": [sample.x0, sample.y0, sample.x1 - sample.x0, sample.y1 - sample.y0],
        "crop": crop_around(sample),
        "predicted": sample.predicted,
        "confidence": sample.confidence,
        "probabilities": [] if first is None else probabilities_of(first).tolist(),
        "no_digit": 0.0 if first is None else first.no_digit,
        "sender": said,
        "accepts": sample.predicted if said is None else said,
        "suspicion": sample.suspicion or 0.0,
        "flagged": sample.flagged_at is not None,
        "alike": [url_for("samples.picture", sample_id=other) for other in alike],
        "contributor": person(photo.contributor.name),
        "received": photo.received_at.isoformat(timespec="minutes"),
    }


def crop_around(sample: Sample) -> list[int]:
    """Return x, y, width, height of a square around the digit, inside the photo if it fits."""
    side = max(round(2 * max(sample.x1 - sample.x0, sample.y1 - sample.y0)), 24)
    x = crop_start(sample.x0, sample.x1, side, sample.photo.width)
    y = crop_start(sample.y0, sample.y1, side, sample.photo.height)
    return [x, y, side, side]


def crop_start(low: int, high: int, side: int, length: int) -> int:
    """Return where `side` pixels begin that have low..high in their middle, in 0..length."""
    start = (low + high - side) // 2
    if side > length:
        return (length - side) // 2
    return min(max(start, 0), length - side)
