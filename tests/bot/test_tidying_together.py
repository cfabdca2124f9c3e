"""Several bots tidy one database at the same moment: each thing goes once, and nothing fails."""

import datetime
import threading

import pytest
from sqlalchemy import func, insert, select

import bot.tidying
from bot.inbox import KEEP_DONE
from model import originals
from model.database import Database, utc_now
from model.tables import Consent, InboxState, InboxUpdate, Photo
from tests.filling import Store


@pytest.mark.parametrize("kind", ["database", "postgres_database"])
def test_tidying_at_once_leaves_what_is_to_stay(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: Database = request.getfixturevalue(kind)
    shared.upgrade()
    fill(shared)
    tomorrow = utc_now() + datetime.timedelta(hours=24, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: tomorrow)
    others = [Database(shared.url) for _ in range(4)]
    failures: list[BaseException] = []
    ready = threading.Barrier(len(others))

    def work(database: Database) -> None:
        ready.wait()
        try:
            bot.tidying.tidy(database)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(database,)) for database in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in others:
        database.close()
    assert failures == []
    with shared.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 1
        assert session.scalars(select(InboxUpdate.digest)).all() == ["young"]


@pytest.mark.parametrize("kind", ["database", "postgres_database"])
def test_originals_dropped_at_once_are_dropped_once(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: Database = request.getfixturevalue(kind)
    shared.upgrade()
    store = Store(shared)
    person = store.contributor(8)
    for _ in range(40):
        store.photo(person, [5])
    monkeypatch.setattr(originals, "BATCH", 3)
    later = utc_now() + datetime.timedelta(days=30, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: later)
    others = [Database(shared.url) for _ in range(4)]
    dropped: list[int] = []

    def work(database: Database) -> None:
        while gone := bot.tidying.tidy_originals(database, 30):
            dropped.append(gone)

    threads = [threading.Thread(target=work, args=(database,)) for database in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in others:
        database.close()
    assert sum(dropped) == 40
    with shared.read() as session:
        assert set(session.scalars(select(Photo.image))) == {b""}


def fill(database: Database) -> None:
    store = Store(database)
    for person in range(20):
        store.photo(store.contributor(100 + person, Consent.NO), [4, 5])
    store.photo(store.contributor(8), [5])
    for number, (digest, hours) in enumerate((("old", 24), ("young", 30))):
        finished = utc_now() - KEEP_DONE + datetime.timedelta(hours=hours)
        with database.write() as session:
            session.execute(
                insert(InboxUpdate).values(
                    bot_id=1,
                    update_id=number,
                    digest=digest,
                    attempts=0,
                    body="",
                    state=InboxState.DONE,
                    finished_at=finished,
                )
            )
