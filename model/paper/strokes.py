"""Draws digits as people write them, in the forms of `forms`; what is no digit is in `marks`."""

from __future__ import annotations

import numpy as np

from model.paper.forms import FORMS
from model.paper.marks import OTHERS, draw_mark
from model.paper.pen import Glyph, Hand, draw_strokes, random_hand

__all__ = ["OTHERS", "draw_digit", "draw_other"]

Rng = np.random.Generator

# Halves that do not look like another digit: the right half of an 8 is a 3.
HALVES = (
    *((0, side) for side in ("left", "right", "top", "bottom")),
    *((2, side) for side in ("left", "right")),
    *((3, side) for side in ("left", "top", "bottom")),
    *((5, side) for side in ("left", "top")),
    *((6, side) for side in ("left", "right")),
    *((digit, "left") for digit in (4, 8, 9)),
)


def draw_digit(
    digit: int,
    rng: Rng,
    form: str | None = None,
    hand: Hand | None = None,
    height: int | None = None,
) -> Glyph:
    """Draw a digit, H×W, ink 255 on 0, cropped to its ink and 64 to 96 pixels high.

    The form (see `FORMS`), the hand and the height (in pixels, about) are drawn by lot unless
    given. Raises `KeyError` for a form that the digit has not.
    """
    forms = FORMS[digit]
    if form is None:
        weights = np.array([each.weight for each in forms.values()])
        form = str(rng.choice(list(forms), p=weights / weights.sum()))
    strokes = forms[form].strokes(rng)
    glyph, _ = draw_strokes(
        strokes, rng, hand or random_hand(rng), height or int(rng.integers(64, 90))
    )
    return glyph


def draw_other(kind: str, rng: Rng, hand: Hand | None = None, height: int | None = None) -> Glyph:
    """Draw what is no digit: one of `OTHERS`, "pair" (two digits that touch) or "half".

    H×W, ink 255 on 0. Columns are cropped to the ink; rows stand as on a line of digits, so that
    a minus keeps its place and size. Raises `KeyError` for an unknown kind.
    """
    hand = hand or random_hand(rng)
    height = height or int(rng.integers(64, 90))
    if kind == "pair":
        return draw_pair(rng, hand, height)
    if kind == "half":
        return draw_half(rng, hand, height)
    return draw_mark(kind, rng, hand, height)


def draw_pair(rng: Rng, hand: Hand, height: int) -> Glyph:
    """Draw two digits that touch, as one glyph."""
    left, right = (draw_digit(int(rng.integers(10)), rng, hand=hand, height=height) for _ in "ab")
    rows = max(len(left), len(right))
    left, right = (np.pad(one, ((rows - len(one), 0), (0, 0))) for one in (left, right))
    gaps = np.argmax(left[:, ::-1] > 127, axis=1) + np.argmax(right > 127, axis=1)
    both = (left > 127).any(axis=1) & (right > 127).any(axis=1)
    overlap = int(gaps[both].min() if both.any() else 0) + max(2, int(hand.width * height / 2))
    overlap = min(overlap, left.shape[1] // 2, right.shape[1] // 2)
    pair = np.zeros((rows, left.shape[1] + right.shape[1] - overlap), np.uint8)
    pair[:, : left.shape[1]] = left
    pair[:, -right.shape[1] :] = np.maximum(pair[:, -right.shape[1] :], right)
    return pair


def draw_half(rng: Rng, hand: Hand, height: int) -> Glyph:
    """Draw what is left of a digit that was cut through."""
    digit, side = HALVES[int(rng.integers(len(HALVES)))]
    glyph = draw_digit(digit, rng, hand=hand, height=height)
    rows, columns = (round(float(rng.uniform(0.4, 0.6)) * side) for side in glyph.shape)
    halves = {
        "left": glyph[:, :columns],
        "right": glyph[:, columns:],
        "top": glyph[:rows],
        "bottom": glyph[rows:],
    }
    return halves[side].copy()
