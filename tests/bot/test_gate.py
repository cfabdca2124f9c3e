"""Limits, blocks and long lines, over real HTTP."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select

import model.limits
from bot import worker as bot_worker
from bot.languages import ENGLISH, LANGUAGES
from model.database import Database
from model.limits import block, unblock
from model.tables import Contributor, InboxState, InboxUpdate, Photo, Usage
from tests.bot.chosen_reader import ChosenReader, made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Message, Sender
from tests.bot_api.state import Call
from tests.patience import wait_until


def said(api: BotApi, sender: Sender, text: str) -> int:
    return sum(m.text == text for m in api.messages(sender.chat_id))


def is_to(call: Call, sender: Sender) -> bool:
    return int(call.parameters["chat_id"]) == sender.chat_id


def count(database: Database, table: type[Photo] | type[Contributor]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def wait_all_done(database: Database) -> None:
    def all_done() -> bool:
        with database.read() as session:
            return set(session.scalars(select(InboxUpdate.state))) == {InboxState.DONE}

    wait_until(all_done)


class TestLimits:
    def test_beyond_a_minutes_share_photos_wait_and_none_is_lost(
        self,
        api: BotApi,
        ann: Sender,
        stopped_bot: RunningBot,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        minute = model.limits.MINUTE / 40
        monkeypatch.setattr(model.limits, "MINUTE", minute)
        bob = api.sender(name="Bob")
        with stopped_bot.running(limit_a_minute=2):
            started = time.monotonic()
            photos = [ann.photo(made_photo(str(digit))) for digit in range(5)]
            word = ENGLISH.minute_full.format(limit=2)
            ann.wait_answer(lambda m: m.text == word)
            his = bob.wait_answer(to=bob.photo(made_photo("9")))
            answers = [ann.wait_answer(to=photo) for photo in photos]
            assert time.monotonic() - started > minute.total_seconds()
        assert [answer.text[0] for answer in answers] == list("01234")
        ids = [answer.message_id for answer in answers]
        assert ids == sorted(ids)
        assert his.versions[0].moment < answers[-1].versions[0].moment
        assert said(api, ann, word) == 1
        assert said(api, bob, word) == 0

    def test_beyond_a_days_share_one_word_is_said(
        self, api: BotApi, stopped_bot: RunningBot
    ) -> None:
        uli = api.sender(name="Uli", language_code="de")
        with stopped_bot.running(limit_a_day=2):
            answer = uli.wait_answer(to=uli.photo(made_photo("1")))
            uli.text("hallo")
            uli.photo(made_photo("2"))
            begin, end = (part.format(limit=2) for part in LANGUAGES["de"].day_full.split("{time}"))
            uli.wait_answer(lambda m: m.text.startswith(begin) and m.text.endswith(end))
            for _ in range(3):
                uli.photo(made_photo("2"))
            uli.press(answer, "1")
            uli.wait_answer(lambda m: m is answer and ": 1" in m.text)  # presses are not counted
            uli.command("/privacy")  # a right is not limited
            uli.wait_answer(lambda m: m.text.startswith(LANGUAGES["de"].privacy[:40]))
            wait_all_done(stopped_bot.database)
        assert count(stopped_bot.database, Photo) == 1
        assert sum(m.text.startswith(begin) for m in api.messages(uli.chat_id)) == 1

    def test_in_a_group_nobody_waits_for_who_asks_too_much(
        self, api: BotApi, stopped_bot: RunningBot
    ) -> None:
        ann, bob = (api.sender(name=name, chat_id=-500) for name in ("Ann", "Bob"))
        photos = [bob.photo(made_photo(str(n))) for n in range(4)]
        with stopped_bot.running(limit_a_minute=1):
            ann.command("/read", reply_to=photos[0])
            ann.wait_answer(to=photos[0])
            asked = ann.command("/read", reply_to=photos[1])
            ann.command("/read", reply_to=photos[2])
            bob.command("/read", reply_to=photos[3])
            assert bob.wait_answer(to=photos[3]).text.startswith("3")
            word = ann.wait_answer(to=photos[1])  # where the photo asked for is
        assert word.text == ENGLISH.minute_full_in_group.format(limit=1)
        assert asked is not None
        assert count(stopped_bot.database, Photo) == 2


class TestBlocked:
    @pytest.fixture
    def eve(self, api: BotApi, database: Database) -> Sender:
        eve = api.sender(name="Eve")
        with database.write() as session:
            block(session, int(api.token.split(":")[0]), eve.user_id)
        return eve

    @pytest.mark.usefixtures("bot")
    def test_hears_one_word_and_nothing_is_stored(
        self, api: BotApi, eve: Sender, ann: Sender, database: Database
    ) -> None:
        for _ in range(3):
            eve.photo(made_photo("1"))
        eve.command("/start")
        eve.text("hello?")
        ann.wait_answer(to=ann.photo(made_photo("2")))
        wait_all_done(database)
        assert [m.text for m in api.messages(eve.chat_id)] == [ENGLISH.blocked]
        assert len(api.calls_of("getFile")) == 1, "only Ann's"
        assert count(database, Photo) == 1
        with database.read() as session:
            assert session.scalars(select(Contributor.name)).all() == ["Ann"]
            assert set(session.scalars(select(InboxUpdate.body))) == {""}
            assert session.scalars(select(Usage.user_id)).all() == [ann.user_id]

    @pytest.mark.usefixtures("bot")
    def test_can_still_see_the_policy_and_be_forgotten(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        ann.wait_answer(to=ann.photo(made_photo("2")))
        with database.write() as session:
            block(session, int(api.token.split(":")[0]), ann.user_id)
        ann.command("/privacy")
        ann.wait_answer(lambda m: m.text.startswith(ENGLISH.privacy[:40]))
        ann.command("/forget")
        question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
        ann.press(question, "Yes")
        ann.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)
        assert count(database, Photo) == 0

    @pytest.mark.usefixtures("bot")
    def test_let_in_again_is_served(self, api: BotApi, eve: Sender, database: Database) -> None:
        eve.text("hi")
        eve.wait_answer(lambda m: m.text == ENGLISH.blocked)
        with database.write() as session:
            unblock(session, int(api.token.split(":")[0]), eve.user_id)
        assert eve.wait_answer(to=eve.photo(made_photo("1"))).text.startswith("1")

    @pytest.mark.usefixtures("bot")
    def test_photos_of_theirs_in_a_group_are_not_read_for_others(
        self, api: BotApi, eve: Sender, database: Database
    ) -> None:
        group = [api.sender(eve.user_id, "Eve", chat_id=-500), api.sender(chat_id=-500)]
        photo = group[0].photo(made_photo("1"))
        group[1].command("/read", reply_to=photo)
        api.wait_confirmed()
        wait_all_done(database)
        assert api.messages(-500) == []
        assert count(database, Photo) == 0


class TestLongLine:
    def test_who_waits_hears_their_number_once_and_everybody_is_answered(
        self, api: BotApi, stopped_bot: RunningBot
    ) -> None:
        people = [api.sender(name=f"Person {n}") for n in range(8)]
        with stopped_bot.running():  # so that Telegram knows what the bot wants to hear of
            api.wait_call("getUpdates")
        photos: list[tuple[Sender, Message]] = []
        for _ in range(2):
            photos += [(person, person.photo(made_photo("7"))) for person in people]
        timing = replace(FAST, long_queue=5)
        with stopped_bot.running(timing, ChosenReader(seconds=0.3)):
            for person, photo in photos:
                assert person.wait_answer(to=photo).text.startswith("7")
        told = [m.text for person in people for m in api.messages(person.chat_id)]
        words = {number: ENGLISH.queue.format(number=number) for number in range(1, 17)}
        assert [n for n, text in words.items() for _ in range(told.count(text))] == [6, 7, 8]
        assert count(stopped_bot.database, Photo) == 16

    def test_who_waits_for_their_turn_sees_within_a_second_that_a_photo_has_come(
        self, api: BotApi, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bot_worker, "SIDE_BY_SIDE", 1)
        ann, bob = api.sender(name="Ann"), api.sender(name="Bob")
        with stopped_bot.running(reader=ChosenReader(seconds=2)):
            first = ann.photo(made_photo("7"))
            api.wait_call("download")
            second, sent = bob.photo(made_photo("7", serial=1)), time.monotonic()
            shown = api.wait_call("sendChatAction", lambda call: is_to(call, bob))
            assert shown.time - sent < 1
            assert api.messages(ann.chat_id) == [], "nobody has been answered yet"
            assert ann.wait_answer(to=first)
            assert bob.wait_answer(to=second)
