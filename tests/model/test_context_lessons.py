"""The judge is fitted on made paper."""

import numpy as np
import pytest

from model import context_lessons
from model.context import FEATURES
from model.context_lessons import (
    ContextLesson,
    fit_judge,
    make_context_lessons,
    mistakes,
    teach_context,
)
from model.dataset import Dataset
from model.paper.negatives import make_negative
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import PROJECT


@pytest.fixture(scope="module")
def reader() -> Recognizer:
    return Recognizer.load(PROJECT / "weights" / "digits.npz")


def sheet_of(count: int, conditions: dict[str, float] | None = None):
    rng = np.random.default_rng(5)
    glyphs = [draw_digit(index % 10, rng) for index in range(count)]
    labels = [str(index % 10) for index in range(count)]
    return make_sheet(glyphs, labels, rng, conditions, layout="row")


def test_the_digits_of_a_sheet_are_digits(reader: Recognizer) -> None:
    lesson = teach_context(reader, sheet_of(5))
    assert lesson.features.shape == (5, len(FEATURES))
    assert lesson.digits.all()


def test_nothing_on_a_sheet_without_digits_is_one(reader: Recognizer) -> None:
    lesson = teach_context(reader, make_negative(np.random.default_rng(4), "letters"))
    assert len(lesson.digits)
    assert not lesson.digits.any()


def test_what_lies_on_its_side_is_no_digit(reader: Recognizer) -> None:
    assert not teach_context(reader, sheet_of(5, {"sideways": 0.5})).digits.any()


def test_the_same_seed_gives_the_same_lessons(reader: Recognizer) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (20, 28, 28)).astype(np.uint8)
    source = Dataset(images, np.arange(20, dtype=np.uint8) % 10, None, 10, "noise")
    one, two = (make_context_lessons(reader, source, 3, 7, processes) for processes in (1, 2))
    assert np.array_equal(one.features, two.features)
    assert np.array_equal(one.digits, two.digits)


def test_the_judge_learns_a_rule_from_features_of_any_scale() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(3, 1, (800, len(FEATURES))) * 10 ** rng.uniform(-1, 1, len(FEATURES))
    digits = features[:, 2] > np.median(features[:, 2])
    judge = fit_judge(ContextLesson(features, digits), seed=0)
    assert judge.sizes == (len(FEATURES), 16, 2)
    assert mistakes(judge, ContextLesson(features, digits)) < 0.06  # the odds favour digits


def test_half_of_the_sheets_with_digits_are_of_one_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """On those no image of the data set stands."""
    sources = []
    monkeypatch.setattr(context_lessons, "write_sheet", lambda source, *_: sources.append(source))
    rng = np.random.default_rng(2)
    source = Dataset(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    for _ in range(60):
        context_lessons.make_sheet(source, rng)
    assert 30 < len(sources) < 60  # the others hold no digit
    assert 0.3 < np.mean([each is None for each in sources]) < 0.7
