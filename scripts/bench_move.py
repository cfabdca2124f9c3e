"""How long migrating, moving and backing up a collection of a million samples takes.

    PYTHONPATH=. .venv/bin/python scripts/bench_move.py [--samples N]

Fills SQLite as bench_admin does, takes the last revision back and puts it on again, moves all to a
PostgreSQL server of its own (which must be installed), migrates there, and backs both up.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from alembic import command

from model.backup import back_up
from model.database import Database, alembic_configuration
from model.moving import move
from model.recognizer import Recognizer
from model.settings import read_settings
from scripts.bench_admin import fill
from tests import postgres

ROW = "{:44} {:>8} {:>12}"


def main() -> None:
    """Fill, then print how long each step takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres.cluster() as url:
        here = Path(folder)
        source = Database(f"sqlite:///{here}/million.sqlite")
        filling = multiprocessing.get_context("spawn").Process(
            target=fill_apart, args=(source.url, options.samples)
        )
        filling.start()
        filling.join()
        target = Database(url.format(name="postgres"))
        print(ROW.format("step", "seconds", "MB at most"), flush=True)
        timed("SQLite: last revision taken back", lambda: migrate(source, "-1"))
        timed("SQLite: upgraded again", source.upgrade)
        timed("SQLite to PostgreSQL, compared", lambda: say_rows(source, target))
        timed("PostgreSQL: last revision taken back", lambda: migrate(target, "-1"))
        timed("PostgreSQL: upgraded again", target.upgrade)
        timed("SQLite: backup", lambda: back_up(source, here / "sqlite.backup"))
        timed("PostgreSQL: backup", lambda: back_up(target, here / "postgresql.backup"))
        for file in sorted(here.iterdir()):
            print(f"{file.name}: {file.stat().st_size / 1e6:,.0f} MB")
        source.close()
        target.close()


def fill_apart(url: str, samples: int) -> None:
    """Fill in a process of its own: what that takes of memory is not what is measured."""
    fill(Database(url), Recognizer.load(read_settings().weights), samples)


def timed(name: str, step: Callable[[], object]) -> None:
    """Carry out a step and print its seconds, and the most memory this process had until then."""
    began = time.perf_counter()
    step()
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(ROW.format(name, f"{took:.1f}", f"{memory:.0f}"), flush=True)


def say_rows(source: Database, target: Database) -> None:
    """Move everything, and print how many rows that were."""
    found = move(source, target, lambda table, rows: None)
    print(f"{sum(table.rows for table in found.values()):,} rows", flush=True)


def migrate(database: Database, revision: str) -> None:
    """Take revisions back."""
    configuration = alembic_configuration()
    with database.engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, revision)


if __name__ == "__main__":
    main()
