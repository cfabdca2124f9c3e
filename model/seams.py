"""Seams: the ways from the top of a piece of ink to its bottom that cross the least of it.

Digits that touch lean and overhang, so that no upright line parts them. A seam goes down one row
at a time, straight or aslant, as in seam carving (Avidan and Shamir 2007); what it costs is the ink
that it crosses. Of all seams through one column of the middle row the cheapest is found from both
sides at once, by dynamic programming.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DETAIL = 64
"""Cells across the shorter side, at least, in which seams are looked for."""

ASLANT = 0.3
"""What a step aside costs, in cells of ink: a seam shall not wander around a digit."""


class Seams(NamedTuple):
    """The cheapest seam through each place of the middle row."""

    costs: NDArray[np.float32]
    """Pixels of ink on the way, with what is aslant: one number a seam."""
    ways: NDArray[np.int64]
    """H x seams: the first column to the right of the seam, in each row of the picture."""


def find_seams(ink: NDArray[np.bool_]) -> Seams:
    """Return the seams through an H x W picture of ink."""
    step = max(1, min(ink.shape) // DETAIL)
    cells = shrink_ink(ink, step)
    middle = len(cells) // 2
    above, from_above = descend(cells[: middle + 1])
    below, from_below = descend(cells[middle:][::-1])
    upper = trace(from_above)[::-1]  # ends in the middle row, with which the lower half begins
    cell_ways = np.concatenate([upper, trace(from_below)[1:]])
    ways = np.repeat(cell_ways, step, axis=0)[: len(ink)] * step
    return Seams((above + below - cells[middle]) * step, ways)


def shrink_ink(ink: NDArray[np.bool_], step: int) -> NDArray[np.float32]:
    """Return cells of `step` pixels both ways: 1 where any of them is ink."""
    rows, columns = (np.arange(0, size, step) for size in ink.shape)
    cells = np.maximum.reduceat(np.maximum.reduceat(ink, rows, axis=0), columns, axis=1)
    return cells.astype(np.float32)


def descend(cells: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return what it costs to come from the top to each cell of the last row, and the steps.

    Steps are H x W: where the way into a cell comes from in the row above, -1, 0 or 1.
    """
    height, width = cells.shape
    steps = np.zeros((height, width), np.int64)
    ways = np.full((3, width), np.inf, np.float32)  # from the left, from above, from the right
    cost = cells[0]
    for row in range(1, height):
        ways[0, 1:], ways[1], ways[2, :-1] = cost[:-1] + ASLANT, cost, cost[1:] + ASLANT
        steps[row] = ways.argmin(axis=0) - 1
        cost = ways.min(axis=0) + cells[row]
    return cost, steps


def trace(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the columns of all ways, H x W, from the last row of `steps` back to the first."""
    columns = np.arange(steps.shape[1])
    ways = [columns]
    for row in steps[:0:-1]:
        columns = columns + row[columns]
        ways.append(columns)
    return np.stack(ways)
