"""Pixels to regions."""

import numpy as np
import pytest

from model.regions import border_contact, label_regions


def flood(mask: np.ndarray) -> int:
    """The number of 8-connected regions, counted the slow way."""
    left, count = {tuple(p) for p in np.argwhere(mask)}, 0
    while left:
        count += 1
        todo = [left.pop()]
        while todo:
            y, x = todo.pop()
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    if (y + dy, x + dx) in left:
                        left.remove((y + dy, x + dx))
                        todo.append((y + dy, x + dx))
    return count


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.6])
def test_regions_are_those_of_a_flood_fill(share: float) -> None:
    mask = np.random.default_rng(1).random((40, 53)) < share
    labels, count = label_regions(mask)
    assert count == flood(mask)
    assert ((labels > 0) == mask).all()
    for region in range(1, count + 1):
        assert flood(labels == region) == 1


def test_regions_of_an_empty_and_of_a_full_mask() -> None:
    assert label_regions(np.zeros((5, 6), bool))[1] == 0
    assert label_regions(np.ones((5, 6), bool))[1] == 1


def test_a_small_gap_is_bridged_and_a_larger_one_is_not() -> None:
    mask = np.zeros((20, 40), bool)
    mask[10, 5:15] = mask[10, 18:30] = True  # three empty pixels between
    assert label_regions(mask, gap=2)[1] == 2
    assert label_regions(mask, gap=3)[1] == 1
    assert (label_regions(mask, gap=3)[0][10, 15:18] == 0).all()


def test_what_lies_on_the_border_is_counted_once() -> None:
    mask = np.zeros((20, 30), bool)
    mask[:5, :4] = True  # in a corner
    mask[10, 10:15] = True  # nowhere near
    mask[-1, 20:23] = True
    labels, count = label_regions(mask)
    assert border_contact(labels, count).tolist() == [8, 0, 3]
