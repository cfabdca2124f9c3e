"""Several bots tidy one database at the same moment: each thing goes once, and nothing fails."""

import datetime
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy import func, insert, select

import bot.tidying
from bot.inbox import KEEP_DONE
from model import originals
from model.database import Database, utc_now
from model.tables import Consent, InboxState, InboxUpdate, Photo
from tests.filling import Store

T = TypeVar("T")
BOTS = 4


@pytest.fixture(params=["database", "postgres_database"])
def shared(request: pytest.FixtureRequest) -> Database:
    """The database that the bots share, of either kind."""
    found: Database = request.getfixturevalue(request.param)
    found.upgrade()
    return found


def by_all_at_once(shared: Database, work: Callable[[Database], T]) -> list[T]:
    """Let each bot do the same work at the same moment; raises what any of them met."""
    databases = [Database(shared.url) for _ in range(BOTS)]
    ready = threading.Barrier(BOTS)

    def begin(database: Database) -> T:
        ready.wait()
        return work(database)

    with ThreadPoolExecutor(BOTS) as bots:
        done = list(bots.map(begin, databases))
    for database in databases:
        database.close()
    return done


def test_tidying_at_once_leaves_what_is_to_stay(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shared)
    tomorrow = utc_now() + datetime.timedelta(hours=24, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: tomorrow)
    by_all_at_once(shared, bot.tidying.tidy)
    with shared.read() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 1
        assert session.scalars(select(InboxUpdate.digest)).all() == ["young"]


def test_originals_dropped_at_once_are_dropped_once(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(shared)
    person = store.contributor(8)
    for _ in range(40):
        store.photo(person, [5])
    monkeypatch.setattr(originals, "BATCH", 3)
    later = utc_now() + datetime.timedelta(days=30, minutes=1)
    monkeypatch.setattr(bot.tidying, "utc_now", lambda: later)

    def drop_all(database: Database) -> int:
        dropped = 0
        while gone := bot.tidying.tidy_originals(database, 30):
            dropped += gone
        return dropped

    assert sum(by_all_at_once(shared, drop_all)) == 40
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
