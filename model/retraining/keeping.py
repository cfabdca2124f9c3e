"""How much of what was learned is kept: as much as costs nothing of what was known."""

from __future__ import annotations

import numpy as np

from model.augment import distorted
from model.dataset import Dataset
from model.network import Network
from model.presets import GENTLE
from model.retraining.learning import between
from model.training import accuracy

PARTS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1)
"""How much of what was learned is kept, tried from the left."""

MAY_FORGET = 0.0005
"""Share of old digits that may be read worse: 5 of MNIST's 10,000."""

HELD_BACK = 10_000
"""Old digits, at most, that are not replayed but watched for what is forgotten."""

COPIES = 2
"""Of each digit that is watched."""


def hold_back(digits: Dataset, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Return the old digits that are replayed, and those that are watched."""
    return digits.split(min(HELD_BACK, len(digits) // 4), rng)


def keep_the_old(base: Network, learned: Network, watched: Dataset) -> tuple[float, Network]:
    """Return how much of what was learned is kept, and that network.

    As much as leaves the old digits as well read as before, but for a hair.
    """
    copies = unseen_copies(watched)
    least = accuracy(base, copies) - MAY_FORGET
    for part in PARTS:
        network = between(base, learned, part)
        if accuracy(network, copies) >= least:
            break
    return part, network


def unseen_copies(watched: Dataset) -> Dataset:
    """Return copies of the old digits that no network has seen.

    The base may know the digits themselves by heart: it loses nothing there for long, or all of
    it at the first touch. Bent a little they are like digits that it has never met.
    """
    return distorted(watched, GENTLE, COPIES)
