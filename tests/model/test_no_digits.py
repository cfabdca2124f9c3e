"""Photos without a digit are read as none: of each kind, and not without what refuses glyphs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from model.paper.negatives import NEGATIVES, make_negative
from model.recognizer import Recognizer
from tests.model.cases import NEVER, REFUSALS, SEEN, turn_off

SIZE = (640, 480)
"""As large as the reader looks at photos."""

PHOTOS = dict.fromkeys(NEGATIVES, 12) | {"print": 2}
"""How many of each kind; a page of print is read for seconds."""

WRONG = {"letters": 3, "scribbles": 4, "branches": 1, "fingers": 1}
"""Photos of each kind in which digits may be read; of the other kinds none."""

FEW = 4


@cache
def photos(kind: str, count: int) -> list[bytes]:
    rngs = [np.random.default_rng([9, seed]) for seed in range(count)]
    return [make_negative(rng, kind, SIZE).jpeg for rng in rngs]


def with_digits(files: list[bytes], reader: Recognizer) -> int:
    return sum(reader.read(file).text != "" for file in files)


@pytest.mark.parametrize("kind", NEGATIVES)
def test_no_digit_is_read_where_there_is_none(shipped: Recognizer, kind: str) -> None:
    assert with_digits(photos(kind, PHOTOS[kind]), shipped) <= WRONG.get(kind, 0)


@pytest.mark.parametrize("kind", NEGATIVES)
def test_but_there_is_without_refusals(
    shipped: Recognizer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = photos(kind, min(FEW, PHOTOS[kind]))
    wrong = with_digits(few, shipped)
    bare = turn_off(REFUSALS, NEVER, shipped, monkeypatch)
    assert with_digits(few, bare) >= wrong + SEEN
