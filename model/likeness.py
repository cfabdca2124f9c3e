"""Look-alikes: a coarse signature of a 28×28, and how far two of them lie apart.

The picture is divided into 7×7 blocks of 4×4 pixels; a block darker than the mean is a bit of the
signature. Near-duplicates share it, or differ in the blocks nearest to the mean: `probes` lists
the signatures that such a neighbour may have, so that an index finds all candidates.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

BLOCKS = 7
BITS = BLOCKS * BLOCKS
WAVERING = 6
"""Blocks nearest to the mean, each of which a neighbour may have on the other side."""

ALIKE = 0.08
"""Distance below which two samples are the same ink: a photo sent twice, or compressed anew.

Of photos compressed anew three digits in four lie nearer than 0.04; the nearest other digit among
a few hundred is nearer than 0.15 for one in twenty, mostly a 1.
"""

WEIGHTS = 1 << np.arange(BITS, dtype=np.int64)


def block_means(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean of each block: 28×28 -> 49."""
    blocks = pixels.reshape(BLOCKS, 4, BLOCKS, 4).astype(np.float32)
    means: NDArray[np.float32] = blocks.mean(axis=(1, 3)).ravel()
    return means


def signature(pixels: NDArray[np.uint8]) -> int:
    """Return the signature of a 28×28, 49 bits."""
    means = block_means(pixels)
    return int(WEIGHTS[means > means.mean()].sum())


def probes(pixels: NDArray[np.uint8]) -> list[int]:
    """Return the signatures that near-duplicates of a 28×28 may have, its own first."""
    means = block_means(pixels)
    level = means.mean()
    own = int(WEIGHTS[means > level].sum())
    nearest = np.argsort(np.abs(means - level), kind="stable")[:WAVERING]
    bits = [int(WEIGHTS[block]) for block in nearest]
    found = []
    for size in range(len(bits) + 1):
        for chosen in combinations(bits, size):
            found.append(own ^ sum(chosen))
    return found


def distances(pixels: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how far N others (N×784) lie from a 28×28: 0 the same ink, 1 none in common.

    The sum of differences over the sum of both inks.
    """
    ours = pixels.reshape(1, 784).astype(np.float32)
    theirs = others.reshape(-1, 784).astype(np.float32)
    apart = np.abs(ours - theirs).sum(axis=1)
    share: NDArray[np.float32] = apart / np.maximum(ours.sum() + theirs.sum(axis=1), 1)
    return share
