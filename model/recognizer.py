"""From a photo's bytes to a reading: which digits stand in it, where, and how sure that is."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.network import Network
from model.vision import Ink, Line, Photo, find_inks, find_lines_of_glyphs, open_photo

Array = NDArray[np.float32]
Box = tuple[int, int, int, int]

LEAST_CONFIDENCE = 0.4
"""What reads with less is no digit."""

SMALL, LARGE = 0.4, 2.5
"""A digit's size against the usual one in its photo: others are commas, dirt and edges."""

MERGE_BONUS = 0.1
"""What joining two slices is worth: a digit in pieces before a digit and some dirt."""

OVERLAP_COST = 2.0
"""What parting two pieces that stand above each other costs, times the share of the narrower one's
width that they have in common: digits stand side by side."""

CUT_COST = 1.0
"""What cutting a piece in two must gain, in log likelihood."""

EXPLAINED = 0.4
"""Digits make up at least this share of the ink of their size: a few 1s in a photo of a fence
are none."""

ENOUGH = 0.5
"""Strength per piece of ink from which on nothing else is tried than the photo as it stands."""

FACTOR, MARGIN = 1.5, 0.8
"""How much more evidence the photo turned, or its other ink, must give before it is believed."""

PRIOR = 0.4
"""Odds of what is no digit against those in the lessons: people send digits."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit read in a photo."""

    digit: int
    confidence: float
    """0..1; the chance that `digit` is right."""
    box: Box
    """x0, y0, x1, y1 in pixels of the upright photo; x1 and y1 are just outside."""
    line: int
    """The line of writing it stands in, from 0 at the top."""
    pixels: NDArray[np.uint8]
    """28x28 uint8, what the network saw: ink 255 on ground 0."""
    probabilities: Array
    """10 float32, which sum to one."""
    no_digit: float
    """0..1; the chance that this is no digit at all."""


@dataclass(frozen=True, eq=False)
class Reading:
    """All digits of a photo, in reading order: rows from the top, in each from the left."""

    digits: tuple[Digit, ...]
    width: int
    """Of the upright photo, in pixels."""
    height: int
    media_type: str
    """Such as image/jpeg, from the file's content."""
    turned: int = 0
    """Quarter turns against the clock after which it was read: 0 as its EXIF says."""

    @property
    def text(self) -> str:
        """The digits as one string, empty where none was found."""
        return "".join(str(digit.digit) for digit in self.digits)


class Recognizer:
    """Reads photos with one network; safe to share between threads, it keeps no state."""

    def __init__(self, network: Network, weights: str) -> None:
        self.network = network
        self.weights = weights
        """Fingerprint of the weights file, stored with every prediction."""

    @classmethod
    def load(cls, path: Path) -> Recognizer:
        """Read the weights file; raises `WrongWeights`."""
        network = Network.load(path)
        return cls(network, hashlib.sha256(path.read_bytes()).hexdigest()[:16])

    def read(self, data: bytes) -> Reading:
        """Read a photo's digits; raises `UnreadablePhoto`."""
        photo = open_photo(data)
        return self.read_best(find_inks(photo)).reading(photo)

    def read_best(self, inks: list[Ink]) -> Attempt:
        """Read the likeliest ink upright; turned or the other ink only if clearly better."""
        first = Attempt(inks[0], 0, self.read_ink(inks[0]))
        if first.digits and strength(first.digits) >= ENOUGH * len(inks[0].pieces):
            return first
        others = [
            Attempt(ink, turns, self.read_ink(ink.turned(turns)))
            for ink in inks
            for turns in range(4)
            if turns or ink is not inks[0]
        ]
        best = max(others, key=lambda other: evidence(other.digits))
        needed = FACTOR * strength(first.digits) + MARGIN
        return best if evidence(best.digits) > needed else first

    def read_ink(self, ink: Ink) -> list[Digit]:
        """Return the digits that the ink makes; boxes are in pixels of its contrast."""
        digits = self.read_lines(find_lines_of_glyphs(ink))
        digits = plausible(digits, ink.pieces.boxes)
        edges = [digit for digit in digits if is_edge(digit, ink.contrast.shape[1])]
        return digits if len(edges) == len(digits) else [d for d in digits if d not in edges]

    def read_lines(self, lines: list[Line]) -> list[Digit]:
        """Return what the lines read best as; one matrix product per layer for all candidates."""
        if not lines:
            return []
        glyphs = np.concatenate([line.glyphs for line in lines])
        images = glyphs.reshape(-1, 784).astype(np.float32) / 255
        probabilities, no_digit = self.network.answers(images)
        no_digit = (no_digit * PRIOR / (no_digit * PRIOR + 1 - no_digit)).astype(np.float32)
        chances = probabilities.max(axis=1) * (1 - no_digit)
        digits, start = [], 0
        for number, line in enumerate(lines):
            here = slice(start, start + len(line.candidates))
            for index in best_path(line, chances[here], no_digit[here]):
                at = start + index
                digits.append(
                    Digit(
                        digit=int(probabilities[at].argmax()),
                        confidence=float(chances[at]),
                        box=line.candidates[index].box,
                        line=number,
                        pixels=glyphs[at],
                        probabilities=probabilities[at],
                        no_digit=float(no_digit[at]),
                    )
                )
            start = here.stop
        return digits


