"""Take underlines off that digits touch; those that stand free are told by their boxes alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.ink import Floats, Pieces

THIN_LINE = 0.25
"""What is lower than this share of its width may be an underline, however short it is."""

LEAST_OFF, MOST_OFF = 0.06, 0.6
"""An underline keeps off the digits above it by so much of their height; what is nearer may be
their foot."""

COVERED, FILLED = 0.8, 0.5
"""It runs under this share of a digit's width at least, and digits stand over this share of it:
over the foot of a 1 stands less."""

WIDER = 1.6
"""What stands on a line that it touches is wider, with the line, than this times its height: a 2
with a flat foot is less."""

FREE, BARE = 0.5, 0.15
"""Shares of its columns, at least: in which nothing touches the line, and in which there is nothing
but the line; some of these at either end."""

THINNEST_PART = 0.15
"""Of the height that stands on a line, which is thinner."""

STEEPEST = 0.3
"""Pixels down per pixel to the right."""

HALO = 2
"""Pixels above and below the line whose ink, blurred and fainter, goes with it."""

Boxes = NDArray[np.int64]


def find_underlines(boxes: Boxes) -> NDArray[np.bool_]:
    """Return which boxes are lines under others, a single digit perhaps: N.

    What is nearer to something below it is no underline but the bar of a 5 or a 7 there.
    """
    x0, y0, x1, y1 = boxes.T
    width, height = x1 - x0, y1 - y0
    thin = height < THIN_LINE * width
    found = np.zeros(len(boxes), bool)
    for line in np.flatnonzero(thin):
        common = np.minimum(x1, x1[line]) - np.maximum(x0, x0[line])
        facing = (common > COVERED * width) & ~thin
        off = (y0[line] - y1) / height
        above = facing & (off > LEAST_OFF) & (off < MOST_OFF)
        below = facing & (y0 >= y1[line])
        near = (y0[line] - y1)[above].min(initial=2**31)
        nearer = (y0 - y1[line])[below].min(initial=2**31)
        found[line] = near < nearer and width[above].sum() >= FILLED * width[line]
    return found


def remove_underlines(contrast: Floats, pieces: Pieces) -> Floats:
    """Return the contrast without lines that digits stand on; the same array if there are none."""
    wide = pieces.boxes[:, 2] - pieces.boxes[:, 0] > WIDER * (
        pieces.boxes[:, 3] - pieces.boxes[:, 1]
    )
    bare = contrast
    for index in np.flatnonzero(wide):
        x0, y0, x1, y1 = pieces.boxes[index]
        line = line_below(pieces.labels[y0:y1, x0:x1] == index + 1)
        if line is None:
            continue
        if bare is contrast:
            bare = contrast.copy()
        top, bottom = line
        within = np.s_[y0 : y1 + HALO, x0:x1]
        others = pieces.labels[within] != index + 1  # the digits' own ink goes on above the line
        rows = np.arange(len(others))[:, None]
        of_line = (rows >= top - HALO * others) & (rows < bottom + HALO)
        bare[within][of_line] = 0
    return bare


def line_below(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return where a line begins and ends in each column of a piece that stands on it, 2×W rows.

    None where the piece, H×W, stands on no line: one that is thin, runs from side to side and
    sticks out at both ends.
    """
    height, width = mask.shape
    filled = mask.any(axis=0)
    if not filled.all():
        return None
    bottom = height - mask[::-1].argmax(axis=0)  # of the lowest ink, W
    rows = np.arange(height)[:, None]
    clear = ~mask & (rows < bottom)
    top = np.where(clear.any(axis=0), height - clear[::-1].argmax(axis=0), 0)  # of the lowest run
    thickness = bottom - top
    alone = mask.sum(axis=0) == thickness  # nothing above it
    if not alone.any():
        return None
    usual = float(np.median(thickness[alone]))
    thin = thickness <= 1.5 * usual + 1
    bare = alone & thin
    end = max(2, round(0.02 * width))
    if thin.mean() < FREE or bare.mean() < BARE or usual > THINNEST_PART * height:
        return None
    if not (bare[:end].all() and bare[-end:].all()):
        return None
    columns = np.flatnonzero(thin)
    level = bottom[columns] - usual / 2
    falls, run = np.abs(np.diff(level)), np.diff(columns)
    if (falls > STEEPEST * run + 1.5).any() or abs(level[-1] - level[0]) > STEEPEST * width:
        return None
    middle = np.interp(np.arange(width), columns, level)
    half = (usual + 1) / 2
    return np.floor(middle - half).astype(np.int64), np.ceil(middle + half).astype(np.int64)
