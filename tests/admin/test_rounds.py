import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin import rounds
from admin.rounds import Rounds
from model.database import Database
from model.promotions import find_weights, keep_weights
from model.settings import Settings
from model.tables import Sample
from tests.filling import Store
from tests.model.test_promotions import made_weights
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
    thread = Rounds(database, Settings(), pause=0.05)
    thread.start()
    try:
        for _ in range(2):
            store.photo(store.contributor(5), [7])
            wait_until(lambda: all_grouped(database))
    finally:
        thread.stop()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_round_judges_weights_and_goes_on_where_it_can_not(
    database: Database, store: Store, tmp_path: Path
):
    with database.write() as session:
        fingerprint = keep_weights(session, made_weights(1)).fingerprint
    store.photo(store.contributor(5), [7])
    for settings, judged in ((Settings(mnist=tmp_path), False), (Settings(), True)):
        thread = Rounds(database, settings, pause=0.05)
        thread.start()
        try:
            wait_until(lambda: all_grouped(database))
            wait_until(
                lambda judged=judged: not judged or "mnist" in scores_of(database, fingerprint)
            )
        finally:
            thread.stop()
            thread.join(PATIENCE)
        assert ("mnist" in scores_of(database, fingerprint)) is judged


def scores_of(database: Database, fingerprint: str) -> dict[str, object]:
    with database.read() as session:
        found: dict[str, object] = json.loads(find_weights(session, fingerprint).scores)
    return found
