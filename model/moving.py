"""Moving a whole collection to another database, from SQLite to PostgreSQL or back.

Everything is streamed, a few rows at a time, and written in one transaction: either the target
holds it all, or it is as empty as before. Then it is read again and compared, row by row.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, insert, select, text, type_coerce
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.types import Enum, String

from model.database import Database
from model.tables import Base, WeightsFile

Row = tuple[Any, ...]

ROWS = 2000
ROWS_WITH_FILES = 20
"""Rows in memory at a time; photos have up to 20 MB each."""
WITH_FILES = {"photos", WeightsFile.__tablename__}


class CannotMove(RuntimeError):
    """The collection can't be moved so; the message says why and what to do."""


@dataclass
class Fingerprint:
    """How many rows a table has and what is in them, in whatever order they come.

    The rows' SHA-256 are added up: databases sort text differently.
    """

    rows: int = 0
    total: int = field(default=0, repr=False)

    def add(self, row: Row) -> None:
        """Count one row in."""
        digest = hashlib.sha256()
        for value in row:
            part = plain_bytes(value)
            digest.update(len(part).to_bytes(8, "big") + part)
        self.rows += 1
        self.total = (self.total + int.from_bytes(digest.digest(), "big")) % 2**256


def plain_bytes(value: Any) -> bytes:
    """Return what a value is, in the same bytes from whichever database it comes."""
    if isinstance(value, bytes | memoryview):
        return b"b" + value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().encode()
    return f"{type(value).__name__}:{value!r}".encode()


def move(
    source: Database, target: Database, tell: Callable[[str, int], None]
) -> dict[str, Fingerprint]:
    """Copy everything from `source` into `target`, which must be empty, and compare the two.

    `tell` hears of each table and how many rows it has. Raises `CannotMove`, `OldDatabase`.
    """
    require_collection(source)
    prepare_target(target)
    found = {}
    with snapshot(source) as reading, target.engine.connect() as writing, writing.begin():
        for table in Base.metadata.sorted_tables:
            try:
                found[table.name] = copy_table(reading, writing, table)
            except (StatementError, psycopg.Error) as error:  # COPY is the driver's own
                reason = str(getattr(error, "orig", error)).splitlines()[0]
                raise CannotMove(
                    f"The table {table.name} can't be copied, nothing was written: {reason}"
                ) from error
            tell(table.name, found[table.name].rows)
        continue_counting(reading, writing)
        compare(writing, found)
    return found


def require_collection(source: Database) -> None:
    """Raise unless there is a database of the newest revision."""
    path = source.engine.url.database or ""
    if source.is_sqlite and not Path(path).exists():
        raise CannotMove(f"There is no database {path}: name the one to move.")
    source.require_newest()


def prepare_target(target: Database) -> None:
    """Make the tables where there are none; raises `CannotMove` for what can't be filled."""
    try:
        target.upgrade()
        with target.read() as session:
            full = [
                table.name
                for table in Base.metadata.sorted_tables
                if session.execute(select(table.primary_key.columns[0]).limit(1)).first()
            ]
    except OperationalError as error:
        raise CannotMove(
            f"The target can't be opened: {str(error.orig).splitlines()[0]}"
        ) from error
    if full:
        raise CannotMove(
            f"The target is not empty, its table {full[0]} has rows: name an empty database."
        )


def snapshot(database: Database) -> Connection:
    """Open a connection that sees one state to its end, whoever writes meanwhile."""
    connection = database.engine.connect()
    if database.is_sqlite:
        return connection  # every transaction of SQLite does
    return connection.execution_options(isolation_level="REPEATABLE READ")


def stream_rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Hand out a table's rows, a few in memory at a time; enumerations as the words stored."""
    columns = [
        type_coerce(column, String()) if isinstance(column.type, Enum) else column
        for column in table.columns
    ]
    most = ROWS_WITH_FILES if table.name in WITH_FILES else ROWS
    options = {"stream_results": True, "yield_per": most}
    with connection.execute(select(*columns), execution_options=options) as rows:
        for row in rows:
            yield tuple(row)


def copy_table(reading: Connection, writing: Connection, table: Table) -> Fingerprint:
    """Copy one table and return what was read."""
    found = Fingerprint()

    def counted() -> Iterator[Row]:
        for row in stream_rows(reading, table):
            found.add(row)
            yield row

    if writing.dialect.name == "postgresql":
        copy_in(writing, table, counted())
    else:
        insert_all(writing, table, counted())
    return found


def copy_in(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Write rows by COPY, PostgreSQL's way in for many."""
    quote: Callable[[str], str] = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    driver: Any = connection.connection.dbapi_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def insert_all(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Write rows by INSERT."""
    names = [column.name for column in table.columns]
    most = ROWS_WITH_FILES if table.name in WITH_FILES else ROWS
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, most)):
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in batch])


def continue_counting(reading: Connection, writing: Connection) -> None:
    """Let new rows get the ids they would have got: those of deleted rows are never used again."""
    for table in Base.metadata.sorted_tables:
        last = last_id(reading, table)
        if last:
            set_last_id(writing, table, last)


def counted_key(connection: Connection, table: Table) -> str | None:
    """Return PostgreSQL's sequence of a table's ids, None for a table that counts none."""
    if "id" not in table.columns:
        return None
    query = text("SELECT pg_get_serial_sequence(:name, 'id')")
    found: str | None = connection.scalar(query, {"name": table.name})
    return found


def last_id(connection: Connection, table: Table) -> int | None:
    """Return the greatest id that a table ever gave, None where it counts none."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        kept: int | None = connection.scalar(query, {"name": table.name})
        if kept is None and "id" in table.columns:
            kept = connection.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1))
        return kept
    sequence = counted_key(connection, table)
    if sequence is None:
        return None
    query = text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608
    given: int | None = connection.scalar(query)
    return given


def set_last_id(connection: Connection, table: Table, last: int) -> None:
    """Say which id was the greatest ever given."""
    given = {"name": table.name, "last": last}
    if connection.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
            connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), given)
        return
    sequence = counted_key(connection, table)
    if sequence is not None:
        connection.execute(text("SELECT setval(:name, :last)"), {**given, "name": sequence})


def compare(writing: Connection, expected: dict[str, Fingerprint]) -> None:
    """Read what was written; raises `CannotMove` if it is not what was read."""
    for table in Base.metadata.sorted_tables:
        written = Fingerprint()
        for row in stream_rows(writing, table):
            written.add(row)
        if written != expected[table.name]:
            raise CannotMove(
                f"The table {table.name} differs from the source's ({written.rows} rows of "
                f"{expected[table.name].rows}): nothing was written."
            )
