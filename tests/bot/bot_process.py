"""The bot as a process of its own, for tests that kill it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bot_api import BotApi
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


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
