"""Which candidates of a line read best together."""

import numpy as np

from model.layout import Candidate
from model.lines import Slice
from model.paths import best_path, parting_costs
from model.vision import Line


def line_of(pieces: list[int], groups: list[tuple[int, int]]) -> Line:
    """A line whose slices belong to these pieces, with candidates of slices first to last."""
    slices = [Slice(piece, 10 * i, 0, 10 * i + 9, 20) for i, piece in enumerate(pieces)]
    found = [Candidate(first, last, (0, 0, 1, 1)) for first, last in groups]
    return Line(slices, found, np.zeros((len(found), 28, 28), np.uint8))


def path(line: Line, chances: list[float], no_digit: list[float]) -> list[int]:
    """The candidates that are taken for digits."""
    parts = best_path(line, np.array(chances, np.float32), np.array(no_digit, np.float32))
    return [part.candidate for part in parts if part.digit]


def test_two_slices_that_read_well_together_are_one_digit() -> None:
    line = line_of([0, 1], [(0, 1), (0, 2), (1, 2)])
    assert path(line, [0.3, 0.95, 0.2], [0.6, 0.02, 0.7]) == [1]


def test_two_slices_that_read_well_alone_are_two_digits() -> None:
    line = line_of([0, 1], [(0, 1), (0, 2), (1, 2)])
    assert path(line, [0.95, 0.3, 0.9], [0.02, 0.6, 0.02]) == [0, 2]


def test_what_is_no_digit_is_left_out() -> None:
    line = line_of([0, 1, 2], [(0, 1), (1, 2), (2, 3)])
    assert path(line, [0.9, 0.05, 0.9], [0.05, 0.9, 0.05]) == [0, 2]


def test_a_piece_that_could_be_cut_is_left_out_whole() -> None:
    line = line_of([0, 0], [(0, 1), (0, 2), (1, 2)])
    assert path(line, [0.2, 0.05, 0.7], [0.7, 0.95, 0.3]) == []


def test_a_cut_through_a_piece_must_pay_for_itself() -> None:
    groups = [(0, 1), (0, 2), (1, 2)]
    chances, no_digit = [0.8, 0.6, 0.8], [0.1, 0.2, 0.1]
    assert path(line_of([0, 1], groups), chances, no_digit) == [0, 2]
    assert path(line_of([0, 0], groups), chances, no_digit) == [1]


def test_nothing_is_cut_where_a_cut_costs_too_much() -> None:
    line = line_of([0, 0], [(0, 1), (0, 2), (1, 2)])
    chances, none = (np.array(values, np.float32) for values in ([0.9, 0.2, 0.9], [0.1, 0.3, 0.1]))
    assert [part.candidate for part in best_path(line, chances, none)] == [0, 2]
    assert [part.candidate for part in best_path(line, chances, none, 100)] == [1]


def test_three_that_touch_are_not_left_out_together() -> None:
    """All three in one glyph are surely no digit: that says nothing against each of them."""
    groups = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    chances = [0.99, 0.01, 0.01, 0.9, 0.01, 0.99]
    no_digit = [0.01, 0.95, 0.999, 0.05, 0.95, 0.01]
    assert path(line_of([0, 0, 0], groups), chances, no_digit) == [0, 3, 5]


def chain_of(count: int) -> Line:
    """One piece of slices that touch, each of the width of a digit, and all runs of them."""
    slices = [Slice(0, 14 * i, 0, 14 * i + 14, 20) for i in range(count)]
    groups = [(i, j) for i in range(count) for j in range(i + 1, count + 1)]
    found = [Candidate(*group, (0, 0, 1, 1)) for group in groups]
    return Line(slices, found, np.zeros((len(found), 28, 28), np.uint8))


def test_a_long_chain_of_digits_is_not_left_out_for_one_that_is_hard_to_read() -> None:
    line = chain_of(6)
    alone = [(each.first, each.last) for each in line.candidates if each.last == each.first + 1]
    single = np.array([each.last == each.first + 1 for each in line.candidates])
    chances = np.where(single, 0.9, 0.01)
    chances[line.candidates.index(Candidate(2, 3, (0, 0, 1, 1)))] = 0.5
    read = path(line, list(chances), list(np.where(single, 0.1, 1.0)))
    assert [(line.candidates[i].first, line.candidates[i].last) for i in read] == alone


