"""The bot as a process: told to stop, started again; and beside a second one."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from model.database import Database
from model.tables import InboxState, InboxUpdate, Photo, Sample
from tests.bot.bot_process import bot_process
from tests.bot.chosen_reader import ChosenReader, made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Message, Sender
from tests.patience import PATIENCE, wait_until


def bot_ended(log: Path) -> None:
    """Wait until the bot says that it has stopped; its process is still there for a moment."""
    wait_until(lambda: "The bot has stopped" in log.read_text())
    time.sleep(0.05)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


class Crowd:
    """People who send photos, each of their own number, at random moments."""

    def __init__(self, api: BotApi, people: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.senders = [api.sender(name=f"Person {n}") for n in range(people)]
        self.sent: list[tuple[Sender, Message, str]] = []

    def send(self, count: int, pause: float) -> threading.Thread:
        """Send so many photos from a thread."""

        def work() -> None:
            for number in range(count):
                sender = self.random.choice(self.senders)
                digits = str(self.random.randrange(10, 1000))
                photo = sender.photo(made_photo(digits, serial=number))
                self.sent.append((sender, photo, digits))
                time.sleep(self.random.uniform(0, 2 * pause))

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def wait_all_answered(self) -> None:
        for sender, photo, digits in self.sent:
            answer = sender.wait_answer(to=photo)
            assert answer.text.startswith(digits)

    def expected(self) -> list[tuple[int, int, str]]:
        return sorted((s.chat_id, p.message_id, digits) for s, p, digits in self.sent)


def stored(database: Database) -> list[tuple[int, int, str]]:
    """Return chat, message and reading of every photo."""
    found = []
    with database.read() as session:
        for photo in session.scalars(select(Photo)):
            text = "".join(str(sample.predicted) for sample in photo.samples)
            found.append((photo.chat_id, photo.message_id, text))
    return sorted(found)


def wait_until_all_is_done(database: Database) -> None:
    def all_done() -> bool:
        with database.read() as session:
            return set(session.scalars(select(InboxUpdate.state))) == {InboxState.DONE}

    wait_until(all_done)


AS_PROMISED = 10
"""Seconds."""


def test_told_to_stop_under_load_it_exits_soon_and_loses_nothing(
    api: BotApi, database: Database, log: Path
) -> None:
    crowd = Crowd(api, people=4, seed=4)
    api.faults.hang("download")
    with bot_process(api, database.url, log) as bot:
        api.wait_call("getMe")
        sending = crowd.send(12, pause=0.02)
        api.wait_call("sendPhoto")
        told = time.monotonic()
        bot.terminate()
        time.sleep(0.05)
        bot.terminate()  # `make` passes the signal on, so it may come twice
        bot_ended(log)
        bot.terminate()
        bot.join(PATIENCE / 2)
        assert bot.exitcode == 0
        assert time.monotonic() - told < AS_PROMISED
    sending.join()
    assert "Traceback" not in log.read_text()
    with bot_process(api, database.url, log):
        crowd.wait_all_answered()
        wait_until_all_is_done(database)
    assert stored(database) == crowd.expected()


def test_while_a_photo_is_read_all_else_goes_on(
    api: BotApi, ann: Sender, database: Database, log: Path
) -> None:
    bob = api.sender(name="Bob")
    with bot_process(api, database.url, log, reader=ChosenReader(seconds=3)):
        photo = ann.photo(made_photo("7"))
        api.wait_call("download")
        for _ in range(3):
            bob.text("hi")
            bob.wait_answer()
        assert api.calls_of("sendPhoto") == []
        ann.wait_answer(to=photo)


def test_told_to_stop_before_telegram_ever_answered_it_stops(
    api: BotApi, database: Database, log: Path
) -> None:
    api.faults.hang("getMe", times=None)
    with bot_process(api, database.url, log) as bot:
        api.wait_call("getMe")
        told = time.monotonic()
        os.kill(bot.pid, signal.SIGINT)
        bot.join(PATIENCE / 2)
        assert bot.exitcode == 0
        assert time.monotonic() - told < AS_PROMISED
    assert "Traceback" not in log.read_text()


@contextmanager
def fetched_elsewhere(api: BotApi) -> Iterator[None]:
    """Another program, which shares nothing but the token, asks for updates meanwhile."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            with suppress(HTTPError):  # 409, when the bot's own request ended this one
                urlopen(f"{api.url}/bot{api.token}/getUpdates?timeout=2").read()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE)


def test_a_second_bot_on_the_same_token_is_noticed_and_nothing_is_lost(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, heard: pytest.LogCaptureFixture
) -> None:
    with stopped_bot.running():
        with fetched_elsewhere(api):
            wait_until(lambda: "another program fetches this bot's updates" in heard.text)
            photo = ann.photo(made_photo("7"))
        answer = ann.wait_answer(to=photo)
        ann.press(answer, "4")
        ann.wait_answer(lambda m: m is answer and ": 4" in m.text)
    with stopped_bot.database.read() as session:
        assert session.scalars(select(Sample.label)).all() == [4]
