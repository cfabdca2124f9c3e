"""Regions: which pixels of a mask hang together, by runs and in NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int32]


def label_regions(mask: NDArray[np.bool_], gap: int = 0) -> tuple[Labels, int]:
    """Return H×W labels of the connected regions of `mask`, numbered from 1, and their count.

    Ink that is at most `gap` pixels apart is connected: a dry pen leaves such holes. Works on
    runs (maximal rows of ink pixels): runs of neighbouring rows that touch are joined by passing
    on the smallest number until nothing changes.
    """
    height, width = mask.shape
    grown = np.zeros((height, width + 1), bool)  # a column of paper ends each row's last run
    grown[:, :width] = mask
    grow(grown[:, :width], gap)
    flat = grown.reshape(-1)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if flat[0]:
        changes = np.concatenate([[0], changes])
    starts, stops = changes[::2], changes[1::2]  # stops are just outside
    parents = join_runs(starts, stops, width + 1)
    roots, numbers = np.unique(parents, return_inverse=True)
    values = np.zeros(len(changes) + 1, np.int32)
    values[1::2] = numbers + 1
    spans = np.diff(changes, prepend=0, append=flat.size)
    labels = np.repeat(values, spans).reshape(height, width + 1)[:, :width]
    return labels * mask, len(roots)


def grow(mask: NDArray[np.bool_], gap: int) -> None:
    """Spread every pixel of `mask` to the right and down by `gap` pixels, in place.

    Two pixels that were `gap` apart touch then; their regions are what they would be if both had
    been spread by half of it.
    """
    for axis in (mask.T, mask):
        reached = 0
        while reached < gap:
            step = min(reached + 1, gap - reached)
            axis[step:] |= axis[:-step].copy()
            reached += step


def join_runs(
    starts: NDArray[np.int64], stops: NDArray[np.int64], stride: int
) -> NDArray[np.int64]:
    """Return for each run the smallest run that it is connected with."""
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
