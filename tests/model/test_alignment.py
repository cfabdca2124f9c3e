import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.alignment import TooManyDigits, align
from model.tables import NOT_A_DIGIT


def chances(*digits: int, sure: float = 0.9) -> np.ndarray:
    rows = np.full((len(digits), 10), (1 - sure) / 9, np.float32)
    rows[np.arange(len(digits)), digits] = sure
    return rows


def nothing(count: int) -> np.ndarray:
    return np.full(count, 0.01, np.float32)


def test_as_many_digits_are_taken_in_order_whatever_was_read() -> None:
    assert align(chances(1, 2, 3), nothing(3), [7, 8, 9]) == [7, 8, 9]


def test_a_speck_between_digits_is_left_over() -> None:
    assert align(chances(4, 1, 0, 7), nothing(4), [4, 0, 7]) == [4, NOT_A_DIGIT, 0, 7]


def test_a_misread_digit_is_still_found_between_its_neighbours() -> None:
    # the 0 was read as 6, and a blot at the end as 1
    assert align(chances(4, 6, 7, 1), nothing(4), [4, 0, 7]) == [4, 0, 7, NOT_A_DIGIT]


def test_what_looks_like_no_digit_is_left_over_first() -> None:
    no_digit = np.array([0.01, 0.9, 0.01], np.float32)
    assert align(chances(5, 5, 5), no_digit, [5, 5]) == [5, NOT_A_DIGIT, 5]


def test_a_blot_that_resembles_the_digit_more_than_the_digit_itself_is_still_left_over() -> None:
    read = chances(5, 3, sure=0.5)
    read[1, 5] = 0.02  # the 5 that was typed was read as 3
    assert align(read, np.array([0.9, 0.0], np.float32), [5]) == [NOT_A_DIGIT, 5]


def test_more_digits_than_found_are_refused() -> None:
    with pytest.raises(TooManyDigits, match="Only 2"):
        align(chances(1, 2), nothing(2), [1, 2, 3])


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.data())
def test_the_typed_digits_stand_in_the_labels_in_order(
    read: list[int], data: st.DataObject
) -> None:
    typed = data.draw(st.lists(st.integers(0, 9), max_size=len(read)))
    labels = align(chances(*read), nothing(len(read)), typed)
    assert [label for label in labels if label != NOT_A_DIGIT] == typed
    assert len(labels) == len(read)
