"""How strongly a photo reads one way or another, and where its digits stand in it."""

import numpy as np
import pytest

from model.attempts import place, strength
from model.vision import Photo
from tests.filling import made_digit


def test_a_reading_is_as_strong_as_its_digits_are_sure() -> None:
    assert strength([]) == 0
    assert strength([made_digit(4, 1.0), made_digit(7, 1.0)]) == pytest.approx(2)
    assert strength([made_digit(4, 0.5), made_digit(7, 1.0)]) == pytest.approx(1.25**2 / 2)


@pytest.mark.parametrize("turns", range(4))
def test_boxes_of_a_turned_photo_come_back(turns: int) -> None:
    marked = np.zeros((60, 100), bool)
    marked[10:20, 30:70] = True
    rows, columns = np.nonzero(np.rot90(marked, turns))
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    photo = Photo(np.zeros((60, 100, 3), np.uint8), 200, 120, "image/png")
    placed = place(made_digit(7, box=tuple(map(int, box))), photo, turns, 100, 60)
    assert placed.box == (60, 20, 140, 40)


def test_no_box_in_a_thumbnail_is_empty() -> None:
    photo = Photo(np.zeros((320, 320, 3), np.uint8), 32, 32, "image/png")
    placed = place(made_digit(7, box=(311, 42, 319, 49)), photo, 0, 320, 320)
    assert placed.box == (31, 4, 32, 5)
