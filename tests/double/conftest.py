"""The double alone, and somebody who writes to the bot."""

from collections.abc import Iterator

import pytest

from tests.bot_api import BotApi, Sender


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def ann(api: BotApi) -> Sender:
    return api.sender(name="Ann")
