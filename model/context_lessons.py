"""Fits the judge of `model.context` on made paper that the digit network has not learned from."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.augment import Distortion, distorted
from model.context import FEATURES, Found, chances_in_context, features_of
from model.dataset import Dataset
from model.descent import Pace, PlainDescent
from model.lessons import FREQUENT, judge, write_sheet
from model.network import Array, Network, one_hot
from model.paper.negatives import make_negative
from model.paper.sheet import Sheet
from model.photo import open_photo
from model.recognizer import Recognizer, likelier_digits
from model.vision import find_inks

NEGATIVES = 0.2
"""Share of the sheets without a digit."""

SINGLES = 0.6
"""Share of the others with one glyph alone: what is alone in people's photos is mostly a digit."""

ONE_HAND = 0.5
"""Share of the sheets with digits that one hand has drawn: how far its 1s lean tells a slash."""

MARKS = (*FREQUENT, "/", "/", "/")
"""What stands between digits most often: dates and fractions have slashes."""

OTHER_HANDS = Distortion(rotation=12, shear=0.3, scale=0.2, bend=1.5, thickness=0.5)
COPIES = 20
"""How far, and how often, the source's digits are bent: the network knows hands like theirs and is
surer of them than of those that it will meet."""

HIDDEN = 16
STEPS, BATCH, RATE, MOMENTUM, DECAY = 6000, 256, 0.1, 0.9, 1e-4


class ContextLesson(NamedTuple):
    """What one sheet teaches the judge."""

    features: NDArray[np.float64]
    """N x 19 of `context.FEATURES`."""
    digits: NDArray[np.bool_]
    """N: whether it is a digit."""


def make_context_lessons(
    recognizer: Recognizer, source: Dataset, sheets: int, seed: int, processes: int = 2
) -> ContextLesson:
    """Return what so many sheets with digits of `source` teach; the same for the same seed."""
    jobs = [(recognizer, source, seed)]
    with ProcessPoolExecutor(processes, initializer=remember, initargs=(jobs,)) as pool:
        lessons = list(pool.map(lesson_of_sheet, range(sheets), chunksize=8))
    return ContextLesson(
        np.concatenate([lesson.features for lesson in lessons]),
        np.concatenate([lesson.digits for lesson in lessons]),
    )


JOBS: list[tuple[Recognizer, Dataset, int]] = []
"""In each process: the reader, the data set and the seed, sent once."""


def remember(jobs: list[tuple[Recognizer, Dataset, int]]) -> None:
    """Keep what all sheets of this process need."""
    JOBS[:] = jobs


def lesson_of_sheet(number: int) -> ContextLesson:
    """Return what the sheet of this number teaches."""
    ((recognizer, source, seed),) = JOBS
    rng = np.random.default_rng([seed, 2, number])  # 1 are the sheets of `model.lessons`
    return teach_context(recognizer, make_sheet(source, rng))


def make_sheet(source: Dataset, rng: np.random.Generator) -> Sheet:
    """Return a sheet as the judge learns from: without a digit, of one hand, or of many."""
    if rng.random() < NEGATIVES:
        return make_negative(rng)
    written = None if rng.random() < ONE_HAND else source
    return write_sheet(written, rng, SINGLES, MARKS)


def teach_context(recognizer: Recognizer, sheet: Sheet) -> ContextLesson:
    """Return what the glyphs found on a sheet are, as it lies; unclear ones are left out."""
    photo = open_photo(sheet.jpeg)
    ink = next(find_inks(photo))
    found = recognizer.find_glyphs(ink)
    if not found:
        return ContextLesson(np.zeros((0, len(FEATURES))), np.zeros(0, bool))
    features = features_of(found, ink.contrast.shape)
    verdict = verdicts(found, sheet, photo.scale)
    return ContextLesson(features[verdict >= 0], verdict[verdict >= 0] < 10)


def verdicts(found: list[Found], sheet: Sheet, scale: float) -> NDArray[np.int64]:
    """Return what each glyph is, see `lessons.judge`; on a turned sheet nothing is a digit."""
    digits = [index for index, label in enumerate(sheet.labels) if label]
    labels = np.array([int(sheet.labels[index]) for index in digits], np.int64)
    if sheet.turns:
        labels = np.where(np.isin(labels, (0, 1, 8)), -1, 10)
    boxes = np.array([each.box for each in found], np.float64) * scale
    return judge(boxes, sheet.boxes[digits], labels)


def fit_and_describe(recognizer: Recognizer, source: Dataset, sheets: int, seed: int) -> Network:
    """Return the judge fitted on four fifths of the sheets, its card with how it does on the rest.

    `source` holds digits that the recognizer's network has not learned.
    """
    lessons = make_context_lessons(recognizer, distorted(source, OTHER_HANDS, COPIES), sheets, seed)
    cut = len(lessons.digits) * 4 // 5
    known = ContextLesson(lessons.features[:cut], lessons.digits[:cut])
    held_out = ContextLesson(lessons.features[cut:], lessons.digits[cut:])
    fitted = fit_judge(known, seed)
    no_digit = 1 / (1 + np.exp(held_out.features[:, 0]))
    alone = likelier_digits(no_digit.astype(np.float32)) < 0.5
    card = {
        "features": list(FEATURES),
        "made_for": recognizer.weights,
        "sheets": sheets,
        "seed": seed,
        "glyphs": cut,
        "held_out": len(held_out.digits),
        "mistakes": mistakes(fitted, held_out),
        "mistakes_without": float(np.mean(alone != held_out.digits)),
    }
    return replace(fitted, card=card)


def fit_judge(lessons: ContextLesson, seed: int) -> Network:
    """Return the network that tells digits from the rest by their features: 19-16-2.

    The features' means and spreads are folded into its first layer.
    """
    mean = lessons.features.mean(axis=0)
    spread = lessons.features.std(axis=0) + 1e-6
    inputs = ((lessons.features - mean) / spread).astype(np.float32)
    targets = one_hot(lessons.digits.astype(int), 2)
    rng = np.random.default_rng([seed, 3])
    network = Network.create([len(FEATURES), HIDDEN, 2], hidden="tanh", rng=rng)
    descent = PlainDescent(network, BATCH, "cross_entropy")

    def fill(step: int, rows: slice, images: Array) -> Array:
        drawn = rng.integers(len(inputs), size=BATCH)
        images[...] = inputs[drawn]
        return targets[drawn]

    fall = (1 + np.cos(np.pi * np.arange(STEPS) / STEPS)) / 2
    descent.epoch(fill, [Pace(float(RATE * part), MOMENTUM, DECAY) for part in fall])
    return unscaled(descent.network, mean, spread)


def unscaled(network: Network, mean: NDArray[np.float64], spread: NDArray[np.float64]) -> Network:
    """Return the same network for inputs that are not brought to mean 0 and spread 1."""
    W, b = network.weights[0], network.biases[0]
    first = (W / spread).astype(np.float32)
    moved = (b - (W / spread) @ mean).astype(np.float32)
    return replace(
        network, weights=(first, *network.weights[1:]), biases=(moved, *network.biases[1:])
    )


def mistakes(judge_network: Network, lessons: ContextLesson) -> float:
    """Return the share of glyphs that it takes for what they are not, 0..1."""
    return float(
        np.mean((chances_in_context(judge_network, lessons.features) >= 0.5) != lessons.digits)
    )
