"""The buttons, and what is written in them: a button carries its whole meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.captions import is_sure, least_sure, runner_up
from bot.messages import Button, Keyboard, Refused
from bot.texts import Texts
from model.labels import sender_label
from model.tables import NOT_A_DIGIT, Photo, Sample

MOST_DIGIT_BUTTONS = 80
"""Telegram takes 100 buttons; some are needed below the digits."""

MOST_OF_TITLE = 8
"""Characters of a reading on a button: three of them stand side by side."""

PRESS_FORM = re.compile(r"([a-z]+)((?::\d{1,18})*)", re.ASCII)
NUMBERS = {
    "keep": 1,  # the person asked
    "discard": 1,
    "forget": 1,
    "stay": 1,
    "label": 2,  # sample, label
    "pick": 1,  # sample
    "back": 1,  # photo
    "confirm": 1,  # photo
    "undo": 2,  # photo, the inbox row that caused it
    "photo": 1,  # photo: show it alone
    "album": 1,  # photo: show all of its album
    "right": 1,  # photo: confirm all of its album
    "restore": 2,  # photo of the album, the inbox row that caused it
}
"""How many numbers follow an action in a button's data."""

ABOUT_PHOTOS = {"back", "confirm", "undo", "photo", "album", "right", "restore"}
"""The actions whose first number is a photo."""


@dataclass(frozen=True)
class Press:
    """What a pressed button means."""

    action: str
    numbers: tuple[int, ...]


def read_press(data: str) -> Press:
    """Return the meaning of a button's data; raises `Refused`."""
    match = PRESS_FORM.fullmatch(data)
    if match is None:
        raise Refused(lambda texts: texts.unknown_button)
    action, numbers = match[1], tuple(int(number) for number in match[2].split(":")[1:])
    if len(numbers) != NUMBERS.get(action):
        raise Refused(lambda texts: texts.unknown_button)
    if action == "label" and numbers[1] > NOT_A_DIGIT:
        raise Refused(lambda texts: texts.unknown_button)
    return Press(action, numbers)


def photo_pressed(data: str) -> tuple[int | None, int | None]:
    """Return the photo, else the sample, that a button is about."""
    try:
        press = read_press(data)
    except Refused:
        return None, None
    number = press.numbers[0]
    if press.action in ("label", "pick"):
        return None, number
    return (number, None) if press.action in ABOUT_PHOTOS else (None, None)


def consent_keyboard(user_id: int, texts: Texts) -> Keyboard:
    """Ask whether photos may be kept; only `user_id` can answer."""
    yes = Button(texts.yes_keep, f"keep:{user_id}")
    return ((yes, Button(texts.no_keep, f"discard:{user_id}")),)


def forget_keyboard(user_id: int, texts: Texts) -> Keyboard:
    """Ask whether everything is to be deleted; only `user_id` can answer."""
    yes = Button(texts.yes_forget, f"forget:{user_id}")
    return ((yes, Button(texts.no_forget, f"stay:{user_id}")),)


def digit_rows(sample_id: int, texts: Texts) -> Keyboard:
    """Return the ten digits and `Not a digit`, for one sample."""
    digits = [Button(str(digit), f"label:{sample_id}:{digit}") for digit in range(10)]
    not_a_digit = Button(texts.not_a_digit, f"label:{sample_id}:{NOT_A_DIGIT}")
    return tuple(digits[:5]), tuple(digits[5:]), (not_a_digit,)


def either_row(sample: Sample, form: str = "{digit}") -> tuple[Button, ...]:
    """Return the two digits that an unsure answer asks about, the likelier one first.

    The question is most often answered with one of them: they stand where the thumb looks first.
    """
    place = sample.position + 1
    return tuple(
        Button(form.format(digit=digit, place=place), f"label:{sample.id}:{digit}")
        for digit in (sample.predicted, runner_up(sample))
    )


def one_digit_keyboard(sample: Sample, texts: Texts) -> Keyboard:
    """Confirm or correct the only digit of a photo, or say which of two it is."""
    text = texts.confirm_one.format(digit=sample.predicted)
    confirm = Button(text, f"label:{sample.id}:{sample.predicted}")
    first = (confirm,) if is_sure(sample) else either_row(sample)
    return first, *digit_rows(sample.id, texts)


def picked_keyboard(sample: Sample, texts: Texts) -> Keyboard:
    """Correct one of several digits."""
    first = () if is_sure(sample) else (either_row(sample),)
    back = Button(texts.back, f"back:{sample.photo_id}")
    return *first, *digit_rows(sample.id, texts), (back,)


def all_digits_keyboard(
    samples: Sequence[Sample], labels: Sequence[int | None], undo: Button | None, texts: Texts
) -> Keyboard:
    """Pick a digit to correct, or confirm all; those with a label show it, marked.

    Until the sender has said anything, the answer may ask which of two the least sure one is.
    """
    buttons = [
        Button(shown(sample.predicted, label), f"pick:{sample.id}")
        for sample, label in zip(samples, labels, strict=True)
    ][:MOST_DIGIT_BUTTONS]
    width = 8 if len(buttons) > 8 else len(buttons)
    rows = [tuple(buttons[start : start + width]) for start in range(0, len(buttons), width)]
    least = least_sure(samples)
    if not is_sure(least) and all(label is None for label in labels):
        rows.insert(0, either_row(least, texts.either))
    last = [undo] if undo else []
    if None in labels:
        last.insert(0, Button(texts.confirm_all, f"confirm:{samples[0].photo_id}"))
    return *rows, tuple(last)


def shown(predicted: int, label: int | None) -> str:
    """Return the text of a digit's button."""
    if label is None:
        return str(predicted)
    return "✗" if label == NOT_A_DIGIT else f"✓{label}"


def undo_button(photo_id: int, row_id: int, texts: Texts) -> Button:
    """Take back what the update in an inbox row said about a photo."""
    return Button(texts.undo, f"undo:{photo_id}:{row_id}")


def album_keyboard(photos: Sequence[Photo], undo: Button | None, texts: Texts) -> Keyboard:
    """Pick a photo of an album to correct, or confirm all; those that are done are marked."""
    buttons = [
        Button(photo_title(number, photo), f"photo:{photo.id}")
        for number, photo in enumerate(photos, 1)
        if photo.samples
    ]
    rows = [tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3)]
    last = [undo] if undo else []
    if any(sender_label(sample) is None for photo in photos for sample in photo.samples):
        last.insert(0, Button(texts.confirm_all, f"right:{photos[0].id}"))
    return *rows, *([tuple(last)] if last else [])


def photo_title(number: int, photo: Photo) -> str:
    """Return the text of a photo's button."""
    labels = [sender_label(sample) for sample in photo.samples]
    shown = "".join(
        str(sample.predicted) if label is None else "✗" if label == NOT_A_DIGIT else str(label)
        for sample, label in zip(photo.samples, labels, strict=True)
    )
    shown = shown if len(shown) <= MOST_OF_TITLE else shown[: MOST_OF_TITLE - 1] + "…"
    return f"{number}: {shown}" if None in labels else f"✓ {number}: {shown}"


def restore_button(photo_id: int, row_id: int, texts: Texts) -> Button:
    """Take back what the update in an inbox row said about the photos of an album."""
    return Button(texts.undo, f"restore:{photo_id}:{row_id}")


def back_to_album(photo_id: int, texts: Texts) -> Button:
    """Show all photos of an album again."""
    return Button(texts.back_to_album, f"album:{photo_id}")
