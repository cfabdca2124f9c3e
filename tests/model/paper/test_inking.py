"""Ink enlarged from glyphs of any size, with any pen."""

import numpy as np
import pytest
from PIL import Image

from model.paper.inking import enlarge_ink, skeletonize, stroke_width, write_with_pen
from model.paper.pen import Hand
from tests.model.paper.sheets import draw_line


@pytest.mark.parametrize("pen", [0.04, 0.06, 0.15, 0.2])
def test_pens_are_as_wide_as_asked(pen: float) -> None:
    glyphs, _ = draw_line("0123456789", hand=Hand(width=0.11, pressure=0.1))
    small = [np.asarray(Image.fromarray(glyph).reduce(3)) for glyph in glyphs]
    widths = []
    for glyph in write_with_pen(small, pen):
        width = round(200 * glyph.shape[1] / len(glyph))
        widths.append(stroke_width(enlarge_ink(glyph, 200, width, 0)) / 200)
    assert np.mean(widths) == pytest.approx(pen, rel=0.3)


def test_a_skeleton_is_thin_and_whole() -> None:
    y, x = np.mgrid[-40:41, -40:41]
    ring = (np.hypot(x, y) < 33) & (np.hypot(x, y) > 20)
    line = skeletonize(ring[None])[0]
    assert 120 < line.sum() < 260
    assert not (line & ~ring).any()
    angles = np.degrees(np.arctan2(y[line], x[line])) % 360
    assert len(np.unique(angles // 10)) == 36  # no gap all around


def test_a_dot_stays_a_dot_under_a_thin_pen() -> None:
    for size in range(1, 9):
        dot = np.zeros((80, 40), np.uint8)
        dot[60 : 60 + size, 20 : 20 + size] = 255
        for pen in (0.03, 0.04, 0.05, 0.06, 0.075):
            assert write_with_pen([dot], pen)[0].max() > 100
