"""What `digitbot doctor` looks at: settings, database, weights; each finding with its mending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from model.database import Database, OldDatabase
from model.network import Network, WrongWeights
from model.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    fine: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that can be looked at without a network."""
    yield from examine_settings(settings)
    yield examine_database(settings)
    yield examine_weights(settings)


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """Say what the settings lack, if anything."""
    if settings.admin_password is None:
        yield Finding(True, "ADMIN_PASSWORD is not set: each run makes one and shows it.")
    elif len(settings.admin_password) < 8:
        yield Finding(False, "ADMIN_PASSWORD is short: take 8 characters or more.")
    local = settings.admin_host in ("127.0.0.1", "::1", "localhost")
    if not local and settings.secret_key is None:
        yield Finding(False, "SECRET_KEY is not set: each restart logs everybody out; set one.")
    if settings.api_key is None:
        yield Finding(True, "API_KEY is not set: POST /api/predict is off.")


def examine_database(settings: Settings) -> Finding:
    """Say whether the database can be reached and has the newest schema."""
    shown = make_url(settings.database_url).render_as_string(hide_password=True)
    database = Database(settings.database_url)
    try:
        database.require_newest()
    except OldDatabase as error:
        return Finding(False, str(error))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding(False, f"The database {shown} can't be opened ({reason}): see DATABASE_URL.")
    finally:
        database.close()
    return Finding(True, f"The database {shown} is at its newest revision.")


def examine_weights(settings: Settings) -> Finding:
    """Say whether the weights can be loaded, and how good their card says they are."""
    try:
        network = Network.load(settings.weights)
    except WrongWeights as error:
        return Finding(False, f"{error} WEIGHTS should name a file that `digitbot train` wrote.")
    scores = ", ".join(
        f"{name} {100 * score:.2f} %" for name, score in network.card.get("scores", {}).items()
    )
    sizes = "-".join(map(str, network.sizes))
    return Finding(True, f"The weights {settings.weights} load: {sizes}, {scores or 'no scores'}.")
