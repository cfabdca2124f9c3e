"""Clouds: what is left of lamps, smudges and shadows' rims, and is broader than strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.cells import CELL, enlarge, opening, shrink
from model.ink import FAINTEST, Pieces, longer

Floats = NDArray[np.float32]

BROADER = 2.0
"""What is broader than so many of the broadest strokes is no ink."""


def remove_clouds(contrast: Floats, pieces: Pieces) -> Floats:
    """Return the contrast without what is broader than the strokes: smudges, the rims of light.

    The same array if there is none. How broad strokes are the strong pieces tell: their areas over
    their longer sides.
    """
    if not len(pieces):
        return contrast
    strong = pieces.strengths >= 0.5 * pieces.strengths.max()
    broadest = float((pieces.areas / longer(pieces.boxes))[strong].max())
    reach = max(3, round(BROADER * broadest / CELL))
    cloud = opening(shrink(contrast, CELL), reach)
    if cloud.max() < FAINTEST:
        return contrast
    bare: Floats = np.maximum(contrast - enlarge(cloud, CELL, contrast.shape), 0)
    return bare
