"""Finding what is wrong with an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.settings import ASK_BOTFATHER, settings_of_run

if TYPE_CHECKING:
    from model.checkup import Finding
    from model.settings import Settings


@click.command()
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
