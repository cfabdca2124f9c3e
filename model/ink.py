"""What is ink: from contrast to pieces, the connected strokes of the picture.

Every piece is held against its own strength, so that faint pencil stands beside a black felt pen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.cells import spread_maximum
from model.regions import Labels, Places, regions_of

Floats = NDArray[np.float32]

NOISE_FACTOR = 5.0
"""A pixel counts as ink from this many standard deviations of the paper's noise on."""

SAMPLED, BLOCK, MOST = 4, 16, 0.75
"""Noise is measured in squares of so many pixels, of which every fourth both ways is looked at; in
this share of the squares of paper it is no stronger."""

FAINTEST = 0.045
"""Contrast below which nothing counts as ink, however clean the paper is."""

SPECK_FACTOR, STROKE_FACTOR = 1.8, 1.35
"""A piece needs to be this many times over the threshold: a speck, and a long thin stroke. Paper's
texture makes specks as strong as a pencil, but not as long; clouds of light are not as thin."""

LONG = 0.05
"""Longer side of a long piece, as a share of the picture's."""

THIN = 0.04
"""Area of a thin piece over its longer side, as a share of the picture's longer side."""

OWN_SHARE = 0.33
"""A piece's edge lies where contrast falls to this share of its own strength."""

WHOLE, ACROSS_SHARE = 0.9, 0.6
"""A piece longer than this share of the picture is digits strung together by something fainter
(a crease, a shadow's edge): its ink lies nearer to its strength."""

THICK, CLOUDY, CLOUDY_SHARE = 0.06, 1.45, 0.5
"""A piece with so much area over its longer side, as a share of the picture's, whose darkest part
is so many times stronger than the whole is a digit in a cloud (the rim of a glare, a smudge): its
ink lies near the darkest part's strength. A thinner one is a stroke blurred by motion."""

PRESSED_SHARE = 0.06
"""Side of the squares, as a share of the picture's longer side, in which a pen presses alike."""

SURELY_INK = 4.0
"""So many times the threshold is too strong for the paper's texture beside a stroke."""

BRIDGED_GAP = 0.004
"""Ink this far apart, as a share of the longer side, belongs to one stroke."""

SMALLEST = 0.012
"""Pieces smaller both ways than this share of the longer side are specks."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The connected strokes: piece i has the value i + 1 in `labels`."""

    labels: Labels
    """H×W; 0 is paper."""
    boxes: NDArray[np.int64]
    """N×4: x0, y0, x1, y1; x1 and y1 are just outside."""
    strengths: Floats
    """N; the contrast of each piece's core."""
    areas: NDArray[np.int64]
    """N; pixels of ink."""
    pressed: Floats
    """H×W; how strong the ink is around each of its pixels, 0 on paper."""

    def __len__(self) -> int:
        """Return how many pieces there are."""
        return len(self.boxes)


def find_pieces(contrast: Floats) -> Pieces:
    """Return the pieces of ink in an H×W picture of contrast.

    Works on the ink's pixels alone: `at` are their places in the flat picture, `y` and `x` their
    rows and columns, `of` their regions.
    """
    threshold = ink_threshold(contrast)
    gap = round(BRIDGED_GAP * max(contrast.shape))
    mask = contrast > threshold
    at = np.flatnonzero(mask)
    y, x = np.divmod(at, contrast.shape[1])
    values = contrast.reshape(-1)[at]
    of, count = regions_of(at, mask, gap)
    boxes = boxes_of(y, x, of, count)
    across = (boxes[:, 2:] - boxes[:, :2] > WHOLE * np.array(contrast.shape[::-1])).any(axis=1)
    core, darkest = core_strengths(values, of, count), core_strengths(values, of, count, 3)
    own = np.where(across, ACROSS_SHARE, OWN_SHARE) * core
    thick = np.bincount(of, minlength=count + 1)[1:] > THICK * max(contrast.shape) * longer(boxes)
    cloudy = thick & (darkest > CLOUDY * core)
    own = np.where(cloudy, np.maximum(own, CLOUDY_SHARE * darkest), own)
    pressed = np.maximum(strengths_around(values, y, x, contrast.shape), SURELY_INK * threshold)
    edges = np.concatenate([[0], np.maximum(own, threshold)]).astype(np.float32)
    inside = values > edges[of]
    at, y, x = at[inside], y[inside], x[inside]
    values, pressed = values[inside], pressed[inside]
    mask, field = np.zeros(contrast.shape, bool), np.zeros(contrast.shape, np.float32)
    mask.reshape(-1)[at], field.reshape(-1)[at] = True, pressed
    of, count = regions_of(at, mask, gap)
    boxes, strengths = boxes_of(y, x, of, count), core_strengths(values, of, count)
    areas = np.bincount(of, minlength=count + 1)[1:]
    sides = longer(boxes)
    sizes = sides / max(contrast.shape)
    needed = np.interp(sizes, [SMALLEST, LONG], [SPECK_FACTOR, STROKE_FACTOR])
    needed[areas > THIN * max(contrast.shape) * sides] = SPECK_FACTOR
    keep = (sizes >= SMALLEST) & (strengths > needed * threshold)
    numbers = np.zeros(count + 1, np.int32)
    numbers[1:][keep] = np.arange(1, keep.sum() + 1)
    labels = np.zeros(contrast.shape, np.int32)
    labels.reshape(-1)[at] = numbers[of]
    return Pieces(labels, boxes[keep], strengths[keep], areas[keep], field)


