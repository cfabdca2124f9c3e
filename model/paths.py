"""The best path through a line: which of its candidates read best together.

A line is a row of slices, and each candidate joins neighbouring ones. From the left, the best way
to explain the first slices is kept for every number of them (dynamic programming).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.layout import height_of
from model.lines import Slice
from model.vision import Line

Array = NDArray[np.float32]

MERGE_BONUS = 0.1
"""What joining two slices is worth: a digit in pieces before a digit and some dirt."""

GAP_COST = 2.0
"""What joining two slices that stand apart costs, for each height of the line between them."""

OVERLAP_COST = 2.0
"""What parting two pieces that stand above each other costs, times the share of the narrower one's
width that they have in common: digits stand side by side."""

SPECK = 0.15, 0.3
"""What is smaller than this share of its line's height is dirt, left out for nothing; from the
second share on it is a part like others."""

REFUSAL_COST = 0.6
"""What taking a slice for no digit costs: the parts of a broken digit are none, each for itself."""

CUT_COST = 0.8
"""What cutting a piece in two must gain, in log likelihood."""


class Part(NamedTuple):
    """A part of a line: one candidate, as a digit or as what is none."""

    candidate: int
    digit: bool


def best_path(line: Line, chances: Array, no_digit: Array) -> list[Part]:
    """Return the parts that a line falls into, from the left.

    `chances` of being a certain digit and `no_digit` are one number a candidate, 0..1. Each slice
    weighs the same: a candidate of two slices must explain both. What is of one piece may also be
    no digit. A cut through a piece must pay for itself.
    """
    count = len(line.slices)
    pieces = [part.piece for part in line.slices]
    weights = weights_of(line.slices)
    parting = parting_costs(line, weights)
    joining = joining_costs(line)
    score = np.full(count + 1, -np.inf)
    score[0] = 0
    came: list[tuple[int, Part]] = [(0, Part(0, False))] * (count + 1)
    for index, candidate in enumerate(line.candidates):  # sorted by their first slice
        first, last = candidate.first, candidate.last
        reached = score[first] - parting[last]
        value = reached + (last - first) * np.log(max(chances[index], 1e-6))
        value += MERGE_BONUS * (last - first - 1) - sum(joining[first : last - 1])
        if value > score[last]:
            score[last], came[last] = value, (first, Part(index, True))
        if pieces[first] == pieces[last - 1]:
            value = reached + (last - first) * np.log(max(no_digit[index], 1e-6))
            value -= REFUSAL_COST * sum(weights[first:last])
            if value > score[last]:
                score[last], came[last] = value, (first, Part(index, False))
    path, at = [], count
    while at:
        at, part = came[at]
        path.append(part)
    return path[::-1]


def joining_costs(line: Line) -> list[float]:
    """Return what it costs to join each slice with the next one."""
    height = height_of(line.slices)
    costs = []
    for left, right in pairwise(line.slices):
        across = max(0, right.x0 - left.x1)
        down = max(0, left.y0 - right.y1, right.y0 - left.y1)
        costs.append(GAP_COST * math.hypot(across, down) / height)
    return costs


def weights_of(slices: list[Slice]) -> list[float]:
    """Return how much each slice counts by its size: 0 for specks, 1 for parts of digits."""
    height = height_of(slices)
    return [float(np.interp(max(s.width, s.height) / height, SPECK, (0, 1))) for s in slices]


def parting_costs(line: Line, weights: list[float]) -> list[float]:
    """Return what it costs to part a line before each slice, and at its end: nothing there."""
    costs = [0.0]
    for place, (left, right) in enumerate(pairwise(line.slices)):
        common = min(left.x1, right.x1) - max(left.x0, right.x0)
        shared = max(0.0, common / min(left.width, right.width))
        overlap = OVERLAP_COST * shared * min(weights[place : place + 2])
        costs.append(CUT_COST if left.piece == right.piece else overlap)
    return [*costs, 0.0]
