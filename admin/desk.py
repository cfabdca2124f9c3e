"""What every page of the desk works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from admin.downloads import Downloads
from model.database import Database
from model.promotions import InUse
from model.recognizer import Recognizer
from model.settings import Settings

EXTENSION = "digitbot"


@dataclass(frozen=True)
class Desk:
    """The parts that `create_app` was given."""

    settings: Settings
    database: Database
    in_use: InUse[Recognizer]
    downloads: Downloads = field(default_factory=Downloads)

    @property
    def recognizer(self) -> Recognizer:
        """The reader in use at this moment."""
        return self.in_use.current()


def desk() -> Desk:
    """Return the parts of the application that answers this request."""
    return cast("Desk", current_app.extensions[EXTENSION])
