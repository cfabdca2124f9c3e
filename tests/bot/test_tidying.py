import asyncio
import datetime
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError

import bot.tidying
from bot.languages import ENGLISH
from model import originals
from model.database import Database, utc_now
from model.tables import Consent, InboxState, InboxUpdate, Photo, Sample
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


def test_photos_without_a_yes_stay_for_24_hours_and_no_longer(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for consent in (Consent.UNASKED, Consent.ASKED, Consent.NO):
        store.photo(store.contributor(int(consent == Consent.NO), consent), [4])
    store.photo(store.contributor(9), [5])
    began = utc_now()
    for hours, left in ((23.9, 4), (24.1, 1), (24_000, 1)):
        now = began + datetime.timedelta(hours=hours)
        monkeypatch.setattr(bot.tidying, "utc_now", lambda now=now: now)
        bot.tidying.tidy(database)
        assert rows(database, Photo) == left, hours


@pytest.mark.parametrize(
    ("state", "hours"), [(InboxState.DONE, 48), (InboxState.ASIDE, 30 * 24), (None, None)]
)
def test_rows_of_the_inbox_go_when_they_are_long_over(
    database: Database, monkeypatch: pytest.MonkeyPatch, state: InboxState | None, hours: int
) -> None:
    """Those done after 48 hours, those set aside after 30 days, those that wait never."""
    began = utc_now()
    row = {"bot_id": 1, "update_id": 2, "digest": "d", "attempts": 0, "body": ""}
    if state is not None:
        row |= {"state": state, "finished_at": began}
    with database.write() as session:
        session.execute(insert(InboxUpdate).values(row))
    for passed in (hours - 0.1, hours + 0.1) if hours else (100_000,):
        now = began + datetime.timedelta(hours=passed)
        monkeypatch.setattr(bot.tidying, "utc_now", lambda now=now: now)
        bot.tidying.tidy(database)
        assert rows(database, InboxUpdate) == (1 if hours is None or passed < hours else 0)


def test_originals_go_after_their_days_and_their_digits_stay(
    api: BotApi, ann: Sender, stopped_bot: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "BATCH", 2)
    database = stopped_bot.database
    store = Store(database)
    person = store.contributor(8)
    ids = [sample for _ in range(5) for sample in store.photo(person, [4, 5])]
    with database.write() as session:
        old = update(Photo).where(Photo.id != 3)
        session.execute(old.values(received_at=utc_now() - datetime.timedelta(days=30, hours=1)))

    def left() -> list[int]:
        with database.read() as session:
            kept = select(Photo.id).where(Photo.image != b"").order_by(Photo.id)
            return list(session.scalars(kept))

    with stopped_bot.running(replace(FAST, tidy=0.2)):
        ann.wait_answer(to=ann.photo(made_photo("7")))
        assert len(left()) == 6, "without the setting they stay"
    with stopped_bot.running(replace(FAST, tidy=0.2), keep_originals_days=30):
        wait_until(lambda: left() == [3, 6])
    with database.read() as session:
        assert session.scalars(select(Sample.id).where(Sample.id.in_(ids))).all() == ids


@pytest.mark.sqlite("PostgreSQL uses the place again later")
def test_of_an_original_that_went_no_bytes_are_left(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = b"".join(f"piece {number} of a photo;".encode() for number in range(9000))
    store.photo(store.contributor(7), [4], image)
    later = utc_now() + datetime.timedelta(days=8)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: later)
    assert bot.tidying.tidy_originals(database, 7) == 1
    path = database.engine.url.database or ""
    for suffix in ("", "-wal"):
        with open(path + suffix, "rb") as file:
            assert b" of a photo;" not in file.read()


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


def test_a_database_that_fails_is_one_line_of_the_log(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: Database) -> None:
        raise OperationalError("PRAGMA", None, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(Database, "scrub", full)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(bot.tidying.keep_tidy(database, 60, None), 1))
    (record,) = caplog.records
    assert record.getMessage().endswith("disk I/O error")
    assert record.exc_info is None
