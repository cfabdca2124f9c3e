"""Digits in the forms people write, and marks that are none."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.paper.forms import FORMS
from model.paper.pen import Hand, draw_strokes, parse_strokes, smooth_curve
from model.paper.strokes import OTHERS, draw_digit, draw_other

Glyph = NDArray[Any]

STEADY = Hand(width=0.07, pressure=0, taper=0, jitter=0, tremor=0)
EVERY_FORM = [(digit, form) for digit, forms in FORMS.items() for form in forms]


def count_holes(glyph: Glyph) -> int:
    """The number of closed loops: patches of ground that the outside does not reach."""
    ground = Image.fromarray(np.where(np.pad(glyph, 1) > 100, 0, 255).astype(np.uint8)).copy()
    ImageDraw.floodfill(ground, (0, 0), 100)
    holes = 0
    while len(inside := np.argwhere(np.asarray(ground) == 255)):
        ImageDraw.floodfill(ground, (int(inside[0][1]), int(inside[0][0])), 50)
        patch = int((np.asarray(ground) == 50).sum())
        ground = ground.point(lambda level: 0 if level == 50 else level)
        holes += patch > 8  # fewer pixels are chance between strokes
    return holes


@pytest.mark.parametrize(("digit", "form"), EVERY_FORM)
def test_every_form_is_a_tight_antialiased_glyph(digit: int, form: str) -> None:
    rng = np.random.default_rng(7)
    for _ in range(5):
        glyph = draw_digit(digit, rng, form=form)
        assert glyph.dtype == np.uint8
        assert 55 <= len(glyph) <= 125
        assert glyph.shape[1] <= 1.6 * len(glyph)
        assert all(edge.any() for edge in (glyph[0], glyph[-1], glyph[:, 0], glyph[:, -1]))
        assert glyph.max() == 255
        assert ((glyph > 0) & (glyph < 255)).any()


def test_the_same_seed_draws_the_same_glyph() -> None:
    first, second, other = (draw_digit(4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("digit", "form", "holes"),
    [(1, "upstroke", 0), (2, "loop", 1), (2, "corner", 0), (4, "open", 0), (4, "closed", 1),
     (5, "loose-bar", 0), (7, "crossed", 0), (8, "circles", 2)],
)  # fmt: skip
def test_forms_have_their_loops(digit: int, form: str, holes: int) -> None:
    rng = np.random.default_rng(3)
    counts = [count_holes(draw_digit(digit, rng, form=form, hand=STEADY)) for _ in range(15)]
    assert float(np.median(counts)) == holes


def test_the_slash_divides_the_zero() -> None:
    rng = np.random.default_rng(5)
    plain, slashed = (
        np.mean([count_holes(draw_digit(0, rng, form=form, hand=STEADY)) for _ in range(20)])
        for form in ("round", "slashed")
    )
    assert plain <= 1 < slashed


def test_a_crossed_seven_is_wider_in_its_middle() -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        crossed = draw_digit(7, rng, form="crossed", hand=STEADY)
        middle = crossed[len(crossed) // 3 : len(crossed) * 2 // 3] > 100
        below = crossed[len(crossed) * 3 // 4 :] > 100
        assert middle.sum(axis=1).max() > 1.8 * below.sum(axis=1).max()


def test_a_low_cross_lies_below_the_middle_of_its_seven() -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        crossed = draw_digit(7, rng, form="low-crossed", hand=STEADY)
        widths = (crossed > 100).sum(axis=1)
        cross = len(widths) * 2 // 5 + int(np.argmax(widths[len(widths) * 2 // 5 :]))
        assert cross > 0.53 * len(widths)
        assert widths[cross] > 1.4 * np.median(widths)


def test_a_leaning_one_leans_far() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        ink = draw_digit(1, rng, form="leaning", hand=STEADY) > 100
        right = [np.flatnonzero(row)[-1] for row in ink[: len(ink) * 3 // 4]]
        assert right[2] - right[-1] > 0.15 * len(right)


def test_a_loose_bar_may_leave_its_five() -> None:
    rng = np.random.default_rng(0)
    thin = Hand(width=0.03)
    glyphs = [draw_digit(5, rng, form="loose-bar", hand=thin) for _ in range(30)]
    pieces = [count_pieces(glyph) for glyph in glyphs]
    assert {1, 2} <= set(pieces)


def count_pieces(glyph: Glyph) -> int:
    ink = Image.fromarray(np.where(glyph > 100, 255, 0).astype(np.uint8)).copy()
    pieces = 0
    while len(left := np.argwhere(np.asarray(ink) == 255)):
        ImageDraw.floodfill(ink, (int(left[0][1]), int(left[0][0])), 0)
        pieces += 1
    return pieces


def test_the_pen_is_as_wide_as_the_hand_says() -> None:
    hand = Hand(width=0.1, pressure=0, taper=0, jitter=0, tremor=0)
    glyph, _ = draw_strokes(parse_strokes("0,0 0,1"), np.random.default_rng(0), hand, height=100)
    assert glyph.shape[0] == pytest.approx(110, abs=2)
    assert (glyph[50] / 255).sum() == pytest.approx(10, abs=0.8)


def test_hands_slant_and_turn() -> None:
    bar = parse_strokes("0,0 0,1")
    rng = np.random.default_rng(0)
    upright = draw_strokes(bar, rng, STEADY)[0].shape[1]
    for hand in (Hand(jitter=0, tremor=0, slant=0.4), Hand(jitter=0, tremor=0, turn=20)):
        glyph, _ = draw_strokes(bar, rng, hand)
        top, foot = (np.flatnonzero(glyph[row] > 100).mean() for row in (3, -4))
        assert glyph.shape[1] > 3 * upright
        assert top > foot  # the head of what leans to the right


def test_a_curve_runs_through_its_points_and_is_sharp_at_double_ones() -> None:
    points = parse_strokes("0,0 0.5,0.2 1,0* 1,1")[0]
    curve = smooth_curve(points)
    for point in points:
        assert np.abs(curve - point).sum(axis=1).min() < 1e-9
    after = curve[np.abs(curve - [1, 0]).sum(axis=1).argmin() :]
    assert np.allclose(after[:, 0], 1)


def test_a_glyph_needs_strokes() -> None:
    with pytest.raises(ValueError, match="at least one stroke"):
        draw_strokes([], np.random.default_rng(0), STEADY)


@pytest.mark.parametrize("kind", [*OTHERS, "pair", "half"])
def test_every_other_mark_can_be_drawn(kind: str) -> None:
    rng = np.random.default_rng(11)
    for _ in range(3):
        glyph = draw_other(kind, rng)
        assert glyph.dtype == np.uint8
        assert glyph.any()
        assert max(glyph.shape) < 260


def test_marks_keep_their_place_on_the_line() -> None:
    rng = np.random.default_rng(2)
    minus = draw_other("-", rng, STEADY, height=80)
    comma = draw_other(",", rng, STEADY, height=80)
    assert len(minus) == 80
    assert 0.4 < np.flatnonzero(minus.any(axis=1)).mean() / 80 < 0.6
    assert np.flatnonzero(comma.any(axis=1))[0] > 0.8 * 80


def test_a_pair_is_one_piece_and_about_as_wide_as_two() -> None:
    rng = np.random.default_rng(4)
    pairs = [draw_other("pair", rng, STEADY, height=80) for _ in range(20)]
    digits = [draw_digit(int(d), rng, hand=STEADY, height=80) for d in rng.integers(0, 10, 40)]
    assert np.mean([pair.shape[1] for pair in pairs]) > 1.5 * np.mean(
        [digit.shape[1] for digit in digits]
    )


def test_a_half_is_smaller_than_its_digit() -> None:
    rng = np.random.default_rng(4)
    halves = [draw_other("half", rng, STEADY, height=80) for _ in range(20)]
    digits = [draw_digit(int(d), rng, hand=STEADY, height=80) for d in rng.integers(0, 10, 20)]
    assert np.mean([half.size for half in halves]) < 0.7 * np.mean([each.size for each in digits])


@pytest.mark.parametrize("kind", ["O", "l", "Z", "S", "7", "δ"])
def test_what_looks_like_a_digit_is_no_other_mark(kind: str) -> None:
    with pytest.raises(KeyError):
        draw_other(kind, np.random.default_rng(0))


def test_a_slash_leans_from_nearly_upright_to_lying():
    widths = [
        draw_other("/", np.random.default_rng(seed), Hand(), height=80).shape[1]
        for seed in range(30)
    ]
    assert min(widths) < 40
    assert max(widths) > 75
