"""What is said to each command."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.keyboards import consent_keyboard, forget_keyboard
from bot.messages import CommandSent, Incoming, Keyboard, Outgoing, Parcel, Say
from bot.texts import Texts
from model.contributors import find_contributor, is_known
from model.limits import is_blocked
from model.tables import Consent
from model.teaching import teaching_of


def answer_command(
    session: Session, bot_id: int, message: CommandSent, texts: Texts, originals_days: int | None
) -> Outgoing:
    """Return the answer to a command; `originals_days` is how long photos themselves are kept."""
    user_id = message.sender.user_id
    match message.name:
        case "start" | "privacy":
            text = texts.start if message.name == "start" else policy(texts, originals_days)
            text = f"{text}\n\n{choice_of(session, bot_id, user_id, texts)}"
            return say(message, text, consent_keyboard(user_id, texts))
        case "help":
            return say(message, texts.help)
        case "read":
            return say(message, texts.nothing_to_read)
        case "stats" | "mydata" if not message.private:
            return say(message, texts.only_in_private)
        case "stats":
            return say(message, stats_of(session, bot_id, user_id, texts))
        case "mydata" if has_something(session, bot_id, user_id):
            return Parcel(user_id, texts.mydata)
        case "mydata":
            return say(message, texts.nothing_kept)
        case "forget" if is_known(session, bot_id, user_id):
            return say(message, texts.forget, forget_keyboard(user_id, texts))
        case "forget":
            return say(message, texts.nothing_kept)
    return say(message, texts.unknown_command)


def policy(texts: Texts, originals_days: int | None) -> str:
    """Return what is kept, what for and how long."""
    goes = texts.originals_go_one if originals_days == 1 else texts.originals_go
    originals = " " + goes.format(days=originals_days) if originals_days else ""
    return texts.privacy.format(originals=originals)


def has_something(session: Session, bot_id: int, user_id: int) -> bool:
    """Return whether there is anything to send a person of themselves."""
    return is_known(session, bot_id, user_id) or is_blocked(session, bot_id, user_id)


def stats_of(session: Session, bot_id: int, user_id: int, texts: Texts) -> str:
    """Return what a person has taught, in words."""
    taught = teaching_of(session, bot_id, user_id)
    text = texts.stats.format(
        photos=taught.photos,
        digits=taught.digits,
        confirmed=taught.confirmed,
        corrected=taught.corrected,
    )
    if taught.agreement is None:
        return f"{text}\n\n{texts.stats_unchecked}"
    percent = round(100 * taught.agreement)
    return f"{text}\n\n{texts.stats_agreement.format(percent=percent)}"


def choice_of(session: Session, bot_id: int, user_id: int, texts: Texts) -> str:
    """Return what a person said about keeping their photos, or the question."""
    contributor = find_contributor(session, bot_id, user_id)
    choices = {Consent.YES: texts.choice_yes, Consent.NO: texts.choice_no}
    if contributor is None:
        return texts.may_i_keep
    return choices.get(contributor.consent, texts.may_i_keep)


def say(message: Incoming, text: str, keyboard: Keyboard = ()) -> Say:
    """Return a plain answer; in a group as a reply, so that everybody sees to what."""
    return Say(text, keyboard=keyboard, reply_to=None if message.private else message.message_id)
