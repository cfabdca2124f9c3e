"""What the bot does and says: an incoming message changes the database, and gets an answer.

Both are separate. `store` applies what a message asks for; `answer` is worked out from the
database alone, so that after a crash between the two the same answer can still be given.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot import corrections
from bot.album_answers import album_of, answer_album, refresh_answer
from bot.commands import answer_command, say
from bot.keyboards import consent_keyboard, undo_button
from bot.languages import texts_for
from bot.messages import (
    CommandSent,
    Edit,
    Incoming,
    NotYet,
    OtherSent,
    Outgoing,
    PhotoSent,
    Refused,
    Say,
    Tapped,
    TextSent,
)
from bot.photo_answers import answer_photo, view_photo
from bot.presses import answer_press, apply_press
from bot.texts import Texts
from model.albums import join_album
from model.contributors import meet_contributor
from model.database import utc_now
from model.reading import Reading
from model.samples import PhotoKey, store_photo
from model.settings import Settings
from model.tables import Consent, Contributor, Photo

Answer = tuple[Outgoing, ...]

LONGEST_GROUP_ID = 64

EARLIER = (
    select(Photo.id)
    .where(Photo.contributor_id == bindparam("person"), Photo.id < bindparam("photo"))
    .limit(1)
)


class Conversation:
    """The talk of one bot with everybody; it remembers nothing but in the database."""

    def __init__(self, bot_id: int, album_wait: float, settings: Settings) -> None:
        self.bot_id = bot_id
        self.album_wait = album_wait
        """Seconds to wait for more photos of an album after the last one."""
        self.developer_info = settings.developer_info
        """Who runs the bot, in their own words."""
        self.originals_days = settings.keep_originals_days

    def store(self, session: Session, message: Incoming, row_id: int) -> None:
        """Apply what a message other than a photo asks for; `row_id` is its row of the inbox."""
        if isinstance(message, Tapped):
            with suppress(Refused):
                apply_press(session, self.bot_id, message, row_id)
        elif isinstance(message, TextSent):
            with suppress(Refused):
                self.apply_text(session, message, row_id)
        elif isinstance(message, CommandSent) and message.name == "start":
            mark_asked(self.meet(session, message))

    def store_photo(
        self, session: Session, message: PhotoSent, image: bytes, reading: Reading, weights: str
    ) -> Photo:
        """Store a photo with what `weights` read in it; once, however often it is delivered."""
        contributor = self.meet(session, message)
        key = PhotoKey(self.bot_id, message.chat_id, message.message_id)
        photo = store_photo(session, key, contributor, image, reading, weights)
        if message.album:
            join_album(session, photo, message.album[:LONGEST_GROUP_ID])
        if message.private:
            mark_asked(contributor)
        return photo

    def answer(self, session: Session, message: Incoming, row_id: int) -> Answer:
        """Return the answer to a message whose effect is stored."""
        texts = texts_for(message.sender.language)
        match message:
            case PhotoSent():
                return self.answer_photo(session, message, texts)
            case Tapped():
                return answer_press(session, self.bot_id, message, texts)
            case TextSent():
                return self.answer_text(session, message, row_id, texts)
            case CommandSent():
                if message.name == "developer_info":
                    return (say(message, self.developer_info or texts.no_developer_info),)
                days = self.originals_days
                return (answer_command(session, self.bot_id, message, texts, days),)
            case OtherSent():
                return (say(message, other_text(message.kind, texts)),)
        raise TypeError(f"nothing is said to a {type(message).__name__}")

    def meet(self, session: Session, message: Incoming) -> Contributor:
        """Return the sender as a contributor."""
        return meet_contributor(session, self.bot_id, message.sender.user_id, message.sender.name)

    def apply_text(self, session: Session, message: TextSent, row_id: int) -> None:
        """Store a text of digits as a correction; raises `Refused`."""
        typed = corrections.read_digits(message.text)
        if typed is None:
            return
        photo = corrections.photo_to_correct(session, self.bot_id, message, row_id)
        if photo is not None:
            corrections.check_correction(session, photo, message.sender.user_id, typed)
            corrections.correct_all(session, photo, typed, row_id)

    def answer_text(self, session: Session, message: TextSent, row_id: int, texts: Texts) -> Answer:
        """Return what was saved of a text of digits, or what else to do."""
        typed = corrections.read_digits(message.text)
        if typed is None:
            return (say(message, texts.send_a_photo),)
        try:
            photo = corrections.photo_to_correct(session, self.bot_id, message, row_id)
            if photo is None:
                return (say(message, texts.no_photo_to_correct),)
            corrections.check_correction(session, photo, message.sender.user_id, typed)
        except Refused as refused:
            return (Say(refused.reason(texts), reply_to=message.message_id),)
        cause = corrections.newest_cause([photo])
        keyboard = () if cause is None else ((undo_button(photo.id, cause, texts),),)
        text = view_photo(photo, texts).text
        saved = Say(text, keyboard=keyboard, reply_to=message.message_id)
        return saved, *refresh_answer(session, photo, texts)

    def answer_photo(self, session: Session, message: PhotoSent, texts: Texts) -> Answer:
        """Return the answer to a photo that is stored."""
        query = corrections.whole_photos().filter_by(
            bot_id=self.bot_id, chat_id=message.chat_id, message_id=message.message_id
        )
        photo = session.scalar(query)
        if photo is None:  # forgotten between storing and answering
            return ()
        return self.answer_stored(session, photo, message, texts)

    def answer_stored(
        self,
        session: Session,
        photo: Photo,
        message: PhotoSent,
        texts: Texts,
        reading: Reading | None = None,
    ) -> Answer:
        """Return the answer to a photo, and with a person's first one the ask for consent.

        `reading` is what was just read in it, None where only what is stored is known.
        """
        answer: list[Outgoing] = []
        if photo.album is not None:
            answer += self.answer_album(session, photo, message.asked, texts)
        elif photo.reply_message_id is None or message.asked:
            answer.append(answer_photo(photo, texts, reading))
        if message.private and is_unanswered(photo.contributor) and is_first(session, photo):
            keyboard = consent_keyboard(message.sender.user_id, texts)
            answer.append(Say(texts.ask_with_photo, keyboard=keyboard))
        return tuple(answer)

    def answer_album(
        self, session: Session, photo: Photo, asked: bool, texts: Texts
    ) -> list[Say | Edit]:
        """Return what answers a photo of an album; raises `NotYet` while others may follow."""
        photos = album_of(session, photo)
        newest = max(found.received_at for found in photos)
        left = (newest - utc_now()).total_seconds() + self.album_wait
        if left > 0 and photo.reply_message_id is None:
            raise NotYet(left)
        answer = answer_album(photo, photos, asked, texts)
        return [] if answer is None else [answer]


def other_text(kind: str, texts: Texts) -> str:
    """Return what is said to something that can't be read."""
    if kind == "edit":
        return texts.no_edits
    return texts.other_kinds.get(kind, texts.send_a_photo)


def mark_asked(contributor: Contributor) -> None:
    """Remember that the question for consent has been put."""
    if contributor.consent is Consent.UNASKED:
        contributor.consent = Consent.ASKED


def is_unanswered(contributor: Contributor) -> bool:
    """Return whether a contributor has yet to say yes or no."""
    return contributor.consent in (Consent.UNASKED, Consent.ASKED)


def is_first(session: Session, photo: Photo) -> bool:
    """Return whether no earlier photo of this contributor is here: one ask is enough."""
    this = {"person": photo.contributor_id, "photo": photo.id}
    return session.connection().scalar(EARLIER, this) is None
