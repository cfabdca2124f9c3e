"""How strongly a photo reads one way or another, and where its digits stand in it."""

from itertools import islice

import numpy as np
import pytest

from model import attempts
from model.attempts import Attempt, place, strength
from model.ink import find_pieces
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.vision import Ink, Photo, find_inks
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


def test_dirt_does_not_wait_to_be_read() -> None:
    """Else a photo with specks would be read again in its other ink and from four sides."""
    contrast = np.zeros((240, 320), np.float32)
    contrast[60:160, 100:108] = 0.8  # a stroke of 100 rows, read as a 1
    one = made_digit(1, 1.0, box=(100, 60, 108, 160))

    def whole() -> bool:
        return Attempt(Ink(contrast, find_pieces(contrast)), 0, [one]).is_whole

    for y in range(20, 220, 40):
        contrast[y : y + 8, 200:208] = 0.8
    assert len(find_pieces(contrast)) >= 6
    assert whole()
    contrast[60:100, 250:258] = 0.8  # a stroke that nobody read
    assert not whole()


def test_light_ink_taken_for_dark_is_read_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broad strokes under a lamp: light ink is in doubt, and dark is tried first."""
    shipped, made = Recognizer.load(PROJECT / "weights" / "digits.npz"), []
    for seed in range(12):
        rng = np.random.default_rng([77, seed])
        digit = int(rng.integers(10))
        conditions = {"negative": 0.6, "felt_pen": 0.9, "vignette": 0.5}
        sheet = make_sheet([draw_digit(digit, rng)], [str(digit)], rng, conditions, size=(480, 360))
        made.append((sheet.jpeg, sheet.text))

    def wrong() -> int:
        return sum(shipped.read(jpeg).text != text for jpeg, text in made)

    assert wrong() <= 1
    monkeypatch.setattr(attempts, "find_inks", lambda photo: islice(find_inks(photo), 1))
    assert wrong() >= 4
