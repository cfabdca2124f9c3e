"""A full desk to look at, without a bot and without people."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace

import click

from commands.serve import serve
from commands.settings import settings_of_run


@click.command()
@click.option("--samples", type=click.IntRange(min=1), default=200, show_default=True)
def demo(samples: int) -> None:
    """Fill a database of its own with invented people and drawn digits, and serve it.

    It is gone when this ends; nothing else is touched.
    """
    from model.database import Database
    from model.demo import fill
    from model.recognizer import Recognizer

    with tempfile.TemporaryDirectory(prefix="digitbot-demo-") as folder:
        settings = replace(
            settings_of_run(),
            database_url=f"sqlite:///{folder}/demo.sqlite",
            telegram_bot_token=None,
        )
        database = Database(settings.database_url)
        database.upgrade()
        recognizer = Recognizer.load(settings.weights)
        label = "drawing, reading, learning"
        with click.progressbar(length=samples, label=label, file=sys.stderr) as bar:
            fill(database, recognizer, settings.weights.read_bytes(), samples, bar.update)
        database.close()
        serve(settings, with_admin=True, with_bot=False)
