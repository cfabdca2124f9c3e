"""Seams: where ink is parted at the least cost."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.seams import ASLANT, find_seams


def cheapest(ink: np.ndarray, through: int) -> float:
    """Every way from the top to the bottom through a column of the middle row, tried."""
    height, width = ink.shape
    costs = []
    for first, *steps in product(range(width), *[(-1, 0, 1)] * (height - 1)):
        way = np.cumsum([first, *steps])
        if way[height // 2] == through and way.min() >= 0 and way.max() < width:
            costs.append(ink[np.arange(height), way].sum() + ASLANT * np.abs(steps).sum())
    return min(costs)


@given(arrays(bool, (5, 4), elements=st.booleans()))
def test_no_way_is_cheaper_than_the_seam_and_the_seam_costs_what_it_crosses(
    ink: np.ndarray,
) -> None:
    seams = find_seams(ink)
    for place, cost in enumerate(seams.costs):
        way = seams.ways[:, place]
        assert way[2] == place
        assert cost == pytest.approx(cheapest(ink, place))
        assert cost == pytest.approx(
            ink[np.arange(5), way].sum() + ASLANT * np.abs(np.diff(way)).sum()
        )


def leaning(height: int, slope: float, *bars: tuple[int, int]) -> np.ndarray:
    """Bars from one column to another at the top, each row `slope` columns further left."""
    ink = np.zeros((height, 3 * height), bool)
    for row in range(height):
        for left, right in bars:
            moved = round(slope * row)
            ink[row, height + left - moved : height + right - moved] = True
    return ink


def test_between_two_strokes_that_lean_goes_a_seam_that_leans_with_them() -> None:
    ink = leaning(60, 0.25, (0, 8), (12, 20))
    ink[30, 60:64] = True  # where they touch
    assert ink.sum(axis=0)[53:72].min() > 10  # no upright line goes between them
    seams = find_seams(ink)
    crossed = ink[np.arange(60), seams.ways[:, 62]]
    assert crossed.sum() == 1


def test_a_large_piece_is_looked_at_in_cells_and_cut_at_the_pixels() -> None:
    ink = np.zeros((400, 600), bool)
    ink[:, :280], ink[:, 320:], ink[190:210] = True, True, True
    seams = find_seams(ink)
    best = int(seams.costs.argmin())
    way = seams.ways[:, best]
    assert len(way) == 400
    assert (way >= 280).all()
    assert (way <= 320).all()
    assert 20 <= seams.costs[best] <= 20 + 2 * 6  # to the cell


def test_a_line_of_pixels_has_a_seam_in_each() -> None:
    seams = find_seams(np.array([[True, False, True]]))
    assert seams.costs.tolist() == [1, 0, 1]
    assert seams.ways.tolist() == [[0, 1, 2]]
