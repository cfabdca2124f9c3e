"""Who reads Telegram's photos: a process of its own, beside the bot.

Reading is arithmetic and takes the interpreter's lock from the network's work for most of its
time: in a process beside, a second core is used. And what a photo may do to the process that
decodes it, it does not do to the bot. That process reads photos in the order they were sent to it,
so that of those it leaves unanswered the first one has to answer for its end, and nobody else's.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from model.reading import Reading
from model.vision import UnreadablePhoto

if TYPE_CHECKING:  # the process that reads needs no database
    from model.promotions import InUse

AT_HAND = 2
"""Photos that the process has at most: one that it reads, and the next, so that it never waits."""

LONGEST = 30
"""Seconds for one photo, a hundred times what the largest takes."""

WORK = """
import sys
descriptor, longest, *sys.path = sys.argv[1:]
from bot.reading import work
work(int(descriptor), float(longest))
"""
"""What that process runs. One of `multiprocessing` would do, but for the traceback in the log that
it leaves where the bot is killed while it starts."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What the bot is stopped with; a terminal sends it to all processes."""


class Reader(Protocol):
    """What the bot needs of a recognizer."""

    weights: str

    def read(self, data: bytes) -> Reading:
        """Read a photo; raises `UnreadablePhoto`."""
        ...


class Readers(Protocol):
    """Reads photos off the event loop, with the weights that are in use."""

    async def read(self, data: bytes) -> tuple[Reading, str]:
        """Return what stands in a photo, and the fingerprint of the weights that read it.

        Raises `UnreadablePhoto`, and `ReaderDied`, `ReadingFailed` and `NoReader` where it failed.
        """
        ...


class ReaderDied(RuntimeError):
    """The process that reads ended over a photo; the next photo gets a new one."""


class ReadingFailed(RuntimeError):
    """Reading a photo met a defect, whose traceback is in the notes."""


class NoReader(RuntimeError):
    """The process that reads can't be started now; no photo has a part in it."""


class InOwnProcess:
    """Reads in a process of its own, which ends with the block.

    Where ours ends without leaving it, killed say, that process ends too, after its photo at most.
    """

    def __init__(self, in_use: InUse[Reader], longest: float = LONGEST) -> None:
        self._in_use = in_use
        self._longest = longest
        self._at_hand = asyncio.Semaphore(AT_HAND)
        self._sending, self._receiving = asyncio.Lock(), asyncio.Lock()  # who came first is first
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def __enter__(self) -> Self:
        with suppress(NoReader):  # then the first photo says so
            self._start()  # so that the first photo needn't wait
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process at once, whatever it is doing, and start no other."""
        self._ended = True
        self._kill()

    async def read(self, data: bytes) -> tuple[Reading, str]:
        """Return what stands in a photo, and which weights read it; see `Readers`."""
        async with self._at_hand:
            while True:
                async with self._sending:
                    process = await self._send_in_turn(data)
                async with self._receiving:
                    if process is not None and process is self._process:
                        return await asyncio.to_thread(self._receive)
                # it ended over the photo before this one

    async def _send_in_turn(self, data: bytes) -> subprocess.Popen[bytes] | None:
        """Send a photo to the process, and return that; raises `NoReader`.

        Started, or given new weights, it is only once all that it had before is answered.
        """
        process = self._process
        if self._receiving.locked() and await asyncio.to_thread(self._send, data, alone=False):
            return process
        async with self._receiving:
            await asyncio.to_thread(self._send, data, alone=True)
            return self._process

    def _send(self, data: bytes, alone: bool) -> bool:
        """Send a photo; return whether that could be done, beside another or alone."""
        reader = self._in_use.current()
        if alone:
            self._prepare(reader)
        elif reader.weights != self._weights:
            return False
        with suppress(OSError):  # that it has ended is seen by who waits for its answer
            self._line.send(data)
        return True

    def _receive(self) -> tuple[Reading, str]:
        try:
            answer = self._line.recv()
        except (EOFError, OSError) as error:
            raise ReaderDied(f"the process that reads {self._how_it_ended()}") from error
        if isinstance(answer, Exception):
            raise answer
        return answer, self._weights

    def _prepare(self, reader: Reader) -> None:
        """Have a process that reads with these weights; raises `NoReader`."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        if reader.weights != self._weights:
            self._hand_over(reader)

    def _start(self) -> None:
        """Start the process; raises `NoReader`."""
        if self._ended:
            raise NoReader("the bot is being stopped")
        self._line, end = Pipe()
        self._weights = ""
        descriptor = end.fileno()
        command = [sys.executable, "-c", WORK, str(descriptor), str(self._longest), *sys.path]
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # inherited, and kept to the end
        try:
            self._process = subprocess.Popen(command, pass_fds=[descriptor])  # noqa: S603  # ours
        except OSError as error:
            self._process = None
            raise NoReader(f"the process that reads can't be started: {error}") from error
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            end.close()

    def _hand_over(self, reader: Reader) -> None:
        """Give the process what it reads with; raises `NoReader`."""
        try:
            self._line.send(reader)
            self._weights = self._line.recv()
        except (EOFError, OSError) as error:
            raise NoReader(f"the process that reads {self._how_it_ended()}") from error

    def _how_it_ended(self) -> str:
        """Make sure that it has ended, and say how."""
        self._kill()
        code = None if self._process is None else self._process.returncode
        self._process = None
        if code == -signal.SIGALRM:
            return f"was ended after {self._longest:g} s"
        if code == -signal.SIGKILL:
            return "was killed; by the kernel, if memory is short"
        return f"ended with the exit code {code}"

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)  # it may be ending by itself: how is worth to be known
            process.kill()
            process.wait()


def work(descriptor: int, longest: float) -> None:
    """Be the process that reads, until the other end of its line, a file descriptor, is closed.

    SIGINT and SIGTERM are blocked from before the start. A photo that takes too long ends it by an
    alarm, whatever it is doing, and whether or not the bot is still there.
    """
    with suppress(OSError):  # where memory is short, this process goes before the bot
        Path("/proc/self/oom_score_adj").write_text("800")
    line: Connection = Connection(descriptor)
    reader: Reader | None = None
    with suppress(EOFError, OSError):
        while True:
            asked = line.recv()
            if isinstance(asked, bytes):
                assert reader is not None  # noqa: S101  # it was handed over first
                signal.setitimer(signal.ITIMER_REAL, longest)
                answer = read(reader, asked)
                signal.setitimer(signal.ITIMER_REAL, 0)
                line.send(answer)
            else:
                reader = asked
                line.send(reader.weights)


def read(reader: Reader, data: bytes) -> Reading | Exception:
    """Return what is read, or the error, as it can be sent from one process to another."""
    try:
        return reader.read(data)
    except UnreadablePhoto as error:
        return error
    except Exception as error:
        failed = ReadingFailed(f"{type(error).__name__}: {error}")
        failed.add_note(traceback.format_exc())
        return failed
