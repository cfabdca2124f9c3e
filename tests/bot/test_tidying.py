import datetime
from dataclasses import replace

import pytest
from sqlalchemy import func, select

import bot.tidying
from bot.languages import ENGLISH
from model.database import Database, utc_now
from model.tables import Consent, InboxUpdate, Photo
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot.timing import FAST
from tests.bot_api import BotApi, Sender
from tests.filling import Store
from tests.patience import wait_until


def rows(database: Database, table: type[Photo] | type[InboxUpdate]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_over_goes_and_leaves_no_bytes(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the bytes stay in its files until it uses their place again."""
    image = b"a photo nobody said yes to" * 50
    store.photo(store.contributor(7, Consent.NO), [4], image)
    store.photo(store.contributor(8), [5])
    bot.tidying.tidy(database)
    assert rows(database, Photo) == 2
    tomorrow = utc_now() + datetime.timedelta(hours=24, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: tomorrow)
    bot.tidying.tidy(database)
    assert rows(database, Photo) == 1
    path = database.engine.url.database or ""
    if not database.is_sqlite:
        return
    for suffix in ("", "-wal"):
        with open(path + suffix, "rb") as file:
            assert image[:100] not in file.read()


def test_the_bot_tidies_while_it_runs_and_a_failure_does_not_end_that(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [RuntimeError("once")]
    real_now = utc_now

    def now() -> datetime.datetime:
        if failures:
            raise failures.pop()
        return real_now() + datetime.timedelta(hours=25)

    with stopped_bot.running(replace(FAST, tidy=0.2)):
        old = ann.wait_answer(to=ann.photo(made_photo("7")))
        ann.wait_answer(lambda m: m.text == ENGLISH.ask_with_photo)
        monkeypatch.setattr(bot.tidying, "utc_now", now)
        data = old.find_button("4")[1]

        def is_gone() -> bool:
            query = ann.press_data(old, data)
            return api.wait_callback_answer(query)["text"] == ENGLISH.gone

        wait_until(is_gone)
        assert rows(stopped_bot.database, Photo) == 0
