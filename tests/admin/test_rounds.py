from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin import rounds
from admin.rounds import Rounds
from model.database import Database
from model.tables import Sample
from tests.filling import Store
from tests.patience import PATIENCE, wait_until


def all_grouped(database: Database) -> bool:
    with database.read() as session:
        return None not in session.scalars(select(Sample.group_id)).all()


def test_rounds_go_on_until_they_are_stopped(database: Database, store: Store, monkeypatch):
    failures = [OperationalError("BEGIN", {}, Exception("database is locked"))]
    rank = rounds.rank

    def fail_once(*given):
        if failures:
            raise failures.pop()
        return rank(*given)

    monkeypatch.setattr(rounds, "rank", fail_once)
    thread = Rounds(database, pause=0.05)
    thread.start()
    try:
        for _ in range(2):
            store.photo(store.contributor(5), [7])
            wait_until(lambda: all_grouped(database))
    finally:
        thread.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()
