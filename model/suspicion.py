"""Suspected label errors: how little a network that never saw a label believes it.

k-fold: each of k small networks is trained without one fold and judges that fold alone. A photo's
samples share a fold, and with them their near-duplicates, so that the same ink is never on both
sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.dataset import NO_DIGIT, Dataset
from model.network import Network
from model.presets import GENTLE, Recipe
from model.training import create_network, train

FOLDS = 5
CLASSES = NO_DIGIT + 1
"""Ten digits, and what is no digit."""

FEWEST = 100
"""With fewer labels nothing is suspected: chance would speak."""

STEPS = 1500
"""Steps of training for each fold, whatever the number of labels."""

RECIPE = Recipe(
    "fold",
    layers=(128,),
    epochs=1,
    rate=0.1,
    momentum=0.9,
    cosine=True,
    batch=64,
    distortion=GENTLE,
    rounded=False,
)


@dataclass(frozen=True)
class Labels:
    """N labelled samples."""

    pixels: NDArray[np.uint8]
    """N×784, ink 255."""
    labels: NDArray[np.int64]
    """N of 0..10."""
    folds: NDArray[np.int64]
    """N of 0..FOLDS-1."""

    @property
    def are_enough(self) -> bool:
        """Whether networks can learn from them: some labels, and some of each digit."""
        of_each = np.bincount(self.labels, minlength=CLASSES)[:NO_DIGIT]
        return len(self.labels) >= FEWEST and int(of_each.min()) >= FOLDS


def train_without(known: Labels, fold: int, steps: int = STEPS) -> Network:
    """Return a network trained on all but one fold: the judge of that one."""
    here = known.folds != fold
    images = known.pixels[here].reshape(-1, 28, 28)
    data = Dataset(images, known.labels[here].astype(np.uint8), classes=CLASSES)
    epochs = max(1, round(steps * RECIPE.batch / len(data)))
    recipe = replace(RECIPE, epochs=epochs, seed=fold)
    nothing = data.take(np.arange(0))
    *_, last = train(create_network(recipe, CLASSES), data, nothing, recipe, threads=1)
    return last.network


def suspicions(judges: list[Network], asked: Labels) -> NDArray[np.float32]:
    """Return for N labels how little the fold's judge believes each, 0..1."""
    found = np.empty(len(asked.labels), np.float32)
    for fold, judge in enumerate(judges):
        here = asked.folds == fold
        if here.any():
            digits, no_digit = judge.answers(asked.pixels[here].astype(np.float32) / 255)
            chances = np.column_stack([digits * (1 - no_digit[:, None]), no_digit])
            found[here] = 1 - chances[np.arange(len(chances)), asked.labels[here]]
    return found
