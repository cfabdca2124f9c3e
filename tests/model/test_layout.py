"""Pieces to lines and candidates."""

import numpy as np

from model.ink import Pieces
from model.layout import Slice, candidates, cut_wide, find_lines


def pieces(*boxes: tuple[int, int, int, int]) -> Pieces:
    """Pieces that fill their boxes."""
    labels = np.zeros((400, 600), np.int32)
    for number, (x0, y0, x1, y1) in enumerate(boxes, 1):
        labels[y0:y1, x0:x1] = number
    areas = np.array([(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes])
    return Pieces(labels, np.array(boxes), np.ones(len(boxes), np.float32), areas)


def numbers(lines: list[list[Slice]]) -> list[list[int]]:
    return [[part.piece for part in line] for line in lines]


def test_lines_are_read_from_the_top_and_from_the_left() -> None:
    found = find_lines(
        pieces((200, 200, 240, 260), (50, 30, 90, 90), (50, 205, 90, 262), (120, 35, 160, 88))
    )
    assert numbers(found) == [[1, 3], [2, 0]]


def test_a_slanted_line_is_one_line() -> None:
    steps = [(50 + 60 * i, 200 - 25 * i, 90 + 60 * i, 260 - 25 * i) for i in range(7)]
    assert numbers(find_lines(pieces(*steps))) == [[0, 1, 2, 3, 4, 5, 6]]


def test_the_loose_bar_of_a_five_belongs_to_it() -> None:
    assert numbers(find_lines(pieces((100, 120, 150, 200), (110, 100, 160, 110)))) == [[0, 1]]


def test_close_lines_of_equal_digits_stay_two() -> None:
    found = find_lines(pieces((100, 100, 140, 160), (100, 165, 140, 225)))
    assert numbers(found) == [[0], [1]]


def test_the_edge_of_the_paper_joins_no_lines() -> None:
    found = find_lines(
        pieces((0, 0, 8, 400), (50, 30, 90, 90), (120, 30, 160, 90), (50, 205, 90, 262))
    )
    assert sorted(numbers(found)) == [[0], [1, 2], [3]]


def test_two_that_touch_are_cut_where_they_are_thin() -> None:
    touching = pieces((100, 100, 220, 180))
    touching.labels[100:135, 155:165] = 0  # a bridge is left between the two
    touching.labels[145:180, 155:165] = 0
    (line,) = find_lines(touching)
    parts = cut_wide(line, touching.labels)
    assert any(abs(part.x1 - 160) <= 6 for part in parts[:-1])


def test_a_flat_bar_is_not_cut() -> None:
    bar = pieces((100, 120, 150, 200), (95, 100, 165, 108))
    (line,) = find_lines(bar)
    assert cut_wide(line, bar.labels) == line


def test_candidates_are_neighbours_that_may_be_one_digit() -> None:
    line = [Slice(0, 0, 0, 40, 60), Slice(1, 42, 0, 50, 60), Slice(2, 200, 0, 240, 60)]
    found = [(c.first, c.last, c.box) for c in candidates(line)]
    assert (0, 2, (0, 0, 50, 60)) in found
    assert not [1 for first, last, _ in found if first < 2 < last and last - first > 1]
