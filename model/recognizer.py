"""From a photo's bytes to a reading: which digits stand in it, where, and how sure that is."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.context import Found, chances_in_context, features_of, is_part, strength_of
from model.hand import agree
from model.lines import Slice, find_rows
from model.network import Network
from model.paths import best_path
from model.vision import (
    Ink,
    Photo,
    find_broad_inks,
    find_inks,
    find_lines_of_glyphs,
    open_photo,
)

Array = NDArray[np.float32]
Box = tuple[int, int, int, int]

ENOUGH = 0.8
"""Strength per piece of ink from which on nothing else is tried than the photo as it stands."""

OTHER_INK = 0.5
"""How strongly the photo's other ink must read upright before it is believed; ink of a picture in
two tones so strongly per piece."""

LEAST, MARGIN = 0.9, 0.8
"""How strongly the photo turned must read before it is believed, and how much more so than upright:
scribble looks like a digit from one of four sides."""

CLEAR = 0.65
"""And how surely, as the mean square of the confidences: letters upside down are half like 4s."""

EITHER_WAY = (0, 1)
"""An oval and a line look like digits from any side: they don't tell how a sheet lies."""

UNSURE = 0.35
"""What is less likely than this to be any one digit is none: half a chance of being a digit, and
then of being one of four, is no answer."""

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
    missed: Digit | None = None
    """Where no digit was read: what comes nearest to one. Its sender may say what it is."""

    @property
    def text(self) -> str:
        """The digits as one string, empty where none was found."""
        return "".join(str(digit.digit) for digit in self.digits)


JUDGE = Path(__file__).resolve().parent.parent / "weights" / "context.npz"
"""The fitted network of `model.context`; the digit weights change beside it."""


@cache
def shipped_judge() -> Network | None:
    """Return the judge that comes with the product, None where there is none yet."""
    return Network.load(JUDGE) if JUDGE.exists() else None


class Recognizer:
    """Reads photos with one network; safe to share between threads, it keeps no state."""

    def __init__(self, network: Network, weights: str, judge: Network | None = None) -> None:
        self.network = network
        self.weights = weights
        """Fingerprint of the weights file, stored with every prediction."""
        self.judge = judge
        """Says what is a digit from its context, see `model.context`."""

    @classmethod
    def load(cls, path: Path) -> Recognizer:
        """Read the weights file; raises `WrongWeights`."""
        network = Network.load(path)
        return cls(network, hashlib.sha256(path.read_bytes()).hexdigest()[:16], shipped_judge())

    def read(self, data: bytes) -> Reading:
        """Read a photo's digits; raises `UnreadablePhoto`."""
        photo = open_photo(data)
        best = self.read_best(photo)
        reading = replace(best, digits=of_one_hand(best.digits)).reading(photo)
        return reading if reading.digits else replace(reading, missed=self.find_missed(best, photo))

    def find_missed(self, empty: Attempt, photo: Photo) -> Digit | None:
        """Return what comes nearest to a digit where none was read."""
        standing = sorted(self.judge_ink(empty.ink), key=lambda digit: digit.confidence)
        return replace(empty, digits=standing[-1:]).reading(photo).digits[0] if standing else None

    def read_best(self, photo: Photo) -> Attempt:
        """Read the likelier ink upright; another one, or a turned sheet, only if it tells more.

        Nothing else is tried once all that stands in one is read.
        """
        inks = find_inks(photo)
        upright = self.attempt(next(inks))
        if upright.is_whole:
            return upright
        broad = [
            each
            for each in map(self.attempt, find_broad_inks(photo))
            if strength(each.digits)
            > max(OTHER_INK * len(each.ink.pieces), strength(upright.digits))
        ]
        if broad:
            return max(broad, key=lambda each: strength(each.digits))
        for other in map(self.attempt, inks) if clearness(upright.digits) < CLEAR else ():
            if strength(other.digits) > max(OTHER_INK, strength(upright.digits)):
                upright = other
        turned = [self.attempt(upright.ink, turns) for turns in (1, 2, 3)]
        clear = [attempt for attempt in turned if clearness(attempt.telling) >= CLEAR]
        best = max(clear, key=lambda attempt: strength(attempt.telling), default=upright)
        needed = max(LEAST, strength(upright.telling) + MARGIN)
        return best if strength(best.telling) > needed else upright

    def attempt(self, ink: Ink, turns: int = 0) -> Attempt:
        """Read the ink after so many quarter turns against the clock."""
        return Attempt(ink, turns, self.read_ink(ink.turned(turns) if turns else ink))

    def read_ink(self, ink: Ink) -> list[Digit]:
        """Return the digits that the ink makes; boxes are in pixels of its contrast."""
        digits = [digit for digit in self.judge_ink(ink) if digit.no_digit <= 0.5]
        return in_reading_order(digits)

    def judge_ink(self, ink: Ink) -> list[Digit]:
        """Return all that stands in the ink, what is no digit too."""
        found = self.find_glyphs(ink)
        if not found:
            return []
        likeliest = np.array([each.probabilities.max() for each in found])
        chances = self.chances_of_digits(found, ink)
        chances = np.where(chances * likeliest < UNSURE, chances * likeliest, chances)
        return [
            Digit(
                digit=each.digit,
                confidence=float(chance * each.probabilities.max()),
                box=each.box,
                line=each.line,
                pixels=each.pixels,
                probabilities=each.probabilities,
                no_digit=float(1 - chance),
            )
            for each, chance in zip(found, chances, strict=True)
        ]

    def find_glyphs(self, ink: Ink) -> list[Found]:
        """Return what stands in the ink, digits or not; one matrix product per layer for all."""
        lines = find_lines_of_glyphs(ink)
        if not lines:
            return []
        glyphs = np.concatenate([line.glyphs for line in lines])
        images = glyphs.reshape(-1, 784).astype(np.float32) / 255
        probabilities, no_digit = self.network.answers(images)
        rare = likelier_digits(no_digit)
        chances = probabilities.max(axis=1) * (1 - rare)
        found, start = [], 0
        for number, line in enumerate(lines):
            here = slice(start, start + len(line.candidates))
            for part in best_path(line, chances[here], rare[here]):
                candidate, at = line.candidates[part.candidate], start + part.candidate
                found.append(
                    Found(
                        line=number,
                        box=candidate.box,
                        pixels=glyphs[at],
                        probabilities=probabilities[at],
                        no_digit=float(no_digit[at]),
                        strength=strength_of(ink, line.slices[candidate.first : candidate.last]),
                        part=is_part(line, candidate.first, candidate.last),
                    )
                )
            start = here.stop
        return found

    def chances_of_digits(self, found: list[Found], ink: Ink) -> Array:
        """Return the glyphs' chances of being a digit, in their context where that was fitted."""
        if self.judge is None:
            return 1 - likelier_digits(np.array([each.no_digit for each in found], np.float32))
        features = features_of(found, ink.contrast.shape)
        return chances_in_context(self.judge, features).astype(np.float32)


