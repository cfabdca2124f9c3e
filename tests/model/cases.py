"""Cases: made sheets to be read, and the step of the reader without which they can't be."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.evaluation import edit_distance
from model.paper.sheet import make_sheet
from model.paper.strokes import draw_digit
from model.recognizer import Recognizer

Floats = NDArray[np.float32]
Made = list[tuple[bytes, str]]
"""Files, and the digits on them."""

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


def plain_gray(pixels: NDArray[np.uint8]) -> Floats:
    """Brightness as if all ink were black."""
    return np.asarray(Image.fromarray(pixels).convert("L"), np.float32)


def as_it_is(picture: Any, *_: Any) -> Any:
    return picture


def nothing(boxes: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.zeros(len(boxes), bool)


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


REFUSALS, NEVER = f"{JUDGE} model.recognizer.PRIOR", (None, 1e-6)
"""What says that a glyph is no digit: the judge, and the network itself."""


def make_sheets(case: Case, conditions: tuple[str, ...] = ()) -> Made:
    """The case's sheets under these conditions."""
    made = []
    for seed in range(case.sheets):
        rng = np.random.default_rng([9, seed])
        labels = [str(rng.integers(10)) for _ in range(case.digits)]
        glyphs = [draw_digit(int(label), rng) for label in labels]
        strengths = dict.fromkeys(conditions, case.strength)
        sheet = make_sheet(glyphs, labels, rng, strengths, case.layout)
        made.append((sheet.jpeg, sheet.text))
    return made


def wrong_of(made: Made, reader: Recognizer) -> int:
    """Characters of all sheets that are read wrong."""
    return sum(edit_distance(reader.read(jpeg).text, text) for jpeg, text in made)


def turn_off(
    step: str, without: Any, reader: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> Recognizer:
    """The reader without a step, see `Case`."""
    values = without if isinstance(without, tuple) else (without,)
    for place, value in zip(step.split(), values, strict=True):
        if place == JUDGE:
            reader = Recognizer(reader.network, reader.weights, None)
        else:
            module, name = place.rsplit(".", 1)
            monkeypatch.setattr(importlib.import_module(module), name, value)
    return reader
