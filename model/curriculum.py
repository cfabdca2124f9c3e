"""What a recipe learns from: MNIST, lessons on paper, and samples that were collected."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model.dataset import MNIST_FILES, Dataset, WrongDataset, concatenate, fetch_mnist, load_mnist
from model.lessons import make_lessons
from model.presets import Recipe
from model.runs import RunData
from model.writers import load_writers

OTHER_HANDS = 0.4
"""Share of the lessons' digits that other hands than MNIST's wrote, where there are any."""

COLLECTED_WEIGHT = 5
"""Collected samples are seen this often for each time an image of MNIST is seen."""


def mnist(folder: Path | None) -> tuple[Dataset, Dataset]:
    """Return MNIST's training and test images, from a folder or downloaded once.

    Raises `WrongDataset`, and `NoDownload` where there is no network.
    """
    return load_mnist(folder) if folder else fetch_mnist(cache_folder())


def cache_folder() -> Path:
    """Return where downloaded data sets are kept."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "digitbot"


def mnist_at_hand(folder: Path | None) -> Path | None:
    """Return the folder, else the one where MNIST was once downloaded to, None without either."""
    cache = cache_folder()
    if folder is None and all((cache / f"{name}.gz").exists() for name in MNIST_FILES):
        return cache
    return folder


def gather(
    recipe: Recipe,
    folder: Path | None,
    writers: Path | None,
    samples: Path | None,
    tell: Callable[[str], None],
) -> RunData:
    """Return all that the recipe asks for; `tell` hears of what takes its time.

    `writers` is a folder with the digits of other hands (`model.writers`), for the lessons.
    """
    images, test = mnist(folder)
    others: list[tuple[Dataset, float]] = []
    if recipe.lessons:
        tell(f"Putting digits on {recipe.lessons} sheets of paper and reading them …")
        source = RunData.hold_out(recipe, images).main
        if writers:
            source = with_other_hands(source, load_writers(writers))
        lessons = make_lessons(source, recipe.lessons, recipe.seed)
        others.append((lessons, recipe.lesson_share))
    if samples:
        collected = Dataset.load(samples).part("train")
        if not len(collected):
            raise WrongDataset(
                f"{samples} holds no sample to learn from: none is of the part train."
            )
        others.append((collected, min(1.0, COLLECTED_WEIGHT * len(collected) / len(images))))
    return RunData.hold_out(recipe, images, others, test)


def with_other_hands(images: Dataset, others: Dataset) -> Dataset:
    """Return the images and the others, these as often as makes up `OTHER_HANDS` of all."""
    times = round(len(images) * OTHER_HANDS / (1 - OTHER_HANDS) / len(others))
    both = concatenate([images, *[others] * max(1, times)])
    return replace(both, source=f"{images.source}, {others.source}")
