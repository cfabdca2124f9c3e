"""Layout: what in a line of writing may be one digit.

A digit may be broken into pieces and two digits may touch. So every line becomes a row of slices
(pieces, wide ones cut where they are thin), and every run of neighbouring slices that could be
one digit is a candidate. Which candidates are taken is the reader's choice, by what reads best.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.lines import Slice, usual_height

MAX_GROUP = 8
"""Most slices that may make up one digit: a dry pen breaks a 0 into many."""

MAX_CUTS = 16

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


def cut_wide(line: list[Slice], labels: NDArray[np.int32]) -> list[Slice]:
    """Return the line with wide pieces cut where their ink is thinnest from top to bottom."""
    height = height_of(line)
    parts: list[Slice] = []
    for piece in line:
        if piece.width > WIDE * piece.height and piece.height > 0.5 * height:
            parts += cut(piece, labels, height)
        else:
            parts.append(piece)
    return parts


def height_of(line: list[Slice]) -> float:
    """Return the height of the line's digits, whatever crumbs lie between them."""
    sizes = np.array([(part.height, part.width) for part in line])
    return usual_height(*sizes.T)


def cut(piece: Slice, labels: NDArray[np.int32], height: float) -> list[Slice]:
    """Return a wide piece cut at its thin places, each a third of a digit from the next."""
    mask = labels[piece.y0 : piece.y1, piece.x0 : piece.x1] == piece.piece + 1
    profile = mask.sum(axis=0).astype(np.float32)
    distance = max(3, int(0.3 * min(piece.height, height)))
    profile[:distance] = profile[-distance:] = np.inf
    cuts: list[int] = []
    most = min(MAX_CUTS, round(2.2 * piece.width / piece.height))
    while len(cuts) < most and np.isfinite(profile.min()):
        place = int(profile.argmin())
        if profile[place] > 0.5 * piece.height:
            break
        cuts.append(place)
        profile[max(0, place - distance) : place + distance] = np.inf
    edges = [0, *sorted(cuts), piece.width]
    parts = []
    for left, right in pairwise(edges):
        rows = np.flatnonzero(mask[:, left:right].any(axis=1))
        if len(rows):
            top, bottom = piece.y0 + int(rows[0]), piece.y0 + int(rows[-1]) + 1
            parts.append(Slice(piece.piece, piece.x0 + left, top, piece.x0 + right, bottom))
    return parts


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
