"""What is no digit among digits is left out: one mark between four digits of the same hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from model.paper.marks import DOODLES, GREEK, LETTERS, OPERATORS, SHAPES
from model.paper.pen import random_hand
from model.paper.sheet import make_sheet
from model.paper.strokes import OTHERS, draw_digit, draw_other
from model.recognizer import Recognizer
from tests.model.cases import NEVER, REFUSALS, SEEN, Made, turn_off, wrong_of

SHEETS = 12

WRONG = {
    "/": 12, "(": 2, ")": 2, ",": 2, "+": 1, "?": 10, "!": 10, "%": 21, "&": 2, "[": 3, "{": 13,
    "}": 7, "√": 9, "~": 1,
}  # fmt: skip
"""Characters that may be read wrong with each mark, of 48; of others none. One of the digits is
read wrong without any mark, too."""

TAKEN_FOR_ONES = {"/", "{"}
"""For a 1, whoever judges."""

GROUPS = {"letters": LETTERS, "Greek": GREEK, "doodles": DOODLES, "shapes": SHAPES}
WRONG_OF_GROUPS = {"letters": 5, "Greek": 3, "doodles": 3, "shapes": 1}
"""Characters that may be read wrong with each of a group's marks once: of 132, 68, 52 and 24."""


def sheets_with(marks: Sequence[str]) -> Made:
    """For each mark a sheet of four digits, the mark in their middle."""
    made = []
    for seed, mark in enumerate(marks):
        rng = np.random.default_rng([9, seed])
        labels = [str(rng.integers(10)) for _ in range(4)]
        hand = random_hand(rng)
        glyphs = [draw_digit(int(label), rng, hand=hand) for label in labels]
        glyphs.insert(2, draw_other(mark, rng, hand))
        sheet = make_sheet(glyphs, [*labels[:2], "", *labels[2:]], rng, layout="row")
        made.append((sheet.jpeg, sheet.text))
    return made


def test_each_mark_has_its_case() -> None:
    assert {*OPERATORS, *(mark for group in GROUPS.values() for mark in group)} == set(OTHERS)


@pytest.mark.parametrize("mark", OPERATORS)
def test_a_mark_between_digits_is_left_out_and_it_is_not_without_refusals(
    shipped: Recognizer, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, allowed = sheets_with([mark] * SHEETS), WRONG.get(mark, 0)
    assert wrong_of(made, shipped) <= allowed
    if mark not in TAKEN_FOR_ONES:
        bare = turn_off(REFUSALS, NEVER, shipped, monkeypatch)
        assert wrong_of(made, bare) >= allowed + SEEN


@pytest.mark.parametrize("group", GROUPS)
def test_so_is_a_letter_or_a_doodle(
    shipped: Recognizer, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, allowed = sheets_with(list(GROUPS[group])), WRONG_OF_GROUPS[group]
    assert wrong_of(made, shipped) <= allowed
    bare = turn_off(REFUSALS, NEVER, shipped, monkeypatch)
    assert wrong_of(made, bare) >= allowed + SEEN
