"""Pieces to lines of writing."""

import numpy as np

from model.lines import Slice, bodies, find_lines, find_rows
from tests.model.pieces import pieces


def numbers(lines: list[list[Slice]]) -> list[list[int]]:
    return [[part.piece for part in line] for line in lines]


def together(lines: list[list[Slice]]) -> list[set[int]]:
    return [set(line) for line in numbers(lines)]


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


def test_a_mark_between_two_rows_does_not_make_them_one() -> None:
    rows = [
        (60 + 50 * i, 100 + 80 * row, 90 + 50 * i, 150 + 80 * row)
        for row in (0, 1)
        for i in range(6)
    ]
    found = find_lines(pieces(*rows, (352, 135, 380, 200)))
    assert numbers(found) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12]]


def test_two_slanted_rows_stay_two() -> None:
    rows = [
        (60 + 60 * i, 200 - 20 * i + 70 * row, 90 + 60 * i, 250 - 20 * i + 70 * row)
        for row in (0, 1)
        for i in range(7)
    ]
    assert numbers(find_lines(pieces(*rows))) == [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12, 13]]


def test_the_underline_of_a_single_digit_is_left_out() -> None:
    assert numbers(find_lines(pieces((100, 100, 150, 180), (90, 195, 160, 202)))) == [[0]]


def test_a_short_underline_of_two_narrow_digits_is_left_out() -> None:
    two = (100, 100, 125, 150), (135, 100, 155, 150)
    assert numbers(find_lines(pieces(*two, (98, 157, 160, 161)))) == [[0, 1]]


def test_the_foot_of_a_one_belongs_to_it() -> None:
    loose, touching = (100, 188, 150, 194), (100, 182, 150, 188)
    for foot in (loose, touching):
        assert together(find_lines(pieces((120, 100, 132, 180), foot))) == [{0, 1}]


def test_the_base_of_a_two_in_two_strokes_belongs_to_it() -> None:
    assert together(find_lines(pieces((100, 100, 150, 180), (95, 183, 155, 190)))) == [{0, 1}]


def test_a_bar_nearer_to_what_is_below_is_no_underline() -> None:
    above, bar, body = (100, 100, 150, 160), (100, 180, 150, 188), (100, 192, 145, 250)
    assert together(find_lines(pieces(above, bar, body))) == [{0}, {1, 2}]


def test_an_underline_is_left_out_and_joins_no_rows() -> None:
    found = find_lines(
        pieces((60, 100, 90, 150), (110, 100, 140, 150), (40, 152, 260, 158), (60, 165, 90, 215))
    )
    assert numbers(found) == [[0, 1], [3]]


def test_what_hangs_at_the_border_says_nothing_of_the_usual_height() -> None:
    digits = [
        (60 + 50 * i, 100 + 70 * row, 90 + 50 * i, 150 + 70 * row)
        for row in (0, 1)
        for i in range(3)
    ]
    found = find_lines(pieces((300, 0, 600, 400), *digits))
    assert sorted(numbers(found)) == [[0], [1, 2, 3], [4, 5, 6]]


def test_crumbs_say_nothing_of_the_slope() -> None:
    digits = [(60 + 90 * i, 200, 110 + 90 * i, 270) for i in range(4)]
    crumbs = [(118 + 90 * i, 263, 121 + 90 * i, 273) for i in range(4)]  # left of a box's lines
    found = find_lines(pieces(*digits, *crumbs))
    assert numbers(found) == [[0, 4, 1, 5, 2, 6, 3, 7]]


def test_the_arc_over_a_broken_zero_belongs_to_it() -> None:
    assert numbers(find_lines(pieces((149, 116, 239, 204), (138, 67, 241, 114)))) == [[1, 0]]


def test_the_bar_of_a_wide_five_is_no_underline() -> None:
    found = find_lines(pieces((106, 89, 237, 186), (113, 62, 275, 80)))
    assert numbers(found) == [[0, 1]]


def test_a_digit_broken_in_halves_is_one() -> None:
    halves, whole = [(0, 0, 40, 50), (20, 46, 60, 96)], [(100, 0, 160, 100), (200, 0, 260, 98)]
    assert bodies(np.array([*halves, *whole])).tolist()[:2] == [1, 0]
    assert bodies(np.array(halves)).tolist() == [-1, -1]  # two small ones, as far as one can tell


def test_what_stands_far_off_in_a_steep_row_belongs_to_it() -> None:
    boxes = [(0, 300, 60, 380), (170, 200, 230, 280), (250, 155, 310, 235), (330, 110, 390, 190)]
    slices = [Slice(place, *box) for place, box in enumerate(boxes)]
    assert [[part.piece for part in row] for row in find_rows(slices)] == [[0, 1, 2, 3]]
