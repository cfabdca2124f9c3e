"""How a photo is answered, and what that answer shows after each press."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.captions import label_text, read_caption, saved_caption, turn_note
from bot.corrections import newest_cause
from bot.keyboards import (
    MOST_DIGIT_BUTTONS,
    all_digits_keyboard,
    one_digit_keyboard,
    picked_keyboard,
    undo_button,
)
from bot.messages import Button, Keyboard, Say
from bot.pictures import draw_samples
from bot.texts import Texts
from model.labels import sender_label
from model.reading import Reading
from model.tables import Photo, Sample


@dataclass(frozen=True)
class View:
    """What an answer shows of a photo at one moment."""

    text: str
    keyboard: Keyboard


def view_photo(photo: Photo, texts: Texts) -> View:
    """Return what was read, or what the sender said of it, and the buttons that go with it."""
    cause = newest_cause([photo])
    undo = None if cause is None else undo_button(photo.id, cause, texts)
    return View(caption_of(photo, texts), keyboard_of(photo, undo, texts))


def caption_of(photo: Photo, texts: Texts) -> str:
    """Return what was read, or what the sender said of it."""
    samples = photo.samples
    labels = [sender_label(sample) for sample in samples]
    if any(label is not None for label in labels):
        text = saved_caption(samples, labels, photo.expires_at is None, texts)
    else:
        text = read_caption(samples, texts)
    if len(samples) > MOST_DIGIT_BUTTONS:
        text += "\n" + texts.too_many_buttons.format(count=MOST_DIGIT_BUTTONS)
    return text


def keyboard_of(photo: Photo, undo: Button | None, texts: Texts) -> Keyboard:
    """Return the buttons to correct a photo, or to take a correction back."""
    samples = photo.samples
    if len(samples) > 1:
        labels = [sender_label(sample) for sample in samples]
        return all_digits_keyboard(samples, labels, undo, texts)
    return ((undo,),) if undo else one_digit_keyboard(samples[0], texts)


def view_pick(sample: Sample, texts: Texts) -> View:
    """Return the question which digit a picked sample is."""
    text = texts.which_digit.format(
        place=sample.position + 1, count=len(sample.photo.samples), digit=sample.predicted
    )
    return View(text, picked_keyboard(sample, texts))


def answer_photo(photo: Photo, texts: Texts, reading: Reading | None = None) -> Say:
    """Return the answer to a photo, as a reply to it.

    Where its `reading` is at hand the answer says if the photo was turned. That isn't stored:
    answers that are worked out later, and what an answer becomes after a press, don't say it.
    """
    if not photo.samples:
        return Say(texts.no_digit_found, reply_to=photo.message_id, photo_ids=(photo.id,))
    view = view_photo(photo, texts)
    turn = "" if reading is None else turn_note(reading, texts)
    text = f"{view.text}\n{turn}" if turn else view.text
    picture = partial(draw_samples, tuple(photo.samples))
    return Say(text, picture, view.keyboard, photo.message_id, (photo.id,))


def said_of(photo: Photo, texts: Texts) -> str:
    """Return all that the sender says of a photo, as one short text."""
    return label_text(photo.samples, [sender_label(sample) for sample in photo.samples], texts)
