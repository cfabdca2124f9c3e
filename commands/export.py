"""Freezing versions of the data set, handing them out, and checking what was handed out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.settings import settings_of_run

FORMATS = ("folders", "idx", "npz", "csv", "jsonl", "originals")


@click.command()
@click.option(
    "--which",
    type=click.Choice(["labelled", "reviewed", "all"]),
    default="labelled",
    show_default=True,
    help="By sender or operator; by an operator alone; all, with the network's answer as label.",
)
def freeze(which: str) -> None:
    """Freeze the samples as they are now, and print the new version's number."""
    from model.database import Database
    from model.tables import Which
    from model.versions import freeze_version

    database = Database(settings_of_run().database_url)
    database.require_newest()
    with database.write() as session:
        version = freeze_version(session, Which(which))
    click.echo(version.id)
    click.echo(
        f"Version {version.id}: {version.samples:,} samples, {version.train:,} for training, "
        f"{version.validation:,} for validation, {version.test:,} for testing.",
        err=True,
    )


@click.command()
@click.option("--version", "number", type=int, help="A version's number; by default the newest.")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(number: int | None, form: str, out: Path) -> None:
    """Write a frozen version as a data set, the same as the admin page's."""
    from model.database import Database
    from model.export import FORMATS as KNOWN
    from model.export import save_export
    from model.versions import find_version

    database = Database(settings_of_run().database_url)
    database.require_newest()
    with database.read() as session:
        version = find_version(session, number)
    with click.progressbar(
        length=KNOWN[form].passes * version.samples, label=f"version {version.id}", file=sys.stderr
    ) as bar:
        save_export(database, out, form, version.id, bar.update)
    click.echo(f"{out}: version {version.id}, {out.stat().st_size:,} bytes")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def verify(file: Path) -> None:
    """Check that an export is whole, and every file in it as it was written."""
    from model.export.verify import verify_export

    manifest = verify_export(file)
    withdrawn = len(manifest["withdrawn"])
    click.echo(
        f"{file} is whole: {manifest['format']}, version {manifest['version']}, "
        f"{manifest['samples']:,} samples in {manifest['files']:,} files"
        + (f"; {withdrawn:,} were withdrawn since it was frozen." if withdrawn else ".")
    )


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--source", help="What these samples shall be known by.")
@click.option("--remove", help="Delete instead all that was imported under this name.")
def import_samples(file: Path | None, source: str | None, remove: str | None) -> None:
    """Take in samples collected elsewhere: a ZIP of folders 0 to 9, or of IDX files.

    Who imports them vouches for the consent of those who wrote them.
    """
    from model.database import Database
    from model.imports import import_file
    from model.recognizer import Recognizer
    from model.sources import remove_imported

    if (file is None) != (source is None) or (file is None) == (remove is None):
        raise click.UsageError("Give either FILE and --source NAME, or --remove NAME alone.")
    settings = settings_of_run()
    database = Database(settings.database_url)
    database.require_newest()
    seen = 0

    def tell(count: int) -> None:
        nonlocal seen
        seen += count
        if sys.stderr.isatty():
            click.echo(f"\r{seen:,} pictures", nl=False, err=True)

    if file is None or source is None:
        count = remove_imported(database, remove or "", tell)
        click.echo(f"{remove}: {count:,} pictures and all that was known of them are deleted.")
        return
    taken, passed = import_file(database, Recognizer.load(settings.weights), file, source, tell)
    click.echo(
        f"{file}: {taken:,} samples of {source} came in; {passed:,} did not: here already, "
        "or not just one digit in the picture."
    )
