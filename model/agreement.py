"""How far senders and operators say the same, where both have said something."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from model.tables import NOT_A_DIGIT, Sample

LABELS = NOT_A_DIGIT + 1


@dataclass(frozen=True)
class Agreement:
    """Samples counted by what their sender (rows) and an operator (columns) say of them."""

    table: NDArray[np.int64]
    """11×11; the last row and column are "not a digit"."""

    @property
    def samples(self) -> int:
        """How many both have labelled."""
        return int(self.table.sum())

    @property
    def share(self) -> float:
        """Of those, how many they agree on, 0..1; NaN of none."""
        return float(self.table.trace() / self.samples) if self.samples else math.nan

    @property
    def kappa(self) -> float:
        """Cohen's kappa: agreement beyond what chance alone would give, 1 at most; NaN of none.

        With p the share they agree on, and e the share if each had drawn their labels at random,
        as often as they use them: (p - e) / (1 - e) (Cohen 1960).
        """
        if not self.samples:
            return math.nan
        rows, columns = self.table.sum(axis=1), self.table.sum(axis=0)
        by_chance = float(rows @ columns) / self.samples**2
        if by_chance == 1:
            return 1.0  # both have only ever used one label, the same
        return (self.share - by_chance) / (1 - by_chance)


def count_agreement(session: Session) -> Agreement:
    """Return the table, read from an index alone; numbers, so it may include what expires."""
    query = (
        select(Sample.sender_label, Sample.operator_label, func.count())
        .where(Sample.sender_label.is_not(None), Sample.operator_label.is_not(None))
        .group_by(Sample.sender_label, Sample.operator_label)
    )
    table = np.zeros((LABELS, LABELS), np.int64)
    for sender, operator, count in session.execute(query):
        table[sender, operator] = count
    return Agreement(table)
