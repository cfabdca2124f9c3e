"""Recipes as data: everything that decides how a network is trained, and the presets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.augment import Distortion

STILL = Distortion()
WARPS = Distortion(rotation=12, shear=0.2, scale=0.15, shift=1.5, bend=1.0)
GENTLE = Distortion(rotation=6, shear=0.1, scale=0.08, shift=1.0, bend=0.5)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained; the same recipe gives the same network."""

    name: str
    layers: tuple[int, ...]
    """Neurons of the hidden layers."""
    epochs: int
    rate: float
    """The learning rate, where it is highest."""
    hidden: str = "relu"
    output: str = "softmax"
    loss: str = "cross_entropy"
    batch: int = 256
    """Samples a step; 1 is the textbook's way."""
    momentum: float = 0.0
    decay: float = 0.0
    """Weights shrink by this, times the rate, every step."""
    warm_up: float = 0.0
    """Epochs in which the rate rises from 0."""
    cosine: bool = False
    """Whether the rate then falls to 0 along a cosine."""
    smoothing: float = 0.0
    """Label smoothing, see `network.one_hot`."""
    distortion: Distortion = STILL
    """How far copies of the main data go."""
    gentle: Distortion = STILL
    """And copies of the other data, which come with their own variety."""
    lessons: int = 0
    """Sheets of paper to make and read, whose glyphs are learned beside the main data."""
    lesson_share: float = 0.0
    """Their glyphs an epoch, as a part of the main data's number."""
    calm: float = 1.0
    """The part of the distortion that is left in the last epoch; it falls in a line to there."""
    group: int = 8
    """Images that share one warp."""
    held_out: int = 1000
    """Images of the main data kept for validation."""
    rounded: bool = True
    """Whether the end result is rounded to 16 bits, which halves its file."""
    seed: int = 0


PRESETS: dict[str, Recipe] = {
    "original": Recipe(
        "original",
        layers=(16, 16),
        epochs=30,  # of the original's 300: its score is passed in the first ones
        rate=0.1,
        hidden="sigmoid",
        output="sigmoid",
        loss="half_squared",
        batch=1,
        rounded=False,
    ),
    "quick": Recipe(
        "quick",
        layers=(512, 512),
        epochs=22,
        rate=0.2,
        momentum=0.9,
        warm_up=1,
        cosine=True,
        distortion=WARPS,
        gentle=GENTLE,
    ),
    "standard": Recipe(
        "standard",
        layers=(1280, 1024),
        epochs=120,
        rate=0.2,
        momentum=0.9,
        warm_up=1,
        cosine=True,
        distortion=replace(WARPS, thickness=0.5),  # pens vary more than MNIST's
        gentle=GENTLE,
        lessons=24000,
        lesson_share=1.0,
        calm=0.5,
    ),
    "best": Recipe(
        "best",
        layers=(2000, 1500, 1000, 500),
        epochs=480,  # some 14 seconds each on 2 cores: under two hours
        rate=0.15,
        momentum=0.9,
        warm_up=2,
        cosine=True,
        distortion=replace(WARPS, thickness=0.3),
        gentle=GENTLE,
        calm=0.5,
    ),
}
