"""A running bot, and somebody who writes to it."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from bot.introduction import introduce
from bot.telegram_bot import make_bot
from model.database import Database
from model.settings import Settings
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender


@pytest.fixture(scope="session")
def known_profile() -> dict[Any, Any]:
    """What Telegram shows of the bot once it has run: telling it is half of a short test."""
    with BotApi() as server:
        settings = Settings(telegram_bot_token=server.token, telegram_api_url=server.url)

        async def tell() -> None:
            async with aclosing(make_bot(settings, FAST)) as bot:
                await introduce(bot)

        asyncio.run(tell())
        return server.state.profile


@pytest.fixture
def api(known_profile: dict[Any, Any]) -> Iterator[BotApi]:
    with BotApi() as server:
        server.state.queue.conflict_pause = 0.2
        server.state.profile |= known_profile
        yield server


@pytest.fixture
def stopped_bot(api: BotApi, database: Database) -> RunningBot:
    return RunningBot(api, database)


@pytest.fixture
def bot(stopped_bot: RunningBot) -> Iterator[RunningBot]:
    with stopped_bot.running():
        yield stopped_bot


@pytest.fixture
def ann(api: BotApi) -> Sender:
    return api.sender(name="Ann")


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture, api: BotApi) -> Iterator[pytest.LogCaptureFixture]:
    """Capture what the bot logs; after no test may the token be found in it."""
    caplog.set_level(logging.INFO)
    yield caplog
    assert api.token not in caplog.text
