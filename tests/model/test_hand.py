"""What looks alike on a sheet is likely the same digit."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model.glyphs import normalize
from model.hand import agree, odds_of_same
from model.paper.pen import Hand, draw_strokes, parse_strokes

SHAPES = {"1": "0.3,0 0.3,1", "4": "0.1,0 0,0.6* 0.6,0.6|0.4,0.1 0.4,1", "7": "0,0.15 0.5,0* 0.3,1"}


def glyphs_of(digits: str) -> NDArray[np.uint8]:
    """Return the digits as one steady hand writes them, N×28×28."""
    rng, steady = np.random.default_rng(0), Hand(jitter=0.005)
    drawn = [draw_strokes(parse_strokes(SHAPES[each]), rng, steady)[0] for each in digits]
    return np.stack([normalize(each.astype(np.float32) / 255) for each in drawn])


def chances_of(*likely: tuple[int, float]) -> NDArray[np.float32]:
    """Return a row for each: the digit's chance, most of the rest for 1 and for 7."""
    rows = np.full((len(likely), 10), 0.0001)
    for row, (digit, chance) in zip(rows, likely, strict=True):
        row[[1, 7]] = (1 - chance) / 2
        row[digit] = chance
    return (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)


def test_what_is_unsure_is_read_as_its_look_alikes() -> None:
    heard = agree(glyphs_of("7774"), chances_of((1, 0.7), (7, 0.98), (7, 0.95), (4, 0.99)))
    assert heard.argmax(axis=1).tolist() == [7, 7, 7, 4]
    assert heard.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_what_is_sure_stays_whatever_it_looks_like() -> None:
    alone = chances_of((1, 0.99), (7, 0.98), (7, 0.95))
    assert agree(glyphs_of("777"), alone).argmax(axis=1).tolist() == [1, 7, 7]


def test_what_looks_like_no_other_hears_nobody() -> None:
    alone = chances_of((7, 0.5), (4, 0.99), (7, 0.99))
    assert np.allclose(agree(glyphs_of("147"), alone), alone, atol=1e-6)


def test_one_digit_alone_is_left_as_it_is() -> None:
    alone = chances_of((7, 0.6))
    assert np.allclose(agree(glyphs_of("7"), alone), alone, atol=1e-6)


def test_many_that_are_unsure_do_not_talk_each_other_into_certainty() -> None:
    heard = agree(np.repeat(glyphs_of("7"), 20, axis=0), chances_of(*[(7, 0.55)] * 20))
    assert 0.55 < heard[0, 7] < 0.9


def test_the_odds_are_mutual() -> None:
    odds = odds_of_same(glyphs_of("77114"))
    assert np.allclose(odds, odds.T)
    assert odds[0, 1] > 2
    assert odds[2, 3] > 2
    assert odds[0, 2:].max() == 1


def test_the_order_on_the_sheet_does_not_matter() -> None:
    glyphs, order = glyphs_of("77147"), [3, 0, 4, 2, 1]
    alone = chances_of((1, 0.6), (7, 0.9), (1, 0.95), (4, 0.9), (7, 0.7))
    assert np.allclose(agree(glyphs, alone)[order], agree(glyphs[order], alone[order]), atol=1e-6)
