"""From a photo's bytes to a reading: which digits stand in it, where, and how sure that is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.attempts import Attempt, best_attempt
from model.context import Found, chances_in_context, features_of, is_part, strength_of
from model.hand import agree
from model.lines import Slice, find_rows
from model.network import Network
from model.paths import CUT_COST, best_path
from model.reading import Digit, Reading
from model.vision import Ink, Photo, find_lines_of_glyphs, open_photo

Array = NDArray[np.float32]

UNSURE = 0.35
"""What is less likely than this to be any one digit is none: half a chance of being a digit, and
then of being one of four, is no answer."""

PRIOR = 0.4
"""Odds of what is no digit against those in the lessons: people send digits."""

UNCUT = 100.0
"""Cost of a cut, in log likelihood, at which only what is too wide for one digit is cut."""

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
        reading = best.reading(photo)
        return reading if reading.digits else replace(reading, missed=self.find_missed(best, photo))

    def read_best(self, photo: Photo) -> Attempt:
        """Read the ink, and the way up, that tells most."""
        best = best_attempt(photo, self.read_ink)
        return replace(best, digits=of_one_hand(best.digits))

    def find_missed(self, empty: Attempt, photo: Photo) -> Digit | None:
        """Return what comes nearest to a digit where none was read.

        Nothing is cut for it: a form that the network does not know looks like a digit in parts.
        """
        standing = sorted(
            self.judge_ink(empty.ink, cut_cost=UNCUT), key=lambda digit: digit.confidence
        )
        return replace(empty, digits=standing[-1:]).reading(photo).digits[0] if standing else None

    def read_ink(self, ink: Ink) -> list[Digit]:
        """Return the digits that the ink makes; boxes are in pixels of its contrast."""
        digits = [digit for digit in self.judge_ink(ink) if digit.no_digit <= 0.5]
        return in_reading_order(digits)

    def judge_ink(self, ink: Ink, cut_cost: float = CUT_COST) -> list[Digit]:
        """Return all that stands in the ink, what is no digit too."""
        found = self.find_glyphs(ink, cut_cost)
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

    def find_glyphs(self, ink: Ink, cut_cost: float = CUT_COST) -> list[Found]:
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
            for part in best_path(line, chances[here], rare[here], cut_cost):
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
