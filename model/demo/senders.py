"""Invented people who send photos of drawn digits, as the bot takes them in."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from model.contributors import meet_contributor, record_consent
from model.database import Database, utc_now
from model.labels import label_sample
from model.limits import count_message
from model.paper.pen import Hand, random_hand
from model.paper.sheet import Sheet, make_sheet, random_conditions
from model.paper.strokes import draw_digit, draw_other
from model.recognizer import Recognizer
from model.samples import PhotoKey, store_photo
from model.tables import NOT_A_DIGIT, Consent, Labeller, Photo, Sample, Split

NAMES = (
    "Ada", "Bartosz", "Chiara", "Deniz", "Emma", "Femi", "Giulia", "Hannah", "Ikram", "Jonas",
    "Katarzyna", "Luca", "Mei", "Noor", "Olga", "Pedro", "Quynh", "Rosa", "Samir", "Tove", "Uwe",
    "Věra", "Wanjiru", "Xenia", "Yusuf", "Zoë",
)  # fmt: skip
BOT = 1
"""Whom they write to."""
DAYS = 45
"""Over so many days they send."""
TAPS, REVIEWED, SLIPS = 0.75, 0.4, 0.02
"""How often a sender says what it is, an operator looks too, and a sender errs."""
SPLITS = (*[Split.TRAIN] * 6, Split.VALIDATION, Split.TEST)
NONE = 0.06
"""How often somebody writes what is no digit."""


@dataclass
class Person:
    """An invented contributor."""

    name: str
    user_id: int
    split: Split
    hand: Hand
    sent: int = 0


def send_photos(
    database: Database,
    recognizer: Recognizer,
    samples: int,
    tell: Callable[[int], None],
    rng: np.random.Generator,
) -> None:
    """Have people send photos until there are at least so many samples, more every day."""
    people = [
        Person(name, 1000 + number, SPLITS[number % len(SPLITS)], random_hand(rng))
        for number, name in enumerate(NAMES)
    ]
    made = 0
    while made < samples:
        day = DAYS * min(made / samples, 1.0) ** 0.7
        at = first_day() + datetime.timedelta(days=day, minutes=float(rng.uniform(0, 300)))
        found = send(database, recognizer, people[int(rng.integers(len(people)))], at, rng)
        tell(found)
        made += max(found, 1)  # a photo in which nothing is found brings the end nearer, too


def first_day() -> datetime.datetime:
    """Return when the first of them sent something; the last did just now."""
    return utc_now() - datetime.timedelta(days=DAYS, hours=5)


def send(
    database: Database,
    recognizer: Recognizer,
    person: Person,
    at: datetime.datetime,
    rng: np.random.Generator,
) -> int:
    """Have a person send a photo and say what stands in it; return how many digits were found."""
    sheet = write(person, rng)
    reading = recognizer.read(sheet.jpeg)
    with database.write() as session:
        contributor = meet_contributor(session, BOT, person.user_id, person.name)
        contributor.split = person.split
        record_consent(session, contributor, Consent.YES)
        count_message(session, BOT, person.user_id, at)
        person.sent += 1
        key = PhotoKey(BOT, person.user_id, person.sent)
        photo = store_photo(session, key, contributor, sheet.jpeg, reading, recognizer.weights)
        photo.received_at = at
        for sample in photo.samples:
            say(session, sample, truth(photo, sample, sheet), rng)
            sample.created_at = at
        return len(photo.samples)


def write(person: Person, rng: np.random.Generator) -> Sheet:
    """Return a photo of a few glyphs in a person's hand."""
    glyphs, labels = [], []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 5]))):
        digit = int(rng.integers(10))
        none = rng.random() < NONE
        glyphs.append(
            draw_other("+", rng, person.hand) if none else draw_digit(digit, rng, hand=person.hand)
        )
        labels.append("" if none else str(digit))
    return make_sheet(glyphs, labels, rng, random_conditions(rng, 0.3), size=(640, 480))


def truth(photo: Photo, sample: Sample, sheet: Sheet) -> int:
    """Return what stands where a sample was found."""
    scale = sheet.image.width / photo.width
    x, y = (sample.x0 + sample.x1) / 2 * scale, (sample.y0 + sample.y1) / 2 * scale
    for label, (x0, y0, x1, y1) in zip(sheet.labels, sheet.boxes, strict=True):
        if label and x0 <= x <= x1 and y0 <= y <= y1:
            return int(label)
    return NOT_A_DIGIT


def say(session: Session, sample: Sample, label: int, rng: np.random.Generator) -> None:
    """Have the sender, and perhaps an operator, say what a sample is."""
    if rng.random() < TAPS:
        slip = int(rng.integers(10)) if rng.random() < SLIPS else label
        label_sample(session, sample, slip, Labeller.SENDER)
    if rng.random() < REVIEWED:
        label_sample(session, sample, label, Labeller.OPERATOR)
