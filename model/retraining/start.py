"""Starting a retraining: a row in the database, and a process that outlives the page."""

from __future__ import annotations

from model.database import Database
from model.processes import start_process
from model.retraining import rows
from model.retraining.learning import RECIPE
from model.settings import Settings
from model.tables import Which
from model.versions import find_version, freeze_version


def start_retraining(database: Database, settings: Settings, version: int | None = None) -> int:
    """Start a retraining from a version, by default from one frozen now; return its number.

    Raises `AlreadyRetraining` and `UnknownVersion`.
    """
    number = enter_retraining(database, version)
    start_process(["model.retraining", str(number)], environment(settings, database.url))
    return number


def enter_retraining(database: Database, version: int | None = None) -> int:
    """Enter a retraining of a version, by default of one frozen now; return its number."""
    with database.write() as session:
        frozen = (
            freeze_version(session, Which.LABELLED)
            if version is None
            else find_version(session, version)
        )
        return rows.begin(session, frozen.id, RECIPE.epochs).id


def environment(settings: Settings, url: str) -> dict[str, str]:
    """Return what the process needs to know."""
    return {
        "DATABASE_URL": url,
        "WEIGHTS": str(settings.weights),
        "AUTO_PROMOTE": "on" if settings.auto_promote else "",
        "MNIST": str(settings.mnist or ""),
        "OPENBLAS_NUM_THREADS": "1",
    }
