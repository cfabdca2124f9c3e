"""A collection moved to PostgreSQL and back is the same collection."""

import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from model import moving
from model.contributors import forget_contributor
from model.database import Database, OldDatabase, utc_now
from model.labels import label_sample
from model.moving import CannotMove, Fingerprint, move
from model.promotions import keep_weights, promote, write_network
from model.recognizer import Recognizer
from model.tables import Base, InboxUpdate, Labeller, Photo, Sample, Version, Which
from model.versions import freeze_version
from tests.everything import fill_everything
from tests.filling import Store


def ignore(table: str, rows: int) -> None:
    pass


def fill(store: Store, recognizer: Recognizer) -> None:
    """Put something of everything into a database, and forget what came last."""
    for person in (7, 8):
        ids = store.photo(store.contributor(person, name="Ada 'Ω' \\N\t\n"), [4, 5, 6])
        with store.database.write() as session:
            label_sample(session, session.get_one(Sample, ids[0]), 9, Labeller.SENDER)
    store.photo(store.contributor(9), [1])
    with store.database.write() as session:
        weights = keep_weights(session, write_network(recognizer.network))
        promote(session, weights)
        freeze_version(session, Which.LABELLED)
        session.execute(
            insert(InboxUpdate).values(
                bot_id=1, update_id=2, digest="d", attempts=0, body='{"text": "\\u0000"}'
            )
        )
        forget_contributor(session, 1, 9, asked_by=0)


@pytest.fixture
def filled(store: Store, recognizer: Recognizer) -> Database:
    fill(store, recognizer)
    return store.database


def content(database: Database) -> dict[str, Fingerprint]:
    found = {}
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            found[table.name] = Fingerprint()
            for row in moving.stream_rows(connection, table):
                found[table.name].add(row)
    return found


def test_there_and_back_everything_is_as_it_was(
    filled: Database, postgres_database: Database, tmp_path: Path
) -> None:
    back = Database(f"sqlite:///{tmp_path}/back.sqlite")
    told = {}
    moved = move(filled, postgres_database, told.__setitem__)
    assert content(filled) == moved == content(postgres_database)
    assert told["samples"] == 6
    move(postgres_database, back, ignore)
    assert content(back) == moved
    for database in (postgres_database, back):
        with database.read() as session:
            assert session.scalars(select(Photo).order_by(Photo.id)).first().contributor.name[-1:]
        database.require_newest()
    back.close()


def test_no_table_is_left_out(
    database: Database, postgres_database: Database, recognizer: Recognizer
) -> None:
    fill_everything(database, write_network(recognizer.network))
    moved = move(database, postgres_database, ignore)
    assert content(postgres_database) == moved
    assert all(found.rows for found in moved.values())


def test_ids_of_the_forgotten_are_not_given_again(
    filled: Database, postgres_database: Database, tmp_path: Path
) -> None:
    back = Database(f"sqlite:///{tmp_path}/back.sqlite")
    move(filled, postgres_database, ignore)
    move(postgres_database, back, ignore)
    for database in (filled, postgres_database, back):
        store = Store(database, messages=50)
        assert store.contributor(20) == 4, "the third was forgotten"
        assert store.photo(4, [3]) == [8]
        with database.write() as session:
            assert freeze_version(session, Which.ALL).id == 2
            assert session.scalar(select(func.max(Version.id))) == 2
    back.close()


def test_a_target_that_holds_anything_is_refused(
    filled: Database, postgres_database: Database, tmp_path: Path
) -> None:
    postgres_database.upgrade()
    Store(postgres_database).contributor(1)
    before = content(postgres_database)
    with pytest.raises(CannotMove, match="table contributors has rows: name an empty database"):
        move(filled, postgres_database, ignore)
    assert content(postgres_database) == before


@pytest.mark.sqlite("PostgreSQL has no NUL in a text")
def test_what_the_target_cannot_hold_leaves_it_empty(
    filled: Database, postgres_database: Database
) -> None:
    with filled.write() as session:
        session.execute(text("UPDATE photos SET media_type = 'a' || char(0) WHERE id = 1"))
    with pytest.raises(CannotMove, match="table photos can't be copied, nothing was written"):
        move(filled, postgres_database, ignore)
    assert all(found.rows == 0 for found in content(postgres_database).values())


def test_a_row_that_came_over_otherwise_is_found(
    filled: Database, postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = moving.copy_in

    def lossy(connection, table, rows):
        real(connection, table, rows)
        if table.name == "samples":
            connection.execute(text("UPDATE samples SET confidence = 0.5 WHERE id = 2"))

    monkeypatch.setattr(moving, "copy_in", lossy)
    with pytest.raises(CannotMove, match="The table samples differs"):
        move(filled, postgres_database, ignore)
    assert content(postgres_database)["samples"].rows == 0


def test_sources_that_are_none(database: Database, tmp_path: Path) -> None:
    target = Database(f"sqlite:///{tmp_path}/target.sqlite")
    missing = tmp_path / "missing.sqlite"
    with pytest.raises(CannotMove, match="There is no database"):
        move(Database(f"sqlite:///{missing}"), target, ignore)
    assert not missing.exists()
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with pytest.raises(OldDatabase, match="digitbot upgrade"):
        move(database, target, ignore)


def test_fingerprints_know_content_but_no_order() -> None:
    def of(*rows: tuple[object, ...]) -> Fingerprint:
        found = Fingerprint()
        for row in rows:
            found.add(row)
        return found

    assert of((1, "a"), (2, None)) == of((2, None), (1, "a"))
    assert of((1, "a")) != of((1, "b"))
    assert of(("ab", "")) != of(("a", "b"))
    assert of((b"1",)) != of(("1",))
    now = utc_now()
    athens = now.astimezone(datetime.timezone(datetime.timedelta(hours=2)))
    assert of((now,)) == of((athens,))
