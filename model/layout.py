"""Layout: pieces of ink to lines of writing, and in each line what may be one digit.

A digit may be broken into pieces and two digits may touch. So every line becomes a row of slices
(pieces, wide ones cut where they are thin), and every run of neighbouring slices that could be
one digit is a candidate. Which candidates are taken is the reader's choice, by what reads best.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.ink import Pieces
from model.light import GROUND_CONTACT
from model.regions import border_contact

MAX_GROUP = 4
"""Most slices that may make up one digit."""

REACH = 4.0
"""A line goes on over a gap of this many times the height of its digits."""

TALL = 2.5
"""What is higher than this many usual heights belongs to no line: the paper's edge, a crease."""

LONG, FLAT = 1.6, 0.7
"""What is longer, in usual heights, and lower is a line that was drawn, not written."""

MAX_CUTS = 16

WIDE = 0.9
"""A piece wider than this times its line's height may be two digits."""


@dataclass(frozen=True)
class Slice:
    """A piece, or what lies between two cuts through it."""

    piece: int
    x0: int
    y0: int
    x1: int
    y1: int

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


@dataclass(frozen=True)
class Candidate:
    """Neighbouring slices `first` to `last` (outside) of a line that may be one digit."""

    first: int
    last: int
    box: tuple[int, int, int, int]


def find_lines(pieces: Pieces) -> list[list[Slice]]:
    """Return the lines of writing from the top, each a row of slices from the left."""
    slices = [Slice(i, *map(int, box)) for i, box in enumerate(pieces.boxes)]
    hanging = border_contact(pieces.labels, len(pieces)) >= GROUND_CONTACT * min(pieces.labels.shape)
    usual = usual_height([part for part in slices if not hanging[part.piece]] or slices)
    alone = [[part] for part in slices if hanging[part.piece] or stands_apart(part, usual)]
    apart = {part.piece for (part,) in alone}
    written = [part for part in slices if part.piece not in apart]
    written.sort(key=lambda part: part.middle)
    line_of = np.arange(len(written))
    for place in range(len(written)):
        for other in (next_in_line(written, place), loose_part(written, place)):
            if other is not None:
                line_of[line_of == line_of[other]] = line_of[place]
    lines = [[written[i] for i in np.flatnonzero(line_of == line)] for line in set(line_of)]
    return sorted(lines + alone, key=lambda line: np.mean([part.y0 + part.y1 for part in line]))


def stands_apart(part: Slice, usual: float) -> bool:
    """Tell whether a piece is too tall or too flat and long to be part of a line of digits."""
    return part.height > TALL * usual or (
        part.width > LONG * usual and part.height < FLAT * usual
    )


def usual_height(slices: list[Slice]) -> float:
    """Return the median height; a slice counts by its shorter side, so specks and edges hardly."""
    if not slices:
        return 0.0
    heights = np.array([piece.height for piece in slices])
    passed = np.cumsum([min(slices[i].height, slices[i].width) for i in np.argsort(heights)])
    return float(np.sort(heights)[np.searchsorted(passed, passed[-1] / 2)])


def next_in_line(slices: list[Slice], place: int) -> int | None:
    """Return the nearest slice to the right that is on the same line."""
    here = slices[place]
    best, best_gap = None, np.inf
    for other in range(place + 1, len(slices)):
        there = slices[other]
        overlap = min(here.y1, there.y1) - max(here.y0, there.y0)
        gap = there.x0 - here.x1
        beside = overlap > 0.4 * min(here.height, there.height)
        if beside and gap < min(best_gap, REACH * max(here.height, there.height)):
            best, best_gap = other, gap
    return best


def loose_part(slices: list[Slice], place: int) -> int | None:
    """Return the slice that this one is a loose part of: the body under the bar of a 5.

    Together they are hardly higher than the greater one, so that digits of two lines that stand
    close above each other are not taken for one.
    """
    here = slices[place]
    for other, there in enumerate(slices):
        across = min(here.x1, there.x1) - max(here.x0, there.x0)
        both = max(here.y1, there.y1) - min(here.y0, there.y0)
        gap = max(here.y0, there.y0) - min(here.y1, there.y1)
        greater = max(here.height, there.height, 0.7 * max(here.width, there.width))
        close = across > -0.2 * greater and gap < 0.3 * greater
        smaller = other != place and here.height <= there.height
        if smaller and close and both < 1.5 * greater:
            return other
    return None


def cut_wide(line: list[Slice], labels: NDArray[np.int32]) -> list[Slice]:
    """Return the line with wide pieces cut where their ink is thinnest from top to bottom."""
    height = float(np.median([s.height for s in line]))
    parts: list[Slice] = []
    for piece in line:
        if piece.width > WIDE * piece.height and piece.height > 0.5 * height:
            parts += cut(piece, labels, height)
        else:
            parts.append(piece)
    return parts


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
    height = float(np.median([s.height for s in line]))
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
            if x1 - x0 > 1.5 * (y1 - y0):
                continue
            found.append(Candidate(first, last + 1, (x0, y0, x1, y1)))
    return found
