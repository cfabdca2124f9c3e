"""Weights that somebody promotes elsewhere are read with at once, by bots that run on."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from model.database import Database
from model.promotions import (
    LOOK_AGAIN,
    find_weights,
    keep_weights,
    promote,
    roll_back,
    write_network,
)
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.tables import Prediction
from tests.bot.bot_process import bot_process
from tests.bot.chosen_reader import WEIGHTS, made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender
from tests.patience import wait_until
from tests.ports import free_port

PROMOTE = """
import sys
from model.database import Database
from model.promotions import find_weights, promote
with Database(sys.argv[1]).write() as session:
    promote(session, find_weights(session, sys.argv[2]))
"""


def test_a_running_bot_switches_within_a_second(
    api: BotApi, database: Database, recognizer: Recognizer
):
    with database.write() as session:
        fingerprint = keep_weights(session, write_network(recognizer.network)).fingerprint
    ann = api.sender(name="Ann")
    with RunningBot(api, database).running():
        ann.wait_answer(to=ann.photo(made_photo("7")))
        assert read_by(database) == [WEIGHTS]
        code = [sys.executable, "-c", PROMOTE, database.url, fingerprint]
        subprocess.run(code, check=True, cwd=PROJECT)  # another process
        assert LOOK_AGAIN < 1
        time.sleep(LOOK_AGAIN)
        ann.wait_answer(to=ann.photo(made_photo("7", serial=1)))
    assert read_by(database) == [WEIGHTS, fingerprint]


@pytest.mark.parametrize("kind", ["database", "postgres_database"])
def test_bots_that_share_an_inbox_all_switch_and_back(
    kind: str,
    request: pytest.FixtureRequest,
    api: BotApi,
    recognizer: Recognizer,
    tmp_path: Path,
):
    """Two processes; what they read with is told by what they store, and each by its own log."""
    shared: Database = request.getfixturevalue(kind)
    shared.upgrade()
    with shared.write() as session:
        fingerprint = keep_weights(session, write_network(recognizer.network)).fingerprint
    people = [api.sender(name=f"Person {number}") for number in range(6)]
    ports, logs = [free_port(), free_port()], [tmp_path / "one.log", tmp_path / "other.log"]
    api.webhook.proxies = tuple(f"http://127.0.0.1:{port}" for port in ports)

    def all_say(words: str) -> bool:
        return all(log.exists() and words in log.read_text() for log in logs)

    with ExitStack() as stack:
        bots = [
            stack.enter_context(bot_process(api, shared.url, log, port))
            for port, log in zip(ports, logs, strict=True)
        ]
        wait_until(lambda: all_say("Updates come by webhook"))
        send_to_all(people, serial=1)
        assert read_by(shared) == 6 * [WEIGHTS]
        with shared.write() as session:
            promote(session, find_weights(session, fingerprint))
        time.sleep(LOOK_AGAIN)
        send_to_all(people, serial=2)
        assert set(read_by(shared)[6:]) == {fingerprint}
        assert all_say(f"Reading with the weights {fingerprint} now.")
        last = len(read_by(shared))
        with shared.write() as session:
            roll_back(session)
        time.sleep(LOOK_AGAIN)
        send_to_all(people, serial=3)
        assert read_by(shared)[last:] == 6 * [WEIGHTS]
        assert all_say("Reading with the weights of the setting now.")
        assert all(bot.is_alive() for bot in bots)


def send_to_all(people: list[Sender], serial: int) -> None:
    """Have everybody send a photo, at once, and wait for the answers."""
    photos = [(person, person.photo(made_photo("7", serial=serial))) for person in people]
    for person, photo in photos:
        person.wait_answer(to=photo)


def read_by(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Prediction.weights).order_by(Prediction.id)))
