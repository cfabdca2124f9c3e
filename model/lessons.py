"""Lessons: what the reader itself produces from sheets of paper whose digits are known.

The network is trained on the 28×28 that the way of the pixels makes of paper, pens and light, and
on what it must refuse: operators, letters, dirt, halves of digits and pairs of them. MNIST's
digits and our own drawn ones (`strokes`) are put on paper (`paper`) and read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.dataset import Dataset
from model.paper.negatives import make_negative
from model.paper.pen import Hand, random_hand
from model.paper.sheet import Sheet, make_sheet, random_conditions
from model.paper.strokes import OTHERS, draw_digit, draw_other
from model.photo import open_photo
from model.vision import Line, find_broad_inks, find_inks, find_lines_of_glyphs

NOT_A_DIGIT = 10

SAME = 0.7
"""A candidate is the digit it overlaps from this share on (intersection over union)."""

NEARLY = 0.58
"""And from this share on where it lies inside: the box of tilted ink is wider than the ink."""

OTHER = 0.53
"""Below this share it is not; between the two nobody can say, and it is left out."""

DRAWN, NO_DIGITS = 0.4, 0.2
"""Shares of the glyphs that are drawn digits and that are none; the rest are the data set's."""

EMPTY = 0.15
"""Share of the photos that hold no digit at all."""

FREQUENT = ("+", "-", "x", "÷", "=", "(", ")", ".", ",")
"""What stands between digits most often: half of the marks."""

ONE_HAND = 0.4
"""Share of the sheets on which one hand has drawn all that is drawn: it leans as the rest does."""

MARKS = tuple(mark for mark in OTHERS if mark not in ("/", "line"))
"""All of them, but for what looks like a 1."""

TURNED = 0.15
"""Share of the sheets that lie on their side or upside down: what stands so is no digit."""

CLOSE, OTHER_PENS = 0.25, {"thin_pen", "faint_pencil", "thumbnail", "padding", "tablet"}
"""Share of the glyphs alone that a broad pen wrote and that fill their photo: by lot these hardly
ever come together. And what doesn't go with that."""

SYMMETRIC = {1: (0,), 2: (0, 1, 2, 5, 6, 8, 9), 3: (0,)}
"""Digits that are digits still after so many quarter turns; they teach nothing then."""

