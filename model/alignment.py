"""Which of the digits found belong to the digits somebody typed, where fewer were typed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.tables import NOT_A_DIGIT


class TooManyDigits(ValueError):
    """More digits were typed than found; `found` says how many there are."""

    def __init__(self, found: int) -> None:
        super().__init__(f"Only {found} digits were found in the photo.")
        self.found = found


def align(
    probabilities: NDArray[np.float32], no_digit: NDArray[np.float32], typed: Sequence[int]
) -> list[int]:
    """Return a label for each of N samples: the typed digits in order, `NOT_A_DIGIT` for the rest.

    `probabilities` is N×10 and `no_digit` N, both 0..1. Of all ways to lay the M typed digits on
    the N samples in order, the one with the greatest summed probability is chosen. As in the
    longest common subsequence: best[n, m] is the greatest sum for the first n samples and m
    digits, and the nth sample either is no digit or takes the mth. Raises `TooManyDigits`.
    """
    found, count = len(probabilities), len(typed)
    if count > found:
        raise TooManyDigits(found)
    best = np.full((found + 1, count + 1), -np.inf)
    best[0, 0] = 0
    taken = np.zeros((found + 1, count + 1), bool)
    for n in range(1, found + 1):
        best[n] = best[n - 1] + no_digit[n - 1]
        for m in range(1, min(n, count) + 1):
            chance = probabilities[n - 1, typed[m - 1]] * (1 - no_digit[n - 1])
            if best[n - 1, m - 1] + chance > best[n, m]:
                best[n, m] = best[n - 1, m - 1] + chance
                taken[n, m] = True
    labels = [NOT_A_DIGIT] * found
    m = count
    for n in range(found, 0, -1):
        if taken[n, m]:
            m -= 1
            labels[n - 1] = typed[m]
    return labels
