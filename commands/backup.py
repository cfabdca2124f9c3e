"""Backups, and moving to another database."""

from __future__ import annotations

import time
from pathlib import Path

import click

from commands.settings import settings_of_run

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write the whole database into FILE, while the bot runs on.

    It holds what is kept of everybody at this moment: keep it safe, and delete it before long,
    or what somebody has /forget delete is still in it.
    """
    from model.backup import back_up
    from model.database import Database

    back_up(Database(settings_of_run().database_url), file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes. `digitbot restore {file}` reads it back.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Lose what the database holds now.")
def restore(file: Path, replace: bool) -> None:
    """Fill the database from a backup."""
    from model.backup import restore as restore_from
    from model.database import Database, newest_revision

    database = Database(settings_of_run().database_url)
    restore_from(database, file, replace)
    revision = database.revision()
    click.echo(f"The database is as in {file}, at revision {revision}.")
    if revision != newest_revision():
        click.echo("Run `digitbot upgrade` now: the backup is of another version.")


@click.command()
@click.argument("source")
@click.argument("target")
def move(source: str, target: str) -> None:
    """Copy everything from one database into another, empty one.

    SOURCE and TARGET are URLs as in DATABASE_URL; stop the bot and the admin page first. What was
    written is read again and compared. Then set DATABASE_URL to TARGET.
    """
    from model.database import Database
    from model.moving import move as move_all
    from model.settings import check_database_url

    for url in (source, target):
        check_database_url(url)
    began = time.perf_counter()
    found = move_all(
        Database(source), Database(target), lambda table, rows: click.echo(f"{rows:>12,} {table}")
    )
    rows = sum(table.rows for table in found.values())
    took = time.perf_counter() - began
    click.echo(f"{rows:,} rows, the same in both databases, in {took:.0f} s.")
