"""What networks learn from and are judged on: a frozen version's samples, and what they know.

Never more of the collected samples than fit into memory.
"""

from __future__ import annotations

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from model.contributors import kept
from model.curriculum import mnist_at_hand
from model.dataset import Dataset
from model.replay import CLASSES, Replay, load_replay
from model.samples import there
from model.settings import PROJECT, Settings
from model.tables import Photo, Sample, Split, VersionSample

REPLAY = PROJECT / "weights" / "replay.npz"

MOST = 30_000
"""Samples of a part that are used, drawn by lot from more: enlarged they take 7 KB each."""

AT_ONCE = 500
"""Samples fetched in one query: SQLite takes so many numbers, and more."""


def old_digits(settings: Settings) -> Replay:
    """Return the old digits: MNIST where it is at hand, else the part of it that is shipped."""
    return load_replay(REPLAY, mnist_at_hand(settings.mnist))


def still_kept(session: Session, ids: list[int]) -> set[int]:
    """Return which of these samples are there and may be looked at."""
    query = select(Sample.id).join(Sample.photo).where(kept(), there(), Sample.id.in_(ids))
    return set(session.scalars(query))


def read_part(session: Session, version_id: int, split: Split) -> tuple[list[int], Dataset]:
    """Return (ids, images with labels 0-10) of one split of a version, withdrawn ones left out."""
    query = (
        select(VersionSample.sample_id, VersionSample.label)
        .join(Sample, Sample.id == VersionSample.sample_id)
        .join(Sample.photo)
        .where(VersionSample.version_id == version_id, VersionSample.split == split)
        .where(kept(), there())
        .where(VersionSample.label.is_not(None))
        .order_by(VersionSample.sample_id)
    )
    found = np.array(session.execute(query).all(), np.int64).reshape(-1, 2)
    if len(found) > MOST:
        found = found[np.sort(np.random.default_rng(version_id).permutation(len(found))[:MOST])]
    ids = found[:, 0].tolist()
    images = np.zeros((len(ids), 28, 28), np.uint8)
    place = {sample: number for number, sample in enumerate(ids)}
    for start in range(0, len(ids), AT_ONCE):
        some = select(Sample.id, Sample.pixels).join(Photo, Photo.id == Sample.photo_id)
        for sample, pixels in session.execute(
            some.where(Sample.id.in_(ids[start : start + AT_ONCE]))
        ):
            images[place[sample]] = np.frombuffer(pixels, np.uint8).reshape(28, 28)
    source = f"version {version_id}, {split.value}"
    return ids, Dataset(images, found[:, 1].astype(np.uint8), None, CLASSES, source)
