"""How good a network is on some data, and whether another one is better by more than luck."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from model.dataset import NO_DIGIT, Dataset
from model.network import DIGITS, Array, Network

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.000001)
"""Confidences are compared with what was right between these."""

MANY = 1000
"""Differences from which on the exact test's sums take longer than they are worth."""

Score = dict[str, Any]
"""JSON values: n, right, accuracy, digits, confusion, calibration, calibration_error."""


def answers_of(network: Network, data: Dataset) -> tuple[Array, Array]:
    """(N answers 0-9 or 10 for no digit, N confidences 0..1), as a sender would see them.

    Where the data know no label 10, neither do the answers.
    """
    answers, sure = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    for start in range(0, len(data), 2500):  # bounds the memory
        part = data.take(np.arange(start, min(start + 2500, len(data))))
        digits, refused = network.answers(part.inputs)
        if data.classes == DIGITS:
            refused = np.zeros_like(refused)
        best = digits.max(axis=1) * (1 - refused)
        none = refused > 0.5
        answers.append(np.where(none, NO_DIGIT, digits.argmax(axis=1)))
        sure.append(np.where(none, refused, best).astype(np.float32))
    return np.concatenate(answers), np.concatenate(sure)


def score(labels: Array, answers: Array, sure: Array) -> Score:
    """Return what a card shows: by digit, as a matrix, and how far confidence can be trusted."""
    count, right = len(labels), answers == labels
    matrix = np.zeros((DIGITS + 1, DIGITS + 1), np.int64)  # label × answer
    np.add.at(matrix, (labels, answers), 1)
    calibration, distance = [], 0.0
    for low, high in pairwise(EDGES):
        inside = (sure >= low) & (sure < high)
        if number := int(inside.sum()):
            stated, hit = float(sure[inside].mean()), float(right[inside].mean())
            calibration.append([low, min(high, 1.0), number, stated, hit])
            distance += abs(stated - hit) * number / count
    return {
        "n": count,
        "right": int(right.sum()),
        "accuracy": float(right.mean()) if count else None,
        "digits": [[int(matrix[digit, digit]), int(matrix[digit].sum())] for digit in range(10)],
        "confusion": matrix.tolist(),
        "calibration": calibration,
        "calibration_error": distance,
    }


def score_on(network: Network, data: Dataset) -> Score:
    """Return what a card shows of a network on some data."""
    return score(data.labels, *answers_of(network, data))


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the chance of counts as uneven as these, or more, if both were equally good.

    Of the samples that just one of two networks reads right, each would be the one's or the
    other's like the toss of a coin: McNemar's exact test, two-sided.
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    if count >= MANY:
        return normal(count, fewer)
    tail = sum(math.comb(count, k) for k in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**count))


def normal(count: int, fewer: int) -> float:
    """Return the same by the normal curve, with the correction for whole numbers."""
    z = (count / 2 - fewer - 0.5) / math.sqrt(count / 4)
    return min(1.0, math.erfc(max(z, 0.0) / math.sqrt(2)))


def compare(labels: Array, before: Array, after: Array) -> Score:
    """Return how two networks' answers differ: JSON values."""
    was, now = before == labels, after == labels
    gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
    return {
        "n": len(labels),
        "before": int(was.sum()),
        "after": int(now.sum()),
        "gained": gained,
        "lost": lost,
        "p": mcnemar(lost, gained),
        "changed": int((before != after).sum()),
    }
