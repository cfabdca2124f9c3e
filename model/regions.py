"""Regions: which pixels of a mask hang together, by runs and in NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]
Places = NDArray[np.intp]


def label_regions(mask: NDArray[np.bool_], gap: int = 0) -> tuple[Labels, int]:
    """Return H×W labels of the connected regions of `mask`, numbered from 1, and their count.

    Ink that is at most `gap` pixels apart is connected: a dry pen leaves such holes.
    """
    at = np.flatnonzero(mask)
    labels = np.zeros(mask.shape, np.int32)
    labels.reshape(-1)[at], count = regions_of(at, mask, gap)
    return labels, count


def regions_of(at: Places, mask: NDArray[np.bool_], gap: int) -> tuple[Places, int]:
    """Return the region, numbered from 1, of each of `mask`'s pixels, and how many there are.

    `at` are the pixels' places in the flat mask. Works on runs (maximal rows of pixels): runs of
    neighbouring rows that touch are joined by passing on the smallest number until nothing changes.
    """
    height, width = mask.shape
    stride = width + gap + 1  # room to grow to the right, and a column that ends each row's runs
    padded = np.zeros((height, stride), bool)
    padded[:, :width] = mask
    grown = padded.reshape(-1)
    spread_on(grown, gap, 1)
    spread_on(grown, gap, stride)
    changes = np.flatnonzero(grown[1:] != grown[:-1]) + 1
    if grown[0]:
        changes = np.concatenate([[0], changes])
    starts, stops = changes[::2], changes[1::2]
    parents = join_runs(starts, stops, stride)
    roots = parents == np.arange(len(parents))
    numbers = np.cumsum(roots)[parents]
    places = at + (gap + 1) * (at // width)  # of the mask's pixels, which all lie in runs
    counts = np.searchsorted(places, stops) - np.searchsorted(places, starts)
    return np.repeat(numbers, counts), int(np.count_nonzero(roots))


def spread_on(flat: NDArray[np.bool_], gap: int, step: int) -> None:
    """Spread every pixel of a flat picture onwards by `gap` places, `step` apart, in place.

    Two pixels that were `gap` apart touch then; their regions are what they would be if both had
    been spread by half of it.
    """
    reached = 0
    while reached < gap:
        further = min(reached + 1, gap - reached)
        flat[further * step :] |= flat[: -further * step]
        reached += further


def join_runs(
    starts: NDArray[np.int64], stops: NDArray[np.int64], stride: int
) -> NDArray[np.int64]:
    """Return for each run, `starts` to `stops` (outside), the smallest it is connected with."""
    first = np.searchsorted(stops, starts + stride, side="left")  # touch from the left below
    last = np.searchsorted(starts, stops + stride, side="right")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    below = np.repeat(first, counts) + offsets
    parents = np.arange(len(starts))
    while True:
        smallest = np.minimum(parents[above], parents[below])
        if np.array_equal(smallest, parents[above]) and np.array_equal(smallest, parents[below]):
            return parents
        np.minimum.at(parents, parents[above], smallest)
        np.minimum.at(parents, parents[below], smallest)
        np.minimum.at(parents, above, smallest)
        np.minimum.at(parents, below, smallest)
        parents = parents[parents]


def border_contact(labels: Labels, count: int) -> NDArray[np.int64]:
    """Return how many pixels each of `count` regions has on the picture's border."""
    border = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    return np.bincount(border, minlength=count + 1)[1:]
