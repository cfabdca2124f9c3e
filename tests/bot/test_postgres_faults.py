"""PostgreSQL fails as only a server can; nothing is lost, and senders are told."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text

import model.database
from bot import corrections
from bot.languages import ENGLISH
from model.database import Database
from model.tables import Photo, Sample
from tests import postgres
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender

pytestmark = pytest.mark.postgresql

DISK_FULL = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON photos EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def impatient(
    database: Database, monkeypatch: pytest.MonkeyPatch, api: BotApi
) -> Iterator[RunningBot]:
    """A bot that waits a tenth of a second for a lock."""
    monkeypatch.setattr(model.database, "BUSY_TIMEOUT", 0.1)
    bot = RunningBot(api, Database(database.url))
    yield bot
    bot.database.close()


def photos(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Photo)) or 0


def said_later(api: BotApi, ann: Sender) -> int:
    return sum(m.text == ENGLISH.later for m in api.messages(ann.chat_id))


@pytest.mark.parametrize("table", ["inbox", "photos"])
def test_a_locked_table_is_waited_for_and_the_sender_told(
    table: str, api: BotApi, ann: Sender, impatient: RunningBot, database: Database
) -> None:
    with impatient.running():
        ann.text("hi")
        ann.wait_answer()
        with database.write() as session:
            session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            photo = ann.photo(made_photo("7"))
            ann.wait_answer(lambda m: m.text == ENGLISH.later)
            time.sleep(0.3)
        assert ann.wait_answer(to=photo).text.startswith("7")
    assert said_later(api, ann) == 1
    assert photos(database) == 1


def test_a_full_disk_is_waited_out_and_the_sender_told(
    api: BotApi, ann: Sender, bot: RunningBot, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(DISK_FULL)
    try:
        photo = ann.photo(made_photo("7"))
        ann.wait_answer(lambda m: m.text == ENGLISH.later)
        assert photos(database) == 0
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER full_disk ON photos; DROP FUNCTION refuse()")
    assert ann.wait_answer(to=photo).text.startswith("7")
    assert photos(database) == 1


def test_a_server_that_is_killed_and_started_again_loses_nothing(
    api: BotApi, ann: Sender, bot: RunningBot, database: Database, postgres_server: str
) -> None:
    before = ann.photo(made_photo("5"))
    ann.wait_answer(to=before)
    postgres.stop(postgres_server)
    try:
        photo = ann.photo(made_photo("7"))
        ann.wait_answer(lambda m: m.text == ENGLISH.later)
    finally:
        postgres.start(postgres_server)
    assert ann.wait_answer(to=photo).text.startswith("7")
    assert photos(database) == 2


def test_a_digit_that_goes_while_its_button_is_pressed_is_gone(
    api: BotApi, ann: Sender, bot: RunningBot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two queries: SQLite's writers wait for each other."""
    answer = ann.wait_answer(to=ann.photo(made_photo("7")))
    find_photo = corrections.own_photo

    def find_late(*which: Any) -> Photo:
        with database.write() as session:
            session.execute(delete(Sample))
        return find_photo(*which)

    monkeypatch.setattr(corrections, "own_photo", find_late)
    pressed = ann.press(answer, "4")
    assert api.wait_callback_answer(pressed)["text"] == ENGLISH.gone
    monkeypatch.undo()
    assert ann.wait_answer(to=ann.photo(made_photo("8"))).text.startswith("8")
