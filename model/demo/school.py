"""What a school collected before there was a bot: digits of its pupils, imported from a ZIP."""

from __future__ import annotations

import csv
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
    """Import ten digits of each pupil, as if it had been done on the first day."""
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
    """Have them collected on the first day."""
    theirs = select(Contributor.id).where(Contributor.source == SOURCE)
    photos = update(Photo).where(Photo.contributor_id.in_(theirs))
    session.execute(photos.values(received_at=first_day()))
    samples = update(Sample).where(Sample.source == SOURCE)
    session.execute(samples.values(created_at=first_day()))
