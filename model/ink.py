"""What is ink: from contrast to pieces, the connected strokes of the picture.

Every piece is held against its own strength, so that faint pencil stands beside a black felt pen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

NOISE_FACTOR = 5.0
"""A pixel counts as ink from this many standard deviations of the paper's noise on."""

FAINTEST = 0.045
"""Contrast below which nothing counts as ink, however clean the paper is."""

SEED_FACTOR = 1.8
"""A piece needs a core this many times over the threshold."""

OWN_SHARE = 0.33
"""A piece's edge lies where contrast falls to this share of its own strength."""

WHOLE, ACROSS_SHARE = 0.9, 0.6
"""A piece longer than this share of the picture is digits strung together by something fainter
(a crease, a shadow's edge): its ink lies nearer to its strength."""

BRIDGED_GAP = 0.004
"""Ink this far apart, as a share of the longer side, belongs to one stroke."""

SMALLEST = 0.012
"""Pieces smaller both ways than this share of the longer side are specks."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The connected strokes: piece i has the value i + 1 in `labels`."""

    labels: Labels
    """H×W; 0 is paper."""
    boxes: NDArray[np.int64]
    """N×4: x0, y0, x1, y1; x1 and y1 are just outside."""
    strengths: Floats
    """N; the contrast of each piece's core."""
    areas: NDArray[np.int64]
    """N; pixels of ink."""

    def __len__(self) -> int:
        """Return how many pieces there are."""
        return len(self.boxes)


def find_pieces(contrast: Floats) -> Pieces:
    """Return the pieces of ink in an H×W picture of contrast."""
    threshold = ink_threshold(contrast)
    gap = round(BRIDGED_GAP * max(contrast.shape))
    labels, count = label_regions(contrast > threshold, gap)
    strengths = core_strengths(contrast, labels, count)
    boxes, _ = measure(labels, count)
    across = (boxes[:, 2:] - boxes[:, :2] > WHOLE * np.array(contrast.shape[::-1])).any(axis=1)
    own = np.where(across, ACROSS_SHARE, OWN_SHARE)
    shares = np.concatenate([[np.inf], np.maximum(own * strengths, threshold)])
    labels, count = label_regions(contrast > shares.astype(np.float32)[labels], gap)
    strengths = core_strengths(contrast, labels, count)
    boxes, areas = measure(labels, count)
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    keep = (sides >= SMALLEST * max(contrast.shape)) & (strengths > SEED_FACTOR * threshold)
    return select(Pieces(labels, boxes, strengths, areas), keep)


def ink_threshold(contrast: Floats) -> float:
    """Return the contrast above which a pixel may be ink, from the noise of the paper."""
    sample = contrast[::3, ::3]
    middle = float(np.median(sample))
    paper = sample[sample <= middle * 2 + 0.02]
    noise = 1.4826 * float(np.median(np.abs(paper - np.median(paper))))
    strongest = float(np.quantile(sample, 0.995))
    return max(FAINTEST, min(middle + NOISE_FACTOR * noise, 0.4 * strongest))


def label_regions(mask: NDArray[np.bool_], gap: int = 0) -> tuple[Labels, int]:
    """Return H×W labels of the connected regions of `mask`, numbered from 1, and their count.

    Ink that is at most `gap` pixels apart is connected: a dry pen leaves such holes. Works on
    runs (maximal rows of ink pixels): runs of neighbouring rows that touch are joined by passing
    on the smallest number until nothing changes.
    """
    height, width = mask.shape
    grown = grow(mask, gap)
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = grown
    edges = np.diff(padded.reshape(-1))
    starts = np.flatnonzero(edges == 1) + 1  # positions in the padded rows
    stops = np.flatnonzero(edges == -1) + 1  # just outside
    parents = join_runs(starts, stops, width + 2)
    roots, numbers = np.unique(parents, return_inverse=True)
    labels = np.zeros((height, width), np.int32)
    labels[grown] = np.repeat(numbers + 1, stops - starts)
    labels *= mask
    return labels, len(roots)


def grow(mask: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Return `mask` with every pixel spread to the right and down by `gap` pixels.

    Two pixels that were `gap` apart touch then; their regions are what they would be if both had
    been spread by half of it.
    """
    grown = mask.copy()
    for step in range(1, gap + 1):
        grown[:, step:] |= mask[:, :-step]
    wide = grown.copy()
    for step in range(1, gap + 1):
        grown[step:] |= wide[:-step]
    return grown


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


def core_strengths(contrast: Floats, labels: Labels, count: int) -> Floats:
    """Return each region's strength: its mean contrast, weighted by contrast."""
    flat = labels.reshape(-1)
    inked = np.flatnonzero(flat)
    of, values = flat[inked] - 1, contrast.reshape(-1)[inked].astype(np.float64)
    total = np.bincount(of, values, count)
    squares = np.bincount(of, values * values, count)
    return (squares / np.maximum(total, 1e-9)).astype(np.float32)


def measure(labels: Labels, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the regions' boxes (N×4: x0, y0, x1, y1) and areas (N, in pixels)."""
    y, x = np.nonzero(labels)
    of = labels[y, x] - 1
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = max(labels.shape), 0
    np.minimum.at(boxes[:, 0], of, x)
    np.minimum.at(boxes[:, 1], of, y)
    np.maximum.at(boxes[:, 2], of, x + 1)
    np.maximum.at(boxes[:, 3], of, y + 1)
    return boxes, np.bincount(of, minlength=count)


def select(pieces: Pieces, keep: NDArray[np.bool_]) -> Pieces:
    """Return only the pieces where `keep` is true, numbered anew."""
    numbers = np.zeros(len(pieces) + 1, np.int32)
    numbers[1:][keep] = np.arange(1, keep.sum() + 1)
    return Pieces(
        numbers[pieces.labels], pieces.boxes[keep], pieces.strengths[keep], pieces.areas[keep]
    )
