"""Scoring weights."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from commands.settings import settings_of_run


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the setting's.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's IDX files.")
@click.option("--photos", type=click.Path(path_type=Path), help="Folder with a manifest.csv.")
@click.option("--sheet", type=click.Path(path_type=Path), help="PNG to draw the failures into.")
def evaluate(
    weights: Path | None, mnist: Path | None, photos: Path | None, sheet: Path | None
) -> None:
    """Score weights on MNIST's test set and on a folder of labelled photos."""
    from model import evaluation
    from model.curriculum import mnist as load
    from model.recognizer import Recognizer

    recognizer = Recognizer.load(weights or settings_of_run().weights)
    if mnist or not photos:
        click.echo("\n".join(evaluation.report_on_mnist(recognizer.network, load(mnist)[1])))
    if photos:
        labelled = evaluation.load_manifest(photos)
        reading = evaluation.read_photos(recognizer, labelled)
        with click.progressbar(reading, len(labelled), "reading", file=sys.stderr) as bar:
            outcomes = list(bar)
        click.echo("\n".join(evaluation.report_on_photos(outcomes)))
        if sheet:
            evaluation.draw_failures(outcomes).save(sheet, "PNG")
            click.echo(f"The failures are drawn in {sheet}.")
