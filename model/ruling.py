"""Take the ruling off the paper: long straight lines at any angle, one family or two.

A line is what goes on through most of the picture at one height, after the picture has been
sheared so that the lines lie level. Where a stroke crosses it, the ink above and below the line is
joined over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from model.cells import shrink, spread

Floats = NDArray[np.float32]

STRIPS = 8
"""The picture is looked at in so many strips: a line may bend a little from one to the next."""

THICKEST = 2.5
"""A line this many times thicker than usual is a stroke of the pen that runs along it."""

SEEN_IN = 0.85
"""A line must be seen in this share of the strips that it passes, which are two or more."""

FEWEST = 3
"""Fewer lines than this are no ruling: a 1 that fills the frame is one, the sides of a 0 two."""

SHORTEST = 0.35
"""Lines run over the picture, so they are at least so long for its other side. On a strip that was
cropped around a row of digits every steep stroke runs from edge to edge."""

LOOKED_AT = 256
"""Columns in the middle of the halved picture in which the slope of lines is looked for."""

SHARPEST = 1.6
"""How much sharper the profile of the best slope must be than the usual one's."""

DRIFT = 0.012
"""How far, as a share of the height, a line may bend from strip to strip."""

DARKER = 2.3
"""Ink this many times darker than the line it crosses is kept as it is."""

BESIDE = 1.5
"""Rows this many times darker than the lines are a stroke that runs along one."""

Band = tuple[int, int, int, int]
"""A piece of a line: rows top to bottom, columns left to right (outside)."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of one family, in the picture sheared so that they lie level."""

    shifts: NDArray[np.int64]
    """How far each column is moved up."""
    bands: list[Band]


def remove_ruling(contrast: Floats, threshold: float) -> Floats:
    """Return H×W contrast without long lines; the same array if there are none.

    `threshold` is the contrast of the faintest ink.
    """
    across, down = find_ruled(contrast, threshold), find_ruled(contrast.T, threshold)
    if across is None and down is None:
        return contrast
    bare = blank(blank(contrast, across).T, down).T  # no stroke of paper's own crosses a line
    return join_over(join_over(contrast, bare, across).T, bare.T, down).T


def find_ruled(contrast: Floats, threshold: float) -> Lines | None:
    """Return the lines that run from left to right, None where there are none."""
    if contrast.shape[1] < SHORTEST * contrast.shape[0]:
        return None
    slope = find_slope(np.minimum(contrast, 3 * threshold))
    if slope is None:
        return None
    width = contrast.shape[1]
    shifts = np.round(slope * (np.arange(width) - width / 2)).astype(int)
    bands = find_bands(sheared(contrast, shifts), shifts, contrast.shape[0], threshold)
    return Lines(shifts, bands) if bands else None


def blank(contrast: Floats, lines: Lines | None) -> Floats:
    """Return the contrast with nothing on the lines."""
    if lines is None:
        return contrast
    level = sheared(contrast, lines.shifts)
    for top, bottom, left, right in lines.bands:
        line = level[top:bottom, left:right]
        line[line < strong_ink(line)] = 0
    return sheared_back(level, lines.shifts)


def join_over(contrast: Floats, bare: Floats, lines: Lines | None) -> Floats:
    """Return the contrast with only what crosses the lines on them, by the `bare` paper's ink."""
    if lines is None:
        return contrast
    level, around = sheared(contrast, lines.shifts), sheared(bare, lines.shifts)
    for top, bottom, left, right in lines.bands:
        paint_over(level[:, left:right], around[:, left:right], top, bottom)
    return sheared_back(level, lines.shifts)


