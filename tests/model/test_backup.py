"""A backup holds one moment whole, whatever is written meanwhile, and can be read back."""

import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text

from model.backup import CannotBackUp, back_up, connection_environment, restore
from model.database import Database
from model.moving import move
from model.tables import Contributor, Photo, Sample
from tests.filling import Store

KEPT = "a photo of before"


def counts(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) for table in (Photo, Sample)
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def live(request: pytest.FixtureRequest) -> Database:
    """A database of either kind with one photo of two digits in it."""
    if request.param == "sqlite":
        database = request.getfixturevalue("database")
    else:
        database = request.getfixturevalue("postgres_database")
        database.upgrade()
    store = Store(database)
    store.photo(store.contributor(7), [4, 5], KEPT.encode())
    return database


def test_it_brings_back_what_was_there_and_nothing_else(live: Database, tmp_path: Path) -> None:
    file = tmp_path / "night.backup"
    back_up(live, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store = Store(live, messages=10)
    store.photo(store.contributor(8), [1])
    with pytest.raises(CannotBackUp, match="not empty: give --replace"):
        restore(live, file)
    assert counts(live) == (2, 3)
    restore(live, file, replace=True)
    assert counts(live) == (1, 2)
    live.require_newest()
    with live.read() as session:
        assert session.scalar(select(Photo.image)) == KEPT.encode()
    store.photo(store.contributor(8), [1])
    assert counts(live) == (2, 3), "it can be written to again"


@pytest.mark.sqlite("a backup that is a database too")
def test_writers_are_not_held_up(database: Database, store: Store, tmp_path: Path) -> None:
    person = store.contributor(7)
    store.photo(person, [4], b"x" * 2_000_000)
    stop = threading.Event()
    written = []

    def write() -> None:
        while not stop.is_set():
            written.append(store.photo(person, [1, 2]))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            file = tmp_path / f"{number}.backup"
            back_up(database, file)
            copy = Database(f"sqlite:///{file}")
            photos, samples = counts(copy)
            copy.close()
            assert samples == 2 * photos - 1
    finally:
        stop.set()
        writer.join()
    assert len(written) > 5


@pytest.mark.sqlite("a cut file; pg_restore's word for it has a test of its own")
@pytest.mark.parametrize("end", [20_000, 40])
def test_a_damaged_file_is_refused_and_changes_nothing(
    database: Database, store: Store, tmp_path: Path, end: int
) -> None:
    store.photo(store.contributor(7), [4])
    file = tmp_path / "cut.backup"
    back_up(database, file)
    file.write_bytes(file.read_bytes()[:end])
    with pytest.raises(CannotBackUp, match="is damaged"):
        restore(database, file, replace=True)
    assert counts(database) == (1, 1)


@pytest.mark.sqlite("both kinds stand in it already")
def test_files_and_databases_that_do_not_fit_are_named(
    database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(CannotBackUp, match="The database is empty"):
        back_up(postgres_database, tmp_path / "nothing")
    file = tmp_path / "sqlite.backup"
    back_up(database, file)
    with pytest.raises(CannotBackUp, match=r"of SQLite, DATABASE_URL names PostgreSQL.*move"):
        restore(postgres_database, file)
    (tmp_path / "notes").write_text("milk, bread")
    for name, words in (("notes", "is no backup"), ("missing", "can't be read")):
        with pytest.raises(CannotBackUp, match=words):
            restore(database, tmp_path / name, replace=True)
    with pytest.raises(CannotBackUp, match="can't be written"):
        back_up(database, tmp_path / "notes" / "file")


@pytest.mark.sqlite("a backup that is a database too")
def test_a_backup_of_sqlite_can_be_moved_as_it_is(
    database: Database, store: Store, postgres_database: Database, tmp_path: Path
) -> None:
    store.photo(store.contributor(7), [4])
    back_up(database, tmp_path / "one.backup")
    copy = Database(f"sqlite:///{tmp_path}/one.backup")
    move(copy, postgres_database, lambda table, rows: None)
    copy.close()
    assert counts(postgres_database) == (1, 1)


def test_a_failed_tool_is_one_sentence(postgres_database: Database, tmp_path: Path) -> None:
    postgres_database.upgrade()
    file = tmp_path / "cut.backup"
    back_up(postgres_database, file)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(CannotBackUp, match="pg_restore failed: "):
        restore(postgres_database, file, replace=True)
    with postgres_database.read() as session:
        assert session.scalar(select(Contributor.id)) is None
        assert session.scalar(text("SELECT version_num FROM alembic_version"))


def test_passwords_go_by_the_environment() -> None:
    url = make_url("postgresql+psycopg://ada:s%40cret@db:5433/digits?sslmode=require")
    assert connection_environment(url) == {
        "PGHOST": "db",
        "PGPORT": "5433",
        "PGUSER": "ada",
        "PGPASSWORD": "s@cret",
        "PGDATABASE": "digits",
        "PGSSLMODE": "require",
    }
    by_socket = connection_environment(make_url("postgresql+psycopg://ada@/digits?host=/run/pg"))
    assert by_socket["PGHOST"] == "/run/pg"
