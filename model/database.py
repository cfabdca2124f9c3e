"""The database: engine, transactions, and which revision its schema is at."""

from __future__ import annotations

import datetime
import math
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BUSY_TIMEOUT = 5.0
"""Seconds a writer waits for another one before it gives up; on PostgreSQL also for the server.

The bot tries again then, and a thread that waits here can't be stopped: a process that is to end
within 10 seconds waits for it.
"""


class OldDatabase(RuntimeError):
    """The database's schema is not the one that this code works with."""


class UTCDateTime(TypeDecorator[datetime.datetime]):
    """A moment in UTC; SQLite alone would hand it back without its time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Refuse a moment that doesn't say its time zone; store the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(datetime.UTC)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Give every moment read its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value


def utc_now() -> datetime.datetime:
    """Return the present moment, in UTC."""
    return datetime.datetime.now(datetime.UTC)


class Database:
    """One database: `read()` and `write()` hand out sessions, each one transaction.

    SQLite's driver opens transactions late and upgrades them from reading to writing, which
    loses updates between threads. Here every transaction is explicit: readers say BEGIN,
    writers BEGIN IMMEDIATE, so that a writer waits for the other before it has read anything.

    A process's own writers wait for each other in a queue of threads: SQLite's way of waiting is
    to sleep and look again, up to a tenth of a second after the other has ended.

    PostgreSQL's writers go side by side: who writes what follows from what was read locks it
    first, by `with_for_update` or `take_turns`.

    What is asked for every photo is a statement made once, with `bindparam`: to make one takes
    several times as long as the database takes to run it. Given to `session.connection()` instead
    of the session it is spared the ORM's part too, which flushes what was changed by objects: that
    is for transactions in which nothing was.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = self._reader = sqlite_engine(url)
        else:
            self.engine = postgres_engine(url)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for reading: one snapshot, nothing is kept of what it changes."""
        with busy_as_error(), Session(self._reader) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session for writing; it commits at the end, or rolls back on an error."""
        with (
            self._turn_to_write(),
            busy_as_error(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Wait for this process's other writers where only one can write at a time."""
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT):
            raise OperationalError(None, None, sqlite3.OperationalError("database is locked"))
        try:
            yield
        finally:
            self._writing.release()

    def scrub(self) -> None:
        """Make deleted bytes gone from SQLite's files too: empties the write-ahead log.

        `secure_delete` has overwritten them in the pages; the log still holds the old pages
        until it is truncated, which waits for readers, at most the busy timeout. Raises
        `OperationalError` where the files can't be written.
        """
        if not self.is_sqlite:
            return
        statement = "PRAGMA wal_checkpoint(TRUNCATE)"
        with self.engine.connect() as connection:
            raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            try:
                raw.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                raise OperationalError(statement, None, error) from error

    def revision(self) -> str | None:
        """Return the revision of the schema, None for an empty database."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def upgrade(self) -> None:
        """Bring the schema to its newest revision; an empty database gets all tables."""
        configuration = alembic_configuration()
        with self._writer.connect() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")

    def require_newest(self) -> None:
        """Raise `OldDatabase`, with the command to give, unless the schema is the newest."""
        current, newest = self.revision(), newest_revision()
        if current != newest:
            raise OldDatabase(
                f"The database is at revision {current or 'none (empty)'}, this digitbot needs "
                f"{newest}: run `digitbot upgrade`."
            )

    def close(self) -> None:
        """Close the pool's connections."""
        self.engine.dispose()


@contextmanager
def busy_as_error() -> Iterator[None]:
    """Raise `OperationalError`, as for any other trouble, when no connection is free in time."""
    try:
        yield
    except NoConnection as error:
        raise OperationalError(None, None, error) from error


def take_turns(session: Session, what: str) -> None:
    """Let one transaction at a time go on from here, to its end, among those that name `what`.

    SQLite's writers do so anyway.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(what.encode()))))


def postgres_engine(url: str) -> Engine:
    """Return an engine that gives up waiting, for a server, a lock or a connection, in time."""
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=BUSY_TIMEOUT,
        connect_args={
            "connect_timeout": math.ceil(BUSY_TIMEOUT),
            "options": f"-c lock_timeout={int(BUSY_TIMEOUT * 1000)}",
        },
    )


def sqlite_engine(url: str) -> Engine:
    """Return an engine for SQLite with explicit transactions; makes the file's folder."""
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("DATABASE_URL names SQLite in memory: each thread would have its own.")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_timeout=BUSY_TIMEOUT, connect_args={"timeout": BUSY_TIMEOUT})
    event.listen(engine, "connect", prepare_connection)
    event.listen(engine, "begin", begin_transaction)
    return engine


def prepare_connection(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Set what SQLite keeps per connection."""
    driver = cast(sqlite3.Connection, connection)
    driver.isolation_level = None  # the driver opens no transaction of its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged update outlives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # /forget overwrites the bytes
    ):
        driver.execute(f"PRAGMA {pragma}")


def begin_transaction(connection: Connection) -> None:
    """Open the transaction, at once for writing where the engine is the writers'."""
    mode: Any = connection.get_execution_options().get("sqlite_begin", "")
    connection.exec_driver_sql(f"BEGIN {mode}")


def alembic_configuration() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return configuration


def newest_revision() -> str | None:
    """Return the newest revision that the migrations know."""
    return ScriptDirectory.from_config(alembic_configuration()).get_current_head()
