"""How long migrating, moving and backing up a collection of a million samples takes.

    PYTHONPATH=. .venv/bin/python scripts/bench_move.py [--samples N] [--folder DIR] [--part PART]

Fills SQLite as bench_admin does, takes the last revision back and puts it on again, moves all to a
PostgreSQL server of its own (which must be installed), migrates there, and backs both up and reads
them back. Then both are taken back to the first revision and upgraded to the newest.

With `--folder` the files are kept, and the filled one is used again: so the parts, `fill`, `move`
and `upgrade`, can be run one by one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from sqlalchemy import text

from model.backup import back_up, restore
from model.database import Database, alembic_configuration
from model.moving import move
from model.recognizer import Recognizer
from model.settings import read_settings
from scripts.many_samples import fill
from tests import postgres

ROW = "| {} | {} | {} |"
PARTS = ("fill", "move", "upgrade")
FIRST = "0001"


def main() -> None:
    """Print how long each step of the parts asked for takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="Kept, and used again when it is filled.")
    parser.add_argument("--part", choices=PARTS, help="This one alone.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        fill_once(folder, options.samples)
        if options.part in (None, "move"):
            measure_moving(folder)
        if options.part in (None, "upgrade"):
            measure_upgrades(folder)
        for file in sorted(folder.iterdir()):
            print(f"{file.name}: {file.stat().st_size / 1e6:,.0f} MB")


def fill_once(folder: Path, samples: int) -> None:
    """Fill the database, in a process of its own: its memory is not what is measured."""
    path = folder / "filled.sqlite"
    if path.exists():
        return
    begun = folder / "begun.sqlite"
    for left in folder.glob("begun.sqlite*"):
        left.unlink()
    filling = multiprocessing.get_context("spawn").Process(
        target=fill_apart, args=(f"sqlite:///{begun}", samples)
    )
    filling.start()
    filling.join()
    begun.rename(path)


def fill_apart(url: str, samples: int) -> None:
    """Fill a new database."""
    with closing(Database(url)) as database:
        database.upgrade()
        fill(database, Recognizer.load(read_settings().weights), samples)
        database.scrub()


def measure_moving(folder: Path) -> None:
    """Take the last revision back and on again, move, back up."""
    begin_table()
    with (
        postgres.cluster() as url,
        closing(Database(f"sqlite:///{folder}/filled.sqlite")) as source,
        closing(Database(url.format(name="postgres"))) as target,
    ):
        source.upgrade()
        timed("SQLite: last revision taken back", lambda: migrate(source, "-1"))
        timed("SQLite: upgraded again", source.upgrade)
        rows: list[int] = []

        def move_all() -> None:
            found = move(source, target, lambda table, rows: None)
            rows.extend(table.rows for table in found.values())

        seconds = timed("SQLite to PostgreSQL, compared", move_all)
        with target.engine.connect() as connection:
            size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        timed("PostgreSQL: last revision taken back", lambda: migrate(target, "-1"))
        timed("PostgreSQL: upgraded again", target.upgrade)
        timed("SQLite: backup", lambda: back_up(source, folder / "sqlite.backup"))
        timed("PostgreSQL: backup", lambda: back_up(target, folder / "postgresql.backup"))
        each = f"{sum(rows) / seconds:,.0f} a second"
        print(f"\n{sum(rows):,} rows, {each}; counts and hashes of all tables are equal.")
        print(f"PostgreSQL's database: {size / 1e6:,.0f} MB")


def measure_upgrades(folder: Path) -> None:
    """Read both backups back, and upgrade both from the first revision."""
    begin_table()
    from_the_first("SQLite", f"sqlite:///{folder}/restored.sqlite", folder / "sqlite.backup")
    with postgres.cluster() as url:
        address = url.format(name="postgres")
        from_the_first("PostgreSQL", address, folder / "postgresql.backup")


def from_the_first(name: str, url: str, backup: Path) -> None:
    """Fill a database from a backup, take it back to the first revision and upgrade it."""
    with closing(Database(url)) as database:
        timed(f"{name}: restored", lambda: restore(database, backup, replace=True))
        timed(f"{name}: taken back to the first", lambda: migrate(database, FIRST))
        timed(f"{name}: upgraded from the first", database.upgrade)
        database.require_newest()


def begin_table() -> None:
    """Print the head of a table of steps."""
    print("\n" + ROW.format("step", "seconds", "MB of memory at most"))
    print(ROW.format("---", "---", "---"), flush=True)


def timed(name: str, step: Callable[[], object]) -> float:
    """Carry out a step; print its seconds, and the most memory this process had until then."""
    began = time.perf_counter()
    step()
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(ROW.format(name, f"{took:.1f}", f"{memory:.0f}"), flush=True)
    return took


def migrate(database: Database, revision: str) -> None:
    """Take revisions back."""
    configuration = alembic_configuration()
    with database.engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, revision)


if __name__ == "__main__":
    main()
