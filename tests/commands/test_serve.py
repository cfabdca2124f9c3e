"""The whole program as people run it, with the times that are shipped, told to stop under load."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from bot.languages import ENGLISH
from model.database import Database
from model.settings import PROJECT, Settings
from model.tables import LabelEvent, Photo
from tests.bot_api import BotApi, Sender
from tests.filling import drawn_photo
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port

AS_PROMISED = 10
"""Seconds."""


@contextmanager
def running(api: BotApi, database: Database) -> Iterator[subprocess.Popen[str]]:
    """Run `digitbot run`; nothing is set but what it needs."""
    unset = {name.upper(): "" for name in Settings.__dataclass_fields__}
    environment = {
        **os.environ,
        **unset,
        "DATABASE_URL": database.url,
        "PYTHONPATH": str(PROJECT),
        "OPENBLAS_NUM_THREADS": "1",
        "TELEGRAM_API_URL": api.url,
        "TELEGRAM_BOT_TOKEN": api.token,
        "ADMIN_PORT": str(free_port()),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "digitbot", "run"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def people() -> Iterator[tuple[BotApi, list[Sender]]]:
    with BotApi() as api:
        yield api, [api.sender(name=f"Person {number}") for number in range(6)]


def test_told_to_stop_under_load_it_exits_in_time_and_loses_nothing(
    people: tuple[BotApi, list[Sender]], empty_database: Database
) -> None:
    api, senders = people
    first, *others = senders
    with running(api, empty_database) as process:
        answer = first.wait_answer(to=first.photo(drawn_photo("7")))
        api.faults.hang("download")  # of whoever comes first
        sent = [(sender, sender.photo(drawn_photo("3"))) for sender in others]
        wait_until(lambda: len(api.calls_of("download")) >= 3)
        first.press(answer, "4")
        told = time.monotonic()
        process.terminate()
        time.sleep(0.05)
        process.terminate()  # `make` passes the signal on, so it may come twice
        output, _ = process.communicate(timeout=PATIENCE)
        assert time.monotonic() - told < AS_PROMISED
        assert process.returncode == 0, output
        assert "Traceback" not in output
    with running(api, empty_database):
        for sender, photo in sent:
            sender.wait_answer(to=photo)
        first.wait_answer(lambda m: m is answer and ": 4." in m.text)
        wait_until(lambda: count(empty_database, LabelEvent) == 1)
    assert count(empty_database, Photo) == len(senders)
    assert not any(m.text == ENGLISH.failed for s in senders for m in api.messages(s.chat_id))


def count(database: Database, table: type[Photo] | type[LabelEvent]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
