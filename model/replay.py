"""What a network must not forget while it learns new hands: MNIST, and what is no digit.

`weights/replay.npz` stands beside the shipped weights for machines without MNIST: some of MNIST's
training images, half of them those that are nearest to being taken for another digit, glyphs of
lessons (`model.lessons`) with "no digit" among them, and some of MNIST's test images to be judged
on. `scripts/make_replay.py` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model.dataset import NO_DIGIT, Dataset, WrongDataset, concatenate, load_mnist
from model.network import DIGITS, Network

CLASSES = NO_DIGIT + 1


@dataclass(frozen=True, eq=False)
class Replay:
    """Old material: to be seen again, and to be judged on."""

    digits: Dataset
    """MNIST's training images, or some of them."""
    lessons: Dataset
    """Glyphs from made paper; may be none."""
    test: Dataset
    """MNIST's test images, or some of them."""


def load_replay(path: Path, mnist: Path | None = None) -> Replay:
    """Read the replay set, with the whole of MNIST from the folder `mnist` where one is given.

    Raises `WrongDataset`.
    """
    whole = Dataset.load(path, CLASSES)
    lessons = whole.part("validation")
    if mnist is not None:
        digits, test = load_mnist(mnist)
        return Replay(replace(digits, classes=CLASSES), lessons, test)
    test = whole.part("test")
    if not len(test):
        raise WrongDataset(f"{path}: expected some images of the split test.")
    return Replay(whole.part("train"), lessons, replace(test, classes=DIGITS))


def make_replay(
    network: Network, digits: Dataset, test: Dataset, lessons: Dataset, counts: tuple[int, int, int]
) -> Dataset:
    """Return a replay set of `counts` training images, lesson glyphs and test images.

    Lessons stand in the split "validation", which needs no other use here.
    """
    rng = np.random.default_rng(0)
    hard = nearest_to_another(network, digits)[: counts[0] // 2]
    rest = rng.permutation(np.setdiff1d(np.arange(len(digits)), hard))[: counts[0] - len(hard)]
    parts = []
    for split, data, chosen in (
        ("train", digits, np.concatenate([hard, rest])),
        ("validation", lessons, rng.permutation(len(lessons))[: counts[1]]),
        ("test", test, rng.permutation(len(test))[: counts[2]]),
    ):
        part = data.take(np.sort(chosen))
        splits = np.full(len(part), split, "<U10")
        parts.append(replace(part, splits=splits, classes=CLASSES))
    return concatenate(parts)


def nearest_to_another(network: Network, data: Dataset) -> np.ndarray:
    """Return the images' indices, those first whose two likeliest digits are closest."""
    margins = []
    for start in range(0, len(data), 2500):  # bounds the memory
        part = data.take(np.arange(start, min(start + 2500, len(data))))
        two = np.sort(network.logits(part.inputs)[:, :DIGITS], axis=1)[:, -2:]
        margins.append(two[:, 1] - two[:, 0])
    return np.argsort(np.concatenate(margins), kind="stable")
