"""Layout: what in a line of writing may be one digit.

A digit may be broken into pieces and two digits may touch. So every line becomes a row of slices
(pieces, wide ones cut along seams where they are thin), and every run of neighbouring slices that
could be one digit is a candidate. Which candidates are taken is the reader's choice, by what reads
best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.ink import boxes_of
from model.lines import Slice, usual_height
from model.regions import Labels
from model.seams import find_seams

MAX_GROUP = 8
"""Most slices that may make up one digit: a dry pen breaks a 0 into many."""

MAX_CUTS = 16

DISTANCE = 0.22
"""Heights of a digit from one cut to the next, at least: a 1 is not much wider."""

THICKEST = 0.5
"""Ink that a cut may go through, in heights of the piece."""

LEAST = 0.05
"""Share of the piece's ink on both sides of a cut: many a seam leads around all of it."""

MOST = 2.5
"""Digits in a piece, at most, for each time that it is as wide as high: a single one shall not be
cut to bits."""

APART, WHOLE = 1.5, 1.8
"""Widths of a digit over its height, at most: of several pieces, and of one."""

WIDE = 0.9
"""A piece wider than this times its line's height may be two digits."""


@dataclass(frozen=True)
class Candidate:
    """Neighbouring slices `first` to `last` (outside) of a line that may be one digit."""

    first: int
    last: int
    box: tuple[int, int, int, int]


def cut_wide(lines: list[list[Slice]], labels: Labels) -> tuple[list[list[Slice]], Labels]:
    """Return the lines with wide pieces cut where they are thin, and where each part's pixels are.

    The labels are the given ones where nothing is wide, else a copy in which parts have their own.
    """
    given, cut_lines = labels, []
    for line in lines:
        height = height_of(line)
        parts: list[Slice] = []
        for piece in line:
            if piece.width > WIDE * piece.height and piece.height > 0.5 * height:
                labels = labels.copy() if labels is given else labels
                parts += cut(piece, labels, height)
            else:
                parts.append(piece)
        cut_lines.append(parts)
    return cut_lines, labels


def height_of(line: list[Slice]) -> float:
    """Return the height of the line's digits, whatever crumbs lie between them."""
    sizes = np.array([(part.height, part.width) for part in line])
    return usual_height(*sizes.T)


def cut(piece: Slice, labels: Labels, height: float) -> list[Slice]:
    """Return the parts of a wide piece; their pixels get labels of their own.

    It is cut along the seams that cross the least ink, each some way from the next.
    """
    within = labels[piece.y0 : piece.y1, piece.x0 : piece.x1]
    ink = within == piece.label
    y, x = np.nonzero(ink)
    ways = thin_seams(ink, DISTANCE * min(piece.height, height))
    part = seams_passed(ways, piece.width)[y, x]  # of each pixel of ink
    boxes = boxes_of(y, x, part + 1, len(ways) + 1) + np.tile([piece.x0, piece.y0], 2)
    free = int(labels.max()) + 1
    within[y, x] = free + part
    parts = []
    for number in np.unique(part):
        left, top, right, bottom = map(int, boxes[number])
        parts.append(Slice(piece.piece, left, top, right, bottom, free + int(number)))
    return parts


def thin_seams(ink: NDArray[np.bool_], distance: float) -> NDArray[np.int64]:
    """Return the cheapest seams that lie so far apart, and from the ends: N×H, any order.

    No more than part as many digits as the ink may be.
    """
    costs, ways = find_seams(ink)
    places = ways.mean(axis=0)
    free = (places >= distance) & (places <= ink.shape[1] - distance)
    free &= costs <= THICKEST * len(ink)
    left = np.take_along_axis(ink.cumsum(axis=1), ways, axis=1).sum(axis=0) / ink.sum()
    free &= (left >= LEAST) & (left <= 1 - LEAST)
    most = min(MAX_CUTS, round(MOST * ink.shape[1] / len(ink)) - 1)
    found: list[int] = []
    while free.any() and len(found) < most:
        seam = int(np.where(free, costs, np.inf).argmin())
        found.append(seam)
        free &= np.abs(places - places[seam]) >= distance
    return ways[:, found].T


def seams_passed(ways: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Return H×W: how many of the N×H seams lie left of each pixel."""
    passed = np.zeros((ways.shape[1], width), np.int64)
    for way in ways:
        passed[np.arange(len(way)), way] += 1
    return passed.cumsum(axis=1, out=passed)


def candidates(line: list[Slice]) -> list[Candidate]:
    """Return every run of neighbouring slices that could be one digit."""
    height = height_of(line)
    found = []
    for first in range(len(line)):
        x0, y0, x1, y1 = line[first].x0, line[first].y0, line[first].x1, line[first].y1
        found.append(Candidate(first, first + 1, (x0, y0, x1, y1)))
        for last in range(first + 1, min(first + MAX_GROUP, len(line))):
            other = line[last]
            if other.x0 - x1 > 0.3 * height:
                break
            x0, y0 = min(x0, other.x0), min(y0, other.y0)
            x1, y1 = max(x1, other.x1), max(y1, other.y1)
            widest = WHOLE if other.piece == line[first].piece else APART
            if x1 - x0 > widest * max(y1 - y0, height):
                break
            if x1 - x0 > widest * (y1 - y0):
                continue
            found.append(Candidate(first, last + 1, (x0, y0, x1, y1)))
    return found
