"""Every hard condition on made paper: it is read, and not without the step that is there for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.evaluation import edit_distance
from model.paper.sheet import CONDITIONS, make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer
from model.settings import PROJECT

Floats = NDArray[np.float32]
JUDGE = "judge"
SEEN = 2
"""So many more digits, at least, are wrong without the step."""


@dataclass(frozen=True)
class Case:
    """A condition's sheets, and the step without which they can't be read."""

    step: str = ""
    """Where the step stands: module and name, or `JUDGE`; of several steps that do the same each,
    all of them; empty where none decides."""
    without: Any = None
    """What stands there instead; a tuple for several steps."""
    strength: float = 1.0
    layout: str = "row"
    digits: int = 4
    sheets: int = 3
    beside: tuple[str, ...] = ()
    """Other conditions, as strong, that hold too."""
    wrong: int = 0
    """Digits of all sheets that may be read wrong with the step."""


def one_light(gray: Floats, dark_ink: bool) -> Floats:
    """Contrast as if one lamp stood over the whole sheet."""
    bright = (gray if dark_ink else 255 - gray) + 8
    return np.clip(1 - bright / np.median(bright), 0, 1).astype(np.float32)


def inverted(gray: Floats, dark_ink: bool) -> Floats:
    """Contrast as if all paper were white, or all boards black: the tutorials' way."""
    return (255 - gray if dark_ink else gray) / np.float32(255)


def as_it_is(picture: Any, *_: Any) -> Any:
    return picture


def nothing(boxes: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.zeros(len(boxes), bool)


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


EVEN_LIGHT = "model.vision.even_light"
EVEN_AND_CLOUDS = "model.vision.even_light model.vision.remove_clouds"
DARKNESS = "model.vision.darkness_of_ink"
RULING = "model.vision.remove_ruling"
BROAD = "model.attempts.find_broad_inks"
MARGIN = "model.attempts.MARGIN"
REFUSALS, NEVER = f"{JUDGE} model.recognizer.PRIOR", (None, 1e-6)
"""What says that a glyph is no digit: the judge, and the network itself."""

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
    "coloured_paper": Case(EVEN_LIGHT, inverted, 1.0, "rows", 9, beside=("coloured_ink",)),
    "coloured_ink": Case(EVEN_LIGHT, inverted, 0.7, "rows", 9, beside=("coloured_paper",)),
    "chalkboard": Case(DARKNESS, always(1.0)),
    "tablet": Case(DARKNESS, always(1.0)),
    "faint_pencil": Case("model.ink.FAINTEST", 0.2),
    "thin_pen": Case("model.ink.FAINTEST", 0.2, layout="rows", digits=9, beside=("focus_blur",)),
    "felt_pen": Case("model.light.STROKE_REACH", 0.06),
    "dry_pen": Case("model.ink.BRIDGED_GAP", 0.0, 0.7, "rows", 9, wrong=1),  # of 27
    "pressure": Case("model.ink.OWN_SHARE", 0.8, layout="rows", digits=9),
    "two_pens": Case(EVEN_LIGHT, inverted),
    "tilt": Case("model.paths.MERGE_BONUS", -3.0),
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


@pytest.fixture(scope="module")
def shipped() -> Recognizer:
    return Recognizer.load(PROJECT / "weights" / "digits.npz")


@cache
def sheets(name: str, plain: bool = False) -> list[tuple[bytes, str]]:
    """The files, and what is written on them; `plain`: the same without the condition."""
    case = CASES[name]
    return make_sheets(case, case.beside if plain else (name, *case.beside))


def make_sheets(case: Case, conditions: tuple[str, ...]) -> list[tuple[bytes, str]]:
    made = []
    for seed in range(case.sheets):
        rng = np.random.default_rng([9, seed])
        labels = [str(rng.integers(10)) for _ in range(case.digits)]
        glyphs = [draw_digit(int(label), rng) for label in labels]
        strengths = dict.fromkeys(conditions, case.strength)
        sheet = make_sheet(glyphs, labels, rng, strengths, case.layout)
        made.append((sheet.jpeg, sheet.text))
    return made


def count_wrong(name: str, reader: Recognizer, plain: bool = False) -> int:
    return sum(edit_distance(reader.read(jpeg).text, text) for jpeg, text in sheets(name, plain))


def test_each_condition_has_its_case() -> None:
    assert set(CASES) == set(CONDITIONS)


@pytest.mark.parametrize("name", CASES)
def test_a_hard_condition_is_read(shipped: Recognizer, name: str) -> None:
    assert count_wrong(name, shipped) <= CASES[name].wrong


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.step])
def test_and_it_is_not_without_its_step(
    shipped: Recognizer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    values = case.without if isinstance(case.without, tuple) else (case.without,)
    for place, value in zip(case.step.split(), values, strict=True):
        if place == JUDGE:
            shipped = Recognizer(shipped.network, shipped.weights, None)
        else:
            module, step = place.rsplit(".", 1)
            monkeypatch.setattr(importlib.import_module(module), step, value)
    wrong = count_wrong(name, shipped)
    assert wrong >= case.wrong + SEEN
    assert wrong >= count_wrong(name, shipped, plain=True) + SEEN, "it is there for this condition"


def test_much_print_is_sorted_out_by_the_judge_alone(shipped: Recognizer) -> None:
    """Of more print than in its case above, some looks like digits to the network."""
    made = make_sheets(replace(CASES["print_elsewhere"], strength=1.0), ("print_elsewhere",))
    alone = Recognizer(shipped.network, shipped.weights, None)
    wrong, without = (
        sum(edit_distance(reader.read(jpeg).text, text) for jpeg, text in made)
        for reader in (shipped, alone)
    )
    assert wrong <= 1  # of 24
    assert without >= wrong + SEEN


def test_a_closely_cropped_digit_is_read_with_any_pen(
    shipped: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_sheets(replace(CASES["crop"], sheets=6, beside=()), ("crop",))

    def wrong() -> int:
        return sum(edit_distance(shipped.read(jpeg).text, text) for jpeg, text in made)

    assert wrong() <= 2
    monkeypatch.setattr("model.light.STROKE_REACH", 0.06)
    monkeypatch.setattr("model.attempts.find_broad_inks", always(()))
    assert wrong() >= 2 + SEEN