Boxes = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one sheet teaches."""

    glyphs: NDArray[np.uint8]
    """N×28×28."""
    labels: NDArray[np.uint8]
    """N; 0-9 or `NOT_A_DIGIT`."""


def make_lessons(source: Dataset, sheets: int, seed: int, processes: int = 2) -> Dataset:
    """Return what `sheets` sheets with digits of `source` teach, "no digit" as label 10.

    There are at most as many that are no digit as there are digits. The same source and seed
    give the same lessons, however many processes make them.
    """
    with ProcessPoolExecutor(processes, initializer=remember, initargs=(source, seed)) as pool:
        lessons = list(pool.map(lesson_of_sheet, range(sheets), chunksize=8))
    images = np.concatenate([lesson.glyphs for lesson in lessons])
    labels = np.concatenate([lesson.labels for lesson in lessons])
    refused = np.flatnonzero(labels == NOT_A_DIGIT)
    digits = len(labels) - len(refused)
    spare = np.random.default_rng([seed, sheets]).permutation(refused)[digits:]
    keep = np.ones(len(labels), bool)
    keep[spare] = False
    return Dataset(images[keep], labels[keep], None, 11, f"{sheets} sheets with {source.source}")


SOURCE: list[tuple[Dataset, int]] = []
"""In each process: the data set and the seed, sent once."""


def remember(source: Dataset, seed: int) -> None:
    """Keep what all sheets of this process need."""
    SOURCE[:] = [(source, seed)]


def lesson_of_sheet(number: int) -> Lesson:
    """Return what the sheet of this number teaches."""
    ((source, seed),) = SOURCE
    rng = np.random.default_rng([seed, 1, number])
    return teach(make_negative(rng) if rng.random() < EMPTY else write_sheet(source, rng))


def write_sheet(
    source: Dataset | None,
    rng: np.random.Generator,
    singles: float = 0.3,
    frequent: Sequence[str] = FREQUENT,
) -> Sheet:
    """Return a sheet with one to some fifty glyphs, under conditions drawn by lot.

    `singles` is the share of the sheets with only one. Where there are several, half of the marks
    are `frequent` ones.
    Without a source one hand has drawn the whole sheet.
    """
    count = 1 if rng.random() < singles else int(rng.integers(2, 48))
    hand = random_hand(rng) if source is None or rng.random() < ONE_HAND else None
    glyphs, labels = [], []
    for _ in range(count):
        glyph, label = draw_glyph(source, rng, frequent if count > 1 else FREQUENT, hand)
        glyphs.append(glyph)
        labels.append(label)
    return make_sheet(glyphs, labels, rng, conditions_by_lot(rng, alone=count == 1))


def conditions_by_lot(rng: np.random.Generator, alone: bool) -> dict[str, float]:
    """Return what a sheet meets, with `CLOSE` ones where a glyph stands `alone`, and `TURNED`."""
    conditions = random_conditions(rng, hardness=rng.uniform(0.3, 1))
    if alone and rng.random() < CLOSE:
        conditions = {name: conditions[name] for name in conditions if name not in OTHER_PENS}
        conditions |= {"crop": float(rng.uniform(0.5, 1)), "felt_pen": float(rng.uniform(0.3, 1))}
    if rng.random() < TURNED:
        conditions[str(rng.choice(["sideways", "upside_down"]))] = float(rng.random())
    return conditions


def draw_glyph(
    source: Dataset | None,
    rng: np.random.Generator,
    frequent: Sequence[str] = FREQUENT,
    hand: Hand | None = None,
) -> tuple[NDArray[np.uint8], str]:
    """Return a glyph and its label, "" for what is no digit.

    Without a source all digits are drawn; without a hand each is drawn by another.
    """
    kind = rng.random()
    if kind < NO_DIGITS:
        marks = frequent if rng.random() < 0.5 else MARKS
        return draw_other(marks[int(rng.integers(len(marks)))], rng, hand), ""
    if source is None or kind < NO_DIGITS + DRAWN:
        digit = int(rng.integers(10))
        return draw_digit(digit, rng, hand=hand), str(digit)
    index = int(rng.integers(len(source)))
    return source.images[index], str(source.labels[index])


def teach(sheet: Sheet) -> Lesson:
    """Return what the reader makes of a sheet, with what each of it is.

    Where there is one glyph or none the reader asks for strokes that fill the picture, too.
    """
    photo = open_photo(sheet.jpeg)
    digits = [index for index, label in enumerate(sheet.labels) if label]
    true = sheet.boxes[digits]
    labels = np.array([int(sheet.labels[index]) for index in digits], np.int64)
    glyphs, verdicts = [np.zeros((0, 28, 28), np.uint8)], [np.zeros(0, np.int64)]
    inks = [*find_inks(photo), *(find_broad_inks(photo) if len(sheet.labels) < 2 else ())]
    for line in (line for ink in inks for line in find_lines_of_glyphs(ink)):
        verdict = judge(candidate_boxes(line) * photo.scale, true, turned_labels(labels, sheet))
        glyphs.append(line.glyphs[verdict >= 0])
        verdicts.append(verdict[verdict >= 0])
    return Lesson(np.concatenate(glyphs), np.concatenate(verdicts).astype(np.uint8))


def turned_labels(labels: NDArray[np.int64], sheet: Sheet) -> NDArray[np.int64]:
    """Return what the digits are as the sheet stands: -1 where a turned one may still be one."""
    if not sheet.turns:
        return labels
    return np.where(np.isin(labels, SYMMETRIC[sheet.turns]), -1, NOT_A_DIGIT)


def candidate_boxes(line: Line) -> Boxes:
    """Return the boxes of a line's candidates, N×4."""
    return np.array([candidate.box for candidate in line.candidates], np.float64)


def judge(found: Boxes, true: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the label of each found box: a digit's, `NOT_A_DIGIT`, or -1 where it is unclear."""
    if not len(true):
        return np.full(len(found), NOT_A_DIGIT)
    share, inside = overlap(found, true.astype(np.float64))  # each found × true
    best = share.argmax(axis=1)
    rows = np.arange(len(found))
    most, within = share[rows, best], inside[rows, best]
    verdict = np.where(most < OTHER, NOT_A_DIGIT, -1)
    same = (most >= SAME) | ((most >= NEARLY) & (within > 0.92))
    return np.where(same, labels[best], verdict)


def overlap(found: Boxes, true: Boxes) -> tuple[Boxes, Boxes]:
    """Return of every found with every true box: intersection over union, and over the found.

    Narrow boxes are widened first: a thin 1 is missed by one pixel else.
    """
    a, b = widen(found)[:, None], widen(true)[None]
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    both = np.maximum(width, 0) * np.maximum(height, 0)
    return both / (area(a) + area(b) - both), both / area(a)


def widen(boxes: Boxes) -> Boxes:
    """Return the boxes with both sides at least a third of the longer one."""
    sides = boxes[:, 2:] - boxes[:, :2]
    missing = np.maximum(sides.max(axis=1, keepdims=True) / 3 - sides, 0) / 2
    wide: Boxes = boxes + np.concatenate([-missing, missing], axis=1)
    return wide


def area(boxes: Boxes) -> Boxes:
    """Return the boxes' areas."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
