"""Handing out what was collected."""

from __future__ import annotations

from pathlib import Path

import click

from commands.settings import settings_of_run


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["npz", "csv", "idx", "folders"]), required=True
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--which",
    type=click.Choice(["labelled", "reviewed", "all"]),
    default="labelled",
    show_default=True,
    help="By sender or operator; by an operator alone; all, with the network's answer as label.",
)
def export(form: str, out: Path, which: str) -> None:
    """Write the collected samples as a data set, the same as the admin page's."""
    from model.database import Database
    from model.export import Which, save_export

    database = Database(settings_of_run().database_url)
    database.require_newest()
    count = save_export(database, out, form, Which(which))
    click.echo(f"{out}: {count:,} samples, {out.stat().st_size:,} bytes")
