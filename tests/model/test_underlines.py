"""Underlines that digits touch are taken off, and what belongs to a digit stays."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.ink import find_pieces
from model.paper.strokes import draw_digit
from model.underlines import remove_underlines
from model.vision import find_ink

Floats = NDArray[np.float32]
SIZE = 200, 320


def page_with(digits: str, tops: list[int] | None = None, gap: int = 12) -> tuple[Floats, int]:
    """Digits 80 pixels high side by side, and the row that they stand on."""
    rng = np.random.default_rng(3)
    page = np.zeros(SIZE, np.float32)
    x = 60
    for digit in digits:
        glyph = draw_digit(int(digit), rng, height=80)
        page[130 - len(glyph) : 130, x : x + glyph.shape[1]] = glyph / 255 * 0.6
        x += glyph.shape[1] + gap
    return page, x


def underlined(page: Floats, end: int, wave: float = 0.0) -> Floats:
    """The page with a line through the digits' feet, which sticks out at both ends."""
    drawn = page.copy()
    for x in range(45, end + 5):
        y = 128 + round(wave * np.sin(x / 20))
        drawn[y : y + 4, x] = np.maximum(drawn[y : y + 4, x], 0.5)
    return drawn


@pytest.mark.parametrize("wave", [0, 2])
@pytest.mark.parametrize("digits", ["28", "190", "473"])
def test_a_line_that_digits_touch_is_taken_off(digits: str, wave: float) -> None:
    page, end = page_with(digits)
    drawn = underlined(page, end, wave)
    assert len(find_pieces(drawn)) == 1
    left = remove_underlines(drawn, find_pieces(drawn))
    boxes = find_pieces(left).boxes
    assert sum(boxes[:, 3] - boxes[:, 1] > 40) == len(digits)
    assert (boxes[:, 2] - boxes[:, 0] < 80).all(), "no more than a crumb is left of the line"
    assert np.array_equal(left[:120], page[:120]), "nothing else is touched"


@pytest.mark.parametrize("digits", ["2", "5", "7", "28", "10"])
def test_digits_without_a_line_stay_as_they_are(digits: str) -> None:
    page, _ = page_with(digits, gap=0)
    assert remove_underlines(page, find_pieces(page)) is page


def test_a_line_alone_or_with_one_end_below_a_digit_stays() -> None:
    """The first is no matter of this step, the second may be the foot of a wide 2."""
    alone = np.zeros(SIZE, np.float32)
    alone[100:104, 40:200] = 0.5
    half = alone.copy()
    half[50:104, 40:52] = 0.5
    for page in (alone, half):
        assert remove_underlines(page, find_pieces(page)) is page


def test_a_digit_with_a_long_foot_keeps_it() -> None:
    page = np.zeros(SIZE, np.float32)
    page[80:130, 98:103] = page[126:130, 65:136] = 0.5
    assert remove_underlines(page, find_pieces(page)) is page


def test_a_steep_line_is_no_underline() -> None:
    page = np.zeros(SIZE, np.float32)
    for x in range(45, 245):
        y = 40 + round(0.55 * (x - 45))
        page[y : y + 4, x] = 0.5
    assert remove_underlines(page, find_pieces(page)) is page


def test_what_is_broad_nearly_everywhere_is_no_line() -> None:
    page = np.zeros(SIZE, np.float32)
    page[80:130, 60:200] = page[126:130, 50:210] = 0.5
    page[100:104, 62:198] = 0  # a hole: else all of it would be one thick line
    assert remove_underlines(page, find_pieces(page)) is page


def test_it_is_a_step_on_the_way_to_the_ink() -> None:
    page, end = page_with("28")
    boxes = find_ink(underlined(page, end)).pieces.boxes
    assert sum(boxes[:, 3] - boxes[:, 1] > 40) == 2
