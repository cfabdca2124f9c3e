"""Training a network."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from model.training import Epoch


@click.command()
@click.option("--preset", default="standard", show_default=True, help="A recipe's name.")
@click.option("--epochs", type=click.IntRange(min=1), help="Instead of the preset's number.")
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the preset's.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("weights/trained.npz"),
    show_default=True,
    help="The weights file to write; a log and checkpoints stand beside it.",
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's IDX files.")
@click.option(
    "--writers",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with UCI's semeion.data and optdigits-orig.tra, for the lessons.",
)
@click.option("--samples", type=click.Path(path_type=Path), help="An exported NPZ to add.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A PNG of loss and errors, drawn anew after every epoch.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
def train(
    preset: str,
    epochs: int | None,
    seed: int | None,
    out: Path,
    mnist: Path | None,
    writers: Path | None,
    samples: Path | None,
    plot: Path | None,
    resume: bool,
) -> None:
    """Train a network from MNIST, downloaded once where --mnist is not given."""
    from model.curriculum import gather
    from model.presets import PRESETS
    from model.runs import run as run_training

    if preset not in PRESETS:
        raise click.BadParameter(f"there are {', '.join(PRESETS)}", param_hint="--preset")
    recipe = PRESETS[preset]
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    recipe = replace(recipe, seed=recipe.seed if seed is None else seed)
    data = gather(recipe, mnist, writers, samples, click.echo)
    for path in (out, plot or out):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.closing(run_training(recipe, data, out, resume)) as run_epochs:
            for epoch in run_epochs:
                show_epoch(epoch, recipe.epochs)
                if plot:
                    draw_plot(out, plot)
    except KeyboardInterrupt:
        raise click.ClickException(
            f"stopped; the best so far is in {out}, --resume goes on"
        ) from None
    click.echo(f"\n{out}: {in_percent(scores_of(out))}")


def show_epoch(epoch: Epoch, epochs: int) -> None:
    """Show how training stands, on one line that is written over."""
    left = round(epoch.seconds / epoch.number * (epochs - epoch.number))
    line = (
        f"epoch {epoch.number}/{epochs}  loss {epoch.loss:.4f}  "
        f"accuracy {100 * epoch.accuracy:.2f} %  {epoch.samples_a_second:,.0f} samples/s  "
        f"{left // 60}:{left % 60:02d} left"
    )
    click.echo(f"\r{line:<100}" if sys.stdout.isatty() else line, nl=not sys.stdout.isatty())


def draw_plot(out: Path, plot: Path) -> None:
    """Draw the curves of the run that writes to `out`, as far as its log goes."""
    from model.plots import draw_run
    from model.runs import log_of, read_log

    draw_run(out.stem, read_log(log_of(out))).save(plot, "PNG")


def scores_of(weights: Path) -> dict[str, float]:
    """Return the scores on a weights file's card."""
    from model.network import Network

    return dict(Network.load(weights).card.get("scores", {}))


def in_percent(scores: dict[str, float]) -> str:
    """Return scores for people."""
    return ", ".join(f"{name} {100 * score:.2f} %" for name, score in scores.items())
