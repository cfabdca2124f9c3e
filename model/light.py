"""Even out the light: from colours to the contrast of each pixel against its paper.

Assumes that ink covers less of the picture than paper and that strokes are narrower than
`STROKE_REACH` of its shorter side; lamps, shadows and paper may have any brightness and colour.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.cells import CELL, closing, enlarge, opening, shrink
from model.regions import border_contact, label_regions

Floats = NDArray[np.float32]

BLACK = 8.0
"""Added to every brightness, so that noise in the black does not look like contrast."""

SAMPLED = 9
"""Every so manieth pixel of every so manieth row shows which colours there are."""

STROKE_REACH = 0.35
"""Widest stroke that is still told from a shadow, as a share of the shorter side."""

GROUND_REACH = 0.2
"""The same for what hangs at the picture's border: a corner in shadow, the desk, a finger."""

GROUND_CONTACT = 0.3
"""Of what is broader than that, as much as this share of the shorter side lies on the border."""

SMALLEST_SCALE = 8
"""Cells across at the coarsest scale at which strokes are told from their ground."""

BROADEST = 0.3
"""Broadest stroke, as a share of the shorter side: what is dark over a larger square is shadow."""


def to_gray(pixels: NDArray[np.uint8]) -> Floats:
    """Return H×W brightness, 0..255, along the colour in which ink differs most from paper.

    That is plain brightness for black ink. Red ink on green paper of the same brightness shows
    only along the axis from green to red.
    """
    small = pixels[::SAMPLED, ::SAMPLED].reshape(-1, 3).T.astype(np.float32)  # 3×samples
    deviation = (small - np.median(small, axis=1, keepdims=True)).T
    strength = np.einsum("ij,ij->i", deviation, deviation)
    strong = deviation[strength > np.quantile(strength, 0.9)]
    direction = np.linalg.eigh(strong.T @ strong)[1][:, -1].astype(np.float32)  # of 3×3
    direction *= np.sign(direction.sum()) or 1
    if direction.min() > 0.25:  # all channels darken together
        return np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float32)
    projected = pixels.reshape(-1, 3).astype(np.float32) @ direction
    low, high = projected.min(), projected.max()
    gray: Floats = (projected - low) * np.float32(255 / max(high - low, 1))
    return gray.reshape(pixels.shape[:2])


def even_light(gray: Floats, dark_ink: bool) -> Floats:
    """Return H×W contrast: 0 on paper, towards 1 where ink takes all light away.

    Light ink (chalk, a negative) is measured on the inverted picture.
    """
    bright = (gray if dark_ink else 255 - gray) + BLACK
    contrast = enlarge(paper_brightness(shrink(bright, CELL)), CELL, bright.shape)
    np.divide(bright, contrast, out=contrast)  # in place: each pass over a picture counts
    np.subtract(1, contrast, out=contrast)
    np.maximum(contrast, 0, out=contrast)
    return contrast


def paper_brightness(cells: Floats) -> Floats:
    """Return how bright the paper is in each cell, under the ink too.

    What hangs at the border and is dark over more than a stroke's width is ground, and counts as
    it is. So does what is dark over a square broader than any stroke, wherever it is.
    """
    side, lamp = min(cells.shape), fit_lamp(cells)
    paper = fill_strokes(cells, lamp, int(STROKE_REACH * side))
    close_by = fill_strokes(cells, lamp, int(GROUND_REACH * side))
    broad = close_by < 0.95 * paper
    if broad.any():
        paper = np.where(hangs_at_border(broad, GROUND_CONTACT * side), close_by, paper)
    darkness = np.maximum(1 - cells / paper, 0)
    return paper * (1 - opening(darkness, max(3, int(BROADEST * side))))


def fill_strokes(cells: Floats, lamp: Floats, reach: int) -> Floats:
    """Return the brightness with everything dark and narrower than `reach` cells filled up.

    Two estimates, none of them below the truth, of which the lower one counts: as the cells are,
    which keeps the hard edge of a shadow, and after the smooth fall of the lamp's light has been
    taken out, which follows it into the corners.
    """
    reach = max(3, reach)
    filled: Floats = np.minimum(closing(cells, reach), closing(cells / lamp, reach) * lamp)
    return filled


def hangs_at_border(mask: NDArray[np.bool_], contact: float) -> NDArray[np.bool_]:
    """Return those regions of `mask` that have at least so many cells on the picture's border."""
    labels, count = label_regions(mask)
    touching = np.concatenate([[False], border_contact(labels, count) >= contact])
    return touching[labels]


def fit_lamp(cells: Floats) -> Floats:
    """Return the smooth fall of light over the picture: exp of a quadratic in x and y.

    Fitted to the logarithm of brightness; what lies below the fit (ink, a dark desk) loses its
    weight round by round. Every fourth cell both ways is enough for six numbers.
    """
    terms = quadratic_terms(*cells.shape)  # rows×columns×6
    known = terms[::4, ::4].reshape(-1, 6)
    light = np.log(np.maximum(cells[::4, ::4], 1)).reshape(-1)
    weight = np.ones_like(light)
    for _ in range(4):
        weighted = known * weight[:, None]
        factors = np.linalg.lstsq(weighted.T @ known, weighted.T @ light, rcond=None)[0]
        residual = light - known @ factors
        spread = np.median(np.abs(residual)) + 0.01
        weight = 1 / (1 + (residual / (2 * spread)) ** 2)
    lamp: Floats = np.exp(np.clip(terms @ factors, light.min(), light.max()))
    return lamp


@lru_cache(maxsize=8)
def quadratic_terms(rows: int, columns: int) -> Floats:
    """Return rows×columns×6 values of 1, x, y, xy, x² and y² for x and y from -1 to 1."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=2)
    terms.flags.writeable = False
    return terms


def darkness_of_ink(gray: Floats) -> float:
    """Return how far the ink is the darker part: 1 for sure, 0 for light ink on dark ground.

    A stroke is narrower than the ground beside it, so it differs more from the mean around it than
    the ground does: the deviations' third powers sum up to the stroke's side. An edge between two
    brightnesses gives as much on both. Counted alike at every scale, as pens and photos differ.
    """
    sides = []
    cells = shrink(gray, CELL)
    while min(cells.shape) >= SMALLEST_SCALE:
        deviation = cells - mean_around(cells)
        size = np.abs(deviation)
        cubes = size * size * size
        sides.append(float((np.sign(deviation) * cubes).sum() / max(cubes.sum(), 1e-6)))
        cells = shrink(cells, 2)
    return 0.5 - float(np.mean(sides)) / 2 if sides else 1.0


def mean_around(cells: Floats) -> Floats:
    """Return the mean of the 3×3 cells around each, those at the border repeated."""
    padded = np.pad(cells, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    means: Floats = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return means