def plausible(digits: list[Digit], boxes: NDArray[np.int64]) -> list[Digit]:
    """Return the digits that are sure and large enough; none if they explain too little.

    `boxes` are those of all pieces of ink, N×4.
    """
    digits = [digit for digit in digits if digit.confidence >= LEAST_CONFIDENCE]
    if not digits:
        return []
    usual = float(np.median([side(digit.box) for digit in digits]))
    digits = [digit for digit in digits if SMALL < side(digit.box) / usual < LARGE]
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    alike = sides[(sides > SMALL * usual) & (sides < LARGE * usual)]
    explained = sum(side(digit.box) for digit in digits)
    return digits if explained >= EXPLAINED * alike.sum() else []


def is_edge(digit: Digit, width: int) -> bool:
    """Tell a 1 at the left or right border: among other digits it is the edge of the paper."""
    x0, _, x1, _ = digit.box
    return digit.digit == 1 and (x0 <= 1 or x1 >= width - 1)


def best_path(line: Line, chances: Array, no_digit: Array) -> list[int]:
    """Return which candidates of a line read best together, from the left.

    Each slice weighs the same: a candidate of two slices must explain both. What is of one piece
    may also be no digit, and is left out then. A cut through a piece must pay for itself.
    """
    count = len(line.slices)
    pieces = [part.piece for part in line.slices]
    parting = parting_costs(line)
    score = np.full(count + 1, -np.inf)
    score[0] = 0
    came: list[tuple[int, int | None]] = [(0, None)] * (count + 1)
    for index, candidate in enumerate(line.candidates):  # sorted by their first slice
        first, last = candidate.first, candidate.last
        reached = score[first] - parting[last]
        value = reached + (last - first) * np.log(max(chances[index], 1e-6))
        value += MERGE_BONUS * (last - first - 1)
        if value > score[last]:
            score[last], came[last] = value, (first, index)
        if pieces[first] == pieces[last - 1]:
            value = reached + (last - first) * np.log(max(no_digit[index], 1e-6))
            if value > score[last]:
                score[last], came[last] = value, (first, None)
    path, at = [], count
    while at:
        at, taken = came[at]
        if taken is not None:
            path.append(taken)
    return path[::-1]


def parting_costs(line: Line) -> list[float]:
    """Return what it costs to part a line before each slice, and at its end: nothing there."""
    costs = [0.0]
    for left, right in pairwise(line.slices):
        common = min(left.x1, right.x1) - max(left.x0, right.x0)
        shared = max(0.0, common / min(left.width, right.width))
        costs.append(CUT_COST if left.piece == right.piece else OVERLAP_COST * shared)
    return [*costs, 0.0]


def side(box: Box) -> int:
    """Return the longer side of a box."""
    return max(box[2] - box[0], box[3] - box[1])


@dataclass(frozen=True, eq=False)
class Attempt:
    """What the ink reads as after so many quarter turns against the clock."""

    ink: Ink
    turns: int
    digits: list[Digit]
    """Their boxes are in the turned ink."""

    def reading(self, photo: Photo) -> Reading:
        """Return the digits with their boxes in pixels of the upright photo."""
        height, width = photo.pixels.shape[:2]
        placed = tuple(place(digit, photo, self.turns, width, height) for digit in self.digits)
        return Reading(placed, photo.width, photo.height, photo.media_type, self.turns)


def strength(digits: list[Digit]) -> float:
    """Return how much was read, and how surely."""
    return sum(digit.confidence**2 for digit in digits)


def evidence(digits: list[Digit]) -> float:
    """Return how much the digits speak for the way the photo stands, about their number.

    A 0 looks the same from any side, and any line or minus sign may be a 1.
    """
    return strength([digit for digit in digits if digit.digit not in (0, 1)])


def place(digit: Digit, photo: Photo, turned: int, width: int, height: int) -> Digit:
    """Return the digit with its box turned back and in pixels of the upright photo.

    In a thumbnail, which was enlarged to be read, the box may be a fraction of a pixel: what it
    touches counts, so that no box is empty.
    """
    x0, y0, x1, y1 = digit.box
    for quarters in range(turned, 0, -1):  # undo one turn against the clock
        across = width if quarters % 2 else height
        x0, y0, x1, y1 = across - y1, x0, across - y0, x1
    left, top = (math.floor(value * photo.scale) for value in (x0, y0))
    right, bottom = (math.ceil(value * photo.scale) for value in (x1, y1))
    left, top = min(left, photo.width - 1), min(top, photo.height - 1)
    return replace(digit, box=(left, top, min(right, photo.width), min(bottom, photo.height)))
