"""What the rest of a photo says of one glyph."""

from dataclasses import replace

import numpy as np
import pytest

from model.context import (
    FEATURES,
    Found,
    chances_in_context,
    features_of,
    is_part,
    lean_of,
    mean_of_others,
    usual_among_others,
)
from model.lines import Slice
from model.network import Network
from model.vision import Line


def glyph(box: tuple[int, int, int, int], digit: int = 4, no_digit: float = 0.01) -> Found:
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[digit] = 0.91
    return Found(0, box, np.zeros((28, 28), np.uint8), probabilities, no_digit, 0.5, False)


def named(found: list[Found]) -> list[dict[str, float]]:
    rows = features_of(found, (400, 600))
    assert rows.shape == (len(found), len(FEATURES))
    return [dict(zip(FEATURES, row, strict=True)) for row in rows]


def row_of(count: int, no_digit: float = 0.01) -> list[Found]:
    return [glyph((40 + 60 * i, 100, 80 + 60 * i, 160), no_digit=no_digit) for i in range(count)]


def test_a_glyph_alone_is_its_own_measure() -> None:
    (alone,) = named(row_of(1))
    assert alone["alone"] == 1
    assert alone["taller"] == alone["shorter"] == alone["company"] == alone["darker"] == 0


def test_a_glyph_among_digits_is_in_their_company() -> None:
    among, letters = named(row_of(5)), named(row_of(5, no_digit=0.95))
    assert among[0]["company"] > 0.45
    assert letters[0]["company"] < -0.4
    assert among[0]["alone"] == pytest.approx(1 / 5)


def test_heights_are_held_against_the_others() -> None:
    bracket = glyph((340, 60, 360, 180), digit=1)
    comma = glyph((400, 150, 404, 162), digit=1)
    rows = named([*row_of(5), bracket, comma])
    assert rows[-2]["taller"] == pytest.approx(np.log(2))
    assert rows[-1]["shorter"] == pytest.approx(np.log(5))
    assert rows[0]["taller"] == rows[0]["shorter"] == 0
    assert rows[-1]["one_shorter"] > 0
    assert rows[0]["one"] == 0


def test_the_border_of_the_picture_is_noticed() -> None:
    inside, outside = named([glyph((40, 40, 80, 90)), glyph((560, 40, 600, 90))])
    assert (inside["border"], outside["border"]) == (0, 1)


def test_others_count_by_their_weight_and_oneself_never() -> None:
    high, weight = np.array([10.0, 20.0, 90.0]), np.array([1.0, 1.0, 0.0])
    assert usual_among_others(high, weight).tolist() == [20, 10, 10]
    assert mean_of_others(high, weight).tolist() == pytest.approx([20, 10, 15])


def test_half_a_piece_is_a_part() -> None:
    slices = [Slice(piece, 10 * i, 0, 10 * i + 9, 20) for i, piece in enumerate([0, 0, 1])]
    line = Line(slices, [], np.zeros((0, 28, 28), np.uint8))
    assert is_part(line, 0, 1)
    assert not is_part(line, 0, 2)
    assert not is_part(line, 2, 3)


def test_chances_come_from_the_judge() -> None:
    weights = np.zeros((2, len(FEATURES)), np.float32)
    weights[1, 0] = 1  # believes the digit network
    judge = Network((weights,), (np.zeros(2, np.float32),))
    sure, unsure = chances_in_context(
        judge,
        features_of(
            [glyph((40, 100, 80, 160)), glyph((100, 100, 140, 160), no_digit=0.999)], (400, 600)
        ),
    )
    assert sure > 0.9
    assert unsure < 0.1


def test_fellows_are_of_about_the_same_height_and_strength() -> None:
    digits, scribble = row_of(5), row_of(5, no_digit=0.999)
    rows = named([*digits, glyph((400, 100, 440, 163)), glyph((450, 20, 500, 260))])
    assert rows[-2]["fellows"] == pytest.approx(np.log(1 + 5), abs=0.1)
    assert rows[-1]["fellows"] < 0.2
    assert rows[-2]["strangers"] < 0.1
    assert named(scribble)[0]["strangers"] == pytest.approx(np.log(1 + 4), abs=0.05)
    faint = replace(glyph((450, 100, 490, 160)), strength=0.05)
    assert named([*digits, faint])[-1]["fellows"] < 0.1


def bar(lean: float, x: int, digit: int = 1) -> Found:
    """A straight stroke that goes so far to the right for each pixel upwards."""
    pixels = np.zeros((28, 28), np.uint8)
    for y in range(4, 24):
        middle = round(14 + lean * (13.5 - y))
        pixels[y, middle - 1 : middle + 2] = 255
    return replace(glyph((x, 100, x + 30, 160), digit), pixels=pixels)


def test_a_glyph_leans_as_far_as_its_ink() -> None:
    for lean in (-0.4, 0.0, 0.6):
        assert lean_of(bar(lean, 40).pixels) == pytest.approx(lean, abs=0.05)
    assert lean_of(np.zeros((28, 28), np.uint8)) == 0


def test_a_one_that_leans_more_than_the_digits_is_noticed() -> None:
    digits = [bar(0.4, 40 + 60 * i, digit=4) for i in range(4)]
    like_them, slash = named([*digits, bar(0.4, 300), bar(0.7, 360)])[-2:]
    assert slash["one_leaning"] == pytest.approx(0.3, abs=0.1)
    assert like_them["one_leaning"] < 0.1
    assert named([*digits, bar(0.6, 300, digit=7)])[-1]["one_leaning"] == 0
