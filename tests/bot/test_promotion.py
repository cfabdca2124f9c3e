"""Weights that somebody promotes elsewhere are read with at once, by bots that run on."""

import asyncio
import itertools
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from bot.reading import InOwnProcess
from model import promotions
from model.database import Database
from model.network import Network
from model.promotions import (
    LOOK_AGAIN,
    InUse,
    find_weights,
    keep_weights,
    promote,
    read_network,
    roll_back,
    write_network,
)
from model.reading import Reading
from model.recognizer import Recognizer, shipped_judge
from model.settings import PROJECT
from model.tables import Prediction
from tests.bot.bot_process import bot_process
from tests.bot.chosen_reader import WEIGHTS, made_photo
from tests.bot.running import RunningBot
from tests.bot.test_reading import in_a_loop
from tests.bot_api import BotApi, Sender
from tests.filling import drawn_photo
from tests.patience import PATIENCE, wait_until
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


@in_a_loop
async def test_no_photo_is_half_read_while_weights_are_promoted(
    database: Database, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    """In the process that reads, three photos at hand: each answer is all of one network's."""
    monkeypatch.setattr(promotions, "LOOK_AGAIN", 0.001)
    readers = {reader.weights: reader for reader in (recognizer, *kept_readers(database))}
    photo = drawn_photo("7")
    expected = {weights: said(reader.read(photo)) for weights, reader in readers.items()}
    assert len(set(expected.values())) == 3
    answers: list[tuple[str, Said]] = []
    turns = itertools.cycle(list(readers)[1:])

    async def read() -> None:
        while not enough():
            reading, weights = await process.read(photo)
            answers.append((weights, said(reading)))

    async def promote_to_and_fro() -> None:
        while not enough():
            await asyncio.to_thread(use, database, next(turns))
            await asyncio.sleep(0.01)

    def enough() -> bool:
        """Whether there were switches between all, and many."""
        order = [weights for weights, _ in answers]
        switches = sum(one != other for one, other in pairwise(order))
        return switches >= 10 and {*order} >= {*list(readers)[1:]}

    with InOwnProcess(InUse(database, recognizer), PATIENCE) as process:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(read(), read(), read(), promote_to_and_fro())
    assert [weights for weights, answer in answers if answer != expected[weights]] == []


def kept_readers(database: Database) -> list[Recognizer]:
    """Return what reads with two weights files, which the database has."""
    networks = [Network.create((784, 24, 11), rng=np.random.default_rng(n)) for n in (1, 2)]
    with database.write() as session:
        kept = [keep_weights(session, write_network(network)) for network in networks]
        return [
            Recognizer(read_network(each.content), each.fingerprint, shipped_judge())
            for each in kept
        ]


def use(database: Database, fingerprint: str) -> None:
    with database.write() as session:
        promote(session, find_weights(session, fingerprint))


Said = tuple[tuple[float, float, tuple[int, ...], bytes, bytes], ...]


def said(reading: Reading) -> Said:
    """Return all that a reading says of its digits, and of what was taken for none."""
    missed = (reading.missed,) if reading.missed else ()
    return tuple(
        (
            each.confidence,
            each.no_digit,
            each.box,
            each.pixels.tobytes(),
            each.probabilities.tobytes(),
        )
        for each in (*reading.digits, *missed)
    )


def send_to_all(people: list[Sender], serial: int) -> None:
    """Have everybody send a photo, at once, and wait for the answers."""
    photos = [(person, person.photo(made_photo("7", serial=serial))) for person in people]
    for person, photo in photos:
        person.wait_answer(to=photo)


def read_by(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Prediction.weights).order_by(Prediction.id)))
