"""Lines of writing: which pieces of ink stand beside each other, as one reads them.

Rows may be slanted, digits of different size or in loose parts; underlines, paper edges and what
hangs at the picture's border belong to no row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.ink import Pieces
from model.light import GROUND_CONTACT
from model.regions import border_contact
from model.underlines import find_underlines

REACH = 4.0
"""A line goes on over a gap of this many times the height of its digits."""

TALL = 2.5
"""What is higher than this many usual heights belongs to no line: the paper's edge, a crease."""

LONG, FLAT = 1.6, 0.7
"""What is longer, in usual heights, and lower was drawn, not written: an underline, a rule."""

ROW_GAP = 0.8
"""Heights of digits between the middles of two rows, at least; a loose bar is nearer to its 5."""

SMALL_PART = 0.65
"""Heights of a digit up to which a part of it is no digit of another row."""

HALVES = 1.15
"""Usual heights that the halves of a broken digit have together, at most."""

Boxes = NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """A piece, or what lies between two cuts through it."""

    piece: int
    x0: int
    y0: int
    x1: int
    y1: int
    part: int | None = None
    """The label of its pixels where a cut made it; else they have the piece's."""

    @property
    def label(self) -> int:
        """Return the value of its pixels among the labels."""
        return self.piece + 1 if self.part is None else self.part

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return self.y1 - self.y0

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        """Return where it stands from left to right."""
        return (self.x0 + self.x1) / 2


def find_lines(pieces: Pieces) -> list[list[Slice]]:
    """Return the lines of writing from the top, each a row of slices from the left.

    What is much too tall, or hangs at the picture's border, is a line for itself; what is long and
    flat is none.
    """
    slices = [Slice(i, *map(int, box)) for i, box in enumerate(pieces.boxes)]
    contact = border_contact(pieces.labels, len(pieces))
    hanging = contact >= GROUND_CONTACT * min(pieces.labels.shape)
    sizes = pieces.boxes[:, 2:] - pieces.boxes[:, :2]
    free = sizes if hanging.all() else sizes[~hanging]
    usual = usual_height(*free.T[::-1])
    side = usual_height(free.max(axis=1), free.min(axis=1))  # more, where digits are wide
    flat = (sizes[:, 0] > LONG * side) & (sizes[:, 1] < FLAT * usual)
    flat |= find_underlines(pieces.boxes)
    tall = sizes[:, 1] > TALL * usual
    alone = [[part] for part in slices if (hanging | tall)[part.piece]]
    written = [part for part in slices if not (hanging | tall | flat)[part.piece]]
    written.sort(key=lambda part: part.middle)
    lines = alone + find_rows(written)
    return sorted(lines, key=lambda line: np.mean([part.y0 + part.y1 for part in line]))


def find_rows(slices: list[Slice]) -> list[list[Slice]]:
    """Return the rows of slices, which come from left to right."""
    if not slices:
        return []
    boxes = np.array([(part.x0, part.y0, part.x1, part.y1) for part in slices])
    slope = slope_of(boxes, next_in_line(boxes))
    beside, body = next_in_line(levelled(boxes, slope)), bodies(boxes)
    line_of = np.arange(len(slices))
    for links in (beside, body):
        for place in np.flatnonzero(links >= 0):
            line_of[line_of == line_of[links[place]]] = line_of[place]
    groups = [np.flatnonzero(line_of == line) for line in np.unique(line_of)]
    rows = [row for group in groups for row in split_rows(group, boxes, slope)]
    return [[slices[place] for place in row] for row in rows]


def usual_height(heights: NDArray[np.int64], widths: NDArray[np.int64]) -> float:
    """Return the median height, in which a box counts by its shorter side: specks hardly."""
    if not len(heights):
        return 0.0
    order = np.argsort(heights)
    passed = np.cumsum(np.minimum(heights, widths)[order])
    return float(heights[order][np.searchsorted(passed, passed[-1] / 2)])


def next_in_line(boxes: Boxes) -> NDArray[np.int64]:
    """Return for each box the nearest to its right on the same line, -1 where there is none.

    N×4: x0, y0, x1, y1, sorted by their middles.
    """
    x0, y0, x1, y1 = boxes.T
    height = y1 - y0
    overlap = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    gap = x0[None, :] - x1[:, None]
    beside = overlap > 0.4 * np.minimum.outer(height, height)
    beside &= gap < REACH * np.maximum.outer(height, height)
    return nearest(gap, np.triu(beside, 1))


def bodies(boxes: Boxes) -> NDArray[np.int64]:
    """Return for each box the one that it is a loose part of, -1 where there is none.

    Such as the body under the bar of a 5. Together they are hardly higher than the greater one, so
    that digits of two lines that stand close above each other are not taken for one; or than the
    usual digit, of which they are halves.
    """
    x0, y0, x1, y1 = boxes.T
    height, width = y1 - y0, x1 - x0
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    both = np.maximum.outer(y1, y1) - np.minimum.outer(y0, y0)
    gap = np.maximum.outer(y0, y0) - np.minimum.outer(y1, y1)
    greater = np.maximum.outer(np.maximum(height, 0.7 * width), np.maximum(height, 0.7 * width))
    lesser = np.minimum.outer(height, height)
    most = np.where(lesser < SMALL_PART * greater, 1.7, 1.5) * greater
    usual = usual_height(height, width)
    halves = greater < SMALL_PART * usual
    part = (across > -0.2 * greater) & (gap < 0.3 * greater)
    part &= both < np.where(halves, np.maximum(most, HALVES * usual), most)
    part &= height[:, None] <= height[None, :]
    np.fill_diagonal(part, False)
    return nearest(gap, part)


def nearest(gap: NDArray[np.int64], linked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each row the column of the least gap among the linked, -1 where there is none."""
    masked = np.where(linked, gap, np.iinfo(np.int64).max)
    return np.where(linked.any(axis=1), masked.argmin(axis=1), -1)


def slope_of(boxes: Boxes, beside: NDArray[np.int64]) -> float:
    """Return how far the rows fall, in pixels down per pixel to the right.

    The median over neighbours that both are no crumbs: these lie anywhere.
    """
    height, width = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    whole = height > SMALL_PART * usual_height(height, width)
    here = np.flatnonzero((beside >= 0) & whole & whole[beside])
    if not len(here):
        return 0.0
    middle, level = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    there = beside[here]
    falls = (level[there] - level[here]) / np.maximum(middle[there] - middle[here], 1)
    return float(np.median(falls))


def levelled(boxes: Boxes, slope: float) -> Boxes:
    """Return the boxes as they stand where the rows are level: far ones of a steep row overlap."""
    fall = (slope * (boxes[:, 0] + boxes[:, 2]) / 2).astype(boxes.dtype)
    moved: Boxes = boxes - fall[:, None] * np.array([0, 1, 0, 1])
    return moved


def split_rows(line: NDArray[np.int64], boxes: Boxes, slope: float) -> list[NDArray[np.int64]]:
    """Return the rows that a line of boxes falls into: a mark between two rows had linked them."""
    x0, y0, x1, y1 = boxes[line].T
    levels = (y0 + y1) / 2 - slope * (x0 + x1) / 2
    order = np.argsort(levels)
    gaps = np.diff(levels[order]) > ROW_GAP * usual_height(y1 - y0, x1 - x0)
    return [np.sort(part) for part in np.split(line[order], np.flatnonzero(gaps) + 1)]
