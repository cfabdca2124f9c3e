"""What the rest of a photo says of one glyph: is it a digit, among these others, here?

A straight stroke is a 1 alone on a sheet or in a row of digits, and none as a bracket, as the edge
of the paper or in a page of letters: 28x28 pixels can't tell. So a second, tiny perceptron is asked
for each glyph, with what the first said of it and of all the others around it. It is fitted on made
paper by `model.context_lessons`; without it the digit network's own word counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.lines import Slice
from model.network import Network, forward, softmax
from model.vision import Ink, Line

Floats = NDArray[np.float64]
Box = tuple[int, int, int, int]

FEATURES = (
    "network",  # log odds that it is a digit, by the digit network
    "sureness",  # log odds of its likeliest digit
    "alone",  # 1 over the number of glyphs of about its size
    "taller",  # log of its height over the usual one, where it is higher
    "shorter",  # and where it is lower
    "company",  # how far the others of its size are digits: -0.5..0.5
    "row",  # the same in its own line
    "fellows",  # log of how many digits there are of its height and strength
    "strangers",  # and of how many that are none
    "one",  # whether it looks like a 1
    "one_alone",
    "one_shorter",
    "one_size",
    "one_leaning",  # how much more than the digits it leans, either way
    "border",  # whether it touches the picture's
    "darker",  # log of its ink's strength over the others'
    "part",  # whether it is cut out of a larger piece
    "size",  # log of its share of the picture
    "aspect",  # log of its height over its width
)

SURE = 8.0
"""Log odds are cut off here: beyond it the network is equally sure."""

COMPARABLE = 2.5
"""Glyphs are of about one size up to this factor."""

FELLOW = 0.35
"""Fellows differ by so much in the logarithms of height and strength; the further, the less."""

ODDS = 9.0
"""Odds of digits among the glyphs in people's photos, against those on made paper: half of the
glyphs there are none, and people send digits."""


@dataclass(frozen=True, eq=False)
class Found:
    """A glyph on the best path through its line."""

    line: int
    box: Box
    """In pixels of the ink's contrast."""
    pixels: NDArray[np.uint8]
    """28x28."""
    probabilities: NDArray[np.float32]
    """10 chances of each digit, if it is one."""
    no_digit: float
    """Chance that it is none, by the pixels alone."""
    strength: float
    """Contrast of its strongest piece of ink."""
    part: bool
    """Whether a cut divides it from more ink of the same piece."""

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return int(self.probabilities.argmax())

    @property
    def side(self) -> int:
        """The longer side of its box."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def strength_of(ink: Ink, slices: list[Slice]) -> float:
    """Return the contrast of the strongest piece among the slices."""
    return max(float(ink.pieces.strengths[part.piece]) for part in slices)


def is_part(line: Line, first: int, last: int) -> bool:
    """Tell whether slices `first` to `last` (outside) leave some of their pieces' ink out."""
    within = {part.piece for part in line.slices[first:last]}
    beside = {part.piece for part in line.slices[:first] + line.slices[last:]}
    return bool(within & beside)


