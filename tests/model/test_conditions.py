"""Every hard condition on made paper: it is read, and not without the step that is there for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.evaluation import edit_distance
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer

SHEETS, DIGITS = 3, 4


@dataclass(frozen=True)
class Case:
    """A condition, and the step without which it can't be read."""

    step: str
    """Where the step stands: module and name."""
    without: Any
    """What stands there instead."""
    strength: float = 0.6
    digits: int = DIGITS
    beside: tuple[str, ...] = ()
    """Other conditions that hold too."""
    wrong: int = 1
    """Digits of all sheets that may be read wrong."""


def plain_gray(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(pixels).convert("L"), dtype=np.float32)


def one_light(gray: NDArray[np.float32], dark_ink: bool) -> NDArray[np.float32]:
    """Contrast as if one lamp stood over the whole sheet."""
    bright = (gray if dark_ink else 255 - gray) + 8
    return np.clip(1 - bright / np.median(bright), 0, 1).astype(np.float32)


def as_it_is(picture: Any, *others: Any) -> Any:
    return picture


CASES: dict[str, Case] = {}


@cache
def sheets(name: str) -> list[tuple[bytes, str]]:
    """The files and what is written on them."""
    case, made = CASES[name], []
    for seed in range(SHEETS):
        rng = np.random.default_rng([9, seed])
        labels = [str(rng.integers(10)) for _ in range(case.digits)]
        glyphs = [draw_digit(int(label), rng) for label in labels]
        conditions = dict.fromkeys((name, *case.beside), case.strength)
        layout = "row" if case.digits > 1 else None
        sheet = make_sheet(glyphs, labels, rng, conditions, layout)
        made.append((sheet.jpeg, sheet.text))
    return made


def count_wrong(name: str, reader: Recognizer) -> int:
    return sum(edit_distance(reader.read(jpeg).text, text) for jpeg, text in sheets(name))


@pytest.mark.parametrize("name", CASES)
def test_a_hard_condition_is_read(shipped: Recognizer, name: str) -> None:
    assert count_wrong(name, shipped) <= CASES[name].wrong
