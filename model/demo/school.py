"""What a school collected before there was a bot: digits of its pupils, imported from a ZIP."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from model.database import Database
from model.demo.senders import first_day
from model.export import png
from model.glyphs import normalize
from model.imports import import_file
from model.paper.pen import random_hand
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.tables import Contributor, Photo, Sample, Split

SOURCE = "school"
PUPILS = (Split.TRAIN, Split.TEST) * 3
"""The part that each pupil's digits belong to."""
UNSTEADY = 0.05
"""How far from where it should be a pupil's pen goes, see `Hand.jitter`."""


def import_school(database: Database, recognizer: Recognizer, rng: np.random.Generator) -> None:
    """Import ten digits of each pupil, as if a few had come each week."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "school.zip"
        write_archive(path, rng)
        import_file(database, recognizer, path, SOURCE)
    with database.write() as session:
        date_back(session)


def write_archive(path: Path, rng: np.random.Generator) -> None:
    """Write the pupils' digits as another digitbot exports them: folders and a metadata.csv."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["file_name", "label", "split", "contributor"])
    with zipfile.ZipFile(path, "w") as archive:
        for number, split in enumerate(PUPILS, 1):
            hand = replace(random_hand(rng), jitter=UNSTEADY)
            for digit in range(10):
                name = f"{split}/{digit}/pupil-{number}.png"
                ink = draw_digit(digit, rng, hand=hand).astype(np.float32)
                archive.writestr(name, png(normalize(ink / np.float32(255)).tobytes()))
                rows.writerow([name, digit, split, f"pupil {number}"])
        archive.writestr("metadata.csv", table.getvalue())


def date_back(session: Session) -> None:
    """Have the pupils follow each other week by week, from the first day on."""
    pupils = select(Contributor.id).where(Contributor.source == SOURCE).order_by(Contributor.id)
    for week, pupil in enumerate(session.scalars(pupils).all()):
        at = first_day() + datetime.timedelta(weeks=week)
        photos = update(Photo).where(Photo.contributor_id == pupil)
        session.execute(photos.values(received_at=at))
        samples = update(Sample).where(Sample.contributor_id == pupil)
        session.execute(samples.values(created_at=at))
