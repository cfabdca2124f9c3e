"""Take form boxes off the paper: a frame around a digit, or a row of them as on forms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.cells import spread
from model.ink import Floats, Pieces

SMALLEST_FRAME = 0.04
"""A frame's shorter side, as a share of the picture's longer one."""

MOST_INK = 0.45
"""A frame is mostly empty."""

MARGIN = 0.12
"""How far, as a share of its shorter side, a frame's line may stray from its box."""

LEAST_WITHIN = 0.5
"""Ink of what a frame of any shape surrounds, as a share of the frame's own."""

HALO = 3
"""Pixels beside a frame's lines whose ink, blurred and fainter, goes with them."""

COVERED = 0.85
"""Share of a side along which there is ink within the margin: an oval's is less."""


def remove_frames(contrast: Floats, pieces: Pieces) -> Floats:
    """Return the contrast without the frames among the pieces; the same array if there are none."""
    square = [index for index in range(len(pieces)) if is_frame(pieces, index)]
    around = [index for index in range(len(pieces)) if surrounds_another(pieces, index)]
    if not square and not around:
        return contrast
    contrast = contrast.copy()
    for index in {*square, *around}:
        x0, y0, x1, y1 = pieces.boxes[index]
        mask = pieces.labels[y0:y1, x0:x1] == index + 1
        lines = mask if index in around else frame_lines(mask)
        within = np.s_[max(y0 - HALO, 0) : y1 + HALO, max(x0 - HALO, 0) : x1 + HALO]
        labels = pieces.labels[within]
        framed = np.zeros(labels.shape, bool)
        top, left = min(y0, HALO), min(x0, HALO)
        framed[top : top + y1 - y0, left : left + x1 - x0] = lines
        contrast[within][framed | (widened(framed, HALO) & (labels == 0))] = 0
    return contrast


def widened(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return what lies within `reach` pixels of the mask, both ways."""
    wide = mask.copy()
    for _ in range(reach):
        for near, far in ((wide[1:], wide[:-1]), (wide[:, 1:], wide[:, :-1])):
            forth = near | far
            near |= forth
            far |= forth
    return wide


def surrounds_another(pieces: Pieces, index: int) -> bool:
    """Tell whether a piece goes all around another with about as much ink: a circle, a tilted box.

    Not a 0 around its dot or its stroke, which have less. Out of the picture it may go on.
    """
    x0, y0, x1, y1 = pieces.boxes[index]
    height, width = pieces.labels.shape
    boxes = pieces.boxes
    within = (boxes[:, :2] > (x0, y0)).all(axis=1) & (boxes[:, 2:] < (x1, y1)).all(axis=1)
    within &= pieces.areas >= LEAST_WITHIN * pieces.areas[index]
    at_border = np.array([x0 == 0, x1 == width, y0 == 0, y1 == height])
    for left, top, right, bottom in boxes[within]:
        x, y = (left + right) // 2, (top + bottom) // 2
        row, column = pieces.labels[y] == index + 1, pieces.labels[:, x] == index + 1
        sides = (row[:left], row[right:], column[:top], column[bottom:])
        inked = np.array([side.any() for side in sides])
        if inked.sum() >= 3 and (inked | at_border).all():
            return True
    return False


def is_frame(pieces: Pieces, index: int) -> bool:
    """Tell whether a piece has ink along at least three of its box's sides, and little within."""
    x0, y0, x1, y1 = pieces.boxes[index]
    if min(x1 - x0, y1 - y0) < SMALLEST_FRAME * max(pieces.labels.shape):
        return False
    if pieces.areas[index] > MOST_INK * (x1 - x0) * (y1 - y0):
        return False
    mask = pieces.labels[y0:y1, x0:x1] == index + 1
    return int(np.sum([share >= COVERED for share in side_cover(mask)])) >= 3


def side_cover(mask: NDArray[np.bool_]) -> list[float]:
    """Return the share of each side (top, bottom, left, right) that has ink near it."""
    margin = margin_of(mask)
    return [
        float(mask[:margin].any(axis=0).mean()),
        float(mask[-margin:].any(axis=0).mean()),
        float(mask[:, :margin].any(axis=1).mean()),
        float(mask[:, -margin:].any(axis=1).mean()),
    ]


def margin_of(mask: NDArray[np.bool_]) -> int:
    """Return how far a frame's line may stray, in pixels."""
    return max(2, int(MARGIN * min(mask.shape)))


def frame_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which ink of a frame's crop is its lines: along the sides, and between its cells."""
    margin = margin_of(mask)
    lines = np.zeros_like(mask)
    top, bottom, left, right = (share >= COVERED for share in side_cover(mask))
    lines[:margin] |= top
    lines[-margin:] |= bottom
    lines[:, :margin] |= left
    lines[:, -margin:] |= right
    leans = [lean_of(mask[margin:-margin, side]) for side in (np.s_[:margin], np.s_[-margin:])]
    lean = float(np.mean([one for one, there in zip(leans, (left, right), strict=True) if there]))
    return (lines | separators(mask & ~lines, margin, lean)) & mask


def lean_of(side: NDArray[np.bool_]) -> float:
    """Return how far the line in a strip from top to bottom leans: pixels right for each down."""
    y, x = np.nonzero(side)
    down = y - y.mean() if len(y) else y
    return float(down @ x / max(down @ down, 1))


def separators(inner: NDArray[np.bool_], margin: int, lean: float) -> NDArray[np.bool_]:
    """Return where the lines between a frame's cells are, which lean as its sides do.

    There the inner ink goes from top to bottom, but for the margins.
    """
    height, width = inner.shape
    y, x = np.nonzero(inner)
    level = np.clip(x - np.round(lean * (y - height / 2)).astype(int), 0, width - 1)
    between = (y >= margin) & (y < height - margin)
    rows = np.bincount(level[between], minlength=width)
    flags = np.zeros_like(inner)
    flags[y, x] = spread(rows >= COVERED * (height - 2 * margin), 2)[level]
    return flags
