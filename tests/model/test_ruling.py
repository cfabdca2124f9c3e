"""Lines go, what is written on them stays."""

import numpy as np
import pytest

from model.ink import find_pieces
from model.ruling import find_slope, remove_ruling
from model.vision import find_ink

HEIGHT, WIDTH = 480, 640


def ruled(angle: float, squared: bool, contrast: float) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    slope = np.radians(angle)
    lines = np.abs((y * np.cos(slope) - x * np.sin(slope)) % 48 - 24) < 1
    if squared:
        lines |= np.abs((x * np.cos(slope) + y * np.sin(slope)) % 48 - 24) < 1
    return np.where(lines, contrast, 0).astype(np.float32)


@pytest.mark.parametrize("angle", [0, 7, -20])
@pytest.mark.parametrize("squared", [False, True])
def test_an_oval_is_freed_from_the_lines_through_it(angle: float, squared: bool) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    oval = np.abs(np.hypot((y - 240) / 90, (x - 300) / 60) - 1) < 0.09
    page = np.maximum(ruled(angle, squared, 0.5), np.where(oval, 0.7, 0)).astype(np.float32)
    before = find_pieces(page).boxes
    assert (before[:, 2] - before[:, 0]).max() > 500  # lines and oval hang together
    boxes = find_ink(page).pieces.boxes
    assert (np.abs(boxes - [240, 150, 361, 331]).max(axis=1) < 14).any()


def test_ink_as_dark_as_the_lines_is_joined_over_them() -> None:
    page = ruled(0, False, 0.5)
    page[100:380, 300:310] = 0.5
    cleaned = remove_ruling(page, 0.05)
    assert cleaned[100:380, 302:308].min() > 0.3
    assert cleaned[:, :280].max() < 0.1


def test_a_one_that_fills_the_frame_is_no_ruling() -> None:
    page = np.zeros((HEIGHT, WIDTH), np.float32)
    page[5:-5, 300:312] = 0.8
    assert np.array_equal(find_ink(page).contrast, page)


def test_steep_strokes_on_a_strip_of_paper_are_no_ruling() -> None:
    """A photo that was cropped around a row of digits: their strokes go from edge to edge."""
    y, x = np.mgrid[:80, :640]
    strokes = np.abs((x + 0.3 * y) % 80 - 40) < 5
    page = np.where(strokes, 0.6, 0).astype(np.float32)
    assert remove_ruling(page, 0.05) is page


def test_squares_as_fine_as_fifteen_pixels_are_taken_off() -> None:
    y, x = np.mgrid[:700, :900]  # so high that a line may bend by more than half a square
    lines = (np.abs((y - x / 60) % 15 - 7) < 1) | (np.abs((x + y / 60) % 15 - 7) < 1)
    page = np.where(lines, 0.15, 0).astype(np.float32)
    page[150:330, 300:318] = 0.8
    boxes = find_ink(page).pieces.boxes
    assert (np.abs(boxes - [300, 150, 318, 330]).max(axis=1) < 6).any()
    assert len(boxes) < 12  # stubs of lines along the border remain


def test_fine_squares_do_not_beat_with_the_columns_looked_at() -> None:
    y, x = np.mgrid[:700, :900]
    lines = (np.abs((y - 0.03 * x) % 15 - 7) < 1) | (np.abs((x + 0.03 * y) % 15 - 7) < 1)
    slope = find_slope(np.where(lines, 0.135, 0).astype(np.float32))
    assert slope == pytest.approx(0.03, abs=0.01)


def test_a_thick_one_that_stands_on_a_line_stays() -> None:
    page = ruled(0, True, 0.15)
    for top in (70, 190, 310):  # one in most strips, as a column of ones has
        page[top : top + 56, 212:224] = 0.6
    cleaned = remove_ruling(page, 0.05)
    assert cleaned[80:120, 214:222].min() > 0.4
    assert cleaned[:, 300:320].max() < 0.1


def test_a_stroke_along_a_line_stays_while_the_line_goes() -> None:
    page = ruled(0, True, 0.4)
    page[72:128, 212:216] = 0.8  # its right edge is on the line at 216
    cleaned = remove_ruling(page, 0.05)
    assert cleaned[80:120, 212:216].min() > 0.6
    assert cleaned[:, 216:220].max() < 0.1
