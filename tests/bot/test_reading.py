"""Photos are read in a process of their own: the same answers, and what becomes of it and of us."""

import array
import asyncio
import fcntl
import functools
import itertools
import os
import pickle
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from bot.faults import is_passing
from bot.languages import ENGLISH
from bot.reading import InOwnProcess, NoReader, Reader, ReaderDied, ReadingFailed
from model.database import Database
from model.promotions import InUse, keep_weights, promote, write_network
from model.reading import Reading
from model.recognizer import Recognizer
from model.settings import PROJECT
from model.tables import InboxState, InboxUpdate
from model.vision import UnreadablePhoto
from tests.bot.bot_process import bot_process, pids_of_readers
from tests.bot.chosen_reader import WEIGHTS, ChosenReader, made_photo
from tests.bot_api import BotApi
from tests.patience import PATIENCE, wait_until

ALONE = """
import asyncio, signal, sys
from bot.faults import is_passing
from bot.languages import ENGLISH
from bot.reading import InOwnProcess
from model.database import Database
from model.promotions import InUse
from tests.bot.test_reading import Teller
from tests.bot.bot_process import bot_process, pids_of_readers
from tests.bot.chosen_reader import made_photo

async def main():
    with InOwnProcess(InUse(Database(sys.argv[1]), Teller())) as readers:
        print("started", flush=True)
        await readers.read(made_photo("7"))
        print("read", flush=True)
        await asyncio.sleep(600)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    asyncio.run(main())
"""


HASTY = (
    ALONE.replace("with InOwnProcess(", "readers = InOwnProcess(")
    .replace(" as readers:", ".__enter__()\n    if True:")
    .replace("await asyncio.sleep(600)", "raise SystemExit(3)")
)


class Teller(ChosenReader):
    """Tells by a photo's width which process has read it."""

    def read(self, data: bytes) -> Reading:
        return replace(super().read(data), width=os.getpid())


class Deadly(Teller):
    """Ends the process that reads a 9, as a defect in a decoder would; an 8 is a plain defect.

    A 6 keeps it busy, without ever letting another thread run.
    """

    def read(self, data: bytes) -> Reading:
        read = super().read(data)
        if read.text == "9":
            os._exit(1)
        if read.text == "8":
            raise UnlikeOthersError("a defect", 8)
        if read.text == "6":
            sum(itertools.repeat(1))
        return read


class UnlikeOthersError(Exception):
    """One that can't be made anew from what it was pickled as."""

    def __init__(self, problem: str, number: int) -> None:
        super().__init__(f"{problem} {number}")


class Stillborn(Teller):
    """Can't be received by the process that should read with it."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (7,)


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine."""

    @functools.wraps(test)
    def run(**fixtures: object) -> None:
        asyncio.run(test(**fixtures))

    return run


def readers_of(database: Database, reader: Reader, longest: float = PATIENCE) -> InOwnProcess:
    """Return the readers of a bot that has this one."""
    return InOwnProcess(InUse(database, reader), longest)


def unread(line: Connection) -> int:
    """Return how much of what was sent is yet to be read at the other end, by any measure."""
    count = array.array("i", [0])
    fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, count)
    return count[0]


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
        photos = [made_photo(digit) for digit in "79797"]
        ends = await asyncio.gather(*map(readers.read, photos), return_exceptions=True)
    assert [isinstance(end, ReaderDied) for end in ends] == [False, True, False, True, False]
    assert "ended with the exit code 1" in str(ends[1])
    pids = [end[0].width for end in ends[::2]]  # type: ignore[index]  # a reading and its weights
    assert pids[0] == before.width
    assert before.width not in pids[1:]


@in_a_loop
async def test_whoever_is_at_hand_meanwhile_only_the_deadly_ones_answer_for_it(database: Database):
    digits = "9979877991798879"
    with readers_of(database, Deadly()) as readers:
        photos = [made_photo(digit, serial=number) for number, digit in enumerate(digits)]
        ends = await asyncio.gather(*map(readers.read, photos), return_exceptions=True)
    became = {"9": ReaderDied, "8": ReadingFailed}
    for digit, end in zip(digits, ends, strict=True):
        if digit in became:
            assert isinstance(end, became[digit])
        else:
            assert isinstance(end, tuple)
            assert end[0].text == digit


@in_a_loop
async def test_the_next_photo_is_there_before_this_one_is_read(database: Database):
    """Else the process would wait for the bot between any two photos."""
    with readers_of(database, Deadly(), longest=1) as readers:
        await readers.read(made_photo("7"))
        reading = asyncio.create_task(readers.read(made_photo("6")))
        await asyncio.sleep(0.2)
        following = asyncio.create_task(readers.read(made_photo("7")))
        await asyncio.sleep(0.2)
        assert unread(readers._line) > 0
        with pytest.raises(ReaderDied):
            await reading
        assert (await following)[0].text == "7"


@in_a_loop
async def test_killed_between_two_photos_it_costs_neither_of_them_anything(database: Database):
    with readers_of(database, Teller()) as readers:
        first, _ = await readers.read(made_photo("7"))
        os.kill(first.width, signal.SIGKILL)
        wait_until(lambda: not is_running(first.width))
        assert (await readers.read(made_photo("6")))[0].text == "6"


