"""Weights that nobody has judged yet, the shipped ones above all: judged beside the web, once.

A retraining judges what it starts from and what it makes. Until one has run, this does: on MNIST's
test images, and on the collected test samples as soon as a version holds some.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from model.database import Database
from model.dataset import Dataset
from model.promotions import content_of, read_network
from model.retraining.judging import Score, score_on
from model.retraining.material import old_digits, read_part
from model.settings import Settings
from model.tables import Split, Version, WeightsFile


def measure(
    database: Database, settings: Settings, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Judge all weights on what they have not been judged on; return how many that were.

    Each takes a second or so and is stored by itself: one that is cut short is done again.
    """

    @cache
    def data_of(name: str) -> Dataset:
        if name == "mnist":
            return old_digits(settings).test
        with database.read() as session:
            return read_part(session, version, Split.TEST)[1]

    with database.read() as session:
        version = tested_version(session) or 0
        lacking = list_lacking(session, ["mnist", "test"] if version else ["mnist"])
    measured = 0
    for fingerprint, names in lacking:
        if stopped():
            break
        with database.read() as session:
            network = read_network(content_of(session, fingerprint))
        found = {name: score_on(network, data_of(name)) for name in names}
        if "test" in found:
            found["test"]["version"] = version
        with database.write() as session:
            store(session, fingerprint, found)
        measured += 1
    return measured


def tested_version(session: Session) -> int | None:
    """Return the newest version with samples to be judged on."""
    query = select(Version.id).where(Version.test > 0)
    return session.scalar(query.order_by(Version.id.desc()).limit(1))


def list_lacking(session: Session, wanted: list[str]) -> list[tuple[str, list[str]]]:
    """Return the fingerprints of weights with the scores that each has not, the oldest first."""
    query = select(WeightsFile.fingerprint, WeightsFile.scores).order_by(WeightsFile.id)
    found = [
        (fingerprint, [name for name in wanted if name not in json.loads(scores)])
        for fingerprint, scores in session.execute(query)
    ]
    return [(fingerprint, names) for fingerprint, names in found if names]


def store(session: Session, fingerprint: str, found: dict[str, Score]) -> None:
    """Store scores beside those that are there: what a retraining has stored meanwhile stands."""
    query = select(WeightsFile).filter_by(fingerprint=fingerprint).with_for_update()
    weights = session.scalar(query)
    if weights is not None:
        weights.scores = json.dumps(found | json.loads(weights.scores))
