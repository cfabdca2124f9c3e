"""What many tests stand on: an empty database, a recognizer.

`make test-postgres` runs the suite with TEST_DATABASE=postgresql, on a server of its own.
"""

import os

# A second thread only delays the small products of the tests, and most where cores are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from model.database import Database, newest_revision
from model.network import Network
from model.recognizer import Recognizer
from model.tables import Base
from tests import postgres
from tests.filling import WEIGHTS, Store

ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgresql"

TEMPLATE = "migrated"
"""The file that is copied for each test."""


@pytest.fixture(scope="session", autouse=True)
def _empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing downloaded is found, in the processes that tests start neither.

    Where `digitbot train` has fetched MNIST, a retraining would learn from the whole of it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def shared_database(request: pytest.FixtureRequest) -> Database:
    """One engine for all tests: it remembers the statements that it has compiled."""
    kind = "on_postgres" if ON_POSTGRES else "on_sqlite"
    found: Database = request.getfixturevalue(kind)
    return found


@pytest.fixture
def database(shared_database: Database) -> Iterator[Database]:
    """An empty database with all tables; PostgreSQL's where the suite runs on it."""
    if ON_POSTGRES:
        empty_tables(shared_database)
    else:
        copy_file(shared_database)
    yield shared_database
    shared_database.close()


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A file beside the one that was migrated once for all tests."""
    folder = tmp_path_factory.mktemp("database")
    migrated = Database(f"sqlite:///{folder}/{TEMPLATE}")
    migrated.upgrade()
    migrated.scrub()
    migrated.close()
    database = Database(f"sqlite:///{folder}/digitbot")
    event.listen(database.engine, "connect", forgo_durability)
    return database


@pytest.fixture(scope="session")
def on_postgres(postgres_server: str) -> Iterator[Database]:
    """A database on a server, still empty."""
    run_on(postgres_server, "CREATE DATABASE digitbot")
    database = Database(postgres_server.format(name="digitbot"))
    yield database
    database.close()


def copy_file(database: Database) -> None:
    """Lay a copy of the migrated file over the tests' database."""
    path = Path(database.engine.url.database or "")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(path.with_name(TEMPLATE), path)


def empty_tables(database: Database) -> None:
    """Take everything out of a database that tests have used, and count its ids anew.

    A hundred times as quick as a copy of a template would be: that makes hundreds of files.
    """
    there = set(inspect(database.engine).get_table_names())
    if database.revision() != newest_revision() or not there >= Base.metadata.tables.keys():
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        database.upgrade()
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid();"
            + "".join(f"DELETE FROM {table.name};" for table in Base.metadata.sorted_tables[::-1])
            + "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
        )


def forgo_durability(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """No test cuts the power; waiting for the disk took most of their time."""
    connection.execute("PRAGMA synchronous=OFF")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the browser tests last: Playwright leaves a running event loop to what follows it.

    Leave out what is about the other database alone; on PostgreSQL also what would be the same
    twice: tests that touch no database, and those of the pages' scripts.
    """
    items.sort(key=lambda item: "browser" in item.path.parts)
    left = [item for item in items if not belongs_here(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]
    for item in items:
        for mark in item.iter_markers("sqlite") if ON_POSTGRES else ():
            item.add_marker(pytest.mark.skip(reason=f"SQLite alone: {mark.args[0]}"))


def belongs_here(item: pytest.Item) -> bool:
    """Return whether a test has something to say about the database that the suite runs on."""
    if not ON_POSTGRES:
        return item.get_closest_marker("postgresql") is None
    assert isinstance(item, pytest.Function)
    asked = {"database", "shared_database", "empty_database"} & set(item.fixturenames)
    return bool(asked) and "browser" not in item.path.parts


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """A small network that has learned nothing, but is sure of itself.

    No test may depend on which digit it reads.
    """
    network = Network.create((784, 24, 10), rng=np.random.default_rng(0))
    first, last = network.weights
    return Recognizer(replace(network, weights=(first, 40 * last)), WEIGHTS)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server for all tests that ask for one."""
    if postgres.programs() is None:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        if ON_POSTGRES:
            pytest.exit(missing, 1)
        pytest.skip(missing)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database on a PostgreSQL server, without tables."""
    name = f"t{abs(hash(tmp_path))}"
    run_on(postgres_server, f"CREATE DATABASE {name}")
    database = Database(postgres_server.format(name=name))
    yield database
    database.close()
    run_on(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables, of the kind that the suite runs on, in no file as yet."""
    if ON_POSTGRES:
        yield request.getfixturevalue("postgres_database")
        return
    database = Database(f"sqlite:///{tmp_path}/new folder/data.sqlite")
    yield database
    database.close()


def run_on(server: str, *statements: str) -> None:
    """Run statements that no transaction may hold."""
    engine = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the browser tests measured, whichever processes they ran in."""
    reports = [each for found in terminalreporter.stats.values() for each in found]
    ended = [report for report in reports if getattr(report, "when", None) == "teardown"]
    told = [each for report in ended for each in report.user_properties]
    looks = [look for name, looked_at in told if name == "axe" for look in looked_at]
    if looks:
        pages, violations = len({page for page, _ in looks}), sum(count for _, count in looks)
        terminalreporter.write_line(
            f"axe-core: {violations} violations in {len(looks)} looks at {pages} pages, "
            "at 390, 1280 and 2560 pixels, light and dark"
        )
    for median, p95 in [value for name, value in told if name == "pace"]:
        terminalreporter.write_line(
            f"review: {median:.0f} ms from a key to the next sample (median), {p95:.0f} ms (p95)"
        )
