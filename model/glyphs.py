"""A glyph: ink that may be one digit, brought to the form of MNIST's samples.

MNIST's normalization (LeCun et al. 1998): the ink fitted into 20×20 pixels with its aspect kept,
then placed in 28×28 so that its centre of mass is the middle. Pens differ far more in photos than
in MNIST, so hair-thin strokes are made thicker before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

SIDE = 28
BOX = 20
FINE = 60
"""Side of the box, in pixels, in which strokes are measured and thickened: three per final one."""

THINNEST = 1.9
"""Thinnest stroke, in pixels of the 20×20 box."""


def normalize(ink: Floats) -> NDArray[np.uint8]:
    """Return the 28×28 sample (ink 255 on 0) of a crop that holds one glyph's ink, 0..1."""
    fine = fit(ink, FINE)
    missing = THINNEST * FINE / BOX - stroke_width(fine)
    if missing > 0.5:
        fine = crop(thicken(fine, max(1, min(3, round(missing / 2)))))
    return centre(np.asarray(shrink_to_box(fine)))


def fit(ink: Floats, side: int) -> NDArray[np.uint8]:
    """Return the ink scaled so that its longer side is `side` pixels, 0..255."""
    height, width = ink.shape
    ratio = side / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    way = Image.Resampling.BOX if ratio < 0.5 else Image.Resampling.BICUBIC
    image = Image.fromarray((np.clip(ink, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.resize(size, way))


def stroke_width(ink: NDArray[np.uint8]) -> float:
    """Return the mean width of strokes in pixels: twice the area over the length of the outline."""
    padded = framed(ink, 1).astype(np.float32)
    down, across = padded[1:, :-1] - padded[:-1, :-1], padded[:-1, 1:] - padded[:-1, :-1]
    outline = float(np.sqrt(down * down + across * across).sum())
    return float(2 * padded.sum() / max(outline, 1))


def framed(ink: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Return the ink with an empty frame so many pixels wide."""
    padded = np.zeros((ink.shape[0] + 2 * width, ink.shape[1] + 2 * width), np.uint8)
    padded[width:-width, width:-width] = ink
    return padded


def thicken(ink: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Return the ink with every stroke `reach` pixels wider on all sides, in a larger frame."""
    thick = framed(ink, 2 * reach)
    for _ in range(2):  # the maximum of 2 * reach + 1 rows, then of as many columns
        rows = len(thick) - 2 * reach
        thick = np.max([thick[step : step + rows] for step in range(2 * reach + 1)], axis=0).T
    return thick


def crop(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink without its empty border."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > 64), np.flatnonzero(ink.max(axis=0) > 64)
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def shrink_to_box(fine: NDArray[np.uint8]) -> Image.Image:
    """Return the ink in MNIST's 20×20 box, its aspect kept."""
    height, width = fine.shape
    ratio = BOX / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return Image.fromarray(fine).resize(size, Image.Resampling.BOX)


def centre(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 28×28 with the ink's centre of mass in the middle, as far as it stays inside."""
    height, width = small.shape
    mass = max(float(small.sum(dtype=np.float64)), 1.0)
    x = float((small.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / mass
    y = float((small.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / mass
    left = min(max(round(SIDE / 2 - x), 0), SIDE - width)
    top = min(max(round(SIDE / 2 - y), 0), SIDE - height)
    sample = np.zeros((SIDE, SIDE), np.uint8)
    sample[top : top + height, left : left + width] = small
    return sample
