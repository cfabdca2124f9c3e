"""The bot in a group, with Telegram's privacy mode on."""

import datetime

import pytest
from sqlalchemy import func, select

import bot.tidying
from bot.languages import ENGLISH
from bot.steps import Steps
from model.database import Database, utc_now
from model.tables import Consent, Contributor, InboxState, InboxUpdate, Photo, Sample
from tests.bot.chosen_reader import made_photo
from tests.bot_api import BotApi, Sender
from tests.patience import wait_until

pytestmark = pytest.mark.usefixtures("bot")

GROUP = -500


@pytest.fixture
def ann(api: BotApi) -> Sender:
    """Who sends photos."""
    return api.sender(name="Ann", chat_id=GROUP)


@pytest.fixture
def bob(api: BotApi) -> Sender:
    """Who asks for them."""
    return api.sender(name="Bob", chat_id=GROUP)


@pytest.fixture
def me(api: BotApi) -> str:
    """How the bot is mentioned."""
    return f"@{api.state.me['username']}"


def inbox_states(database: Database) -> list[InboxState]:
    with database.read() as session:
        return list(session.scalars(select(InboxUpdate.state)))


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Contributor.name)))


def test_a_photo_without_a_word_to_the_bot_never_reaches_it(
    api: BotApi, ann: Sender, database: Database
) -> None:
    ann.photo(made_photo("7"))
    ann.text("look at that")
    assert ann.last_update_id is None
    ann.command("/help")
    ann.wait_answer()
    assert len(api.messages(GROUP)) == 1
    assert api.calls_of("getFile") == []
    assert names(database) == []


def test_where_the_bot_sees_everything_it_still_reads_only_what_it_is_asked_for(
    api: BotApi, ann: Sender, database: Database
) -> None:
    """As an administrator of the group, or with privacy mode off."""
    photo = ann.photo(made_photo("7"))
    api.inject({"message": photo.as_json()}, GROUP)
    ann.command("/help")
    ann.wait_answer()
    assert len(api.messages(GROUP)) == 1
    assert api.calls_of("getFile") == []
    assert names(database) == []
    with database.read() as session:
        assert not any('"photo"' in body for body in session.scalars(select(InboxUpdate.body)))


def test_a_group_hears_nothing_of_troubles_with_what_is_not_for_the_bot(
    api: BotApi, ann: Sender, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Steps, "finish", lambda *_: 1 / 0)
    group = {"id": GROUP, "type": "supergroup", "title": "Club"}
    unparsable = {"message": {"chat": group, "from": ann.user, "date": "yesterday"}}
    api.inject(unparsable, GROUP)
    api.inject({"message": ann.text("look at that").as_json()}, GROUP)
    ann.command("/help")
    ann.wait_answer(lambda m: m.text == ENGLISH.failed)
    wait_until(lambda: inbox_states(database) == [InboxState.ASIDE] * 3)
    help_, failed = api.messages(GROUP)
    assert "/read" in help_.text
    assert failed.text == ENGLISH.failed


@pytest.mark.parametrize("way", ["/read", "mention", "caption"])
def test_each_way_to_ask_is_answered_as_a_reply_to_the_photo(
    ann: Sender, bob: Sender, me: str, way: str
) -> None:
    photo = ann.photo(made_photo("7"), caption=f"{me} please" if way == "caption" else None)
    if way == "/read":
        bob.command("/read", reply_to=photo)
    elif way == "mention":
        bob.text(f"{me} what is this?", reply_to=photo)
    assert ann.wait_answer(to=photo).text == "7, 98 % sure"


def test_only_who_sent_the_photo_corrects_it(
    api: BotApi, ann: Sender, bob: Sender, database: Database
) -> None:
    photo = ann.photo(made_photo("40"))
    bob.command("/read", reply_to=photo)
    answer = bob.wait_answer(to=photo)
    for data in ("pick:1", "label:1:9", "confirm:1", "undo:1:1", "photo:1", "right:1"):
        query = bob.press_data(answer, data)
        assert api.wait_callback_answer(query)["text"] == ENGLISH.not_yours
    assert bob.wait_answer(to=bob.reply(answer, "99")).text == ENGLISH.not_yours
    query = ann.press(answer, "All right")
    assert api.wait_callback_answer(query)["text"] == "Saved: 40"
    with database.read() as session:
        assert session.scalars(select(Sample.label).order_by(Sample.id)).all() == [4, 0]


def test_who_asks_for_anothers_photo_is_not_noted_and_nobody_is_asked_for_consent_there(
    api: BotApi, ann: Sender, bob: Sender, database: Database
) -> None:
    photo = ann.photo(made_photo("7"))
    bob.command("/read", reply_to=photo)
    answer = bob.wait_answer(to=photo)
    ann.press(answer, "4")
    ann.wait_answer(lambda m: m is answer and "24 hours" in m.text)
    assert api.messages(GROUP) == [answer]
    assert names(database) == ["Ann"]


def test_anothers_yes_keeps_nothing_of_who_did_not_say_it(
    api: BotApi, ann: Sender, bob: Sender, database: Database
) -> None:
    at_home = api.sender(bob.user_id, "Bob")
    at_home.command("/start")
    at_home.press(at_home.wait_answer(), "Yes")
    at_home.wait_answer(lambda m: m.text == ENGLISH.kept)
    hers, his = ann.photo(made_photo("7")), bob.photo(made_photo("8"))
    for photo in (hers, his):
        bob.command("/read", reply_to=photo)
        bob.wait_answer(to=photo)
    bob.command("/start")
    question = bob.wait_answer(lambda m: "You said yes" in m.text)
    query = ann.press(question, "No")
    assert api.wait_callback_answer(query)["text"] == ENGLISH.not_for_you
    with database.read() as session:
        kept = select(Contributor.name).join(Photo).where(Photo.expires_at.is_(None))
        assert session.scalars(kept).all() == ["Bob"]
        assert session.scalars(select(Contributor.consent)).all().count(Consent.YES) == 1


def test_of_who_never_consented_nothing_is_left_after_a_day(
    ann: Sender, bob: Sender, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = ann.photo(made_photo("7"))
    bob.command("/read", reply_to=photo)
    bob.wait_answer(to=photo)
    assert names(database) == ["Ann"]
    tomorrow = utc_now() + datetime.timedelta(hours=24, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: tomorrow)
    bot.tidying.tidy(database)
    assert names(database) == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 0


def test_a_photo_of_another_bot_or_of_the_bot_itself_is_not_read(
    ann: Sender, bob: Sender, database: Database
) -> None:
    photo = ann.photo(made_photo("7"))
    bob.command("/read", reply_to=photo)
    answer = bob.wait_answer(to=photo)
    bob.command("/read", reply_to=answer)
    bob.wait_answer(lambda m: m.text == ENGLISH.nothing_to_read)
    assert names(database) == ["Ann"]


@pytest.mark.parametrize("text", ["/unknown", "/stats", "/mydata", "/read@another_bot"])
def test_what_may_be_meant_for_another_bot_is_left_alone(
    api: BotApi, ann: Sender, text: str
) -> None:
    ann.command(text)
    ann.command("/help")
    ann.wait_answer()
    assert len(api.messages(GROUP)) == 1
