"""What the bot does and says: an incoming message changes the database, and gets an answer.

Both are separate. `store` applies what a message asks for; `answer` is worked out from the
database alone, so that after a crash between the two the same answer can still be given.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import corrections, texts
from bot.captions import label_name
from bot.keyboards import Press, consent_keyboard, forget_keyboard, read_press, undo_button
from bot.messages import (
    CommandSent,
    Edit,
    Incoming,
    Keyboard,
    OtherSent,
    Outgoing,
    PhotoSent,
    Refused,
    Say,
    Tapped,
    TextSent,
    Toast,
)
from bot.photo_answers import answer_photo, refresh_answer, said_of, view_photo, view_pick
from model.contributors import (
    find_contributor,
    forget_contributor,
    is_known,
    meet_contributor,
    record_consent,
)
from model.recognizer import Reading
from model.samples import PhotoKey, store_photo
from model.tables import Consent, Contributor, Photo

Answer = tuple[Outgoing, ...]

CHOICES = {Consent.YES: texts.CHOICE_YES, Consent.NO: texts.CHOICE_NO}


class Conversation:
    """The talk of one bot with everybody; it remembers nothing but in the database."""

    def __init__(self, bot_id: int, weights: str) -> None:
        self.bot_id = bot_id
        self.weights = weights
        """Fingerprint of the weights that read the photos."""

    def store(self, session: Session, message: Incoming, row_id: int) -> None:
        """Apply what a message other than a photo asks for; `row_id` is its row of the inbox."""
        if isinstance(message, Tapped):
            with suppress(Refused):
                self.apply_press(session, message, read_press(message.data), row_id)
        elif isinstance(message, TextSent):
            with suppress(Refused):
                self.apply_text(session, message, row_id)
        elif isinstance(message, CommandSent) and message.name == "start":
            mark_asked(self.meet(session, message))

    def store_photo(
        self, session: Session, message: PhotoSent, image: bytes, reading: Reading
    ) -> None:
        """Store a photo with what was read in it; once, however often it is delivered."""
        contributor = self.meet(session, message)
        key = PhotoKey(self.bot_id, message.chat_id, message.message_id)
        store_photo(session, key, contributor, image, reading, self.weights)
        if message.private:
            mark_asked(contributor)

    def answer(self, session: Session, message: Incoming, row_id: int) -> Answer:
        """Return the answer to a message whose effect is stored."""
        match message:
            case PhotoSent():
                return self.answer_photo(session, message)
            case Tapped():
                return self.answer_press(session, message)
            case TextSent():
                return self.answer_text(session, message, row_id)
            case CommandSent():
                return self.answer_command(session, message)
            case OtherSent():
                return (say(message, other_text(message.kind)),)
        raise TypeError(f"nothing is said to a {type(message).__name__}")

    def meet(self, session: Session, message: Incoming) -> Contributor:
        """Return the sender as a contributor."""
        return meet_contributor(session, self.bot_id, message.sender.user_id, message.sender.name)

    def apply_press(self, session: Session, tap: Tapped, press: Press, row_id: int) -> None:
        """Store what a button means; raises `Refused`."""
        user_id, (number, *rest) = tap.sender.user_id, press.numbers
        match press.action:
            case "keep" | "discard":
                check_asked(tap, number)
                answer = Consent.YES if press.action == "keep" else Consent.NO
                record_consent(session, self.meet(session, tap), answer)
            case "forget":
                check_asked(tap, number)
                forget_contributor(session, self.bot_id, user_id, row_id)
            case "label":
                sample = corrections.own_sample(session, self.bot_id, user_id, number)
                corrections.say_label(session, sample, rest[0], row_id)
            case "confirm":
                photo = corrections.own_photo(session, self.bot_id, user_id, number)
                corrections.confirm_rest(session, photo, row_id)
            case "undo":
                photo = corrections.own_photo(session, self.bot_id, user_id, number)
                corrections.undo(session, photo, rest[0])

    def answer_press(self, session: Session, tap: Tapped) -> Answer:
        """Return the note on a press and the change of the message it was under."""
        try:
            press = read_press(tap.data)
            if press.action in ("keep", "discard", "forget", "stay"):
                check_asked(tap, press.numbers[0])
                return answer_choice(tap, press.action)
            return self.answer_correction(session, tap, press)
        except Refused as refused:
            return (Toast(str(refused)),)

    def answer_correction(self, session: Session, tap: Tapped, press: Press) -> Answer:
        """Return what follows a press of a button about a photo; raises `Refused`."""
        user_id, number = tap.sender.user_id, press.numbers[0]
        if press.action in ("label", "pick"):
            sample = corrections.own_sample(session, self.bot_id, user_id, number)
            photo = sample.photo
        else:
            photo = corrections.own_photo(session, self.bot_id, user_id, number)
        if not photo.samples:
            raise Refused(texts.NOTHING_TO_CORRECT)
        if press.action == "pick":
            view = view_pick(sample)
            return Toast(""), Edit(tap.message_id, view.text, tap.has_picture, view.keyboard)
        view = view_photo(photo)
        if tap.has_picture:
            change = Edit(tap.message_id, view.text, True, view.keyboard)
            return Toast(note(photo, press)), change
        if press.action == "undo":  # under the answer to a correction by text
            change = Edit(tap.message_id, texts.UNDONE, False)
            return Toast(note(photo, press)), change, *refresh_answer(photo)
        return Toast(note(photo, press)), *refresh_answer(photo)

    def apply_text(self, session: Session, message: TextSent, row_id: int) -> None:
        """Store a text of digits as a correction; raises `Refused`."""
        typed = corrections.read_digits(message.text)
        if typed is None:
            return
        photo = corrections.photo_to_correct(session, self.bot_id, message, row_id)
        if photo is not None:
            corrections.check_correction(photo, message.sender.user_id, typed)
            corrections.correct_all(session, photo, typed, row_id)

    def answer_text(self, session: Session, message: TextSent, row_id: int) -> Answer:
        """Return what was saved of a text of digits, or what else to do."""
        typed = corrections.read_digits(message.text)
        if typed is None:
            return (say(message, texts.SEND_A_PHOTO),)
        photo = corrections.photo_to_correct(session, self.bot_id, message, row_id)
        if photo is None:
            return (say(message, texts.NO_PHOTO_TO_CORRECT),)
        try:
            corrections.check_correction(photo, message.sender.user_id, typed)
        except Refused as refused:
            return (Say(str(refused), reply_to=message.message_id),)
        cause = corrections.newest_cause(photo)
        keyboard = () if cause is None else ((undo_button(photo.id, cause),),)
        saved = Say(view_photo(photo).text, keyboard=keyboard, reply_to=message.message_id)
        return saved, *refresh_answer(photo)

    def answer_photo(self, session: Session, message: PhotoSent) -> Answer:
        """Return the answer to a photo, and with a person's first one the ask for consent."""
        query = corrections.whole_photos().filter_by(
            bot_id=self.bot_id, chat_id=message.chat_id, message_id=message.message_id
        )
        photo = session.scalar(query)
        if photo is None:  # forgotten between storing and answering
            return ()
        answer: list[Outgoing] = []
        if photo.reply_message_id is None or message.asked:
            answer.append(answer_photo(photo))
        if message.private and is_unanswered(photo.contributor) and is_first(session, photo):
            keyboard = consent_keyboard(message.sender.user_id)
            answer.append(Say(texts.ASK_WITH_PHOTO, keyboard=keyboard))
        return tuple(answer)

    def answer_command(self, session: Session, message: CommandSent) -> Answer:
        """Return the answer to a command."""
        user_id = message.sender.user_id
        contributor = find_contributor(session, self.bot_id, user_id)
        choice = "" if contributor is None else CHOICES.get(contributor.consent, "")
        match message.name:
            case "start":
                text = f"{texts.START}\n\n{choice or texts.MAY_I_KEEP}"
                return (say(message, text, consent_keyboard(user_id)),)
            case "privacy":
                text = f"{texts.PRIVACY}\n\n{choice or texts.MAY_I_KEEP}"
                return (say(message, text, consent_keyboard(user_id)),)
            case "help":
                return (say(message, texts.HELP),)
            case "read":
                return (say(message, texts.NOTHING_TO_READ),)
            case "forget" if is_known(session, self.bot_id, user_id):
                return (say(message, texts.FORGET, forget_keyboard(user_id)),)
            case "forget":
                return (say(message, texts.NOTHING_KEPT),)
        return (say(message, texts.UNKNOWN_COMMAND),)


