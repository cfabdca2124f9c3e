"""Scoring weights."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.settings import settings_of_run

if TYPE_CHECKING:
    from PIL.Image import Image

    from model.recognizer import Recognizer


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the setting's.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's IDX files.")
@click.option("--photos", type=click.Path(path_type=Path), help="Folder with a manifest.csv.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    help="PNG to draw the failures into: photos, or MNIST's images.",
)
def evaluate(
    weights: Path | None, mnist: Path | None, photos: Path | None, sheet: Path | None
) -> None:
    """Score weights on MNIST's test set and on a folder of labelled photos."""
    from model.recognizer import Recognizer

    recognizer = Recognizer.load(weights or settings_of_run().weights)
    if mnist or not photos:
        draw = report_on_mnist(recognizer, mnist)
    if photos:
        draw = report_on_photos(recognizer, photos)
    if sheet:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        draw().save(sheet, "PNG")
        click.echo(f"What is misread is drawn in {sheet}.")


def report_on_mnist(recognizer: Recognizer, folder: Path | None) -> Callable[[], Image]:
    """Print how the network does on the test set; returns what draws its failures."""
    from model import evaluation_mnist
    from model.curriculum import mnist as load

    answers = evaluation_mnist.Answers.of(recognizer.network, load(folder)[1])
    click.echo("\n".join(evaluation_mnist.report_on_mnist(answers)))
    return lambda: evaluation_mnist.draw_misread(answers)


def report_on_photos(recognizer: Recognizer, folder: Path) -> Callable[[], Image]:
    """Print how many photos are read right; returns what draws the others."""
    from model import evaluation

    labelled = evaluation.load_manifest(folder)
    reading = evaluation.read_photos(recognizer, labelled)
    with click.progressbar(reading, len(labelled), "reading", file=sys.stderr) as bar:
        outcomes = list(bar)
    click.echo("\n".join(evaluation.report_on_photos(outcomes)))
    return lambda: evaluation.draw_failures(outcomes)
