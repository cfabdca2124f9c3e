"""Working out what is worth a review."""

from __future__ import annotations

import click

from commands.settings import settings_of_run


@click.command()
def rank() -> None:
    """Find near-duplicates and suspected label errors; the admin page does so by itself."""
    from model.database import Database
    from model.ranking import rank as run_round

    database = Database(settings_of_run().database_url)
    database.require_newest()
    done = run_round(database)
    click.echo(
        f"{done.grouped:,} samples held against their look-alikes, {done.judged:,} labels judged."
    )
