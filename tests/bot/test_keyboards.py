import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keyboards import (
    MOST_DIGIT_BUTTONS,
    NUMBERS,
    Press,
    album_keyboard,
    all_digits_keyboard,
    back_to_album,
    consent_keyboard,
    forget_keyboard,
    one_digit_keyboard,
    picked_keyboard,
    read_press,
    restore_button,
    undo_button,
)
from bot.languages import ENGLISH
from bot.messages import Button, Keyboard, Refused
from model.tables import NOT_A_DIGIT, Act, LabelEvent, Labeller, Photo, Prediction, Sample

LARGEST_ID = 10**18 - 1


def samples(count: int, confidence: float = 0.98) -> list[Sample]:
    return [
        Sample(
            id=LARGEST_ID - n,
            photo_id=LARGEST_ID,
            predicted=n % 10,
            position=n,
            confidence=confidence,
        )
        for n in range(count)
    ]


def doubt(sample: Sample, digit: int, other: int) -> None:
    """Read a sample as either of two digits, neither of them surely."""
    chances = np.zeros(10, "<f4")
    chances[digit], chances[other] = 0.5, 0.4
    sample.predicted, sample.confidence = digit, 0.5
    sample.predictions = [Prediction(id=1, probabilities=chances.tobytes())]


def album(count: int) -> list[Photo]:
    return [Photo(id=LARGEST_ID - n, samples=samples(80)) for n in range(count)]


def buttons(keyboard: Keyboard) -> list[Button]:
    return [button for row in keyboard for button in row]


def test_one_digit_can_be_confirmed_corrected_or_refused() -> None:
    (sample,) = samples(1)
    found = buttons(one_digit_keyboard(sample, ENGLISH))
    assert [b.text for b in found] == ["✓ 0", *"0123456789", "Not a digit"]
    assert read_press(found[0].data) == Press("label", (sample.id, 0))
    assert read_press(found[-1].data) == Press("label", (sample.id, NOT_A_DIGIT))


def test_where_it_asks_which_of_two_it_is_those_two_come_first() -> None:
    (sample,) = samples(1)
    doubt(sample, 4, 9)
    for keyboard in (one_digit_keyboard(sample, ENGLISH), picked_keyboard(sample, ENGLISH)):
        assert [b.text for b in keyboard[0]] == ["4", "9"]
        pressed = [read_press(b.data) for b in keyboard[0]]
        assert pressed == [Press("label", (sample.id, digit)) for digit in (4, 9)]
        assert [b.text for b in buttons(keyboard[1:])][:11] == [*"0123456789", "Not a digit"]
    sample.confidence = 0.7
    assert [b.text for b in one_digit_keyboard(sample, ENGLISH)[0]] == ["✓ 4"]
    assert [b.text for b in picked_keyboard(sample, ENGLISH)[0]] == [*"01234"]


def test_of_several_digits_the_one_it_asks_about_comes_first() -> None:
    several = samples(3)
    doubt(several[1], 4, 9)
    keyboard = all_digits_keyboard(several, [None] * 3, None, ENGLISH)
    assert [[b.text for b in row] for row in keyboard] == [
        ["Digit 2: 4", "Digit 2: 9"],
        ["0", "4", "2"],
        ["✓ All right"],
    ]
    pressed = [read_press(b.data) for b in keyboard[0]]
    assert pressed == [Press("label", (several[1].id, digit)) for digit in (4, 9)]
    said = all_digits_keyboard(several, [7, None, None], None, ENGLISH)
    assert [b.text for b in said[0]] == ["✓7", "4", "2"]  # the answer asks no more


def test_of_several_digits_each_has_a_button_that_shows_it_and_what_was_said() -> None:
    keyboard = all_digits_keyboard(samples(3), [None, 7, NOT_A_DIGIT], None, ENGLISH)
    assert [b.text for b in buttons(keyboard)] == ["0", "✓7", "✗", "✓ All right"]


def test_with_all_labelled_there_is_nothing_left_to_confirm_but_to_undo() -> None:
    keyboard = all_digits_keyboard(samples(2), [0, 1], undo_button(5, 6, ENGLISH), ENGLISH)
    assert [b.text for b in buttons(keyboard)] == ["✓0", "✓1", "Undo"]


def test_of_an_album_each_photo_with_digits_has_a_button() -> None:
    first, second = album(2)
    first.samples = samples(3)
    for sample, label in zip(first.samples, (0, 5, NOT_A_DIGIT), strict=True):
        sample.events = [LabelEvent(act=Act.LABEL, label=label, labelled_by=Labeller.SENDER)]
    photos = [first, Photo(id=5, samples=[]), second]
    keyboard = album_keyboard(photos, restore_button(1, 2, ENGLISH), ENGLISH)
    assert [b.text for b in buttons(keyboard)] == [
        "✓ 1: 05✗",
        "3: 0123456…",
        "✓ All right",
        "Undo",
    ]
    assert album_keyboard(photos[1:2], None, ENGLISH) == ()


def test_the_fullest_keyboards_stay_within_telegrams_limits() -> None:
    many = samples(200)
    doubt(many[-1], 4, 9)
    undo = undo_button(LARGEST_ID, LARGEST_ID, ENGLISH)
    for keyboard in (
        all_digits_keyboard(many, [None] * 200, undo, ENGLISH),
        picked_keyboard(many[0], ENGLISH),
        consent_keyboard(LARGEST_ID, ENGLISH),
        forget_keyboard(LARGEST_ID, ENGLISH),
        album_keyboard(album(10), restore_button(LARGEST_ID, LARGEST_ID, ENGLISH), ENGLISH),
        ((back_to_album(LARGEST_ID, ENGLISH),),),
    ):
        assert len(buttons(keyboard)) <= 100
        assert all(1 <= len(b.data.encode()) <= 64 for b in buttons(keyboard))
        assert all(len(row) <= 8 for row in keyboard)
        for button in buttons(keyboard):
            read_press(button.data)
    assert (
        len(buttons(all_digits_keyboard(many, [None] * 200, undo, ENGLISH)))
        == MOST_DIGIT_BUTTONS + 4
    )


@pytest.mark.parametrize("keyboard", [consent_keyboard(7, ENGLISH), forget_keyboard(7, ENGLISH)])
def test_questions_are_answered_with_yes_or_no(keyboard: Keyboard) -> None:
    yes, no = buttons(keyboard)
    assert yes.text.startswith("Yes")
    assert no.text.startswith("No")


@pytest.mark.parametrize(
    "data",
    ["", "label", "label:1", "label:1:11", "label:1:-1", "label:x:1", "label:1:2:3", "drop:1",
     "label:1:2 ", "LABEL:1:2", "label:9999999999999999999:1", "label:١:2", "'; DROP TABLE photos"],
)  # fmt: skip
def test_forged_data_is_refused(data: str) -> None:
    with pytest.raises(Refused):
        read_press(data)


@given(st.text(max_size=64))
def test_any_data_means_something_or_is_refused(data: str) -> None:
    try:
        press = read_press(data)
    except Refused:
        return
    assert len(press.numbers) == NUMBERS[press.action]