@in_a_loop
async def test_a_photo_that_takes_too_long_is_given_up(database: Database):
    """Even where nothing else gets its turn in that process."""
    with readers_of(database, Deadly(), longest=0.5) as readers:
        with pytest.raises(ReaderDied, match=r"was ended after 0\.5 s"):
            await readers.read(made_photo("6"))
        assert (await readers.read(made_photo("7")))[0].text == "7"


@in_a_loop
async def test_what_was_read_in_time_has_no_alarm_after_it(database: Database):
    with readers_of(database, Teller(), longest=0.5) as readers:
        first, _ = await readers.read(made_photo("7"))
        await asyncio.sleep(0.8)
        assert (await readers.read(made_photo("7")))[0].width == first.width


@in_a_loop
async def test_a_process_that_cannot_begin_is_no_photos_fault(database: Database):
    with (
        readers_of(database, Stillborn()) as readers,
        pytest.raises(NoReader, match="exit code 7") as raised,
    ):
        await readers.read(made_photo("7"))
    assert is_passing(raised.value)


@in_a_loop
async def test_a_defect_comes_back_with_the_place_it_happened_at(database: Database):
    with readers_of(database, Deadly()) as readers:
        with pytest.raises(ReadingFailed, match="UnlikeOthersError: a defect 8") as raised:
            await readers.read(made_photo("8"))
        assert "test_reading.py" in raised.value.__notes__[0]
        assert (await readers.read(made_photo("7")))[0].text == "7"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@in_a_loop
async def test_signals_meant_for_the_bot_don_t_end_it(database: Database, number: signal.Signals):
    with readers_of(database, Teller()) as readers:
        pid = (await readers.read(made_photo("7")))[0].width
        os.kill(pid, number)
        assert (await readers.read(made_photo("6")))[0].width == pid


@in_a_loop
async def test_at_the_end_it_goes_at_once_whatever_it_is_doing(database: Database):
    with readers_of(database, Deadly()) as readers:
        pid = (await readers.read(made_photo("7")))[0].width
        reading_on = asyncio.create_task(readers.read(made_photo("6")))
        await asyncio.sleep(0.3)
        started = time.monotonic()
    assert time.monotonic() - started < 2
    assert not is_running(pid)
    with pytest.raises(ReaderDied):
        await reading_on
    with pytest.raises(NoReader, match="being stopped"):
        await readers.read(made_photo("7"))


@pytest.mark.parametrize("patience", [0.0, 0.1, 0.3])
def test_stopped_while_it_starts_it_leaves_no_trace(
    database: Database, tmp_path: Path, patience: float
):
    """As by Ctrl-C, which all processes of a terminal hear."""
    with start_alone(database, tmp_path, start_new_session=True, stderr=subprocess.PIPE) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"started\n"
        time.sleep(patience)
        os.killpg(bot.pid, signal.SIGINT)
        _, errors = bot.communicate(timeout=PATIENCE)
    assert errors.count(b"KeyboardInterrupt\n") == 1  # the script's own


@pytest.mark.parametrize("patience", [0.0, 0.05, 0.3])
def test_nor_where_the_bot_is_killed_meanwhile(database: Database, tmp_path: Path, patience: float):
    with start_alone(database, tmp_path, stderr=subprocess.PIPE) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"started\n"
        time.sleep(patience)
        bot.kill()
        _, errors = bot.communicate(timeout=PATIENCE)  # which that process may write to as well
    assert errors == b""


def test_the_sender_of_a_deadly_photo_is_told_and_all_others_are_answered(
    api: BotApi, database: Database, tmp_path: Path
):
    ann, bob = api.sender(name="Ann"), api.sender(name="Bob")
    with bot_process(api, database.url, tmp_path / "log", reader=Deadly()):
        ann.photo(made_photo("9"))
        for serial in range(3):
            assert bob.wait_answer(to=bob.photo(made_photo("7", serial=serial)))
        ann.wait_answer(lambda message: message.text == ENGLISH.failed)
        assert ann.wait_answer(to=ann.photo(made_photo("7", serial=9)))
    with database.read() as session:
        aside = session.scalars(select(InboxUpdate).filter_by(state=InboxState.ASIDE)).one()
        assert aside.user_id == ann.user_id
        assert "ReaderDied: the process that reads ended" in (aside.error or "")


def test_it_ends_when_the_bot_is_killed(database: Database, tmp_path: Path):
    with start_alone(database, tmp_path) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"started\n"
        assert bot.stdout.readline() == b"read\n"
        [pid] = pids_of_readers(bot.pid)
        bot.kill()
    wait_until(lambda: not is_running(pid))


def test_a_program_that_ends_without_leaving_the_block_ends_all_the_same(
    database: Database, tmp_path: Path
):
    script = tmp_path / "hasty.py"
    script.write_text(HASTY)
    hasty = subprocess.run(
        [sys.executable, script, database.url],
        capture_output=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=PATIENCE,
        check=False,
    )
    assert (hasty.returncode, hasty.stdout) == (3, b"started\nread\n")


def start_alone(database: Database, folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a program that reads one photo and waits."""
    script = folder / "alone.py"
    script.write_text(ALONE)
    return subprocess.Popen(
        [sys.executable, script, database.url],
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        **options,
    )
