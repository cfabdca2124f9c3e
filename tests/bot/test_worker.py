"""Faults: the bot goes on, nothing is lost, nothing is stored twice, everybody is answered."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import OperationalError

import model.database
from bot.languages import ENGLISH
from bot.steps import Steps
from model.aside import try_all_again
from model.database import Database
from model.reading import Reading
from model.tables import InboxState, InboxUpdate, LabelEvent, Photo
from tests.bot.chosen_reader import ChosenReader, Halted, made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import CUT_OFF, FAST
from tests.bot_api import BotApi, Sender
from tests.patience import PATIENCE, wait_until

Log = pytest.LogCaptureFixture


def photos(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Photo)) or 0


def states(database: Database) -> list[InboxState]:
    with database.read() as session:
        return list(session.scalars(select(InboxUpdate.state).order_by(InboxUpdate.id)))


@pytest.mark.usefixtures("bot")
class TestTelegramFails:
    @pytest.mark.parametrize("method", ["getFile", "download", "sendPhoto"])
    @pytest.mark.parametrize("fault", ["error", "drop", "lose_answer"])
    def test_a_photo_is_stored_once_and_answered(
        self, api: BotApi, ann: Sender, database: Database, method: str, fault: str
    ) -> None:
        getattr(api.faults, fault)(method, times=2)
        photo = ann.photo(made_photo("7"))
        ann.wait_answer(to=photo)
        ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
        assert photos(database) == 1
        answers = [m for m in api.messages(ann.chat_id) if m.photo]
        assert len(answers) == (3 if (method, fault) == ("sendPhoto", "lose_answer") else 1)

    @pytest.mark.parametrize("declared", [True, False])
    def test_a_truncated_download_is_tried_again(
        self, api: BotApi, ann: Sender, declared: bool
    ) -> None:
        api.faults.truncate(declared=declared)
        assert ann.wait_answer(to=ann.photo(made_photo("7"))).text.startswith("7")

    def test_a_chat_that_is_told_to_wait_waits_and_others_are_served(
        self, api: BotApi, ann: Sender
    ) -> None:
        api.faults.flood("sendPhoto", 1, times=None, chat_id=ann.chat_id)
        bob = api.sender(name="Bob")
        hers = ann.photo(made_photo("7"))
        api.wait_call("sendPhoto")
        bob.wait_answer(to=bob.photo(made_photo("8")))
        api.faults.clear()
        assert ann.wait_answer(to=hers).text.startswith("7")
        times = [
            c.time for c in api.calls_of("sendPhoto") if c.parameters["chat_id"] == ann.chat_id
        ]
        assert all(later - earlier >= 1 for earlier, later in pairwise(times))

    def test_a_press_answered_too_late_still_counts(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        answer = ann.wait_answer(to=ann.photo(made_photo("7")))
        api.state.callback_lifetime = 0
        ann.press(answer, "4")
        ann.wait_answer(lambda m: m is answer and ": 4." in m.text)

    def test_a_press_whose_answer_is_lost_is_stored_once(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        answer = ann.wait_answer(to=ann.photo(made_photo("7")))
        api.faults.lose_answer("editMessageCaption", times=2)
        ann.press(answer, "4")
        wait_until(lambda: states(database) == [InboxState.DONE] * 2)
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(LabelEvent)) == 1

    def test_who_blocked_the_bot_is_left_alone(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        blocked = "Forbidden: bot was blocked by the user"
        fault = api.faults.error("sendPhoto", 403, blocked, times=None)
        ann.photo(made_photo("7"))
        wait_until(lambda: states(database) == [InboxState.DONE])
        assert fault.hits == 1

    def test_an_outage_is_sat_out(self, api: BotApi, ann: Sender, database: Database) -> None:
        ann.text("hi")
        ann.wait_answer()
        with api.outage():
            photo = ann.photo(made_photo("7"))
            time.sleep(0.5)
        assert ann.wait_answer(to=photo).text.startswith("7")
        assert photos(database) == 1


class TestSlowness:
    def test_a_hanging_download_is_given_up_and_tried_again(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot, heard: Log
    ) -> None:
        api.faults.hang("download")
        with stopped_bot.running(replace(FAST, download=0.4)):
            assert ann.wait_answer(to=ann.photo(made_photo("7"))).text.startswith("7")
        assert "did not come within 0.4 s" in heard.text

    def test_others_are_served_while_one_waits(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        bob = api.sender(name="Bob")
        api.faults.slow("getFile", PATIENCE)
        with stopped_bot.running():
            hers = [ann.photo(made_photo("1")), ann.photo(made_photo("2"))]
            api.wait_call("getFile")
            bob.wait_answer(to=bob.photo(made_photo("3")))
            assert api.messages(ann.chat_id) == []
            api.faults.clear()
            first, second = (ann.wait_answer(to=photo).message_id for photo in hers)
            assert first < second

    def test_reading_does_not_hold_up_the_rest(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        bob = api.sender(name="Bob")
        reader = Halted()
        with stopped_bot.running(reader=reader):
            photo = ann.photo(made_photo("1"))
            assert reader.begun.wait(PATIENCE)
            bob.text("hi")
            bob.wait_answer()
            assert not any(m.photo for m in api.messages(ann.chat_id))
            reader.go_on.set()
            ann.wait_answer(to=photo)


class Poison(ChosenReader):
    """Fails on every photo of a 6, and counts how often."""

    hits = 0

    def read(self, data: bytes) -> Reading:
        reading = super().read(data)
        if reading.text == "6":
            self.hits += 1
            raise ZeroDivisionError("a defect")
        return reading


class TestUpdatesThatFail:
    def test_is_set_aside_after_five_attempts_and_its_neighbours_are_served(
        self, ann: Sender, api: BotApi, stopped_bot: RunningBot, heard: Log
    ) -> None:
        poison = Poison()
        with stopped_bot.running(reader=poison):
            ann.photo(made_photo("6"))
            after = ann.photo(made_photo("7"))
            served = ann.wait_answer(to=after)
            sorry = ann.wait_answer(lambda m: m.text == ENGLISH.failed)
            assert served.message_id < sorry.message_id
        assert poison.hits == 5
        assert sum(m.text == ENGLISH.failed for m in api.messages(ann.chat_id)) == 1
        with stopped_bot.database.read() as session:
            row = session.scalars(select(InboxUpdate).order_by(InboxUpdate.id)).first()
            assert row is not None
            assert (row.state, row.error) == (InboxState.ASIDE, "ZeroDivisionError: a defect")
        assert "Traceback" in "".join(r.exc_text or "" for r in heard.records)

    def test_one_that_failed_is_not_tried_again_by_a_restart_but_by_an_operator(
        self, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        poison = Poison()
        with stopped_bot.running(reader=poison):
            photo = ann.photo(made_photo("6"))
            ann.wait_answer(lambda m: m.text == ENGLISH.failed)
        with stopped_bot.running():
            ann.text("hi")
            ann.wait_answer(lambda m: m.text == ENGLISH.send_a_photo)
            assert photos(stopped_bot.database) == 0
            with stopped_bot.database.write() as session:
                assert try_all_again(session) == 1
            assert ann.wait_answer(to=photo).text.startswith("6")

    @pytest.mark.usefixtures("bot")
    def test_one_that_cannot_be_parsed_is_set_aside_at_once(
        self, api: BotApi, ann: Sender, database: Database, heard: Log
    ) -> None:
        chat = {"id": ann.chat_id, "type": "private"}
        before = ann.photo(made_photo("1"))
        api.inject({"message": {"chat": chat, "from": ann.user, "date": "yesterday"}})
        api.inject({"message": "not even an object"})
        after = ann.photo(made_photo("2"))
        ann.wait_answer(to=before)
        ann.wait_answer(to=after)
        ann.wait_answer(lambda m: m.text == ENGLISH.failed)
        done, aside = InboxState.DONE, InboxState.ASIDE
        wait_until(lambda: states(database) == [done, aside, aside, done])


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Keep all other writers out."""
    with database.write() as session:
        session.execute(text("SELECT 1"))
        yield