def likelier_digits(no_digit: Array) -> Array:
    """Return the chances of no digit under the odds of people's photos, see `PRIOR`."""
    return (no_digit * PRIOR / (no_digit * PRIOR + 1 - no_digit)).astype(np.float32)


def of_one_hand(digits: list[Digit]) -> list[Digit]:
    """Return the digits read with a look at their look-alikes on the photo, see `model.hand`."""
    if not digits:
        return digits
    pixels = np.stack([digit.pixels for digit in digits])
    heard = agree(pixels, np.stack([digit.probabilities for digit in digits]))
    return [
        replace(
            digit,
            digit=int(chances.argmax()),
            confidence=float((1 - digit.no_digit) * chances.max()),
            probabilities=chances,
        )
        for digit, chances in zip(digits, heard, strict=True)
    ]


def in_reading_order(digits: list[Digit]) -> list[Digit]:
    """Return the digits row by row, in the rows that they form once all else is left out.

    A desk's grain or a page of print had a say in the lines of writing that they were found in.
    """
    slices = [Slice(place, *digit.box) for place, digit in enumerate(digits)]
    rows = find_rows(sorted(slices, key=lambda part: part.middle))
    rows.sort(key=lambda row: np.mean([part.y0 + part.y1 for part in row]))
    return [
        replace(digits[part.piece], line=number) for number, row in enumerate(rows) for part in row
    ]


@dataclass(frozen=True, eq=False)
class Attempt:
    """What the ink reads as after so many quarter turns against the clock."""

    ink: Ink
    turns: int
    digits: list[Digit]
    """Their boxes are in the turned ink."""

    @property
    def is_whole(self) -> bool:
        """Whether all that stands there is read."""
        return bool(self.digits) and strength(self.digits) >= ENOUGH * len(self.ink.pieces)

    @property
    def telling(self) -> list[Digit]:
        """The digits that tell how the sheet lies."""
        return [digit for digit in self.digits if digit.digit not in EITHER_WAY]

    def reading(self, photo: Photo) -> Reading:
        """Return the digits with their boxes in pixels of the upright photo."""
        height, width = photo.pixels.shape[:2]
        placed = tuple(place(digit, photo, self.turns, width, height) for digit in self.digits)
        return Reading(placed, photo.width, photo.height, photo.media_type, self.turns)


def strength(digits: list[Digit]) -> float:
    """Return how much was read, times how surely: an upside-down row looks half like digits."""
    squares = [digit.confidence**2 for digit in digits]
    return sum(squares) ** 2 / len(squares) if squares else 0.0


def clearness(digits: list[Digit]) -> float:
    """Return how surely they were read, 0..1: the mean square of their confidences."""
    return sum(digit.confidence**2 for digit in digits) / max(len(digits), 1)


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
