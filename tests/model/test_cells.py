import numpy as np
import pytest

from model.cells import closing, enlarge, shrink, spread, spread_maximum


@pytest.mark.parametrize("reach", [1, 5, 6, 13])
def test_the_maximum_is_that_of_every_window(reach: int) -> None:
    values = np.random.default_rng(0).random((17, 23)).astype(np.float32)
    half = reach // 2
    expected = [
        [
            values[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1].max()
            for x in range(23)
        ]
        for y in range(17)
    ]
    assert np.array_equal(spread_maximum(values, reach), np.array(expected))


def test_closing_fills_what_is_narrow_and_keeps_what_is_wide() -> None:
    cells = np.ones((40, 60), np.float32)
    cells[:, 10:14] = 0.2  # a stroke
    cells[:, 35:] = 0.5  # a shadow
    filled = closing(cells, 11)
    assert (filled[:, :35] == 1).all()
    assert (filled[:, 35:] == 0.5).all()


def test_a_smooth_picture_comes_back_from_its_cells() -> None:
    y, x = np.mgrid[0:61, 0:83].astype(np.float32)
    picture = 0.01 * x + 0.02 * y
    back = enlarge(shrink(picture, 4), 4, picture.shape)
    assert back[4:-5, 4:-5] == pytest.approx(picture[4:-5, 4:-5], abs=0.001)


def test_flags_spread_both_ways_and_not_around_the_ends() -> None:
    flags = np.zeros(12, bool)
    flags[[0, 6]] = True
    assert np.flatnonzero(spread(flags, 2)).tolist() == [0, 1, 2, 4, 5, 6, 7, 8]
