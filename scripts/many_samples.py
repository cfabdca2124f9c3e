"""Fills a database with a million samples, for what is measured on it.

Invented people's drawn digits, read by the real reader, a few hundred of them; these are then
copied by bulk inserts, under other contributors and at other times; so are versions, weights,
retrainings and what was set aside.
"""

from __future__ import annotations

import io
import json
import sqlite3
import time

from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from model import demo
from model.database import Database
from model.recognizer import Recognizer
from model.settings import read_settings
from model.tables import Retraining, RetrainingEpoch, Sample, Version, WeightsFile, Which
from model.versions import freeze_version

DRAWN = 200
"""Samples that are drawn and read; the others are copies of them."""
CONTRIBUTORS = 2000

COPIES = """
WITH RECURSIVE copies(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < :copies)
"""
PEOPLE = (
    COPIES
    + """
INSERT INTO contributors (id, bot_id, user_id, name, consent, split, created_at, source)
SELECT 1000 + copy, 2, copy, 'Person ' || copy, 'yes',
    CASE copy % 10 WHEN 0 THEN 'test' WHEN 1 THEN 'validation' ELSE 'train' END,
    '2026-01-01 00:00:00.000000', CASE copy % 20 WHEN 0 THEN 'school' ELSE 'telegram' END
FROM copies
"""
)
PHOTOS = (
    COPIES
    + """
INSERT INTO photos (id, bot_id, chat_id, message_id, contributor_id, media_type, width, height,
    sha256, received_at, image)
SELECT :photos * copy + id, 2, copy, id, 1000 + 1 + (copy * 7 + id) % :people, media_type, width,
    height, substr(sha256, 1, 64 - length(copy)) || copy,
    datetime(received_at, '-' || copy || ' minutes') || '.000000', :image
FROM copies CROSS JOIN (SELECT * FROM photos WHERE id <= :photos) ORDER BY copy, id
"""
)
SAMPLES = (
    COPIES
    + """
INSERT INTO samples (id, photo_id, position, line, x0, y0, x1, y1, predicted, confidence, label,
    labelled_by, sender_label, operator_label, created_at, pixels, contributor_id, source, due,
    doubt, suspicion, worth, flagged_at, signature, group_id)
SELECT :samples * copy + s.id, :photos * copy + s.photo_id, position, line, x0, y0, x1, y1,
    predicted, confidence, label, labelled_by, sender_label, operator_label,
    datetime(s.created_at, '-' || copy || ' minutes') || '.000000', pixels,
    1000 + 1 + (copy * 7 + s.photo_id) % :people,
    CASE (1 + (copy * 7 + s.photo_id) % :people) % 20 WHEN 0 THEN 'school' ELSE 'telegram' END,
    due, doubt, suspicion, worth + (copy * 37 % 1000) / 1000000.0,
    flagged_at, signature + copy * 562949953421312, :samples * copy + s.id
FROM copies CROSS JOIN (SELECT * FROM samples WHERE id <= :samples) s ORDER BY copy, s.id
"""
)
PREDICTIONS = (
    COPIES
    + """
INSERT INTO predictions (sample_id, weights, digit, confidence, no_digit, probabilities,
    created_at)
SELECT :samples * copy + sample_id, weights, digit, confidence, no_digit, probabilities, created_at
FROM copies CROSS JOIN (SELECT * FROM predictions WHERE sample_id <= :samples)
ORDER BY copy, sample_id
"""
)
EVENTS = (
    COPIES
    + """
INSERT INTO label_events (sample_id, act, label, labelled_by, created_at)
SELECT :samples * copy + sample_id, act, label, labelled_by, created_at
FROM copies CROSS JOIN (SELECT * FROM label_events WHERE sample_id <= :samples) e
ORDER BY copy, e.id
"""
)
ASIDE = (
    COPIES
    + """
INSERT INTO inbox (bot_id, update_id, digest, state, attempts, error, received_at, finished_at,
    body)
SELECT bot_id, 10 * copy + update_id, digest, state, attempts, error, received_at, finished_at, body
FROM copies CROSS JOIN (SELECT * FROM inbox) ORDER BY copy, id
"""
)
MANY = 40
"""Versions, judged candidates and retrainings; and as many times what was set aside."""


def fill(database: Database, recognizer: Recognizer, samples: int) -> None:
    """Fill an empty database with about so many samples."""
    began = time.perf_counter()
    weights = read_settings().weights.read_bytes()
    demo.fill(database, recognizer, weights, min(DRAWN, samples))
    multiply(database, samples)
    with database.write() as session:
        freeze_version(session)
        turn_often(session)
    print(f"Filled after {time.perf_counter() - began:.0f} s.")


def multiply(database: Database, samples: int) -> None:
    """Copy what is drawn until there are about so many samples."""
    with database.engine.connect() as connection:
        counts = {
            table: connection.scalar(text(f"SELECT max(id) FROM {table}"))
            for table in ("photos", "samples")
        }
    given = {**counts, "copies": samples // counts["samples"], "people": CONTRIBUTORS}
    given["image"] = small_photo()
    connection = sqlite3.connect(database.engine.url.database or "")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-500000")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:  # built at the end, each in one go: ten times as fast
        connection.execute(f"DROP INDEX {name}")
    connection.execute(PEOPLE, {"copies": CONTRIBUTORS})
    for statement in (PHOTOS, SAMPLES, PREDICTIONS, EVENTS):
        connection.execute(statement, given)
        connection.commit()
    connection.execute(ASIDE, {"copies": MANY})
    for _, statement in indexes:
        connection.execute(statement)
    connection.commit()
    (count,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    connection.close()
    print(f"{count:,} samples.")


def small_photo() -> bytes:
    """Return the JPEG that stands for the copies' photos: half a million real ones fill a disk."""
    file = io.BytesIO()
    Image.new("RGB", (160, 120), "#e8e4da").save(file, "JPEG")
    return file.getvalue()


def turn_often(session: Session) -> None:
    """Have many versions, candidates and retrainings, as after a year or two."""
    run = session.scalars(select(Retraining)).one()
    made = session.get_one(WeightsFile, run.weights_id)
    epochs = session.scalars(select(RetrainingEpoch)).all()
    scores = json.loads(made.scores)
    seen = session.scalars(select(Sample).where(Sample.label.is_not(None)).limit(200))
    scores["against"]["changed"] = [[each.id, each.label, 0, 1] for each in seen]
    for number in range(MANY):
        weights = WeightsFile(
            **{name: getattr(made, name) for name in ("parent", "version_id", "card", "content")},
            fingerprint=f"{number:016x}",
            scores=json.dumps(scores),
        )
        session.add_all([weights, Version(which=Which.LABELLED, pseudonym_key="k", samples=1000)])
        session.flush()
        another = Retraining(
            version_id=run.version_id, state=run.state, epochs=run.epochs, weights_id=weights.id
        )
        session.add(another)
        session.flush()
        session.add_all(
            RetrainingEpoch(
                retraining_id=another.id, number=epoch.number, loss=epoch.loss, seconds=1.0
            )
            for epoch in epochs
        )
