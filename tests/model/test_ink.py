"""Contrast to pieces of ink."""

import numpy as np
import pytest

from model.ink import find_pieces, ink_threshold, label_regions


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


def test_faint_pencil_beside_a_black_pen_is_found_whole() -> None:
    contrast = np.random.default_rng(2).normal(0.01, 0.005, (200, 300)).clip(0).astype(np.float32)
    contrast[50:150, 50:60] = 0.8
    contrast[50:150, 200:206] = 0.12
    pieces = find_pieces(contrast)
    assert len(pieces) == 2
    assert pieces.boxes.tolist() == [[50, 50, 60, 150], [200, 50, 206, 150]]
    assert pieces.strengths == pytest.approx([0.8, 0.12], abs=0.02)


def test_noise_and_specks_are_no_ink() -> None:
    contrast = np.random.default_rng(3).normal(0.02, 0.01, (200, 300)).clip(0).astype(np.float32)
    contrast[20, 20] = 0.9
    assert len(find_pieces(contrast)) == 0


def test_the_threshold_follows_the_noise_of_the_paper() -> None:
    quiet = np.abs(np.random.default_rng(4).normal(0, 0.002, (90, 90))).astype(np.float32)
    loud = np.abs(np.random.default_rng(4).normal(0, 0.03, (90, 90))).astype(np.float32)
    loud[40:50, 40:50] = quiet[40:50, 40:50] = 0.9
    assert ink_threshold(quiet) < 0.06 < ink_threshold(loud)
