"""Take the ruling off the paper: long straight lines at any angle, one family or two.

A line is what goes on through most of the picture at one height, after the picture has been
sheared so that the lines lie level. Where a stroke crosses it, the ink above and below the line is
joined over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.frames import spread

Floats = NDArray[np.float32]

STRIPS = 8
"""The picture is looked at in so many strips: a line may bend a little from one to the next."""

SEEN_IN = 0.85
"""A line must be seen in this share of the strips that it passes, which are two or more."""

FEWEST = 3
"""Fewer lines than this are no ruling: a 1 that fills the frame is one, the sides of a 0 two."""

ANGLES = np.arange(-44.0, 45.0, 1.0)
"""The angles in degrees at which lines are looked for first."""

SHARPEST = 1.6
"""How much sharper the profile of the best slope must be than the usual one's."""

GOLDEN = 0.6180339887
"""Its multiples, modulo one, are spread as evenly and as irregularly as can be."""

DRIFT = 0.012
"""How far, as a share of the height, a line may bend from strip to strip."""

DARKER = 2.3
"""Ink this many times darker than the line it crosses is kept as it is."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of one family, in the picture sheared so that they lie level."""

    shifts: NDArray[np.int64]
    """How far each column is moved up."""
    bands: list[tuple[int, int, int, int]]
    """Pieces of lines: rows top to bottom, columns left to right (outside)."""


def remove_ruling(contrast: Floats, threshold: float) -> Floats:
    """Return H×W contrast without long lines; `threshold` is the contrast of the faintest ink."""
    across, down = find_ruled(contrast, threshold), find_ruled(contrast.T, threshold)
    bare = blank(blank(contrast, across).T, down).T  # no stroke of paper's own crosses a line
    return join_over(join_over(contrast, bare, across).T, bare.T, down).T


def find_ruled(contrast: Floats, threshold: float) -> Lines | None:
    """Return the lines that run from left to right, None where there are none."""
    slope = find_slope(np.minimum(contrast, 3 * threshold))
    if slope is None:
        return None
    width = contrast.shape[1]
    shifts = np.round(slope * (np.arange(width) - width / 2)).astype(int)
    bands = find_bands(shear(contrast, shifts), shifts, threshold)
    return Lines(shifts, bands) if bands else None


def blank(contrast: Floats, lines: Lines | None) -> Floats:
    """Return the contrast with nothing on the lines."""
    if lines is None:
        return contrast
    level = shear(contrast, lines.shifts)
    for top, bottom, left, right in lines.bands:
        line = level[top:bottom, left:right]
        line[line < strong_ink(line)] = 0
    return shear(level, -lines.shifts)


def join_over(contrast: Floats, bare: Floats, lines: Lines | None) -> Floats:
    """Return the contrast with only what crosses the lines on them, by the `bare` paper's ink."""
    if lines is None:
        return contrast
    level, around = shear(contrast, lines.shifts), shear(bare, lines.shifts)
    for top, bottom, left, right in lines.bands:
        paint_over(level[:, left:right], around[:, left:right], top, bottom)
    return shear(level, -lines.shifts)


def find_slope(capped: Floats) -> float | None:
    """Return the slope at which the rows' means differ most sharply, None if none stands out."""
    columns = uneven_columns(capped.shape[1])
    small = capped[::2, columns]
    coarse = [sharpness(small, columns, angle) for angle in ANGLES]
    best = int(np.argmax(coarse))
    if coarse[best] < SHARPEST * np.median(coarse):
        return None
    near = ANGLES[best] + np.arange(-0.5, 1, 0.5)
    finest = near[int(np.argmax([sharpness(small, columns, angle) for angle in near]))]
    return -float(np.tan(np.radians(finest)))


