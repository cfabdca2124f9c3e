"""Every hard condition on made paper: it is read, and not without the step that is there for it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from model.paper.sheet import CONDITIONS
from model.recognizer import Recognizer
from tests.model.cases import (
    NEVER,
    REFUSALS,
    SEEN,
    Case,
    Made,
    always,
    as_it_is,
    inverted,
    make_sheets,
    nothing,
    one_light,
    plain_gray,
    turn_off,
    wrong_of,
)

EVEN_LIGHT = "model.vision.even_light"
EVEN_AND_CLOUDS = "model.vision.even_light model.vision.remove_clouds"
COLOUR = "model.vision.to_gray"
DARKNESS = "model.vision.darkness_of_ink"
RULING = "model.vision.remove_ruling"
BROAD = "model.attempts.find_broad_inks"
MARGIN = "model.attempts.MARGIN"

CASES: dict[str, Case] = {
    "uneven_light": Case(EVEN_AND_CLOUDS, (one_light, as_it_is), layout="rows", digits=9),
    "vignette": Case(EVEN_AND_CLOUDS, (one_light, as_it_is)),
    "shadow": Case(EVEN_LIGHT, one_light, layout="rows", digits=9),
    "crease": Case("model.ink.ACROSS_SHARE", 0.33, 0.7, "rows", 9),
    "glare": Case(EVEN_AND_CLOUDS, (one_light, as_it_is), layout="rows", digits=9, sheets=6),
    "yellow_lamp": Case(EVEN_LIGHT, inverted, 0.7, "rows", 9, beside=("thin_pen",)),
    "underexposed": Case(EVEN_LIGHT, inverted, 0.7, "rows", 9, beside=("thin_pen",)),
    "focus_blur": Case("model.ink.FAINTEST", 0.2, layout="rows", digits=9),
    "motion_blur": Case("model.ink.OWN_SHARE", 0.8, 0.7, "rows", 9, beside=("faint_pencil",)),
    "noise": Case(EVEN_LIGHT, inverted, 0.7, "rows", 9, sheets=7, beside=("thin_pen",)),
    "negative": Case(DARKNESS, always(1.0)),
    "crop": Case(BROAD, always(()), 1.0, "single", 1, sheets=20, beside=("felt_pen",), wrong=4),
    "padding": Case(EVEN_LIGHT, one_light, 1.0, "rows", 9, beside=("faint_pencil",)),
    "thumbnail": Case("model.ink.FAINTEST", 0.2, layout="rows", digits=9, beside=("thin_pen",)),
    "sideways": Case(MARGIN, 99.0),
    "upside_down": Case(MARGIN, 99.0, 0.7, "rows", 9),
    "exif": Case("PIL.ImageOps.exif_transpose", always(None), 0.7, "rows", 9),
    "jpeg": Case(f"model.ink.SMALLEST {REFUSALS}", (0.0, *NEVER), beside=("squared",)),
    "coloured_paper": Case(COLOUR, plain_gray, 1.0, "rows", 9, sheets=6, beside=("coloured_ink",)),
    "coloured_ink": Case(COLOUR, plain_gray, 0.7, "rows", 9, sheets=6, beside=("coloured_paper",)),
    "chalkboard": Case(DARKNESS, always(1.0)),
    "tablet": Case(DARKNESS, always(1.0)),
    "faint_pencil": Case("model.ink.FAINTEST", 0.2),
    "thin_pen": Case("model.ink.FAINTEST", 0.2, layout="rows", digits=9, beside=("focus_blur",)),
    "felt_pen": Case("model.light.STROKE_REACH", 0.06),
    "dry_pen": Case("model.ink.BRIDGED_GAP", 0.0, 0.7, "rows", 9, wrong=1),  # of 27
    "pressure": Case("model.ink.OWN_SHARE", 0.8, layout="rows", digits=9),
    "two_pens": Case(EVEN_LIGHT, inverted),
    "tilt": Case("model.lines.slope_of", always(0.0)),
    "texture": Case(EVEN_LIGHT, one_light, 0.7, "rows", 9, sheets=6),
    "blotches": Case(
        "model.vision.remove_clouds", as_it_is, layout="rows", digits=9, beside=("faint_pencil",)
    ),
    "show_through": Case(REFUSALS, NEVER, 0.4),
    "ruled": Case(RULING, as_it_is, 0.7, "rows", 9),
    "squared": Case(RULING, as_it_is, 1.0, "rows", 9),
    "dotted": Case(f"model.ink.SMALLEST {REFUSALS}", (0.0, *NEVER), layout="rows", digits=9),
    "form_boxes": Case("model.vision.remove_frames", as_it_is, 1.0, "rows", 9, sheets=5),
    "underline": Case("model.lines.find_underlines", nothing, 0.7, "single", 1, sheets=30),
    "dirt": Case(REFUSALS, NEVER, 0.7, "rows", 9),
    "print_elsewhere": Case(REFUSALS, NEVER, 0.7, sheets=6),
    "holes": Case(REFUSALS, NEVER),
    "perspective": Case("model.ink.ACROSS_SHARE", 0.33, beside=("squared",)),
    "desk": Case("model.vision.find_desk", always(None), 0.7, "single", 1, sheets=16),
    "paper_edge": Case(REFUSALS, NEVER, 0.7),
    "fingers": Case(REFUSALS, NEVER, 0.7),
}


@cache
def sheets(name: str, plain: bool = False) -> Made:
    """The files, and what is written on them; `plain`: the same without the condition."""
    case = CASES[name]
    return make_sheets(case, case.beside if plain else (name, *case.beside))


def test_each_condition_has_its_case() -> None:
    assert set(CASES) == set(CONDITIONS)


@pytest.mark.parametrize("name", CASES)
def test_a_hard_condition_is_read(shipped: Recognizer, name: str) -> None:
    assert wrong_of(sheets(name), shipped) <= CASES[name].wrong


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.step])
def test_and_it_is_not_without_its_step(
    shipped: Recognizer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    bare = turn_off(case.step, case.without, shipped, monkeypatch)
    wrong = wrong_of(sheets(name), bare)
    assert wrong >= case.wrong + SEEN
    assert wrong >= wrong_of(sheets(name, plain=True), bare) + SEEN, "it is there for this"


def test_much_print_is_sorted_out_by_the_judge_alone(shipped: Recognizer) -> None:
    """Of more print than in its case above, some looks like digits to the network."""
    made = make_sheets(replace(CASES["print_elsewhere"], strength=1.0), ("print_elsewhere",))
    wrong = wrong_of(made, shipped)
    assert wrong <= 1  # of 24
    assert wrong_of(made, Recognizer(shipped.network, shipped.weights, None)) >= wrong + SEEN


def test_a_closely_cropped_digit_is_read_with_any_pen(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_sheets(replace(CASES["crop"], sheets=6, beside=()), ("crop",))
    assert wrong_of(made, shipped) <= 2
    monkeypatch.setattr("model.light.STROKE_REACH", 0.06)
    monkeypatch.setattr("model.attempts.find_broad_inks", always(()))
    assert wrong_of(made, shipped) >= 2 + SEEN


def test_rows_of_a_tilted_page_are_told_apart(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several rows stand above each other, digits of the next one come near."""
    made = make_sheets(Case(strength=0.7, layout="rows", digits=24, sheets=4), ("tilt",))
    assert wrong_of(made, shipped) == 0  # of 96
    monkeypatch.setattr("model.lines.slope_of", always(0.0))
    assert wrong_of(made, shipped) >= 16


def test_the_light_is_followed_into_dark_corners_where_strokes_are_blurred(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of sharp strokes the rest of a vignette is told without the lamp, too."""
    case = Case("model.light.fit_lamp", np.ones_like, sheets=6, beside=("focus_blur",))
    made, plain = (make_sheets(case, one) for one in (("vignette", *case.beside), case.beside))
    assert wrong_of(made, shipped) == 0  # of 24
    bare = turn_off(case.step, case.without, shipped, monkeypatch)
    assert wrong_of(made, bare) >= 5
    assert wrong_of(plain, bare) == 0