def features_of(found: list[Found], shape: tuple[int, int]) -> Floats:
    """Return N x 19 `FEATURES` of all glyphs of a photo.

    `shape` is height and width of the picture that the boxes are in.
    """
    x0, y0, x1, y1 = np.array([each.box for each in found], float).T
    high, wide = np.maximum(y1 - y0, 1), np.maximum(x1 - x0, 1)
    side, line = np.maximum(high, wide), np.array([each.line for each in found])
    odds = log_odds(1 - np.array([each.no_digit for each in found]))
    sure = np.array([float(each.probabilities.max()) for each in found])
    one = np.array([each.digit == 1 for each in found], float)
    digit = 1 / (1 + np.exp(-odds))
    weight = side * digit  # what counts as a digit, by its size
    others = ~np.eye(len(found), dtype=bool)
    ratio = side / side[:, None]  # row: of which glyph; column: compared with which
    alike = others & (ratio > 1 / COMPARABLE) & (ratio < COMPARABLE)
    taller = np.log(high / usual_among_others(high, weight))
    strength = np.log(np.maximum([each.strength for each in found], 1e-3))
    fellow = others * likeness_of(np.log(high)) * likeness_of(strength)
    lean = np.array([lean_of(each.pixels) for each in found])
    lone = 1 / (1 + alike.sum(axis=1))
    shorter = np.maximum(-taller, 0)
    columns = [
        odds,
        log_odds(sure),
        lone,
        np.maximum(taller, 0),
        shorter,
        share_among(alike, weight, side),
        share_among(alike & (line == line[:, None]), weight, side),
        np.log1p(fellow @ digit),
        np.log1p(fellow @ (1 - digit)),
        one,
        one * lone,
        one * shorter,
        one * np.abs(taller),
        one * np.abs(lean - mean_of_others(lean, digit)),
        ((x0 <= 1) | (y0 <= 1) | (x1 >= shape[1] - 1) | (y1 >= shape[0] - 1)).astype(float),
        strength - mean_of_others(strength, weight / side),
        np.array([each.part for each in found], float),
        np.log(side / min(shape)),
        np.log(high / wide),
    ]
    return np.stack(columns, axis=1)


def log_odds(chance: NDArray[np.floating]) -> Floats:
    """Return log(p / (1 - p)), at most `SURE` either way."""
    chance = np.clip(chance.astype(float), 1e-6, 1 - 1e-6)
    return np.clip(np.log(chance / (1 - chance)), -SURE, SURE)


def lean_of(glyph: NDArray[np.uint8]) -> float:
    """Return how far a glyph's ink goes to the right for each pixel upwards: 0 for upright."""
    ink = glyph.astype(float)
    line = np.arange(len(ink)) - (len(ink) - 1) / 2
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    total = max(rows.sum(), 1)
    y, x = line - line @ rows / total, line - line @ columns / total
    return float(-(y @ ink @ x) / max((y * y) @ rows, 1))


def usual_among_others(high: Floats, weight: Floats) -> Floats:
    """Return for each glyph the others' median height by their weight; its own if it is alone."""
    order = np.argsort(high)
    counted = np.tile(weight[order], (len(high), 1))  # row: of which glyph
    counted[np.arange(len(high)), np.argsort(order)] = 0
    passed = counted.cumsum(axis=1)
    middle = (passed < passed[:, -1:] / 2).sum(axis=1)
    usual: Floats = np.where(
        passed[:, -1] > 0, high[order][np.minimum(middle, len(high) - 1)], high
    )
    return usual


def mean_of_others(values: Floats, weight: Floats) -> Floats:
    """Return for each glyph the others' mean by their weight; its own value if it is alone."""
    left = weight.sum() - weight
    total = (weight * values).sum() - weight * values
    return np.where(left > 1e-3, total / np.maximum(left, 1e-3), values)


def likeness_of(values: Floats) -> Floats:
    """Return N x N: 1 for glyphs alike in a value, less and less the more they differ."""
    likeness: Floats = np.exp(-(((values - values[:, None]) / FELLOW) ** 2))
    return likeness


def share_among(which: NDArray[np.bool_], weight: Floats, side: Floats) -> Floats:
    """Return for each row of `which` how far these glyphs are digits, -0.5..0.5; 0 for none."""
    total = which @ side
    return np.where(total > 0, which @ weight / np.maximum(total, 1) - 0.5, 0.0)


def chances_in_context(judge: Network, features: Floats) -> Floats:
    """Return N chances that a glyph is a digit, by the fitted network: 19 in, 2 out."""
    logits = forward(judge, features.astype(np.float32), last=np.asarray)[-1]
    return softmax(logits + np.array([0, np.log(ODDS)]))[:, 1]