def find_slope(capped: Floats) -> float | None:
    """Return the slope at which the rows' means differ most sharply, None if none stands out.

    Slopes from -1 to 1, rows down per column to the right.
    """
    small = shrink(capped, 2)
    first = max(0, (small.shape[1] - LOOKED_AT) // 2)
    small = small[:, first : first + LOOKED_AT]
    falling, rising = sharpness(small), sharpness(small[::-1])
    sharp = np.concatenate([rising[:0:-1], falling])
    best = int(np.argmax(sharp))
    if sharp[best] < SHARPEST * np.median(sharp):
        return None
    steps = len(falling) - 1
    return (best - steps) / steps


def sharpness(image: Floats) -> Floats:
    """Return for each slope how much the means of neighbouring lines at that slope differ.

    The slopes go from 0 to 1, rows down per column, as evenly as the columns allow.
    """
    height, width = image.shape
    means = sums_along_lines(image) / usual_counts(height, width)
    sharp: Floats = np.square(np.diff(means, axis=1)).sum(axis=1)
    return sharp


@lru_cache(maxsize=8)
def usual_counts(height: int, width: int) -> Floats:
    """Return how many pixels lie on each line, but at least a third of the columns."""
    counts = np.maximum(sums_along_lines(np.ones((height, width), np.float32)), width // 3)
    counts.flags.writeable = False
    return counts


def sums_along_lines(image: Floats) -> Floats:
    """Return slopes × intercepts sums along straight lines: a fast discrete Radon transform.

    The line of slope d falls by d rows over the whole width. Sums over strips of 1, 2, 4, ...
    columns: a line through two strips is a line through each, the second as much lower as the
    first falls (Götz and Druckmüller 1996). All lines cost some passes over the picture.
    """
    height, width = image.shape
    strips = 1 << (width - 1).bit_length()
    rows = height + 2 * strips
    sums = np.zeros((strips, 1, rows), np.float32)  # strips × slopes × rows where a line starts
    sums[:width, 0, strips : strips + height] = image.T
    while len(sums) > 1:
        left, right = sums[::2], sums[1::2]
        count, slopes = left.shape[:2]
        joined = np.zeros((count, slopes, 2, rows), np.float32)
        for odd in (0, 1):  # slope 2d + odd: the right strip begins d + odd rows lower
            used = rows - slopes - odd
            shifted = as_strided(
                right[:, :, odd:],
                (count, slopes, used),
                (right.strides[0], right.strides[1] + right.strides[2], right.strides[2]),
                writeable=False,
            )
            np.add(left[:, :, :used], shifted, out=joined[:, :, odd, :used])
        sums = joined.reshape(count, 2 * slopes, rows)
    return sums[0, :, : strips + height]


def sheared(image: Floats, shifts: NDArray[np.int64]) -> Floats:
    """Return the image with column x moved up by `shifts[x]` pixels, on rows enough for all."""
    height, width = image.shape
    paper = np.concatenate([image, np.zeros((1, width), np.float32)])
    rows = np.arange(height + np.ptp(shifts))[:, None] + (shifts - shifts.max())
    rows[(rows < 0) | (rows > height)] = height
    level: Floats = np.take(paper, rows * width + np.arange(width))
    return level


def sheared_back(level: Floats, shifts: NDArray[np.int64]) -> Floats:
    """Return the image that was `sheared`."""
    height, width = level.shape[0] - np.ptp(shifts), level.shape[1]
    rows = np.arange(height)[:, None] - (shifts - shifts.max())
    image: Floats = np.take(level, rows * width + np.arange(width))
    return image


def find_bands(
    level: Floats, shifts: NDArray[np.int64], height: int, threshold: float
) -> list[Band]:
    """Return the pieces of lines.

    `level` is the sheared contrast of a picture so high.
    """
    edges = np.linspace(0, level.shape[1], STRIPS + 1).astype(int)
    counts = np.add.reduceat(level > 0.6 * threshold, edges[:-1], axis=1, dtype=np.int32)
    inked = (2 * counts > np.diff(edges)).T  # strips × rows: in most of the columns
    reach = max(1, min(int(DRIFT * height), spacing(inked) // 4))
    near = np.stack([spread(strip, reach) for strip in inked])
    middles = shifts[(edges[:-1] + edges[1:]) // 2][:, None]
    rows = np.arange(len(level)) + middles - shifts.max()  # of the picture, in each strip's middle
    inside = (rows >= 0) & (rows < height)
    passes = inside.sum(axis=0)
    line = ((near & inside).sum(axis=0) >= SEEN_IN * passes) & (passes >= 2)
    if np.count_nonzero(np.diff(line.astype(np.int8)) == 1) < FEWEST:
        return []
    bands = []
    for strip, (left, right) in zip(inked, pairwise(edges), strict=True):
        found = np.diff(np.concatenate([[0], (strip & line).astype(np.int8), [0]]))
        tops, bottoms = np.flatnonzero(found == 1) - 1, np.flatnonzero(found == -1) + 1
        for top, bottom in zip(np.maximum(tops, 0), np.minimum(bottoms, len(level)), strict=True):
            bands.append((int(top), int(bottom), int(left), int(right)))
    usual = np.median([bottom - top for top, bottom, _, _ in bands]) if bands else 0
    bands = [band for band in bands if band[1] - band[0] <= THICKEST * usual]
    return without_strokes_beside(level, bands, float(usual))


def without_strokes_beside(level: Floats, bands: list[Band], usual: float) -> list[Band]:
    """Return the bands without the rows of strokes that run along their lines.

    `usual` is the height of most bands; a row's darkness is its median.
    """
    rows = [np.median(level[top:bottom, left:right], axis=1) for top, bottom, left, right in bands]
    dark = BESIDE * np.median([row.max() for row in rows]) if rows else 0
    freed = []
    for (top, bottom, left, right), row in zip(bands, rows, strict=True):
        if bottom - top > usual:
            edges = np.flatnonzero(np.diff(np.concatenate([[True], row > dark, [True]])))
            if len(edges) > 1:
                longest = 2 * int(np.argmax(edges[1::2] - edges[::2]))
                top, bottom = top + edges[longest], top + edges[longest + 1]
        freed.append((int(top), int(bottom), left, right))
    return freed


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
