"""Photos that hold no digit."""

import io

import numpy as np
import pytest
from PIL import Image

from model.paper.negatives import NEGATIVES, make_negative
from tests.model.paper.sheets import SIZE


@pytest.mark.parametrize("kind", NEGATIVES)
def test_negatives_hold_no_digit(kind: str) -> None:
    for seed in range(3):
        sheet = make_negative(np.random.default_rng(seed), kind, SIZE)
        assert sheet.text == ""
        assert not any(sheet.labels)
        with Image.open(io.BytesIO(sheet.jpeg)) as file:
            assert file.format == "JPEG"


def test_pictures_of_the_world_are_no_paper() -> None:
    for kind in ("landscape", "foliage", "branches", "creature"):
        spreads = []
        for seed in range(4):
            image = make_negative(np.random.default_rng(seed), kind, SIZE, hardness=0).image
            spreads.append(np.std(np.asarray(image, dtype=np.float32)))
        assert np.mean(spreads) > 15
