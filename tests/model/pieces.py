"""Pieces of ink made by hand."""

import numpy as np

from model.ink import Pieces


def pieces(*boxes: tuple[int, int, int, int]) -> Pieces:
    """Pieces that fill their boxes."""
    labels = np.zeros((400, 600), np.int32)
    for number, (x0, y0, x1, y1) in enumerate(boxes, 1):
        labels[y0:y1, x0:x1] = number
    areas = np.array([(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes])
    pressed = (labels > 0).astype(np.float32)
    return Pieces(labels, np.array(boxes), np.ones(len(boxes), np.float32), areas, pressed)
