"""How an album is answered: one message that lists every photo, changed when late ones come.

Each photo has a button that shows its own view in that message, and a way back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import corrections
from bot.captions import first_prediction, in_lines, is_sure, least_sure, percent, runner_up
from bot.keyboards import album_keyboard, back_to_album, restore_button
from bot.messages import Edit, Keyboard, Say
from bot.photo_answers import View, caption_of, keyboard_of, view_photo
from bot.texts import Texts
from model.labels import sender_label
from model.tables import Photo

MOST_OF_READING = 100
"""Characters of one photo's digits: ten photos then fit into a message, 4096."""


def album_of(session: Session, photo: Photo) -> Sequence[Photo]:
    """Return all photos of a photo's album that are here, in the order they were sent."""
    return session.scalars(corrections.album_photos(photo)).all()


def answer_album(
    photo: Photo, photos: Sequence[Photo], asked: bool, texts: Texts
) -> Say | Edit | None:
    """Return what answers a photo of an album, None if its album's answer shows it already."""
    view = view_album(photos, texts)
    everything = Say(
        view.text,
        keyboard=view.keyboard,
        reply_to=photos[0].message_id,
        photo_ids=tuple(photo.id for photo in photos),
    )
    shown = answer_id(photos)
    if shown is None or asked:
        return everything
    if photo.reply_message_id is not None:
        return None
    return Edit(shown, view.text, False, view.keyboard, everything.photo_ids, everything)


def answer_id(photos: Sequence[Photo]) -> int | None:
    """Return the message that answers an album, the newest if there are several."""
    return max((p.reply_message_id for p in photos if p.reply_message_id is not None), default=None)


def view_album(photos: Sequence[Photo], texts: Texts) -> View:
    """Return the list of all photos, with a button for each that has digits."""
    lines = [describe(number, photo, texts) for number, photo in enumerate(photos, 1)]
    labels = [sender_label(sample) for photo in photos for sample in photo.samples]
    if labels:
        lines += ["", texts.album_hint if None in labels else texts.album_thanks]
    pending = any(photo.expires_at is not None for photo in photos)
    if pending and any(label is not None for label in labels):
        lines.append(texts.album_for_now)
    cause = corrections.newest_cause(photos)
    undo = None if cause is None else restore_button(photos[0].id, cause, texts)
    return View("\n".join(lines), album_keyboard(photos, undo, texts))


def describe(number: int, photo: Photo, texts: Texts) -> str:
    """Return the line about one photo: what was read and how surely, or what was saved."""
    samples = photo.samples
    if not samples:
        return texts.album_nothing.format(number=number)
    labels = [sender_label(sample) for sample in samples]
    merged = [
        sample.predicted if label is None else label
        for sample, label in zip(samples, labels, strict=True)
    ]
    text = in_lines(samples, merged).replace("\n", " / ")
    if len(text) > MOST_OF_READING:
        text = text[:MOST_OF_READING] + "…"
    least = least_sure(samples)
    if any(label is not None for label in labels):
        form = texts.album_saved_partly if None in labels else texts.album_saved
    else:
        form = texts.album_sure if is_sure(least) else texts.album_unsure
    return form.format(
        number=number,
        text=text,
        percent=percent(least.confidence),
        digit=least.predicted,
        other=runner_up(least),
    )


def view_in_album(photo: Photo, photos: Sequence[Photo], texts: Texts) -> View:
    """Return the view of one photo of an album, with the way back to all of them."""
    place = [found.id for found in photos].index(photo.id) + 1
    title = texts.album_photo.format(number=place, count=len(photos))
    cause = corrections.newest_cause([photo])
    undo = None if cause is None else restore_button(photo.id, cause, texts)
    keyboard: Keyboard = (*keyboard_of(photo, undo, texts), (back_to_album(photo.id, texts),))
    return View(f"{title}\n\n{caption_of(photo, texts)}", keyboard)


def refresh_answer(session: Session, photo: Photo, texts: Texts) -> tuple[Edit, ...]:
    """Return the change that brings a photo's answer up to date, if there is an answer.

    Whether the photo came alone or in an album.
    """
    if photo.reply_message_id is None or not photo.samples:
        return ()
    if photo.album is None:
        view = view_photo(photo, texts)
    else:
        view = view_album(album_of(session, photo), texts)
    has_picture = photo.album is None and not was_missed(photo)
    return (Edit(photo.reply_message_id, view.text, has_picture, view.keyboard),)


def was_missed(photo: Photo) -> bool:
    """Return whether nothing was read in a photo: its answer was a text, without a picture."""
    return all(first_prediction(sample).no_digit > 0.5 for sample in photo.samples)
