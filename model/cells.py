"""Pictures in cells: their means, their way back to pixels, and maxima over what lies around them.

What is said of light and of broad things needs no single pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CELL = 4
"""Side, in pixels, of the cells on which light is estimated."""


def shrink(image: Floats, factor: int) -> Floats:
    """Return the means of `factor`×`factor` cells; the rest at the far edges is repeated."""
    height, width = image.shape
    if height % factor or width % factor:
        image = np.pad(image, ((0, -height % factor), (0, -width % factor)), mode="edge")
    rows = image.reshape(-1, factor, image.shape[1]).sum(axis=1)
    sums = sum(rows[:, start::factor] for start in range(1, factor)) + rows[:, ::factor]
    means: Floats = sums / np.float32(factor * factor)
    return means


def enlarge(cells: Floats, factor: int, shape: tuple[int, ...]) -> Floats:
    """Return cells of `factor`×`factor` pixels as a picture of H×W `shape`, smoothly."""
    height, width = shape
    wide = enlarge_rows(np.ascontiguousarray(cells.T), factor)[:width].T
    return enlarge_rows(np.ascontiguousarray(wide), factor)[:height]


def enlarge_rows(cells: Floats, factor: int) -> Floats:
    """Return `factor` rows for each row of cells, linear between the middles of two rows."""
    padded = np.concatenate([cells[:1], cells, cells[-1:]])
    large = np.empty((len(cells), factor, cells.shape[1]), np.float32)
    for place in range(factor):
        share = (place + 0.5) / factor - 0.5  # from the middle of this row towards its neighbour
        other = padded[2:] if share > 0 else padded[:-2]
        np.multiply(cells, np.float32(1 - abs(share)), out=large[:, place])
        large[:, place] += other * np.float32(abs(share))
    return large.reshape(-1, cells.shape[1])


def closing(image: Floats, reach: int) -> Floats:
    """Return `image` with everything dark and narrower than `reach` cells filled up."""
    return -spread_maximum(-spread_maximum(image, reach), reach)


def opening(image: Floats, reach: int) -> Floats:
    """Return `image` with everything bright and narrower than `reach` cells taken away."""
    return -closing(-image, reach)


def spread_maximum(image: Floats, reach: int) -> Floats:
    """Return each cell's maximum over the square of `reach` (made odd) cells around it.

    Maxima of twice as many neighbours from step to step; two of the widest that fit make up the
    window, so its size hardly costs.
    """
    half = reach // 2
    height, width = image.shape
    most = np.full((height + 2 * half, width + 2 * half), -np.inf, np.float32)
    most[half : half + height, half : half + width] = image
    for _ in range(2):  # the rows, then the columns as rows
        reached = 1
        while reached < 2 * half + 1:
            step = min(reached, 2 * half + 1 - reached)
            most = np.maximum(most[:-step], most[step:])
            reached += step
        most = most.T
    return most


def spread(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return the flags with each true one spread `reach` places both ways."""
    return np.convolve(flags, np.ones(2 * reach + 1), mode="same") > 0.5
