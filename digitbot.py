"""The command line: reads the settings once and puts the parts together."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

# One answer is a few tiny products, which a second BLAS thread only delays; training sets its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from model.checkup import Finding
    from model.recognizer import Reading
    from model.settings import Settings
    from model.training import Epoch

# The parts are imported where a command needs them: `digitbot read` loads no web framework.


class Program(click.Group):
    """Shows the product's own errors as one line instead of a traceback."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; every other exception is a defect and stays a traceback."""
        from model.database import OldDatabase
        from model.dataset import NoDownload, WrongDataset
        from model.evaluation import UnusableManifest
        from model.network import WrongWeights
        from model.runs import WrongCheckpoint
        from model.settings import WrongSetting
        from model.training import Diverged

        try:
            return super().invoke(context)
        except (
            Diverged,
            NoDownload,
            OldDatabase,
            UnusableManifest,
            WrongCheckpoint,
            WrongDataset,
            WrongSetting,
            WrongWeights,
        ) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Program)
@click.version_option(package_name="digitbot")
def main() -> None:
    """A Telegram bot that reads handwritten digits and learns from corrections."""


def settings_of_run() -> Settings:
    """Return the settings; see the table in the README."""
    from model.settings import read_settings

    return read_settings()


@main.command()
def run() -> None:
    """Upgrade the database, then serve the admin page and the bot until SIGINT or SIGTERM."""
    from model.database import Database

    settings = settings_of_run()
    Database(settings.database_url).upgrade()
    serve(settings, with_admin=True, with_bot=settings.telegram_bot_token is not None)


@main.command("bot")
def only_bot() -> None:
    """Serve the bot alone."""
    from model.settings import WrongSetting

    settings = settings_of_run()
    if settings.telegram_bot_token is None:
        raise WrongSetting(f"TELEGRAM_BOT_TOKEN is missing: {ASK_BOTFATHER}")
    serve(settings, with_admin=False, with_bot=True)


@main.command("admin")
def only_admin() -> None:
    """Serve the admin page alone."""
    serve(settings_of_run(), with_admin=True, with_bot=False)


ASK_BOTFATHER = (
    "in Telegram, send /newbot to @BotFather and put the token it gives you into .env as "
    "TELEGRAM_BOT_TOKEN=…"
)


def serve(settings: Settings, with_admin: bool, with_bot: bool) -> None:
    """Run the admin page in a thread and the bot in this one, until a signal comes."""
    from model.database import Database
    from model.recognizer import Recognizer

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    database = Database(settings.database_url)
    database.require_newest()
    recognizer = Recognizer.load(settings.weights)
    with contextlib.ExitStack() as running:
        running.callback(database.close)
        if with_admin:
            from admin.serving import serving

            running.enter_context(serving(settings, database, recognizer, click.echo))
        if with_bot:
            from bot.application import run_bot

            run_bot(settings, database, recognizer)
        else:
            if settings.telegram_bot_token is None:
                click.echo(f"The bot is off: {ASK_BOTFATHER}")
            asyncio.run(until_signal())


async def until_signal() -> None:
    """Wait for SIGINT or SIGTERM; more of them while things are put away do nothing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


@main.command()
def upgrade() -> None:
    """Bring the database to its newest revision; makes it when there is none."""
    from model.database import Database

    database = Database(settings_of_run().database_url)
    before = database.revision()
    database.upgrade()
    click.echo(f"The database is at revision {database.revision()} (was {before or 'empty'}).")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--explain", type=click.Path(path_type=Path), help="PNG to draw the only photo's way into."
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def read(
    context: click.Context, as_json: bool, explain: Path | None, files: tuple[Path, ...]
) -> None:
    """Read the digits in photos."""
    if explain and len(files) > 1:
        raise click.UsageError("--explain draws the way of one photo: give one file.")
    from model.explain import draw_way
    from model.recognizer import Recognizer
    from model.vision import UnreadablePhoto

    recognizer = Recognizer.load(settings_of_run().weights)
    failed = False
    for file in files:
        try:
            data = file.read_bytes()
            reading = recognizer.read(data)
        except (UnreadablePhoto, OSError) as error:
            failed = True
            reason = error.strerror if isinstance(error, OSError) else str(error)
            answer = {"file": str(file), "error": reason or str(error)}
            click.echo(
                json.dumps(answer) if as_json else f"{file}: {answer['error']}", err=not as_json
            )
        else:
            click.echo(as_line(file, reading) if as_json else f"{file}: {in_words(reading)}")
            if explain:
                draw_way(data, recognizer).save(explain, "PNG")
    context.exit(1 if failed else 0)


def as_line(file: Path, reading: Reading) -> str:
    """Return a reading as one line of JSON."""
    digits = [
        {"digit": digit.digit, "confidence": round(digit.confidence, 4), "box": digit.box}
        for digit in reading.digits
    ]
    return json.dumps({"file": str(file), "text": reading.text, "digits": digits})


def in_words(reading: Reading) -> str:
    """Return a reading for people."""
    if not reading.digits:
        return "no digit found"
    least = min(digit.confidence for digit in reading.digits)
    return f"{reading.text} ({100 * least:.0f} % sure)"


@main.command()
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
@click.option("--samples", type=click.Path(path_type=Path), help="An exported NPZ to add.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
def train(
    preset: str,
    epochs: int | None,
    seed: int | None,
    out: Path,
    mnist: Path | None,
    samples: Path | None,
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
    data = gather(recipe, mnist, samples, click.echo)
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.closing(run_training(recipe, data, out, resume)) as run_epochs:
            for epoch in run_epochs:
                show_epoch(epoch, recipe.epochs)
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


def scores_of(weights: Path) -> dict[str, float]:
    """Return the scores on a weights file's card."""
    from model.network import Network

    return dict(Network.load(weights).card.get("scores", {}))


def in_percent(scores: dict[str, float]) -> str:
    """Return scores for people."""
    return ", ".join(f"{name} {100 * score:.2f} %" for name, score in scores.items())


@main.command()
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


@main.command()
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


@main.command()
def doctor() -> None:
    """Check settings, database, weights and token, and say how to mend what is wrong."""
    from model.checkup import examine

    settings = settings_of_run()
    wrong = False
    for finding in [*examine(settings), examine_token(settings)]:
        wrong |= not finding.fine
        click.echo(f"{'ok   ' if finding.fine else 'WRONG'} {finding.text}")
    if wrong:
        raise SystemExit(1)


def examine_token(settings: Settings) -> Finding:
    """Ask Telegram whose token it is."""
    from model.checkup import Finding

    if settings.telegram_bot_token is None:
        return Finding(True, f"The bot is off: {ASK_BOTFATHER}")
    from bot.identity import UncheckedToken, ask_name

    try:
        return Finding(True, f"The token is that of @{ask_name(settings)}.")
    except UncheckedToken as error:
        return Finding(False, str(error))


if __name__ == "__main__":
    main()
