"""Serving: the admin page, the bot, or both; and the database they stand on."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import click

from commands.logs import set_up_logs
from commands.settings import ASK_BOTFATHER, settings_of_run
from commands.signals import stopped_by_signals

if TYPE_CHECKING:
    from model.settings import Settings


@click.command()
def run() -> None:
    """Upgrade the database, then serve the admin page and the bot until SIGINT or SIGTERM."""
    from model.database import Database

    settings = settings_of_run()
    Database(settings.database_url).upgrade()
    serve(settings, with_admin=True, with_bot=settings.telegram_bot_token is not None)


@click.command("bot")
def only_bot() -> None:
    """Serve the bot alone."""
    from model.settings import WrongSetting

    settings = settings_of_run()
    if settings.telegram_bot_token is None:
        raise WrongSetting(f"TELEGRAM_BOT_TOKEN is missing: {ASK_BOTFATHER}")
    serve(settings, with_admin=False, with_bot=True)


@click.command("admin")
def only_admin() -> None:
    """Serve the admin page alone."""
    serve(settings_of_run(), with_admin=True, with_bot=False)


def serve(settings: Settings, with_admin: bool, with_bot: bool) -> None:
    """Run the admin page in a thread and the bot in this one, until a signal comes."""
    set_up_logs(settings.log_format)
    asyncio.run(serve_until_signal(settings, with_admin, with_bot))


async def serve_until_signal(settings: Settings, with_admin: bool, with_bot: bool) -> None:
    """Serve until SIGINT or SIGTERM, which are heard from before the first part has started.

    Ends within 10 seconds of the signal, whatever hangs.
    """
    from model.database import Database
    from model.processes import spare_the_collector
    from model.recognizer import Recognizer

    with stopped_by_signals() as stop, contextlib.ExitStack() as running:
        database = Database(settings.database_url)
        running.callback(database.close)
        database.require_newest()
        recognizer = Recognizer.load(settings.weights)
        if with_admin:
            from admin.serving import serving

            running.enter_context(serving(settings, database, recognizer, click.echo))
        if with_bot and not with_admin and settings.metrics_token is not None:
            from bot.metrics_page import metrics_server

            running.enter_context(metrics_server(settings, database))
        if with_bot:
            from bot.application import serve as serve_bot
            from bot.reading import InOwnProcess
            from model.promotions import InUse

            readers = running.enter_context(InOwnProcess(InUse(database, recognizer)))
            spare_the_collector()
            await serve_bot(settings, database, readers, stop)
        else:
            if settings.telegram_bot_token is None:
                click.echo(f"The bot is off: {ASK_BOTFATHER}")
            spare_the_collector()
            await stop.wait()


@click.command()
def upgrade() -> None:
    """Bring the database to its newest revision; makes it when there is none."""
    from model.database import Database

    database = Database(settings_of_run().database_url)
    before = database.revision()
    database.upgrade()
    click.echo(f"The database is at revision {database.revision()} (was {before or 'empty'}).")
