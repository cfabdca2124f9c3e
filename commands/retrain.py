"""Learning from what was collected, and choosing the weights that are used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from commands.settings import settings_of_run

if TYPE_CHECKING:
    from model.database import Database
    from model.retraining.learning import Lap


@click.command()
@click.option("--version", "number", type=int, help="Learn from this version, not one frozen now.")
def retrain(number: int | None) -> None:
    """Retrain the weights in use with the collected samples; the result is a candidate."""
    from model.retraining.rows import find_retraining
    from model.retraining.run import carry_out
    from model.retraining.start import enter_retraining
    from model.tables import RunState

    settings, database = settings_of_run(), newest_database()
    run = enter_retraining(database, number)
    state = carry_out(settings, run, show_lap)
    with database.read() as session:
        ended = find_retraining(session, run)
        if state is not RunState.DONE:
            raise click.ClickException(f"The retraining {state.value}: {ended.step}")
        weights = ended.weights_id
    click.echo(in_words(database, weights))


def newest_database() -> Database:
    """Return the database of the settings; raises `OldDatabase`."""
    from model.database import Database

    database = Database(settings_of_run().database_url)
    database.require_newest()
    return database


def show_lap(lap: Lap, right: float) -> None:
    """Show how an epoch went."""
    shown = "" if math.isnan(right) else f"  validation {100 * right:.2f} %"
    click.echo(f"epoch {lap.number}  loss {lap.loss:.4f}{shown}  {lap.seconds:.1f} s")


def in_words(database: Database, weights_id: int | None) -> str:
    """Return how new weights compare with those they come from."""
    import json

    from model.tables import WeightsFile

    with database.read() as session:
        weights = session.get_one(WeightsFile, weights_id)
        against = json.loads(weights.scores)["against"]
    lines = [f"Weights {weights.fingerprint}, against {against['weights']}:"]
    for name, title in (("test", "collected test samples"), ("mnist", "MNIST test images")):
        found = against[name]
        lines.append(
            f"  {title}: {found['before']} -> {found['after']} of {found['n']} right, "
            f"p = {found['p']:.3g}"
        )
    return "\n".join([*lines, f"`digitbot promote {weights.fingerprint[:8]}` puts them into use."])


@click.command()
@click.argument("fingerprint")
def promote(fingerprint: str) -> None:
    """Put weights into use, by the begin of their fingerprint; running bots follow at once."""
    from model import promotions

    with newest_database().write() as session:
        weights = promotions.find_weights(session, fingerprint)
        changed = promotions.promote(session, weights)
        fingerprint = weights.fingerprint
    click.echo(f"The weights {fingerprint} are {'now' if changed else 'already'} in use.")


@click.command()
def rollback() -> None:
    """Undo the last promotion: the weights used before are in use again."""
    from model import promotions

    with newest_database().write() as session:
        if not promotions.roll_back(session):
            raise click.ClickException("No promotion stands: the setting's weights are in use.")
        now = promotions.promoted(session)
    click.echo(f"The weights {now or 'of the setting'} are in use again.")
