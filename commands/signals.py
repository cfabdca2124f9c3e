"""What a program that serves does about SIGINT and SIGTERM: it hears them and stops in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals() -> Iterator[asyncio.Event]:
    """Give an event that SIGINT or SIGTERM sets, in the main thread's running event loop.

    The loop takes the signals, so that no lock is taken in a signal handler. A second one does
    nothing, nor does one that comes later: the program is about to end.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    yield stop
    for number in SIGNALS:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
