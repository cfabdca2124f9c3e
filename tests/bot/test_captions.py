import numpy as np
import pytest

from bot.captions import percent, read_caption, saved_caption, turn_note
from bot.languages import ENGLISH
from model.reading import Reading
from model.tables import NOT_A_DIGIT, Prediction, Sample


def samples(text: str, confidence: float = 0.98, least: float | None = None) -> list[Sample]:
    """Return samples that were read as `text`, lines apart by a slash; the last is least sure."""
    found: list[Sample] = []
    for line, digits in enumerate(text.split("/")):
        for digit in map(int, digits):
            chances = np.zeros(10, "<f4")
            chances[digit], chances[(digit + 1) % 10] = 0.6, 0.3
            sample = Sample(position=len(found), line=line, predicted=digit, confidence=confidence)
            sample.predictions = [Prediction(id=1, probabilities=chances.tobytes())]
            found.append(sample)
    if least is not None:
        found[-1].confidence = least
    return found


@pytest.mark.parametrize(
    ("read", "least", "caption"),
    [
        ("7", 0.98, "7, 98 % sure"),
        ("7", 1.0, "7, 99 % sure"),
        ("8", 0.5, "8, but not sure: 8 or 9?"),
        ("407", 0.8, "407\n\nAt least 80 % sure of each digit"),
        ("12/34", 0.98, "12\n34\n\nAt least 98 % sure of each digit"),
        ("407", 0.5, "407\n\nNot sure of digit 3: 7 or 8?"),
    ],
)
def test_what_was_read_and_how_sure(read: str, least: float, caption: str) -> None:
    assert read_caption(samples(read, least=least), ENGLISH) == caption


@pytest.mark.parametrize(
    ("read", "labels", "kept", "caption"),
    [
        ("7", [4], True, "Saved: 4. Thank you!"),
        ("7", [NOT_A_DIGIT], True, "Saved: not a digit. Thank you!"),
        ("407", [4, 0, 9], True, "Saved: 409. Thank you!"),
        ("407", [4, NOT_A_DIGIT, 9], True, "Saved: 4✗9. Thank you!"),
        ("407", [None, 6, None], True, "467\n\nSaved so far: ·6·"),
        ("407", [4, 0, 7], False, "Saved for 24 hours: 407. Say yes in /privacy to keep it."),
    ],
)
def test_what_was_saved(read: str, labels: list[int | None], kept: bool, caption: str) -> None:
    assert saved_caption(samples(read), labels, kept, ENGLISH) == caption


def test_the_longest_reading_fits_into_a_caption() -> None:
    many = samples("/".join(["1234567890"] * 200))
    assert len(read_caption(many, ENGLISH)) <= 1024
    assert len(saved_caption(many, [None] * 2000, True, ENGLISH)) <= 1024
    assert len(saved_caption(many, [5] * 2000, True, ENGLISH)) <= 1024


def test_nothing_is_a_hundred_percent_sure() -> None:
    assert percent(0.99999) == 99


@pytest.mark.parametrize(
    ("turned", "way_up", "note"),
    [
        (0, 0.9, ""),
        (0, None, ""),
        (1, 0.52, "I read it turned left by 90 degrees, 52 % sure that this way is up."),
        (2, 0.8, "I read it turned by 180 degrees, 80 % sure that this way is up."),
        (3, 1.0, "I read it turned right by 90 degrees, 99 % sure that this way is up."),
    ],
)
def test_which_way_up_a_photo_was_read_and_how_sure_that_is(
    turned: int, way_up: float | None, note: str
) -> None:
    reading = Reading((), 9, 9, "image/png", turned=turned, way_up=way_up)
    assert turn_note(reading, ENGLISH) == note
