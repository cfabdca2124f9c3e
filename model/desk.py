"""The desk around a sheet: dark, cut off by the sheet's straight edges, and no place for digits.

A sheet is convex, whatever is written on it and wherever the camera stands: what is dark outside
the convex hull of the paper is the desk, even where a digit reaches the edge and hangs together
with it. Once that is known, it is not taken for ink and hides no fainter ink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.cells import CELL, shrink, spread_maximum
from model.regions import label_regions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

BRIGHTEST = 0.9
"""Quantile of brightness that paper has, however small the sheet lies on the desk."""

LEVELS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""A desk is darker than this part of the paper's brightness; the first that shows a sheet counts,
for the more is dark, the more of the sheet may be in shadow."""

AS_LARGE = 0.97
"""Unless the next one shows a sheet nearly as large: it has less of the desk's grain."""

ALL_AROUND = 0.95
"""Share of the picture's border that is on the desk, where the whole sheet is in the picture."""

PARTLY, DARKER_THAN_SHADOW = 0.35, 0.3
"""Where a part of the sheet is, at least so much of the border is on the desk (a stroke that is
cut off takes less), and the desk is darker than a shadow, which has a straight edge as well."""

OUTSIDE = 0.95
"""Share of what is outside of the sheet that is dark."""

LEAST_SHEET = 0.25
"""A sheet's share of the picture, at least."""

WRITTEN = 0.15
"""At most this share of a sheet is ink: a light digit on dark ground is no sheet."""

RIM = 2
"""Cells inside of the sheet's edge that are left out too: its rim and its shadow."""


def find_desk(gray: Floats) -> Mask | None:
    """Return which of the H×W pixels show a dark desk or the sheet's rim, None without a desk."""
    cells = shrink(gray, CELL)
    sheet = find_sheet(cells / max(float(np.quantile(cells, BRIGHTEST)), 1))
    if sheet is None:
        return None
    inner = spread_maximum((~sheet).astype(np.float32), 2 * RIM + 1) < 0.5
    desk = ~np.repeat(np.repeat(inner, CELL, axis=0), CELL, axis=1)
    return desk[: gray.shape[0], : gray.shape[1]]


def find_sheet(brightness: Floats) -> Mask | None:
    """Return the cells within a sheet that lies on something dark, None if there is none.

    `brightness` is 1 for paper.
    """
    for least, highest in ((ALL_AROUND, LEVELS[-1]), (PARTLY, DARKER_THAN_SHADOW)):
        sheets = [sheet_among(brightness < level, least) for level in LEVELS if level <= highest]
        for sheet, following in zip(sheets, [*sheets[1:], None], strict=True):
            if sheet is not None:
                nearly = following is not None and following.sum() >= AS_LARGE * sheet.sum()
                return following if nearly else sheet
    return None


def sheet_among(dark: Mask, least: float) -> Mask | None:
    """Return the hull of the largest region that is not dark, None where that is no sheet."""
    if border_share(dark) < least:
        return None
    labels, count = label_regions(~dark)
    if not count:
        return None
    sheet = hull_of(labels == 1 + np.bincount(labels.reshape(-1))[1:].argmax())
    if sheet.mean() < LEAST_SHEET or dark[sheet].mean() > WRITTEN:
        return None
    desk = dark & ~sheet
    found = border_share(desk) >= least and desk.sum() >= OUTSIDE * (~sheet).sum()
    return sheet if found else None


def border_share(mask: Mask) -> float:
    """Return the share of the picture's border that is in the mask."""
    border = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    return float(border.mean())


def hull_of(mask: Mask) -> Mask:
    """Return the convex hull of a mask, row by row between its left and its right side."""
    rows = np.flatnonzero(mask.any(axis=1))
    within = mask[rows]
    left, right = within.argmax(axis=1), mask.shape[1] - within[:, ::-1].argmax(axis=1)
    every = np.arange(rows[0], rows[-1] + 1)
    first, last = lower_hull(rows, left, every), -lower_hull(rows, -right, every)
    columns = np.arange(mask.shape[1])
    hull = np.zeros_like(mask)
    hull[every] = (columns >= np.floor(first)[:, None]) & (columns < np.ceil(last)[:, None])
    return hull


def lower_hull(x: NDArray[np.intp], y: NDArray[np.intp], at: NDArray[np.intp]) -> Floats:
    """Return the lower convex hull of points, by rising `x`, at the places `at` (Andrew 1979)."""
    hull: list[tuple[int, int]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        while len(hull) > 1 and not bends_up(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    xs, ys = zip(*hull, strict=True)
    heights: Floats = np.interp(at, xs, ys).astype(np.float32)
    return heights


def bends_up(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    """Tell whether the way from a over b to c bends upwards."""
    return (b[1] - a[1]) * (c[0] - a[0]) < (c[1] - a[1]) * (b[0] - a[0])