def strengths_around(values: Floats, y: Places, x: Places, shape: tuple[int, ...]) -> Floats:
    """Return how strong the ink is around each of its pixels, in rows `y` and columns `x` of H×W.

    That is the ink's contrast, `values`, weighted by itself, in the squares of a coarse grid, of
    which the strongest neighbour counts.
    """
    side = max(4, round(PRESSED_SHARE / 3 * max(shape)))
    rows, columns = (-(-length // side) for length in shape)
    cell = y // side * columns + x // side
    total, squared = (np.bincount(cell, values**p, rows * columns) for p in (1, 2))
    strength = np.divide(squared, np.maximum(total, 1e-6), dtype=np.float32, casting="same_kind")
    around: Floats = spread_maximum(strength.reshape(rows, columns), 3).reshape(-1)[cell]
    return around


def ink_threshold(contrast: Floats) -> float:
    """Return the contrast above which a pixel may be ink, from the noise of the paper.

    Noise differs over a picture, and a black desk or glaring white has none: that of most squares
    counts which are not filled with ink.
    """
    sample = contrast[::SAMPLED, ::SAMPLED]
    blocks = np.sort(blocks_of(sample), axis=1)
    middles = blocks[:, blocks.shape[1] // 2]
    deviations = np.sort(np.abs(blocks - middles[:, None]), axis=1)
    noise = 1.4826 * deviations[:, blocks.shape[1] // 2]
    paper = middles <= 2 * np.median(middles) + 0.1
    noisy = float(np.quantile((middles + NOISE_FACTOR * noise)[paper], MOST))
    strongest = float(np.quantile(sample, 0.995))
    return max(FAINTEST, min(noisy, 0.4 * strongest))


def blocks_of(sample: Floats) -> Floats:
    """Return the squares of `BLOCK` pixels that a picture falls into, each as a row."""
    side = min(BLOCK, *sample.shape)
    rows, columns = (length // side for length in sample.shape)
    squares = sample[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return squares.swapaxes(1, 2).reshape(rows * columns, side * side)


def core_strengths(values: Floats, of: Places, count: int, power: int = 1) -> Floats:
    """Return each region's strength: its mean contrast, weighted by a power of contrast.

    `values` are the contrasts of the ink's pixels and `of` their regions, numbered from 1. The
    higher the power, the more the darkest part decides.
    """
    exact = values.astype(np.float64)
    weights = exact**power
    total = np.bincount(of, weights, count + 1)[1:]
    weighted = np.bincount(of, weights * exact, count + 1)[1:]
    return (weighted / np.maximum(total, 1e-9)).astype(np.float32)


def longer(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the longer side of each box, N."""
    sides: NDArray[np.int64] = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    return sides


def boxes_of(y: Places, x: Places, of: Places, count: int) -> NDArray[np.int64]:
    """Return the regions' boxes, N×4: x0, y0, x1, y1, from their pixels' places row by row."""
    boxes = np.empty((count + 1, 4), np.int64)
    boxes[of[::-1], 1] = y[::-1]  # the first pixel is written last and stays
    boxes[of, 3] = y + 1
    columns = np.full((2, count + 1), [[np.iinfo(np.int64).max], [0]])
    np.minimum.at(columns[0], of, x)
    np.maximum.at(columns[1], of, x + 1)
    boxes[:, [0, 2]] = columns.T
    return boxes[1:]
