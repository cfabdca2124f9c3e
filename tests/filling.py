"""Fills a database as the bot does, without a bot and without a reader."""

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from model.contributors import meet_contributor, record_consent
from model.database import Database, utc_now
from model.reading import Digit, Reading
from model.samples import PhotoKey, store_photo
from model.tables import Consent, Contributor, InboxState, InboxUpdate, Split

WEIGHTS = "fingerprint"
"""Of the weights that predicted everything here."""


@cache
def drawn_photo(text: str = "7", size: tuple[int, int] = (320, 240)) -> bytes:
    """Return a JPEG of dark strokes on light paper."""
    image = Image.new("RGB", size, "#e8e4da")
    ImageDraw.Draw(image).text((60, 40), text, fill="#223", font_size=120)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def made_reading(digits: list[int], confidence: float = 0.9) -> Reading:
    """Return a reading that says `digits`, with pixels that differ."""
    found = []
    for position, digit in enumerate(digits):
        chances = np.full(10, (1 - confidence) / 9, np.float32)
        chances[digit] = confidence
        pixels = np.zeros((28, 28), np.uint8)
        pixels[4 + digit : 24, 8 + position : 14 + position] = 200 + digit
        left = 60 + 70 * position
        box = (left, 60, left + 60, 160)
        found.append(Digit(digit, confidence, box, 0, pixels, chances, 0.02))
    return Reading(tuple(found), 320, 240, "image/jpeg")


def made_digit(
    value: int, confidence: float = 0.9, box: tuple[int, int, int, int] = (0, 0, 9, 9)
) -> Digit:
    """Return a digit of which nothing else matters."""
    pixels, chances = np.zeros((28, 28), np.uint8), np.full(10, 0.1, np.float32)
    return Digit(value, confidence, box, 0, pixels, chances, 0.0)


def set_aside(
    number: int = 1, error: str = "why", person: int | None = None, body: str = "{}"
) -> InboxUpdate:
    """Return an update of a person's that could not be handled."""
    return InboxUpdate(
        bot_id=1, update_id=number, digest="", chat_id=person, user_id=person,
        state=InboxState.ASIDE, attempts=5, error=error, finished_at=utc_now(), body=body,
    )  # fmt: skip


@dataclass
class Store:
    """Puts photos into a database as the bot does."""

    database: Database
    messages: int = 0

    def contributor(
        self,
        user_id: int,
        consent: Consent = Consent.YES,
        split: Split = Split.TRAIN,
        name: str = "Ada",
    ) -> int:
        with self.database.write() as session:
            person = meet_contributor(session, 1, user_id, name)
            person.split = split
            record_consent(session, person, consent)
            return person.id

    def photo(
        self,
        contributor_id: int,
        digits: list[int],
        image: bytes | None = None,
        confidence: float = 0.9,
    ) -> list[int]:
        """Store a photo, unlike all others if not given, and return its samples' ids."""
        self.messages += 1
        image = image or drawn_photo() + b"%d" % self.messages  # what follows a JPEG is no matter
        with self.database.write() as session:
            contributor = session.get_one(Contributor, contributor_id)
            key = PhotoKey(1, contributor.user_id, self.messages)
            reading = made_reading(digits, confidence)
            photo = store_photo(session, key, contributor, image, reading, WEIGHTS)
            return [sample.id for sample in photo.samples]
