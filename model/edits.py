"""What must be done to one text to make it another: how much, and which characters correspond."""

from __future__ import annotations

Pair = tuple[int | None, int | None]
"""Places in the one text and the other that correspond; None where nothing does."""


def edit_distance(read: str, label: str) -> int:
    """Return how many characters must be changed, added or left out to make `read` the label."""
    return distances(read, label)[-1][-1]


def distances(read: str, label: str) -> list[list[int]]:
    """Return the edit distance between the first i characters of `read` and the first j of `label`.

    A row for each i, from 0 on, with a column for each j (Wagner and Fischer 1974).
    """
    table = [list(range(len(label) + 1))]
    for i, have in enumerate(read, 1):
        row = [i]
        for j, want in enumerate(label, 1):
            change = table[-1][j - 1] + (have != want)
            row.append(min(change, table[-1][j] + 1, row[j - 1] + 1))
        table.append(row)
    return table


def correspondence(read: str, label: str) -> list[Pair]:
    """Return which characters of `read` and `label` correspond where as few as can be differ.

    Goes back through the table from its end. Of several ways that are as short the one is taken
    that, seen from the end, has a pair first: "13" for "2" is an added 1, and 3 for 2.
    """
    table = distances(read, label)
    pairs: list[Pair] = []
    i, j = len(read), len(label)
    while i or j:
        here = table[i][j]
        if i and j and here == table[i - 1][j - 1] + (read[i - 1] != label[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and here == table[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]
