"""What many tests stand on: an empty database, a recognizer."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from model.database import Database
from model.network import Network
from model.recognizer import Recognizer
from tests import postgres
from tests.filling import WEIGHTS, Store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database's file, migrated once for all tests."""
    path = tmp_path_factory.mktemp("database") / "digitbot.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.scrub()
    database.close()
    return path


@pytest.fixture(scope="session")
def shared_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One engine for all tests: it remembers the statements that it has compiled."""
    path = tmp_path_factory.mktemp("database") / "digitbot.sqlite"
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", forgo_durability)
    return database


@pytest.fixture
def database(shared_database: Database, migrated: Path) -> Iterator[Database]:
    path = Path(shared_database.url.removeprefix("sqlite:///"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(migrated, path)
    yield shared_database
    shared_database.close()


def forgo_durability(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """No test cuts the power; waiting for the disk took most of their time."""
    connection.execute("PRAGMA synchronous=OFF")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser tests last: Playwright leaves a running event loop to what follows it."""
    items.sort(key=lambda item: "browser" in item.path.parts)


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
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database on a PostgreSQL server, without tables."""
    name = f"t{abs(hash(tmp_path))}"
    admin = create_engine(postgres_server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(postgres_server.format(name=name))
    yield database
    database.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
