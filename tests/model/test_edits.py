"""Which characters of two texts correspond."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.edits import Pair, correspondence, edit_distance

TEXTS = st.text("0123", max_size=8)


@pytest.mark.parametrize(
    ("read", "label", "pairs"),
    [
        ("407", "407", [(0, 0), (1, 1), (2, 2)]),
        ("47", "407", [(0, 0), (None, 1), (1, 2)]),
        ("4071", "407", [(0, 0), (1, 1), (2, 2), (3, None)]),
        ("467", "407", [(0, 0), (1, 1), (2, 2)]),
        ("234", "1234", [(None, 0), (0, 1), (1, 2), (2, 3)]),
        ("13", "2", [(0, None), (1, 0)]),
        ("88", "", [(0, None), (1, None)]),
        ("", "12", [(None, 0), (None, 1)]),
        ("", "", []),
    ],
)
def test_characters_correspond_where_as_few_as_can_be_differ(
    read: str, label: str, pairs: list[Pair]
) -> None:
    assert correspondence(read, label) == pairs


@given(TEXTS, TEXTS)
def test_the_pairs_hold_every_character_in_order_and_cost_the_distance(
    read: str, label: str
) -> None:
    pairs = correspondence(read, label)
    assert [i for i, _ in pairs if i is not None] == list(range(len(read)))
    assert [j for _, j in pairs if j is not None] == list(range(len(label)))
    wrong = sum(i is None or j is None or read[i] != label[j] for i, j in pairs)
    assert wrong == edit_distance(read, label)
