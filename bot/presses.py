"""What a pressed button does, and what is said to it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import corrections
from bot.album_answers import album_of, refresh_answer, view_album, view_in_album
from bot.captions import label_name
from bot.keyboards import Press, read_press
from bot.messages import Edit, Outgoing, Refused, Tapped, Toast
from bot.photo_answers import View, said_of, view_photo, view_pick
from bot.texts import Texts
from model.contributors import forget_contributor, meet_contributor, record_consent
from model.tables import Consent, Photo


def apply_press(session: Session, bot_id: int, tap: Tapped, row_id: int) -> None:
    """Store what a button means; raises `Refused`."""
    press = read_press(tap.data)
    user_id, (number, *rest) = tap.sender.user_id, press.numbers
    match press.action:
        case "keep" | "discard":
            check_asked(tap, number)
            contributor = meet_contributor(session, bot_id, user_id, tap.sender.name)
            answer = Consent.YES if press.action == "keep" else Consent.NO
            record_consent(session, contributor, answer)
        case "forget":
            check_asked(tap, number)
            forget_contributor(session, bot_id, user_id, row_id)
        case "label":
            sample = corrections.own_sample(session, bot_id, user_id, number)
            corrections.say_label(session, sample, rest[0], row_id)
        case "confirm":
            photo = corrections.own_photo(session, bot_id, user_id, number)
            corrections.confirm_rest(session, photo, row_id)
        case "undo":
            photo = corrections.own_photo(session, bot_id, user_id, number)
            corrections.undo(session, photo, rest[0])
        case "right":
            photo = corrections.own_photo(session, bot_id, user_id, number)
            for found in album_of(session, photo):
                corrections.confirm_rest(session, found, row_id)
        case "restore":
            photo = corrections.own_photo(session, bot_id, user_id, number)
            for found in album_of(session, photo):
                corrections.undo(session, found, rest[0])


def answer_press(session: Session, bot_id: int, tap: Tapped, texts: Texts) -> tuple[Outgoing, ...]:
    """Return the note on a press and the change of the message it was under."""
    try:
        press = read_press(tap.data)
        if press.action in ("keep", "discard", "forget", "stay"):
            check_asked(tap, press.numbers[0])
            return answer_choice(tap, press.action, texts)
        return answer_correction(session, bot_id, tap, press, texts)
    except Refused as refused:
        return (Toast(refused.reason(texts)),)


def answer_choice(tap: Tapped, action: str, texts: Texts) -> tuple[Outgoing, ...]:
    """Return what follows a yes or no to consent, or to forgetting."""
    note, text = {
        "keep": (texts.toast_kept, texts.kept),
        "discard": (texts.toast_not_kept, texts.not_kept),
        "forget": (texts.toast_forgotten, texts.forgotten),
        "stay": (texts.toast_not_kept, texts.not_forgotten),
    }[action]
    return Toast(note), Edit(tap.message_id, text, has_picture=False)


def answer_correction(
    session: Session, bot_id: int, tap: Tapped, press: Press, texts: Texts
) -> tuple[Outgoing, ...]:
    """Return what follows a press of a button about a photo; raises `Refused`."""
    user_id, number = tap.sender.user_id, press.numbers[0]
    if press.action in ("label", "pick"):
        sample = corrections.own_sample(session, bot_id, user_id, number)
        photo = sample.photo
    else:
        photo = corrections.own_photo(session, bot_id, user_id, number)
    if photo.album is not None and press.action != "undo":
        view = view_after(session, press, photo, texts)
        return Toast(note(photo, press, texts)), Edit(
            tap.message_id, view.text, False, view.keyboard
        )
    if not photo.samples:
        raise Refused(lambda texts: texts.nothing_to_correct)
    if press.action == "pick":
        view = view_pick(sample, texts)
        return Toast(""), Edit(tap.message_id, view.text, tap.has_picture, view.keyboard)
    noted = Toast(note(photo, press, texts))
    if tap.has_picture:
        view = view_photo(photo, texts)
        return noted, Edit(tap.message_id, view.text, True, view.keyboard)
    if press.action == "undo":  # under the answer to a correction by text
        change = Edit(tap.message_id, texts.undone, False)
        return noted, change, *refresh_answer(session, photo, texts)
    return noted, *refresh_answer(session, photo, texts)


def view_after(session: Session, press: Press, photo: Photo, texts: Texts) -> View:
    """Return what an album's answer shows after a press: a digit, a photo, or all photos."""
    photos = album_of(session, photo)
    if press.action == "pick":
        return view_pick(corrections.sample_in(photo, press.numbers[0]), texts)
    stays = press.action in ("photo", "back")
    if press.action == "label":
        stays = len(photo.samples) > 1
    if stays and photo.samples:
        return view_in_album(photo, photos, texts)
    return view_album(photos, texts)


def note(photo: Photo, press: Press, texts: Texts) -> str:
    """Return the short note on a press about a photo."""
    if press.action in ("undo", "restore"):
        return texts.toast_undone
    if press.action in ("back", "pick", "photo", "album"):
        return ""
    if press.action == "right":
        return texts.toast_all_saved
    chosen = press.numbers[1:] if press.action == "label" else ()
    said = label_name(chosen[0], texts) if chosen else said_of(photo, texts)
    return texts.toast_saved.format(label=said)[:200]  # Telegram takes no more


def check_asked(tap: Tapped, user_id: int) -> None:
    """Raise `Refused` where somebody else presses the buttons that one person was given."""
    if tap.sender.user_id != user_id:
        raise Refused(lambda texts: texts.not_for_you)


def forgets(tap: Tapped) -> bool:
    """Return whether a press deletes things whose bytes must be scrubbed from the files."""
    return tap.data.startswith("forget:")
