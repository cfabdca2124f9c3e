"""Every layout of made paper is read, and not without the step that is there for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.paper.sheet import LAYOUTS
from model.recognizer import Recognizer
from tests.model.cases import SEEN, Case, always, inverted, make_sheets, turn_off, wrong_of

TOUCHING = 19
"""Digits of 20 touching pairs that may be read wrong: of 40."""

CASES: dict[str, Case] = {
    "fill": Case("model.light.STROKE_REACH", 0.06, layout="fill", digits=1, sheets=20),
    "tiny": Case("model.vision.even_light", inverted, layout="tiny", digits=1, sheets=20),
    "slanted": Case(
        "model.lines.slope_of", always(0.0), 0.7, "slanted", 9, 6, beside=("tilt",), wrong=1
    ),  # of 54
    "sizes": Case("model.ink.FAINTEST", 0.2, 0.7, "sizes", 16, beside=("thin_pen",)),
    "touching": Case("model.layout.MAX_CUTS", 0, 1.0, "touching", 2, 20, wrong=TOUCHING),
}
IN_CONDITIONS = {"single", "row", "rows"}
"""Which the cases of `test_conditions` stand in."""


def test_each_layout_has_its_case() -> None:
    assert CASES.keys() | IN_CONDITIONS == set(LAYOUTS)


@pytest.mark.parametrize("layout", CASES)
def test_a_layout_is_read_and_it_is_not_without_its_step(
    shipped: Recognizer, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[layout]
    made = make_sheets(case, case.beside)
    assert wrong_of(made, shipped) <= case.wrong
    bare = turn_off(case.step, case.without, shipped, monkeypatch)
    wrong = wrong_of(made, bare)
    assert wrong >= case.wrong + SEEN
    plain = replace(case, layout="single" if case.digits == 1 else "row")
    assert wrong >= wrong_of(make_sheets(plain, case.beside), bare) + SEEN, "it is there for this"
