"""Lines to candidates for one digit."""

import numpy as np

from model.layout import candidates, cut_wide
from model.lines import Slice, find_lines
from tests.model.pieces import pieces


def test_two_that_touch_are_cut_where_they_are_thin() -> None:
    touching = pieces((100, 100, 220, 180))
    touching.labels[100:135, 155:165] = 0  # a bridge is left between the two
    touching.labels[145:180, 155:165] = 0
    ((*parts,),), _ = cut_wide(find_lines(touching), touching.labels)
    assert any(abs(part.x1 - 160) <= 6 for part in parts[:-1])


def test_each_part_has_its_own_pixels_and_the_given_labels_stay() -> None:
    touching = pieces((100, 100, 220, 180))
    touching.labels[100:135, 155:165] = 0
    touching.labels[145:180, 155:165] = 0
    before = touching.labels.copy()
    ((*parts,),), labels = cut_wide(find_lines(touching), touching.labels)
    assert (touching.labels == before).all()
    assert len({part.label for part in parts}) == len(parts) > 1
    assert (np.isin(labels, [part.label for part in parts]) == (before == 1)).all()
    for part in parts:
        rows, columns = np.nonzero(labels == part.label)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert box == (part.x0, part.y0, part.x1, part.y1)


def test_two_that_lean_and_touch_are_parted_along_their_slant() -> None:
    leaning = pieces((100, 100, 220, 180))
    leaning.labels[:] = 0
    for row in range(80):
        for left in (160, 184):
            leaning.labels[100 + row, left - row // 3 : left - row // 3 + 16] = 1
    leaning.labels[138:142, 150:180] = 1  # where they touch
    assert (leaning.labels[100:180, 158:174].sum(axis=0) > 24).all()  # no upright gap
    _, labels = cut_wide(find_lines(leaning), leaning.labels)
    first, second = labels[102, 168], labels[102, 192]
    assert first != second
    assert (labels[177, 160 - 26 + 8], labels[177, 184 - 26 + 8]) == (first, second)


def test_what_is_as_wide_as_high_is_cut_in_two_at_most() -> None:
    """It may be two narrow digits; a wide one shall not be cut to bits."""
    comb = pieces((100, 100, 180, 180))
    for left in (115, 135, 155):
        comb.labels[104:180, left : left + 10] = 0
    ((*parts,),), _ = cut_wide(find_lines(comb), comb.labels)
    assert len(parts) == 2


def test_a_flat_bar_is_not_cut() -> None:
    bar = pieces((100, 120, 150, 200), (95, 100, 165, 108))
    lines = find_lines(bar)
    cut, labels = cut_wide(lines, bar.labels)
    assert cut == lines
    assert labels is bar.labels


def test_candidates_are_neighbours_that_may_be_one_digit() -> None:
    line = [Slice(0, 0, 0, 40, 60), Slice(1, 42, 0, 50, 60), Slice(2, 200, 0, 240, 60)]
    found = [(c.first, c.last, c.box) for c in candidates(line)]
    assert (0, 2, (0, 0, 50, 60)) in found
    assert not [1 for first, last, _ in found if first < 2 < last and last - first > 1]


def test_the_crumbs_of_a_dry_pen_are_not_cut_and_may_all_be_one_digit() -> None:
    crumbs = [(105 + 20 * i, 100, 117 + 20 * i, 110) for i in range(4)]
    broken = pieces((100, 115, 190, 230), *crumbs)
    (line,) = find_lines(broken)
    assert cut_wide([line], broken.labels)[0] == [line]
    assert (0, 5) in [(found.first, found.last) for found in candidates(line)]