def say(message: Incoming, text: str, keyboard: Keyboard = ()) -> Say:
    """Return a plain answer; in a group as a reply, so that everybody sees to what."""
    return Say(text, keyboard=keyboard, reply_to=None if message.private else message.message_id)


def other_text(kind: str) -> str:
    """Return what is said to something that can't be read."""
    return texts.OTHER_KINDS.get(kind, texts.SEND_A_PHOTO)


def answer_choice(tap: Tapped, action: str) -> Answer:
    """Return what follows a yes or no to consent, or to forgetting."""
    note, text = {
        "keep": (texts.TOAST_KEPT, texts.KEPT),
        "discard": (texts.TOAST_NOT_KEPT, texts.NOT_KEPT),
        "forget": (texts.TOAST_FORGOTTEN, texts.FORGOTTEN),
        "stay": (texts.TOAST_NOT_KEPT, texts.NOT_FORGOTTEN),
    }[action]
    return Toast(note), Edit(tap.message_id, text, has_picture=False)


def note(photo: Photo, press: Press) -> str:
    """Return the short note on a press about a photo."""
    if press.action == "undo":
        return texts.TOAST_UNDONE
    if press.action == "back":
        return ""
    chosen = press.numbers[1:] if press.action == "label" else ()
    said = label_name(chosen[0]) if chosen else said_of(photo)
    return texts.TOAST_SAVED.format(label=said)[:200]  # Telegram takes no more


def check_asked(tap: Tapped, user_id: int) -> None:
    """Raise `Refused` where somebody else presses the buttons that one person was given."""
    if tap.sender.user_id != user_id:
        raise Refused(texts.NOT_FOR_YOU)


def mark_asked(contributor: Contributor) -> None:
    """Remember that the question for consent has been put."""
    if contributor.consent is Consent.UNASKED:
        contributor.consent = Consent.ASKED


def is_unanswered(contributor: Contributor) -> bool:
    """Return whether a contributor has yet to say yes or no."""
    return contributor.consent in (Consent.UNASKED, Consent.ASKED)


def is_first(session: Session, photo: Photo) -> bool:
    """Return whether no earlier photo of this contributor is here: one ask is enough."""
    earlier = select(Photo.id).where(
        Photo.contributor_id == photo.contributor_id, Photo.id < photo.id
    )
    return session.scalar(earlier.limit(1)) is None


def forgets(message: Incoming) -> bool:
    """Return whether a message deletes things whose bytes must be scrubbed from the files."""
    return isinstance(message, Tapped) and message.data.startswith("forget:")
