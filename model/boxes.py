"""Boxes that an operator draws on a photo: read as the reader would have read them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.glyphs import normalize
from model.labels import note_act
from model.lines import Slice
from model.reading import Box, Digit
from model.recognizer import Recognizer, likelier_digits
from model.samples import make_sample
from model.tables import Act, LabelEvent, Photo, Sample
from model.vision import Ink, crop_ink, open_photo

OURS = 0.5
"""A piece belongs to a box that holds this share of its ink; others only reach into it."""

SAME = 0.8
"""Boxes that share so much of their area are one and the same."""


class EmptyBox(ValueError):
    """There is no ink in the box; the message says what to do."""


def read_box(recognizer: Recognizer, data: bytes, box: Box) -> Digit:
    """Read what stands in a box of the upright photo, drawn in tightly around its ink.

    Raises `EmptyBox` where the reader sees no ink, and `UnreadablePhoto`.
    """
    photo = open_photo(data)
    attempt = recognizer.read_best(photo)
    ink = attempt.ink.turned(attempt.turns)
    height, width = photo.pixels.shape[:2]
    inner = turn_box(shrink_box(box, photo.scale, width, height), attempt.turns, width, height)
    slices = slices_in(ink, inner)
    if not slices:
        raise EmptyBox("There is no ink in that box: draw it around a whole digit.")
    tight = bounds(slices)
    pixels = normalize(crop_ink(ink, ink.pieces.labels, slices, tight))
    chances, no_digit = recognizer.network.answers(pixels.reshape(1, 784) / np.float32(255))
    none = float(likelier_digits(no_digit)[0])
    x0, y0, x1, y1 = turn_box(tight, -attempt.turns % 4, *reversed(ink.contrast.shape))
    outer = tuple(round(value * photo.scale) for value in (x0, y0, x1, y1))
    left, top, right, bottom = outer
    digit = int(chances[0].argmax())
    return Digit(
        digit=digit,
        confidence=float(chances[0, digit]) * (1 - none),
        box=(left, top, min(right, photo.width), min(bottom, photo.height)),
        line=0,
        pixels=pixels,
        probabilities=chances[0],
        no_digit=none,
    )


def shrink_box(box: Box, scale: float, width: int, height: int) -> Box:
    """Return a box of the photo in pixels of its working size, at least one wide and high."""
    x0, y0, x1, y1 = (round(value / scale) for value in box)
    x0, y0 = min(max(x0, 0), width - 1), min(max(y0, 0), height - 1)
    return x0, y0, max(min(x1, width), x0 + 1), max(min(y1, height), y0 + 1)


def turn_box(box: Box, turns: int, width: int, height: int) -> Box:
    """Return a box as it stands after so many quarter turns against the clock of its picture."""
    x0, y0, x1, y1 = box
    for _ in range(turns):
        x0, y0, x1, y1 = y0, width - x1, y1, width - x0
        width, height = height, width
    return x0, y0, x1, y1


def slices_in(ink: Ink, box: Box) -> list[Slice]:
    """Return the parts of pieces that belong to a box."""
    x0, y0, x1, y1 = box
    labels = ink.pieces.labels[y0:y1, x0:x1]
    counts = np.bincount(labels.ravel(), minlength=len(ink.pieces) + 1)[1:]
    most = int(counts.max(initial=0))
    found = []
    for piece in np.flatnonzero(counts):
        if counts[piece] >= OURS * ink.pieces.areas[piece] or counts[piece] == most:
            rows, columns = np.nonzero(labels == piece + 1)
            left, top = x0 + int(columns.min()), y0 + int(rows.min())
            right, bottom = x0 + int(columns.max()) + 1, y0 + int(rows.max()) + 1
            found.append(Slice(int(piece), left, top, right, bottom))
    return found


def bounds(slices: Iterable[Slice]) -> Box:
    """Return the smallest box around slices."""
    x0, y0, x1, y1 = zip(*((part.x0, part.y0, part.x1, part.y1) for part in slices), strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def add_box(
    session: Session, photo: Photo, digit: Digit, weights: str, operator: str | None = None
) -> Sample:
    """Store a box's digit as one more sample of its photo, or return the one that is there.

    That `operator` drew it is logged, and can be undone. It stands behind the others, so that what
    the sender was told of them keeps its place.
    """
    session.execute(select(Photo.id).where(Photo.id == photo.id).with_for_update())
    session.expire(photo, ["samples"])
    for other in photo.samples:
        if shared(digit.box, (other.x0, other.y0, other.x1, other.y1)) >= SAME:
            return other
    places = select(func.max(Sample.position)).where(Sample.photo_id == photo.id)
    last = session.scalar(places)  # of a removed one perhaps, which may come back
    sample = make_sample(0 if last is None else last + 1, digit, weights)
    sample.line = nearest_line(photo, digit.box)
    sample.contributor_id, sample.source = photo.contributor_id, photo.contributor.source
    photo.samples.append(sample)
    session.flush()
    note_act(session, sample, Act.DRAW, operator=operator)
    return sample


def drawn_in(session: Session, photo: Photo) -> set[int]:
    """Return the ids of a photo's samples whose boxes an operator drew."""
    query = select(LabelEvent.sample_id).join(LabelEvent.sample)
    query = query.where(Sample.photo_id == photo.id, LabelEvent.act == Act.DRAW)
    return set(session.scalars(query))


def nearest_line(photo: Photo, box: Box) -> int:
    """Return the line of writing of the sample whose middle is nearest in height."""
    middle = box[1] + box[3]
    nearest = min(
        photo.samples, key=lambda sample: abs(sample.y0 + sample.y1 - middle), default=None
    )
    return 0 if nearest is None else nearest.line


def shared(one: Box, other: Box) -> float:
    """Return the area that two boxes share, of the area that they cover: 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)
