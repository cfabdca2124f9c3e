"""How strongly a photo reads one way or another, and where its digits stand in it."""

from itertools import islice

import numpy as np
import pytest

from model import attempts
from model.attempts import Attempt, best_way, chances_of_ways, place, strength
from model.ink import find_pieces
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.reading import Reading
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


def attempt_that_reads(text: str, turns: int, confidence: float = 1.0) -> Attempt:
    contrast = np.zeros((60, 100), np.float32)
    digits = [made_digit(int(digit), confidence) for digit in text]
    return Attempt(Ink(contrast, find_pieces(contrast)), turns, digits)


def test_what_reads_strongest_is_surely_the_way_up_and_what_reads_as_strong_is_not() -> None:
    assert chances_of_ways([0, 1, 0, 1]) == pytest.approx([0.009, 0.491, 0.009, 0.491], abs=1e-3)
    assert chances_of_ways([0, 4, 1, 1])[1] > 0.99
    assert sum(chances_of_ways([0.3, 900, 0.2, 0.6])) == pytest.approx(1)


def test_a_turn_is_believed_with_the_chance_that_it_is_right() -> None:
    upright = attempt_that_reads("", 0)
    turned = [attempt_that_reads("689", 1), attempt_that_reads("", 2), attempt_that_reads("4", 3)]
    best = best_way(upright, turned)
    assert (best.turns, best.way_up) == (1, pytest.approx(1, abs=1e-3))
    both = [turned[0], turned[1], attempt_that_reads("689", 3)]
    assert best_way(upright, both).way_up == pytest.approx(0.5, abs=1e-3)
    better = attempt_that_reads("47", 0, confidence=0.9)
    left = best_way(better, [attempt_that_reads("89", 1), *turned[1:]])
    assert left.turns == 0
    assert left.way_up is not None
    assert left.way_up < 0.5


def test_a_sheet_on_its_side_is_read_with_how_sure_that_is() -> None:
    shipped = Recognizer.load(PROJECT / "weights" / "digits.npz")

    def read(text: str, conditions: dict[str, float]) -> Reading:
        rng = np.random.default_rng(5)
        glyphs = [draw_digit(int(digit), rng) for digit in text]
        sheet = make_sheet(glyphs, list(text), rng, conditions, layout="row")
        return shipped.read(sheet.jpeg)

    upright, sideways, either = (
        read("4275", {}),
        read("4275", {"sideways": 0.5}),
        read("88", {"sideways": 0.5}),
    )
    assert (upright.text, upright.turned, upright.way_up) == ("4275", 0, None)
    assert sideways.text == "4275"
    assert sideways.turned in (1, 3)
    assert sideways.way_up is not None
    assert sideways.way_up > 0.9
    assert either.text == "88"
    assert either.way_up is not None
    assert 0.3 < either.way_up < 0.7


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
