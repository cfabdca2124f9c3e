"""The bot as a process of its own, for tests that kill it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bot_api import BotApi

ROOT = Path(__file__).resolve().parents[2]
STARTING = 30.0
"""Seconds that a process may take to start on a busy machine."""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def bot_process(
    api: BotApi, database_url: str, log: Path, by_webhook: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot, its log appended to a file; what is left of it at the end is killed."""
    command = [sys.executable, "-m", "tests.bot.run_in_process", api.url, api.token, database_url]
    if by_webhook:
        command.append(str(free_port()))
    with log.open("ab") as output:
        started = subprocess.Popen(command, cwd=ROOT, stderr=output)
    try:
        yield started
    finally:
        started.kill()
        started.wait()
