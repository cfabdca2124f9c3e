"""The bot as a process of its own, for tests that kill it.

It is forked from a process that has imported all of it already and runs nothing else: importing
takes a second, and some tests start the bot five times.
"""

import asyncio
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.application import serve
from bot.reading import InOwnProcess, Reader
from commands.signals import stopped_by_signals
from model.database import Database
from model.promotions import InUse
from model.settings import Settings
from tests.bot.chosen_reader import ChosenReader
from tests.bot.timing import CUT_OFF
from tests.bot_api import BotApi

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload([__name__])


@contextmanager
def bot_process(
    api: BotApi,
    database_url: str,
    log: Path,
    port: int | None = None,
    reader: Reader | None = None,
) -> Iterator[BaseProcess]:
    """Run the bot, its log appended to a file; what is left of it at the end is killed.

    With a `port` its updates come there by webhook.
    """
    settings = Settings(
        telegram_bot_token=api.token, telegram_api_url=api.url, database_url=database_url
    )
    if port is not None:
        hook = {"webhook_url": f"http://127.0.0.1:{port}/hook", "webhook_secret": "secret"}
        settings = replace(settings, webhook_port=port, **hook)
    bot = FORKING.Process(target=run, args=(settings, log, reader or ChosenReader(seconds=0.02)))
    bot.start()
    try:
        yield bot
    finally:
        bot.kill()
        bot.join()


def run(settings: Settings, log: Path, reader: Reader) -> None:
    """Be the bot; returns when it is told to stop."""
    with log.open("ab") as output:
        os.dup2(output.fileno(), sys.stderr.fileno())
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(serve_until_signal(settings, reader))


async def serve_until_signal(settings: Settings, reader: Reader) -> None:
    """Serve as the command line does."""
    with stopped_by_signals() as stop:
        database = Database(settings.database_url)
        with InOwnProcess(InUse(database, reader)) as readers:
            await serve(settings, database, readers, stop, CUT_OFF)
        time.sleep(0.3)  # as the command line, which closes the admin page


def pids_of_readers(bot: int) -> list[int]:
    """Return the processes that read for a bot: see proc(5)."""
    tasks = Path(f"/proc/{bot}/task").glob("*/children")
    children = [int(pid) for task in tasks for pid in task.read_text().split()]
    return [pid for pid in children if b"bot.reading" in command_of(pid)]


def command_of(pid: int) -> bytes:
    """Return a process's command line; empty for one that has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
