"""Fitting the small network that judges a glyph by its surroundings."""

from __future__ import annotations

from pathlib import Path

import click

from commands.settings import settings_of_run


@click.command("fit-context")
@click.option("--weights", type=click.Path(path_type=Path), help="Instead of the setting's.")
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's IDX files.")
@click.option("--sheets", type=click.IntRange(min=8), default=4000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("weights/context.npz"),
    show_default=True,
)
def fit_context(
    weights: Path | None, mnist: Path | None, sheets: int, seed: int, out: Path
) -> None:
    """Fit what tells digits from the rest of a photo, on made paper (after `train`)."""
    from model.context_lessons import fit_and_describe
    from model.curriculum import mnist as load
    from model.presets import PRESETS
    from model.recognizer import Recognizer
    from model.runs import RunData

    recognizer = Recognizer.load(weights or settings_of_run().weights)
    source = RunData.hold_out(PRESETS["standard"], load(mnist)[0]).validation
    click.echo(f"Putting digits on {sheets} sheets of paper and reading them …")
    judge = fit_and_describe(recognizer, source, sheets, seed)
    judge.save(out)
    facts = judge.card
    click.echo(
        f"{out}: of {facts['held_out']:,} glyphs on other sheets it takes "
        f"{100 * facts['mistakes']:.1f} % for what they are not, "
        f"the digit network alone {100 * facts['mistakes_without']:.1f} %"
    )
