"""Made sheets that several tests look at, and the gray pixels on them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.paper.pen import Hand
from model.paper.sheet import Sheet, make_sheet
from model.paper.strokes import draw_digit, draw_other

Glyph = NDArray[Any]

SIZE = (480, 360)
HAND = Hand(width=0.09, pressure=0, taper=0)


def draw_line(text: str, seed: int = 0, hand: Hand = HAND) -> tuple[list[Glyph], list[str]]:
    """Glyphs and labels of a text of digits and marks."""
    rng = np.random.default_rng(seed)
    glyphs = [
        draw_digit(int(each), rng, hand=hand) if each.isdigit() else draw_other(each, rng, hand)
        for each in text
    ]
    return glyphs, [each if each.isdigit() else "" for each in text]


def made(
    conditions: dict[str, float],
    seed: int,
    layout: str = "row",
    text: str = "30528",
    size: tuple[int, int] = SIZE,
) -> Sheet:
    return make_sheet(*draw_line(text), np.random.default_rng(seed), conditions, layout, size)


def gray(sheet: Sheet) -> Glyph:
    return np.asarray(sheet.image.convert("L"), dtype=np.float32)


def crops(sheet: Sheet, margin: float = 0.0) -> Iterator[Glyph]:
    """The gray pixels around each glyph; the margin is a share of its height."""
    levels = gray(sheet)
    for box in sheet.boxes:
        room = margin * (box[3] - box[1])
        x0, y0 = np.maximum(box[:2] - room, 0).astype(int)
        x1, y1 = (box[2:] + room).astype(int)
        yield levels[y0:y1, x0:x1]


def extreme(crop: Glyph) -> float:
    low, middle, high = np.percentile(crop, [3, 50, 97])
    return low if middle - low > high - middle else high
