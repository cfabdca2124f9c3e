"""What sheets of known digits teach."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.dataset import Dataset
from model.lessons import (
    NOT_A_DIGIT,
    conditions_by_lot,
    draw_glyph,
    judge,
    make_lessons,
    teach,
)
from model.paper.pen import Hand
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit

BOX = np.array([[100, 100, 160, 200]], np.float32)
SEVEN = np.array([7])


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ((100, 100, 160, 200), 7),
        ((104, 97, 158, 205), 7),
        ((100, 100, 160, 150), NOT_A_DIGIT),  # its upper half
        ((100, 100, 230, 200), NOT_A_DIGIT),  # it and its neighbour
        ((300, 100, 360, 200), NOT_A_DIGIT),
        ((100, 100, 160, 155), -1),  # more than half: nobody can say
    ],
)
def test_a_candidate_is_judged_by_what_it_overlaps(
    found: tuple[int, int, int, int], verdict: int
) -> None:
    assert judge(np.array([found], float), BOX, SEVEN).tolist() == [verdict]


def test_without_true_boxes_nothing_is_a_digit() -> None:
    none = np.zeros((0, 4), np.float32)
    assert judge(np.array([[1.0, 2, 3, 4]]), none, np.zeros(0, int)).tolist() == [NOT_A_DIGIT]


def sheet_of(text: str, **conditions: float):  # type: ignore[no-untyped-def]  # a Sheet
    rng = np.random.default_rng(5)
    glyphs = [draw_digit(int(each), rng) for each in text]
    return make_sheet(glyphs, list(text), rng, conditions, layout="row")


def test_a_sheet_teaches_its_digits() -> None:
    lesson = teach(sheet_of("40719"))
    for label in (4, 0, 7, 1, 9):
        assert (lesson.labels == label).sum() == 1
    assert lesson.glyphs.shape[1:] == (28, 28)


def test_a_glyph_alone_is_now_and_then_close_up_and_of_a_broad_pen() -> None:
    rng = np.random.default_rng(0)
    alone = [conditions_by_lot(rng, alone=True) for _ in range(300)]
    close = [met for met in alone if met.get("crop", 0) >= 0.5 and met.get("felt_pen", 0) >= 0.3]
    assert 0.15 < len(close) / len(alone) < 0.4
    assert not any(met.keys() & {"thin_pen", "faint_pencil", "thumbnail"} for met in close)
    among = [conditions_by_lot(rng, alone=False) for _ in range(300)]
    assert sum(met.keys() >= {"crop", "felt_pen"} for met in among) < 15


def test_a_digit_that_fills_its_picture_is_taught() -> None:
    """Only as one of two tones is its ink found: thick strokes look like broad shadows."""

    def taught(text: str) -> int:
        rng = np.random.default_rng(5)
        glyphs = [draw_digit(int(each), rng) for each in text]
        close = {"crop": 1.0, "felt_pen": 1.0}
        sheets = [make_sheet(glyphs, list(text), rng, close) for _ in range(6)]
        return sum(int(text) in teach(sheet).labels for sheet in sheets)

    assert sum(map(taught, "4689")) >= 23  # of 24


def test_what_lies_on_its_side_is_no_digit() -> None:
    lesson = teach(sheet_of("4719", sideways=0.1))
    assert set(lesson.labels) == {NOT_A_DIGIT}


def source() -> Dataset:
    """Drawn digits in MNIST's size."""
    rng = np.random.default_rng(0)
    images = np.zeros((20, 28, 28), np.uint8)
    for image in images:
        image[4:24, 12:16] = 255
    return Dataset(images, rng.integers(0, 10, 20).astype(np.uint8))


def test_lessons_are_the_same_for_the_same_seed_and_any_number_of_processes() -> None:
    first = make_lessons(source(), 6, seed=3, processes=1)
    second = make_lessons(source(), 6, seed=3, processes=2)
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint != make_lessons(source(), 6, seed=4, processes=1).fingerprint


def test_no_digit_is_at_most_as_frequent_as_digits() -> None:
    lessons = make_lessons(source(), 12, seed=1, processes=1)
    refused = int((lessons.labels == NOT_A_DIGIT).sum())
    assert 0 < refused <= len(lessons) - refused
    assert lessons.classes == 11


def test_glyphs_are_drawn_from_all_three_kinds() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_glyph(source(), rng) for _ in range(60)]
    assert {label == "" for _, label in drawn} == {True, False}
    assert any(glyph.shape == (28, 28) for glyph, _ in drawn)
    assert any(glyph.shape[0] > 50 and label for glyph, label in drawn)


def test_what_one_hand_draws_leans_one_way() -> None:
    def lean(slant: float, seed: int) -> float:
        rng, hand = np.random.default_rng(seed), Hand(slant=slant)
        drawn = [draw_glyph(source(), rng, hand=hand)[0] for _ in range(60)]
        return float(np.mean([lean_of(glyph) for glyph in drawn if glyph.shape[0] > 50]))

    assert all(lean(0.5, seed) - lean(-0.3, seed) > 0.4 for seed in range(3))


def lean_of(glyph: NDArray[np.uint8]) -> float:
    """How far the ink goes to the right for each pixel upwards."""
    y, x = np.nonzero(glyph > 127)
    return float(-np.cov(x, y)[0, 1] / y.var())


def test_without_a_source_all_digits_are_drawn() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_glyph(None, rng) for _ in range(60)]
    assert all(glyph.shape[0] > 50 for glyph, label in drawn if label)
