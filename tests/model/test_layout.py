"""Lines to candidates for one digit."""

from model.layout import candidates, cut_wide
from model.lines import Slice, find_lines
from tests.model.pieces import pieces


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


def test_the_crumbs_of_a_dry_pen_are_not_cut_and_may_all_be_one_digit() -> None:
    crumbs = [(105 + 20 * i, 100, 117 + 20 * i, 110) for i in range(4)]
    broken = pieces((100, 115, 190, 230), *crumbs)
    (line,) = find_lines(broken)
    assert cut_wide(line, broken.labels) == line
    assert (0, 5) in [(found.first, found.last) for found in candidates(line)]