class TestDatabaseFails:
    @pytest.fixture
    def impatient(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, api: BotApi
    ) -> RunningBot:
        monkeypatch.setattr(model.database, "BUSY_TIMEOUT", 0.1)
        return RunningBot(api, Database(database.url))

    @pytest.mark.sqlite("who writes locks the whole; a locked table has a test of its own")
    @pytest.mark.parametrize("holds", ["from the start", "while a photo is downloaded"])
    def test_a_locked_database_is_waited_for_and_the_sender_told(
        self, holds: str, api: BotApi, ann: Sender, impatient: RunningBot, database: Database
    ) -> None:
        club = api.sender(chat_id=-500)
        asked = f"@{api.state.me['username']}"
        with impatient.running():
            ann.text("hi")
            ann.wait_answer()
            if holds == "from the start":
                with locked(database):
                    club.photo(made_photo("8"), caption=asked)
                    photo = ann.photo(made_photo("7"))
                    ann.wait_answer(lambda m: m.text == ENGLISH.later)
                    time.sleep(0.3)
            else:
                api.faults.slow("getFile", PATIENCE, times=2)
                photo = ann.photo(made_photo("7"))
                club.photo(made_photo("8"), caption=asked)
                wait_until(lambda: len(api.calls_of("getFile")) == 2)
                with locked(database):
                    api.faults.clear()
                    ann.wait_answer(lambda m: m.text == ENGLISH.later)
                    time.sleep(0.3)
            assert ann.wait_answer(to=photo).text.startswith("7")
            assert sum(m.text == ENGLISH.later for m in api.messages(ann.chat_id)) == 1
            assert club.wait_answer().text.startswith("8"), "and nothing before, in a group"
            assert len(api.messages(club.chat_id)) == 1
        impatient.database.close()

    @pytest.mark.sqlite("a page count that it keeps to; a full server's disk has a test of its own")
    def test_a_full_disk_is_waited_out_and_the_sender_told(
        self, api: BotApi, ann: Sender, database: Database
    ) -> None:
        limited = Database(database.url)
        pages = [1_000_000]

        def limit(connection: Connection) -> None:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.execute(f"PRAGMA max_page_count={pages[0]}")

        event.listen(limited.engine, "begin", limit)
        with RunningBot(api, limited).running():
            ann.text("hi")
            ann.wait_answer()
            pages[0] = 1  # SQLite takes it for as many as there are
            photo = ann.photo(made_photo("7") + bytes(100_000))
            ann.wait_answer(lambda m: m.text == ENGLISH.later)
            pages[0] = 1_000_000
            assert ann.wait_answer(to=photo).text.startswith("7")
        limited.close()
        assert photos(database) == 1

    def test_an_answer_that_cannot_be_noted_is_not_repeated(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        finish, failures = Steps.finish, [1, 2, 3]

        def fail_first(self: Steps, *arguments: Any) -> None:
            if failures:
                failures.pop()
                raise OperationalError("UPDATE", {}, Exception("database or disk is full"))
            finish(self, *arguments)

        monkeypatch.setattr(Steps, "finish", fail_first)
        with stopped_bot.running():
            photo = ann.photo(made_photo("7"))
            ann.wait_answer(to=photo)
            wait_until(lambda: states(stopped_bot.database) == [InboxState.DONE])
        assert [bool(m.photo) for m in api.messages(ann.chat_id)] == [True, False]
        with stopped_bot.database.read() as session:
            assert session.scalars(select(Photo.reply_message_id)).one() is not None


class TestRestart:
    def test_what_was_waiting_is_taken_up(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        api.faults.hang("download")
        with stopped_bot.running(CUT_OFF):
            photo = ann.photo(made_photo("7"))
            api.wait_call("download")
        assert states(stopped_bot.database) == [InboxState.WAITING]
        with stopped_bot.running():
            assert ann.wait_answer(to=photo).text.startswith("7")
        assert photos(stopped_bot.database) == 1

    def test_what_was_stored_but_not_answered_is_answered_without_reading_it_again(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        api.faults.hang("sendPhoto")
        with stopped_bot.running(CUT_OFF):
            photo = ann.photo(made_photo("7"))
            api.wait_call("sendPhoto")
        assert states(stopped_bot.database) == [InboxState.ANSWERING]
        downloads = len(api.calls_of("download"))
        with stopped_bot.running():
            answer = ann.wait_answer(to=photo)
            ann.press(answer, "4")
            ann.wait_answer(lambda m: m is answer and ": 4" in m.text)
        assert len(api.calls_of("download")) == downloads
        assert photos(stopped_bot.database) == 1

    def test_a_correction_that_was_stored_is_still_told(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot, database: Database
    ) -> None:
        with stopped_bot.running(CUT_OFF):
            answer = ann.wait_answer(to=ann.photo(made_photo("407")))
            ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
            api.faults.hang("sendMessage")
            text = ann.reply(answer, "401")
            api.wait_call("sendMessage", lambda c: "401" in c.parameters["text"])
        with stopped_bot.running():
            assert "401" in ann.wait_answer(to=text).text
            ann.wait_answer(lambda m: m is answer and "401" in m.text)
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(LabelEvent)) == 3

    def test_forgetting_that_was_not_yet_told_is_told(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        with stopped_bot.running(CUT_OFF):
            ann.wait_answer(to=ann.photo(made_photo("7")))
            ann.command("/forget")
            question = ann.wait_answer(lambda m: m.text == ENGLISH.forget)
            api.faults.hang("answerCallbackQuery")
            ann.press(question, "Yes")
            api.wait_call("answerCallbackQuery")
        assert photos(stopped_bot.database) == 0
        with stopped_bot.running():
            ann.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)

    @pytest.mark.sqlite("its files, and what its log still holds of deleted rows")
    def test_after_forget_nothing_of_the_person_is_left_in_the_files(
        self, api: BotApi, stopped_bot: RunningBot, database: Database
    ) -> None:
        name, image = "Wilhelmina Zwanenburg", made_photo("7", serial=12345)
        sender = api.sender(name=name)
        path = Path(database.engine.url.database or "")
        with stopped_bot.running():
            sender.wait_answer(to=sender.photo(image))
            stored = b"".join(f.read_bytes() for f in path.parent.glob(path.name + "*"))
            assert name.encode() in stored
            assert image[60:160] in stored
            sender.command("/forget")
            question = sender.wait_answer(lambda m: m.text == ENGLISH.forget)
            sender.press(question, "Yes")
            sender.wait_answer(lambda m: m is question and m.text == ENGLISH.forgotten)
        stored = b"".join(f.read_bytes() for f in path.parent.glob(path.name + "*"))
        assert name.encode() not in stored
        assert b"Wilhelmina" not in stored
        assert image[60:160] not in stored

    def test_a_photo_delivered_again_is_neither_stored_nor_answered_again(
        self, api: BotApi, ann: Sender, stopped_bot: RunningBot
    ) -> None:
        with stopped_bot.running():
            photo = ann.photo(made_photo("7"))
            ann.wait_answer(to=photo)
            assert ann.last_update_id is not None
            api.resend(ann.last_update_id)
            api.inject({"message": photo.as_json()}, ann.chat_id)  # under another id
            ann.text("hi")
            ann.wait_answer(lambda m: m.text == ENGLISH.send_a_photo)
        assert photos(stopped_bot.database) == 1
        assert sum(bool(m.photo) for m in api.messages(ann.chat_id)) == 1


def test_no_log_holds_a_secret_or_a_name_and_each_update_has_a_line(
    api: BotApi, stopped_bot: RunningBot, heard: Log
) -> None:
    heard.set_level(logging.DEBUG)
    eve = api.sender(name="Evelyn Longname")
    api.faults.drop("download")
    api.faults.error("sendPhoto", 502, "Bad Gateway", body=b"<html>")
    with stopped_bot.running():
        eve.wait_answer(to=eve.photo(made_photo("7")))
        eve.text("something personal")
        eve.wait_answer(lambda m: m.text == ENGLISH.send_a_photo)
    lines = [r.getMessage() + (r.exc_text or "") for r in heard.records if r.name[:3] != "asy"]
    for secret in (api.token, api.token.split(":")[1], "Evelyn", "personal", "photos/file"):
        assert secret not in "\n".join(lines)
    assert sum(line.startswith("update ") for line in lines) == 2
