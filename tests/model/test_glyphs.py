"""Crops of ink to MNIST's form."""

import numpy as np
import pytest

from model.glyphs import BOX, centre, normalize, stroke_width


def bar(height: int, width: int, margin: int = 4) -> np.ndarray:
    return np.pad(np.ones((height, width), np.float32), margin)


def extent(sample: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(sample.max(1) > 32), np.flatnonzero(sample.max(0) > 32)
    return int(rows[-1] - rows[0] + 1), int(columns[-1] - columns[0] + 1)


def test_a_sample_is_28_by_28_with_ink_255() -> None:
    sample = normalize(bar(100, 40, 0))
    assert sample.shape == (28, 28)
    assert sample.dtype == np.uint8
    assert sample.max() == 255
    assert sample[0].max() == sample[:, 0].max() == 0


@pytest.mark.parametrize("size", [(30, 20), (100, 70), (600, 400)])
def test_the_longer_side_fills_the_box_and_the_aspect_is_kept(size: tuple[int, int]) -> None:
    height, width = extent(normalize(bar(*size, 0)))
    assert height == BOX
    assert width == pytest.approx(BOX * size[1] / size[0], abs=1)


def test_the_centre_of_mass_is_in_the_middle() -> None:
    small = np.zeros((20, 12), np.uint8)
    small[:, :3] = 255  # heavy on the left
    small[0] = 255
    y, x = np.mgrid[:28, :28] + 0.5
    sample = centre(small).astype(float)
    assert (sample * x).sum() / sample.sum() == pytest.approx(14, abs=0.51)
    assert (sample * y).sum() / sample.sum() == pytest.approx(14, abs=0.51)


def test_hair_thin_strokes_are_thickened_and_thick_ones_left() -> None:
    thin = np.zeros((300, 200), np.float32)
    thin[:, :2] = thin[:2] = thin[:, -2:] = thin[-2:] = 1
    assert stroke_width(normalize(thin)) > 1.3
    thick = np.zeros((300, 200), np.float32)
    thick[:, :45] = thick[:45] = thick[:, -45:] = thick[-45:] = 1
    assert stroke_width(normalize(thick)) == pytest.approx(45 * BOX / 300, rel=0.25)


def test_the_width_of_a_stroke_is_measured() -> None:
    assert stroke_width((bar(200, 10) * 255).astype(np.uint8)) == pytest.approx(10, rel=0.15)