def uneven_columns(width: int) -> NDArray[np.int64]:
    """Return every eighth column or so: even steps would beat with the squares of fine paper."""
    steps = np.arange(width // 8)
    columns: NDArray[np.int64] = 8 * steps + (8 * (steps * GOLDEN % 1)).astype(np.int64)
    return columns


def sharpness(small: Floats, columns: NDArray[np.int64], angle: float) -> float:
    """Return how much the mean brightness of neighbouring rows differs, sheared by an angle.

    `small` has every second row and some `columns` of the picture.
    """
    height, width = small.shape
    middle = (columns[0] + columns[-1]) / 2
    shifts = np.round(np.tan(np.radians(angle)) * (columns - middle) / 2).astype(int)
    rows = np.arange(height)[:, None] + (shifts - shifts.min())
    sums = np.bincount(rows.ravel(), small.ravel())
    counts = np.bincount(rows.ravel())
    return float(np.square(np.diff(sums / np.maximum(counts, width // 3))).sum())


def shear(image: Floats, shifts: NDArray[np.int64]) -> Floats:
    """Return the image with column x moved up by `shifts[x]` pixels; what leaves comes back."""
    height = image.shape[0]
    rows = (np.arange(height)[:, None] + shifts) % height
    return np.take_along_axis(image, rows, axis=0)


def find_bands(
    level: Floats, shifts: NDArray[np.int64], threshold: float
) -> list[tuple[int, int, int, int]]:
    """Return the pieces of lines: rows `top` to `bottom`, columns `left` to `right` (outside)."""
    height, width = level.shape
    edges = np.linspace(0, width, STRIPS + 1).astype(int)
    inked = np.stack(
        [
            np.median(level[:, left:right], axis=1) > 0.6 * threshold
            for left, right in pairwise(edges)
        ]
    )  # strips × rows
    reach = max(1, min(int(DRIFT * height), spacing(inked) // 4))
    near = np.stack([spread(strip, reach) for strip in inked])
    from_row = np.arange(height) + shifts[(edges[:-1] + edges[1:]) // 2][:, None]
    inside = (from_row >= 0) & (from_row < height)  # what has not come back from the other side
    passes = inside.sum(axis=0)
    line = ((near & inside).sum(axis=0) >= SEEN_IN * passes) & (passes >= 2)
    if np.count_nonzero(np.diff(line.astype(np.int8)) == 1) < FEWEST:
        return []
    bands = []
    for strip, (left, right) in zip(inked & inside, pairwise(edges), strict=True):
        found = np.diff(np.concatenate([[0], (strip & line).astype(np.int8), [0]]))
        tops, bottoms = np.flatnonzero(found == 1) - 1, np.flatnonzero(found == -1) + 1
        for top, bottom in zip(np.maximum(tops, 0), np.minimum(bottoms, height), strict=True):
            bands.append((int(top), int(bottom), int(left), int(right)))
    return bands


def spacing(inked: NDArray[np.bool_]) -> int:
    """Return the usual distance in rows from one line to the next in strips × rows of ink."""
    starts = [np.flatnonzero(np.diff(strip.astype(np.int8)) == 1) for strip in inked]
    gaps = np.concatenate([np.diff(rows) for rows in starts])
    return int(np.median(gaps)) if len(gaps) else inked.shape[1]


def paint_over(strip: Floats, bare: Floats, top: int, bottom: int) -> None:
    """Replace a line, rows `top` to `bottom` of a strip, in place by what crosses it."""
    last = strip.shape[0] - 1
    line = strip[top:bottom]
    above = widest(bare[max(0, top - 2) : max(1, top)].max(axis=0), bottom - top)
    below = widest(bare[min(bottom, last) : bottom + 2].max(axis=0), bottom - top)
    crossing = np.minimum(above, below)
    strip[top:bottom] = np.where(line > strong_ink(line), line, np.minimum(crossing, line))


def strong_ink(line: Floats) -> float:
    """Return the contrast above which a piece of a line is ink that crosses it."""
    return DARKER * float(np.median(line, axis=1).max()) + 0.05


def widest(row: Floats, reach: int) -> Floats:
    """Return each pixel's maximum over `reach` neighbours: strokes cross a line aslant."""
    padded = np.pad(row, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    most: Floats = windows.max(axis=1)
    return most
