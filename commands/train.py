"""Training a network."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from model.presets import Recipe
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
@click.option("--held-out", type=click.IntRange(min=0), help="Images of MNIST for validation.")
@click.option("--threads", type=click.IntRange(min=1), help="Instead of one for each core.")
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
    held_out: int | None,
    threads: int | None,
    resume: bool,
) -> None:
    """Train a network from MNIST, downloaded once where --mnist is not given."""
    from model.curriculum import gather
    from model.runs import run

    recipe = recipe_of(preset, epochs=epochs, seed=seed, held_out=held_out)
    if writers and not recipe.lessons:
        raise click.BadParameter(f"{preset} makes no lessons", param_hint="--writers")
    with explained(out):
        prepare(out, plot, resume)
    data = gather(recipe, mnist, writers, samples, click.echo)
    with explained(out), contextlib.closing(run(recipe, data, out, resume, threads)) as run_epochs:
        for epoch in run_epochs:
            show_epoch(epoch, recipe.epochs)
            if plot:
                draw_plot(out, plot)
    end_line()
    click.echo(f"{out}: {in_percent(scores_of(out))}")


def recipe_of(preset: str, **changes: int | None) -> Recipe:
    """Return the recipe of this name, with what was asked for instead of its own."""
    from model.presets import PRESETS

    if preset not in PRESETS:
        raise click.BadParameter(f"there are {', '.join(PRESETS)}", param_hint="--preset")
    asked: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    return replace(PRESETS[preset], **asked)


def prepare(out: Path, plot: Path | None, resume: bool) -> None:
    """Make sure before the long work that its results can be written, and that a run can go on."""
    from model.checkpoint import WrongCheckpoint, checkpoint_of

    for path in (out, plot or out):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    if resume and not checkpoint_of(out).exists():
        raise WrongCheckpoint.none_at(checkpoint_of(out))


@contextlib.contextmanager
def explained(out: Path) -> Iterator[None]:
    """Say in a sentence what stops a run that writes to `out`, and what is left of it."""
    from model.checkpoint import checkpoint_of

    try:
        yield
    except KeyboardInterrupt:
        end_line()
        left = f"the best so far is in {out}, --resume goes on"
        if not checkpoint_of(out).exists():
            left = "no epoch was finished, nothing is kept"
        raise click.ClickException(f"stopped; {left}") from None
    except OSError as error:
        end_line()
        left = "; --resume goes on from the last finished epoch"
        raise click.ClickException(
            f"{error.filename or out} can't be written: {error.strerror or error}"
            f"{left if checkpoint_of(out).exists() else ''}"
        ) from error


def end_line() -> None:
    """Leave the line that is written over."""
    if sys.stdout.isatty():
        click.echo()


def show_epoch(epoch: Epoch, epochs: int) -> None:
    """Show how training stands, on one line that is written over."""
    left = round(epoch.seconds / epoch.number * (epochs - epoch.number))
    line = (
        f"epoch {epoch.number}/{epochs}  loss {epoch.loss:.4f}  "
        f"accuracy {100 * epoch.accuracy:.2f} %  {epoch.samples_a_second:,.0f} samples/s  "
        f"{left // 60}:{left % 60:02d} left"
    )
    if sys.stdout.isatty():
        click.echo(f"\r{line}\x1b[K", nl=False)
    else:
        click.echo(line)


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
