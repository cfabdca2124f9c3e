"""Photos are read in a process of their own: the same answers, and what becomes of it and of us."""

import asyncio
import functools
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.reading import InOwnProcess, Reader, ReaderDied
from model.database import Database
from model.promotions import InUse, keep_weights, promote, write_network
from model.recognizer import Reading, Recognizer
from model.settings import PROJECT
from model.vision import UnreadablePhoto
from tests.bot.chosen_reader import WEIGHTS, ChosenReader, made_photo
from tests.patience import PATIENCE, wait_until

ALONE = """
import asyncio, sys
from bot.reading import InOwnProcess
from model.database import Database
from model.promotions import InUse
from tests.bot.test_reading import Teller
from tests.bot.chosen_reader import made_photo

async def main():
    with InOwnProcess(InUse(Database(sys.argv[1]), Teller())) as readers:
        await readers.read(made_photo("7"))
        print("read", flush=True)
        await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(main())
"""


class Teller(ChosenReader):
    """Tells by a photo's width which process has read it."""

    def read(self, data: bytes) -> Reading:
        return replace(super().read(data), width=os.getpid())


class Deadly(Teller):
    """Ends the process that reads a 9, as a defect in a decoder would; an 8 is a plain defect."""

    def read(self, data: bytes) -> Reading:
        read = super().read(data)
        if read.text == "9":
            os._exit(1)
        if read.text == "8":
            raise ZeroDivisionError("a defect")
        return read


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine."""

    @functools.wraps(test)
    def run(**fixtures: object) -> None:
        asyncio.run(test(**fixtures))

    return run


def readers_of(database: Database, reader: Reader) -> InOwnProcess:
    """Return the readers of a bot that has this one."""
    return InOwnProcess(InUse(database, reader))


def is_running(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@in_a_loop
async def test_the_real_reader_says_the_same_there(database: Database, recognizer: Recognizer):
    photo = made_photo("7")
    here = recognizer.read(photo)
    with readers_of(database, recognizer) as readers:
        there, weights = await readers.read(photo)
    assert there.text == here.text != ""
    assert np.array_equal(there.digits[0].pixels, here.digits[0].pixels)
    assert np.array_equal(there.digits[0].probabilities, here.digits[0].probabilities)
    assert weights == recognizer.weights


@in_a_loop
async def test_it_is_one_other_process_for_all_photos(database: Database):
    with readers_of(database, Teller()) as readers:
        photos = [made_photo(str(digit)) for digit in range(6)]
        answers = await asyncio.gather(*map(readers.read, photos))
    assert [read.text for read, _ in answers] == list("012345")
    pids = {read.width for read, _ in answers}
    assert len(pids) == 1
    assert os.getpid() not in pids


@in_a_loop
async def test_what_is_no_picture_is_said_as_here(database: Database):
    with readers_of(database, Teller()) as readers:
        with pytest.raises(UnreadablePhoto) as raised:
            await readers.read(b"")
        assert raised.value.problem == "empty"
        assert (await readers.read(made_photo("7")))[0].text == "7"


def test_facts_about_a_picture_survive_the_way():
    error = UnreadablePhoto("huge", megapixels=300, most=120)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.problem, again.facts) == (str(error), error.problem, error.facts)


@in_a_loop
async def test_promoted_weights_are_used_there(database: Database, recognizer: Recognizer):
    with readers_of(database, Teller()) as readers:
        assert (await readers.read(made_photo("7")))[1] == WEIGHTS
        with database.write() as session:
            kept = keep_weights(session, write_network(recognizer.network))
            promote(session, kept)
            fingerprint = kept.fingerprint
        await asyncio.sleep(0.6)
        read, weights = await readers.read(made_photo("7"))
        assert weights == fingerprint
        assert read.width == 320  # the real reader has no secret to tell


@in_a_loop
async def test_a_photo_that_ends_it_fails_alone_and_the_next_has_a_new_one(database: Database):
    with readers_of(database, Deadly()) as readers:
        before, _ = await readers.read(made_photo("7"))
        with pytest.raises(ReaderDied, match="ended over this one"):
            await readers.read(made_photo("9"))
        after, _ = await readers.read(made_photo("7"))
    assert after.text == "7"
    assert after.width != before.width


@in_a_loop
async def test_it_is_replaced_once_however_many_saw_it_end(database: Database):
    with readers_of(database, Deadly()) as readers:
        nines = [readers.read(made_photo("9", serial=number)) for number in range(2)]
        ends = await asyncio.gather(*nines, return_exceptions=True)
        assert all(isinstance(end, ReaderDied) for end in ends)
        sevens = [readers.read(made_photo("7", serial=number)) for number in range(4)]
        assert len({read.width for read, _ in await asyncio.gather(*sevens)}) == 1


@in_a_loop
async def test_a_defect_comes_back_with_the_place_it_happened_at(database: Database):
    with readers_of(database, Deadly()) as readers:
        with pytest.raises(ZeroDivisionError) as raised:
            await readers.read(made_photo("8"))
        assert "test_reading.py" in str(raised.value.__cause__)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@in_a_loop
async def test_signals_meant_for_the_bot_don_t_end_it(database: Database, number: signal.Signals):
    with readers_of(database, Teller()) as readers:
        pid = (await readers.read(made_photo("7")))[0].width
        os.kill(pid, number)
        assert (await readers.read(made_photo("6")))[0].width == pid


@in_a_loop
async def test_at_the_end_it_goes_at_once_whatever_it_is_doing(database: Database):
    with readers_of(database, Teller(seconds=600)) as readers:
        reading_on = asyncio.create_task(readers.read(made_photo("7")))
        await asyncio.sleep(0.5)
        started = time.monotonic()
    assert time.monotonic() - started < PATIENCE / 4
    with pytest.raises(ReaderDied):
        await reading_on


def test_it_ends_when_the_bot_is_killed(database: Database, tmp_path: Path):
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    bot = subprocess.Popen(
        [sys.executable, script, database.url],
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert bot.stdout is not None
    with bot.stdout:
        assert bot.stdout.readline() == b"read\n"
        children = Path(f"/proc/{bot.pid}/task").glob("*/children")
        pids = [int(pid) for child in children for pid in child.read_text().split()]
        assert any(is_running(pid) for pid in pids)
        bot.kill()
        bot.wait()
    wait_until(lambda: not any(is_running(pid) for pid in pids))
