"""Processes: long work in one of its own, which outlives whoever serves it; and one that serves."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Mapping

from model.settings import PROJECT


def start_process(words: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `python -m WORDS...`; what it needs to know beside ours is in `environment`.

    A password in there is in no command line.
    """
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", *words],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C stops what serves, not what was begun
    )
    threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie
    return process


def spare_the_collector() -> None:
    """Leave all that is loaded by now out of garbage collection: it stays until the end.

    To look through it takes a tenth of a second, in which every thread of a server stands still.
    """
    gc.collect()
    gc.freeze()
