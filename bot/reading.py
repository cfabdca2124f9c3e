"""Who reads the photos: a process of its own, so that nobody's answer waits for another's photo.

Reading is arithmetic and takes the interpreter's lock from the network's work for most of its
time. In a process beside, both cores of a small machine are used; and what a photo may do to the
process that decodes it, it does not do to the bot.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import Protocol, Self

from model.promotions import InUse
from model.recognizer import Reading

AT_ONCE = 2
"""Photos given to the process: one that is read, one that is at hand when that is done."""


class Reader(Protocol):
    """What the bot needs of a recognizer."""

    weights: str

    def read(self, data: bytes) -> Reading:
        """Read a photo; raises `UnreadablePhoto`."""
        ...


class ReaderDied(RuntimeError):
    """The process that reads photos ended over one; the next photo gets a new one."""


class Readers(Protocol):
    """Reads photos off the event loop, with the weights that are in use."""

    async def read(self, data: bytes) -> tuple[Reading, str]:
        """Return what stands in a photo, and the fingerprint of the weights that read it.

        Raises `UnreadablePhoto` and `ReaderDied`.
        """
        ...


class InThreads:
    """Reads in threads of this process, as many photos at once as there are processors."""

    def __init__(self, in_use: InUse[Reader]) -> None:
        self._in_use = in_use
        self._processors = asyncio.Semaphore(os.cpu_count() or 1)

    async def read(self, data: bytes) -> tuple[Reading, str]:
        """Return what stands in a photo, and which weights read it."""
        async with self._processors:
            reader = await asyncio.to_thread(self._in_use.current)
            return await asyncio.to_thread(reader.read, data), reader.weights


class InOwnProcess:
    """Reads in a process of its own, which ends with the block or, at the latest, with ours."""

    def __init__(self, in_use: InUse[Reader]) -> None:
        self._in_use = in_use
        self._room = asyncio.Semaphore(AT_ONCE)
        self._process: ProcessPoolExecutor | None = None
        self._line: Connection | None = None
        self._known = ""  # the weights of the reader that the process has

    def __enter__(self) -> Self:
        process = self._process = self._start()
        self._hand_over(self._in_use.current(), process)  # so that the first photo needn't wait
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.shutdown(cancel_futures=True)

    async def read(self, data: bytes) -> tuple[Reading, str]:
        """Return what stands in a photo, and which weights read it; see `Readers`."""
        async with self._room:
            reader = await asyncio.to_thread(self._in_use.current)
            process = self._process = self._process or self._start()
            try:
                self._hand_over(reader, process)
                return await asyncio.wrap_future(process.submit(read, data)), reader.weights
            except BrokenProcessPool as error:
                if self._process is process:  # unless the other photo has seen it before
                    self._process = None
                raise ReaderDied(
                    "the process that reads photos ended over this one, or over the one before it"
                ) from error

    def _start(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")  # a fork would copy locks that are held
        self._line, end = spawn.Pipe()
        self._known = ""
        return ProcessPoolExecutor(1, spawn, end_with, (end,))

    def _hand_over(self, reader: Reader, process: ProcessPoolExecutor) -> None:
        """See that the process has the reader: what is submitted is done in order."""
        if self._known != reader.weights:
            process.submit(use, reader)
            self._known = reader.weights


# --- what is called in that process

_readers: list[Reader] = []


def end_with(line: Connection) -> None:
    """Outlive the signals that the bot is stopped with, but not the other end of the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def wait() -> None:
        line.poll(None)  # nothing is ever sent: it was closed
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def use(reader: Reader) -> None:
    """Read with this from now on."""
    _readers[:] = [reader]


def read(data: bytes) -> Reading:
    """Read a photo; raises `UnreadablePhoto`."""
    return _readers[0].read(data)
