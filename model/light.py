"""Even out the light: from colours to the contrast of each pixel against its paper.

Assumes that ink covers less of the picture than paper and that strokes are narrower than
`STROKE_REACH` of its shorter side; lamps, shadows and paper may have any brightness and colour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.float32]

BLACK = 8.0
"""Added to every brightness, so that noise in the black does not look like contrast."""

CELL = 4
"""Side, in pixels, of the cells on which the paper's brightness is estimated."""

STROKE_REACH = 0.35
"""Widest stroke that is still told from a shadow, as a share of the shorter side."""


BROADEST = 0.3
"""Broadest stroke, as a share of the shorter side: what is dark over a larger square is shadow."""


def to_gray(pixels: NDArray[np.uint8]) -> Floats:
    """Return H×W brightness, 0..255, along the colour in which ink differs most from paper.

    That is plain brightness for black ink. Red ink on green paper of the same brightness shows
    only along the axis from green to red.
    """
    small = pixels[::CELL, ::CELL].reshape(-1, 3).astype(np.float32)
    deviation = small - np.median(small, axis=0)
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
    height, width = bright.shape
    paper = Image.fromarray(paper_brightness(shrink(bright, CELL)))
    paper_full = np.asarray(paper.resize((width, height), Image.Resampling.BILINEAR))
    contrast: Floats = np.maximum(1 - bright / paper_full, 0)
    return contrast


def paper_brightness(cells: Floats) -> Floats:
    """Return how bright the paper is in each cell, under the ink too.

    Two estimates, none of them below the truth, of which the lower one counts: with dark strokes
    filled up as they are, which keeps the hard edge of a shadow, and after the smooth fall of the
    lamp's light has been taken out, which follows it into the corners. What is still dark over a
    square broader than any stroke is a corner of a shadow.
    """
    reach = max(3, int(STROKE_REACH * min(cells.shape)))
    lamp = fit_lamp(cells)
    paper: Floats = np.minimum(closing(cells, reach), closing(cells / lamp, reach) * lamp)
    darkness = np.maximum(1 - cells / paper, 0)
    return paper * (1 - opening(darkness, max(3, int(BROADEST * min(cells.shape)))))


def shrink(image: Floats, factor: int) -> Floats:
    """Return the means of `factor`×`factor` cells; the rest at the far edges is repeated."""
    height, width = image.shape
    padded = np.pad(image, ((0, -height % factor), (0, -width % factor)), mode="edge")
    rows, columns = padded.shape[0] // factor, padded.shape[1] // factor
    means: Floats = padded.reshape(rows, factor, columns, factor).mean(axis=(1, 3))
    return means


def fit_lamp(cells: Floats) -> Floats:
    """Return the smooth fall of light over the picture: exp of a quadratic in x and y.

    Fitted to the logarithm of brightness; what lies below the fit (ink, a dark desk) loses its
    weight round by round.
    """
    rows, columns = cells.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32).reshape(2, -1)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1)  # cells×6
    light = np.log(np.maximum(cells, 1)).reshape(-1)
    weight = np.ones_like(light)
    for _ in range(4):
        weighted = terms * weight[:, None]
        fit = terms @ np.linalg.lstsq(weighted.T @ terms, weighted.T @ light, rcond=None)[0]
        residual = light - fit
        spread = np.median(np.abs(residual)) + 0.01
        weight = 1 / (1 + (residual / (2 * spread)) ** 2)
    lamp: Floats = np.exp(np.clip(fit, light.min(), light.max())).astype(np.float32)
    return lamp.reshape(rows, columns)


def closing(image: Floats, reach: int) -> Floats:
    """Return `image` with everything dark and narrower than `reach` cells filled up."""
    return -spread_maximum(-spread_maximum(image, reach), reach)


def opening(image: Floats, reach: int) -> Floats:
    """Return `image` with everything bright and narrower than `reach` cells taken away."""
    return -closing(-image, reach)


def spread_maximum(image: Floats, reach: int) -> Floats:
    """Return each cell's maximum over the square of `reach` cells around it."""
    for axis in (0, 1):
        image = running_maximum(image, reach | 1, axis)
    return image


def running_maximum(image: Floats, window: int, axis: int) -> Floats:
    """Return the maximum over `window` (odd) cells along an axis, whatever its width at one cost.

    Maxima that run forward and backward within blocks of `window` cells: each window is the end
    of one and the start of the next (van Herk 1992).
    """
    image = np.moveaxis(image, axis, -1)
    length, half = image.shape[-1], window // 2
    padding = [(0, 0)] * (image.ndim - 1) + [(half, half + -(length + 2 * half) % window)]
    blocks = np.pad(image, padding, constant_values=-np.inf)
    blocks = blocks.reshape(*image.shape[:-1], -1, window)
    forward = np.maximum.accumulate(blocks, axis=-1)
    backward = np.maximum.accumulate(blocks[..., ::-1], axis=-1)[..., ::-1]
    forward = forward.reshape(*image.shape[:-1], -1)[..., window - 1 : window - 1 + length]
    backward = backward.reshape(*image.shape[:-1], -1)[..., :length]
    return np.moveaxis(np.maximum(forward, backward), -1, axis)


def darkness_of_ink(gray: Floats) -> float:
    """Return how far the ink is the darker part: 1 for sure, 0 for light ink on dark ground.

    Paper is the majority: the deviations from the local middle brightness lie on the ink's side.
    """
    cells = shrink(gray, 4 * CELL)
    image = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8))
    window = max(3, min(cells.shape) // 3 | 1)
    middle = np.asarray(image.filter(ImageFilter.MedianFilter(window)), dtype=np.float32)
    deviation = shrink(gray, 2 * CELL)
    middle = np.asarray(Image.fromarray(middle).resize(deviation.shape[::-1]))
    deviation -= middle
    darker = float(np.square(np.minimum(deviation, 0)).sum())
    lighter = float(np.square(np.maximum(deviation, 0)).sum())
    return darker / max(darker + lighter, 1e-6)
