"""A running bot, and somebody who writes to it."""

import logging
from collections.abc import Iterator

import pytest

from model.database import Database
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        server.state.queue.conflict_pause = 0.2
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
