"""The bot, run for real in a thread, against the Bot API server on loopback."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.application import serve
from bot.reading import Reader
from bot.timing import Timing
from model.database import Database
from model.promotions import InUse
from model.reading import Reading
from model.settings import Settings
from tests.bot.chosen_reader import ChosenReader
from tests.bot.timing import FAST
from tests.bot_api import BotApi
from tests.patience import PATIENCE


class InThreads:
    """Reads in threads of this process: a process of its own for each test takes half a second."""

    def __init__(self, in_use: InUse[Reader]) -> None:
        self.in_use = in_use
        self.processors = asyncio.Semaphore(os.cpu_count() or 1)

    async def read(self, data: bytes) -> tuple[Reading, str]:
        async with self.processors:
            reader = await asyncio.to_thread(self.in_use.current)
            return await asyncio.to_thread(reader.read, data), reader.weights


class RunningBot:
    """Starts and stops the bot as often as a test likes."""

    def __init__(self, api: BotApi, database: Database) -> None:
        self.settings = Settings(
            telegram_bot_token=api.token, telegram_api_url=api.url, database_url=database.url
        )
        self.database = database

    @contextmanager
    def running(
        self, timing: Timing = FAST, reader: Reader | None = None, **settings: object
    ) -> Iterator[None]:
        """Run the bot in a thread while the block lasts."""
        chosen = replace(self.settings, **settings)  # type: ignore[arg-type]
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with asyncio.Runner(loop_factory=lambda: loop) as runner:
                    readers = InThreads(InUse(self.database, reader or ChosenReader()))
                    runner.run(serve(chosen, self.database, readers, stop, timing))
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(PATIENCE / 2)  # less than anything that hangs
            # whatever failed: one that goes on would serve the next test's people
            assert not thread.is_alive(), "the bot has not stopped"
        if failed:
            raise failed[0]
