import numpy as np
import pytest

from model.boxes import EmptyBox, add_box, read_box, shared, shrink_box, turn_box
from model.database import Database
from model.recognizer import Recognizer
from model.samples import find_kept_photo
from tests.filling import Store, drawn_photo, made_reading

PHOTO = drawn_photo("57", size=(640, 480))  # which the unlearned network reads as it stands


def test_a_box_is_read_as_the_reader_reads(recognizer: Recognizer):
    for found in recognizer.read(PHOTO).digits:
        x0, y0, x1, y1 = found.box
        again = read_box(recognizer, PHOTO, (x0 - 7, y0 - 5, x1 + 6, y1 + 9))
        assert again.box == pytest.approx(found.box, abs=2)
        assert np.abs(again.pixels.astype(int) - found.pixels).mean() < 1
        assert again.digit == found.digit
        assert again.confidence == pytest.approx(found.confidence, abs=0.02)


def test_a_box_may_hold_what_the_reader_took_for_two(recognizer: Recognizer):
    boxes = [digit.box for digit in recognizer.read(PHOTO).digits]
    both = (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip
    assert read_box(recognizer, PHOTO, both).box == pytest.approx(both, abs=2)


@pytest.mark.parametrize("box", [(0, 0, 30, 30), (600, 440, 900, 700), (5, 5, 6, 6)])
def test_no_ink_is_no_digit(recognizer: Recognizer, box):
    with pytest.raises(EmptyBox, match="no ink"):
        read_box(recognizer, PHOTO, box)


def test_turning_a_box_four_times_changes_nothing():
    box, size = (10, 20, 40, 90), (200, 100)
    turned = turn_box(box, 1, *size)
    assert turned == (20, 160, 90, 190)
    assert turn_box(turned, 3, 100, 200) == box
    assert turn_box(box, 4, *size) == box


def test_a_box_stays_inside_the_picture():
    assert shrink_box((0, 0, 9999, 9999), 2.0, 320, 240) == (0, 0, 320, 240)
    assert shrink_box((9000, 9000, 9001, 9001), 2.0, 320, 240) == (319, 239, 320, 240)


def test_shared_area():
    assert shared((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert shared((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert shared((0, 0, 10, 10), (10, 0, 20, 10)) == 0


def test_a_new_box_stands_behind_the_others_and_only_once(database: Database, store: Store):
    store.photo(store.contributor(5), [1, 2])
    digit = made_reading([7, 7, 7]).digits[2]
    for _ in range(2):
        with database.write() as session:
            sample = add_box(session, find_kept_photo(session, 1), digit, "weights")
            assert (sample.id, sample.position, sample.predicted) == (3, 2, 7)
            assert (sample.contributor_id, sample.source, sample.due) == (1, "telegram", True)
            assert sample.predictions[0].weights == "weights"
    with database.read() as session:
        assert len(find_kept_photo(session, 1).samples) == 3
