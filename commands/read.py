"""Reading photos on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.settings import settings_of_run

if TYPE_CHECKING:
    from model.reading import Reading


@click.command()
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
    line = {"file": str(file), "text": reading.text, "digits": digits}
    return json.dumps(line | way_of(reading) if digits else line)


def way_of(reading: Reading) -> dict[str, float | None]:
    """Return how the photo was turned, in degrees against the clock, and how sure that is."""
    sure = None if reading.way_up is None else round(reading.way_up, 4)
    return {"turned": 90 * reading.turned, "way_up": sure}


def in_words(reading: Reading) -> str:
    """Return a reading for people."""
    if not reading.digits:
        return "no digit found"
    least = min(digit.confidence for digit in reading.digits)
    turn = f", {reading.turn}" if reading.turned else ""
    return f"{reading.text} ({100 * least:.0f} % sure){turn}"
