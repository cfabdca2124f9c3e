"""Somebody who writes an 8 where a small network reads something else, and corrects it."""

from pathlib import Path

import numpy as np

from model.database import Database
from model.labels import label_sample
from model.network import Network
from model.settings import Settings
from model.tables import Labeller, Sample, Split
from tests.filling import Store


def small_weights(path: Path) -> Path:
    """Write a small untrained network and return where."""
    Network.create((784, 16, 11), rng=np.random.default_rng(0)).save(path)
    return path


def settings_for(database: Database, folder: Path, **more: object) -> Settings:
    """Return settings for the database and small weights."""
    weights = small_weights(folder / "small.npz")
    return Settings(database_url=database.url, weights=weights, **more)  # type: ignore[arg-type]


def correct(database: Database, store: Store, split: Split, user_id: int, count: int) -> list[int]:
    """Have a person of this split send digits that are all labelled 8; return the samples' ids."""
    person = store.contributor(user_id, split=split)
    ids = []
    for _ in range(count):
        ids += store.photo(person, [1, 2, 3])
    with database.write() as session:
        for sample_id in ids:
            sample = session.get_one(Sample, sample_id)
            label_sample(session, sample, 8, Labeller.SENDER)
    return ids
