"""Backups: one file that holds the whole database, made while the bot writes, and read back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import URL, inspect, make_url

from model.database import Database
from model.weights import written_whole

SQLITE_BEGINS = b"SQLite format 3\x00"
POSTGRESQL_BEGINS = b"PGDMP"

IN_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


class CannotBackUp(RuntimeError):
    """The backup can't be made or restored; the message says why and what to do."""


def back_up(database: Database, file: Path) -> None:
    """Write the database as it stands at one moment; whoever writes meanwhile isn't held up.

    SQLite's backup is a database itself, PostgreSQL's one of pg_dump. Raises `CannotBackUp`.
    """
    if database.revision() is None:
        raise CannotBackUp("The database is empty: there is nothing to back up.")
    try:
        with written_whole(file) as opened:
            os.chmod(opened.name, 0o600)
            if database.is_sqlite:
                copy_sqlite(database, Path(opened.name))
            else:
                run_tool(database, "pg_dump", "--format=custom", "--file", opened.name)
        file.chmod(0o600)  # it holds people's photos
    except (OSError, sqlite3.Error) as error:
        raise CannotBackUp(f"{file} can't be written: {error}") from error


def restore(database: Database, file: Path, replace: bool = False) -> None:
    """Fill the database from a backup; what is in it goes, which `replace` must allow.

    All or nothing, and safe while others have it open. Raises `CannotBackUp`.
    """
    require_backup(file, database.is_sqlite)
    if not replace and inspect(database.engine).get_table_names():
        raise CannotBackUp(
            "The database is not empty: give --replace to lose what is in it, or set DATABASE_URL "
            "to another."
        )
    if database.is_sqlite:
        restore_sqlite(database, file)
    else:
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
        name = make_url(database.url).database or ""
        run_tool(database, "pg_restore", *options, "--dbname", name, str(file))


def require_backup(file: Path, of_sqlite: bool) -> None:
    """Raise `CannotBackUp` unless this is a whole backup for this kind of database."""
    try:
        with file.open("rb") as opened:
            begin = opened.read(len(SQLITE_BEGINS))
    except OSError as error:
        raise CannotBackUp(f"{file} can't be read: {error.strerror}.") from error
    is_sqlite = begin == SQLITE_BEGINS
    if not is_sqlite and not begin.startswith(POSTGRESQL_BEGINS):
        raise CannotBackUp(f"{file} is no backup made by `digitbot backup`.")
    if is_sqlite != of_sqlite:
        kinds = ("SQLite", "PostgreSQL") if is_sqlite else ("PostgreSQL", "SQLite")
        raise CannotBackUp(
            f"{file} is a backup of {kinds[0]}, DATABASE_URL names {kinds[1]}: restore it into "
            f"{kinds[0]}, then `digitbot move` that."
        )
    if is_sqlite:
        require_whole_sqlite(file)


def copy_sqlite(database: Database, path: Path) -> None:
    """Copy the pages of one snapshot: in a single step, so that no writer makes it start anew."""
    with database.engine.connect() as connection, closing(sqlite3.connect(path)) as target:
        raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
        raw.execute("COMMIT") if raw.in_transaction else None
        raw.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # a file alone, without a log beside it


def restore_sqlite(database: Database, file: Path) -> None:
    """Overwrite the pages in one transaction: who has the database open reads on, before or after.

    The log is emptied then: what was there before shall not lie in it.
    """
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            database.engine.connect() as connection,
        ):
            raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
            source.backup(raw)
    except sqlite3.Error as error:
        raise CannotBackUp(
            f"{file} can't be restored ({error}): stop what uses the database."
        ) from error
    database.scrub()


def require_whole_sqlite(file: Path) -> None:
    """Raise `CannotBackUp` for a file that is cut short, damaged, or not digitbot's."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            verdict = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
            opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        raise CannotBackUp(f"{file} is damaged, or no database of digitbot: {verdict}.")


def run_tool(database: Database, name: str, *options: str) -> None:
    """Run one of PostgreSQL's programs; the password stands in no command line."""
    program = shutil.which(name)
    if program is None:
        raise CannotBackUp(f"{name} is missing: apt-get install postgresql-client.")
    environment = {**os.environ, **connection_environment(make_url(database.url))}
    done = subprocess.run(  # noqa: S603  # PostgreSQL's own program
        [program, *options], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        problem = (done.stderr.strip().splitlines() or ["it doesn't say why"])[0]
        raise CannotBackUp(f"{name} failed: {problem}")


def connection_environment(url: URL) -> dict[str, str]:
    """Return how PostgreSQL's programs reach a database, in the variables they know."""
    given = {**url.query, **url.translate_connect_args(username="user", database="dbname")}
    return {IN_ENVIRONMENT[name]: str(given[name]) for name in IN_ENVIRONMENT if given.get(name)}