def test_what_looks_like_a_digit_in_a_letter_is_none() -> None:
    """It hangs together with what looks like none."""
    groups = [(0, 2), (0, 3), (2, 3)]
    chances, no_digit = [0.9, 0.01, 0.01], [0.1, 0.99, 0.99]
    assert path(line_of([0, 0, 1], groups), chances, no_digit) == [0]
    assert path(line_of([0, 0, 0], groups), chances, no_digit) == []


def test_what_is_no_digit_is_on_the_path_too() -> None:
    line = line_of([0, 1], [(0, 1), (1, 2)])
    parts = best_path(line, np.array([0.9, 0.05]), np.array([0.05, 0.9]))
    assert [(part.candidate, part.digit) for part in parts] == [(0, True), (1, False)]


def test_two_pieces_above_each_other_are_hardly_two_digits() -> None:
    above = [Slice(0, 0, 0, 20, 20), Slice(1, 4, 22, 24, 40)]
    line = Line(above, [], np.zeros((0, 28, 28), np.uint8))
    beside = line_of([0, 1], [])
    assert min(parting_costs(line, [1, 1])[1]) > 1
    assert parting_costs(beside, [1, 1]) == [(0, 0, 0), (0, 0, 0)]


def test_a_speck_between_them_does_not_set_two_pieces_side_by_side() -> None:
    """A pale 8 in two pieces, crumbs of its stroke between them."""
    slices = [Slice(0, 0, 0, 20, 20), Slice(1, 9, 20, 11, 22), Slice(2, 4, 22, 24, 40)]
    line = Line(slices, [], np.zeros((0, 28, 28), np.uint8))
    assert [min(cost) > 1 for cost in parting_costs(line, [1, 0, 1])[1:]] == [True, True]
    slices[2] = Slice(2, 22, 0, 42, 20)
    assert parting_costs(line, [1, 0, 1])[1:] == [(0, 0, 0), (0, 0, 0)]


def test_specks_do_not_count_against_the_digit_that_they_belong_to() -> None:
    """A pale 8 with crumbs of its stroke; without them it reads as a 5, nearly as well."""
    slices = [Slice(0, 0, 0, 20, 40), *(Slice(at, 21, 3 * at, 23, 3 * at + 2) for at in (1, 2, 3))]
    groups = [(0, 1), (0, 4), (1, 2), (2, 3), (3, 4)]
    found = [Candidate(*group, (0, 0, 23, 40)) for group in groups]
    line = Line(slices, found, np.zeros((5, 28, 28), np.uint8))
    assert path(line, [0.82, 0.8, 0.01, 0.01, 0.01], [0.1, 0.1, 0.99, 0.99, 0.99]) == [1]


def test_dirt_under_a_digit_is_left_out_for_nothing() -> None:
    slices = [Slice(0, 0, 0, 20, 40), Slice(1, 8, 42, 12, 45)]
    candidates = [
        Candidate(0, 1, (0, 0, 20, 40)),
        Candidate(0, 2, (0, 0, 20, 45)),
        Candidate(1, 2, (8, 42, 12, 45)),
    ]
    line = Line(slices, candidates, np.zeros((3, 28, 28), np.uint8))
    parts = best_path(line, np.array([0.99, 0.85, 0.01]), np.array([0.01, 0.15, 0.99]))
    assert [(part.candidate, part.digit) for part in parts] == [(0, True), (2, False)]


def test_what_stands_apart_is_not_drawn_into_a_digit() -> None:
    """A finger at the border beside a 5: the two still look like a 5."""
    read = []
    for gap in (2, 16):
        slices = [Slice(0, 0, 10, 12, 40), Slice(1, 12 + gap, 0, 40 + gap, 60)]
        boxes = [(0, 10, 12, 40), (0, 0, 40 + gap, 60), (12 + gap, 0, 40 + gap, 60)]
        groups = [(0, 1), (0, 2), (1, 2)]
        found = [Candidate(*group, box) for group, box in zip(groups, boxes, strict=True)]
        line = Line(slices, found, np.zeros((3, 28, 28), np.uint8))
        read.append(path(line, [0.01, 0.85, 0.99], [0.99, 0.15, 0.01]))
    assert read == [[1], [2]]
