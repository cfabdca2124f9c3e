"""The bot as a process of its own, for tests that kill it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bot_api import BotApi

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def bot_process(api: BotApi, database_url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot, its log appended to a file; what is left of it at the end is killed."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.run_in_process", api.url, api.token, database_url],
            cwd=ROOT,
            stderr=output,
        )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
