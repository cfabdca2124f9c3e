"""Pictures of two tones: a digit that fills the frame, its strokes as broad as the paper between.

`model.light` takes such strokes for shadow, or the paper between them for light ink. But where
there are only a dark tone and a light one there is no shadow to even out: contrast is measured
against the other tone as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.cells import CELL, shrink
from model.light import BLACK

Floats = NDArray[np.float32]

APART = 0.7
"""Brightness of the dark tone over that of the light one, at most."""

CLEAN = 0.85
"""Share of the variance of the brightness' logarithm that lies between the tones, at least."""

LEAST = 0.12
"""Share of the picture that each tone covers, at least: where strokes are less they are narrow."""

MOST = 0.85
"""And that ink covers at most."""

LEVELS = 64
"""Steps of brightness between which the tones may be parted."""

DARK_FROM = 0.4, 0.48
"""Darkness of ink (see `model.light`) from which on it counts as dark, where the picture's border
is all light and where it is all dark: people write dark on light, and what surrounds the writing is
ground, be it broad or narrow."""


def least_darkness(gray: Floats) -> float:
    """Return the darkness of ink from which on a picture of H×W brightness is of dark ink."""
    cells = shrink(gray, CELL) + BLACK
    _, _, dark, light = part_tones(cells)
    border = np.concatenate([cells[0], cells[-1], cells[:, 0], cells[:, -1]])
    in_the_dark = np.mean(border < np.sqrt(dark * light))
    return float(np.interp(in_the_dark, (0, 1), DARK_FROM))


def contrasts_of_two_tones(gray: Floats) -> dict[str, Floats]:
    """Return the H×W contrast as "dark" ink makes it and as "light" ink does.

    Only such as may be ink by its share; none where the brightness H×W, 0..255, is not two tones.
    """
    share, clean, dark, light = part_tones(shrink(gray, CELL) + BLACK)
    contrasts: dict[str, Floats] = {}
    if clean < CLEAN or not LEAST < share < 1 - LEAST or dark > APART * light:
        return contrasts
    if share <= MOST:
        contrasts["dark"] = np.maximum(1 - (gray + BLACK) / np.float32(light), 0)
    if 1 - share <= MOST:
        inverted = 255 + 2 * BLACK - dark
        contrasts["light"] = np.maximum(1 - (255 + BLACK - gray) / np.float32(inverted), 0)
    return contrasts


def part_tones(cells: Floats) -> tuple[float, float, float, float]:
    """Return how cells part best into dark and light ones (Otsu 1979), on a logarithmic scale.

    The dark ones' share; the share of the variance that lies between the two; and the (geometric)
    mean of the dark and of the light ones.
    """
    levels = np.log(cells)
    counts, edges = np.histogram(levels, LEVELS)
    middles = (edges[1:] + edges[:-1]) / 2
    share = np.cumsum(counts)[:-1] / counts.sum()  # of all up to each level
    sums = np.cumsum(counts * middles)[:-1] / counts.sum()
    mean = float(counts @ middles / counts.sum())
    between = (mean * share - sums) ** 2 / np.maximum(share * (1 - share), 1e-9)
    best = int(between.argmax())
    part = float(share[best])
    dark, light = sums[best] / max(part, 1e-9), (mean - sums[best]) / max(1 - part, 1e-9)
    clean = float(between[best] / max(float(levels.var()), 1e-9))
    return part, clean, float(np.exp(dark)), float(np.exp(light))
