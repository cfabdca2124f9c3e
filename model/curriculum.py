"""What a recipe learns from: MNIST, lessons on paper, and samples that were collected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from model.dataset import Dataset, fetch_mnist, load_mnist
from model.lessons import make_lessons
from model.presets import Recipe
from model.runs import RunData

CACHE = Path.home() / ".cache" / "digitbot"
"""Where downloaded data sets are kept."""

COLLECTED_WEIGHT = 5
"""Collected samples are seen this often for each time an image of MNIST is seen."""


def mnist(folder: Path | None) -> tuple[Dataset, Dataset]:
    """Return MNIST's training and test images, from a folder or downloaded once.

    Raises `WrongDataset`, and `NoDownload` where there is no network.
    """
    return load_mnist(folder) if folder else fetch_mnist(CACHE)


def gather(
    recipe: Recipe, folder: Path | None, samples: Path | None, tell: Callable[[str], None]
) -> RunData:
    """Return all that the recipe asks for; `tell` hears of what takes its time."""
    images, test = mnist(folder)
    others: list[tuple[Dataset, float]] = []
    if recipe.lessons:
        tell(f"Putting digits on {recipe.lessons} sheets of paper and reading them …")
        kept = RunData.hold_out(recipe, images).main
        lessons = make_lessons(kept, recipe.lessons, recipe.seed)
        others.append((lessons, recipe.lesson_share))
    if samples:
        collected = Dataset.load(samples).part("train")
        others.append((collected, min(1.0, COLLECTED_WEIGHT * len(collected) / len(images))))
    return RunData.hold_out(recipe, images, others, test)
