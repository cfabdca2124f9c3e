"""The best path through a line: which of its candidates read best together.

A line is a row of slices, and each candidate joins neighbouring ones. From the left, the best way
to explain the first slices is kept for every number of them (dynamic programming).
"""

from __future__ import annotations

import math
from itertools import groupby, pairwise, product
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

CHAIN = 1.5
"""A piece that is wider than so many heights of its line is no single digit: a cut between two of
its digits costs less, the wider it is."""

MIXED = 1.5
"""How much more a cut costs between a digit and what is none: digits touch digits, and half of a
letter or of a word often looks like one."""


class Part(NamedTuple):
    """A part of a line: one candidate, as a digit or as what is none."""

    candidate: int
    digit: bool


def best_path(
    line: Line, chances: Array, no_digit: Array, cut_cost: float = CUT_COST
) -> list[Part]:
    """Return the parts that a line falls into, from the left.

    `chances` of being a certain digit and `no_digit` are one number a candidate, 0..1. Slices weigh
    by their size: a candidate of two parts must explain both, dirt counts for nothing. What is of
    one piece may also be no digit. A cut through a piece must pay for itself, `cut_cost` in log
    likelihood.
    """
    weights = weights_of(line.slices)
    worths, parting = (
        worths_of(line, weights, chances, no_digit),
        parting_costs(line, weights, cut_cost),
    )
    count = len(line.slices)
    score = [[0.0, 0.0]]  # of so many slices; the last part: none, or a digit
    score += [[-math.inf, -math.inf] for _ in range(count)]
    came = {(0, 0): (0, 0, -1)}  # (slices, digit) from (slices, digit) by a candidate
    for index, candidate in enumerate(line.candidates):  # sorted by their first slice
        first, last = candidate.first, candidate.last
        for before, digit in product((0, 1), (0, 1)):
            value = score[first][before] - parting[first][before + digit] + worths[index][digit]
            if value > score[last][digit]:
                score[last][digit], came[last, digit] = value, (first, before, index)
    path, at, digit = [], count, score[count].index(max(score[count]))
    while at:
        first, before, index = came[at, digit]
        path.append(Part(index, bool(digit)))
        at, digit = first, before
    return path[::-1]


def worths_of(
    line: Line, weights: list[float], chances: Array, no_digit: Array
) -> list[tuple[float, float]]:
    """Return what each candidate is worth, in log likelihood: as none, and as a digit."""
    joining = joining_costs(line)
    as_digit, as_none = np.log(np.maximum([chances, no_digit], 1e-6)).tolist()
    worths = []
    for index, candidate in enumerate(line.candidates):
        first, last = candidate.first, candidate.last
        one_piece = line.slices[first].piece == line.slices[last - 1].piece
        count = max(1.0, sum(weights[first:last]))
        none = count * as_none[index] - REFUSAL_COST * sum(weights[first:last])
        digit = count * as_digit[index] + MERGE_BONUS * (last - first - 1)
        digit -= sum(joining[first : last - 1])
        worths.append((none if one_piece else -math.inf, digit))
    return worths


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


def parting_costs(
    line: Line, weights: list[float], cut_cost: float = CUT_COST
) -> list[tuple[float, float, float]]:
    """Return what it costs to part a line before each slice.

    Where none, one or both of the parts beside it are digits.
    """
    costs = [(0.0, 0.0, 0.0)]
    chained = chained_cuts(line, cut_cost)
    for place, (left, right) in enumerate(pairwise(line.slices)):
        overlap = OVERLAP_COST * shared_across(line.slices, weights, place + 1)
        if left.piece == right.piece:
            costs.append((cut_cost, cut_cost * MIXED, chained[left.piece]))
        else:
            costs.append((overlap, overlap, overlap))
    return costs


def shared_across(slices: list[Slice], weights: list[float], place: int) -> float:
    """Return how far what stands before this place stands above what follows, 0..1.

    By the nearest slices that are no specks: dirt between two parts does not set them side by side.
    """
    before = next((at for at in range(place - 1, -1, -1) if weights[at]), None)
    after = next((at for at in range(place, len(slices)) if weights[at]), None)
    if before is None or after is None:
        return 0.0
    left, right = slices[before], slices[after]
    common = min(left.x1, right.x1) - max(left.x0, right.x0)
    shared = max(0.0, common / min(left.width, right.width))
    return shared * min(weights[before], weights[after])


def chained_cuts(line: Line, cut_cost: float) -> dict[int, float]:
    """Return for each piece what a cut between two of its digits costs."""
    height, costs = height_of(line.slices), {}
    for piece, slices in groupby(line.slices, key=lambda part: part.piece):
        parts = list(slices)
        width = max(part.x1 for part in parts) - min(part.x0 for part in parts)
        costs[piece] = cut_cost * min(1.0, CHAIN * height / max(width, 1))
    return costs
