"""What is worked out beside the web while it is served: a thread runs round after round.

Weights that nobody has judged are, and the review's order is kept good.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from model.database import Database
from model.dataset import WrongDataset
from model.ranking import rank
from model.retraining.measuring import measure
from model.settings import Settings

PAUSE = 20.0
"""Seconds between two rounds."""

JUDGED_EVERY = 600.0
"""Seconds between two judgements of labels, for which networks are fitted."""

logger = logging.getLogger(__name__)


class Rounds(threading.Thread):
    """Runs until `stop()`; what fails in a round is told in the log and tried again."""

    def __init__(self, database: Database, settings: Settings, pause: float = PAUSE) -> None:
        super().__init__(name="rounds")
        self.database = database
        self.settings = settings
        self.pause = pause
        self._stopping = threading.Event()

    def run(self) -> None:
        """Run a round, rest, and so on."""
        stopped, judged_at = self._stopping.is_set, -JUDGED_EVERY
        while not stopped():
            judging = time.monotonic() - judged_at >= JUDGED_EVERY
            succeeds("judging weights", partial(measure, self.database, self.settings, stopped))
            if succeeds("ranking", partial(rank, self.database, judging, stopped)):
                judged_at = time.monotonic() if judging else judged_at
            self._stopping.wait(self.pause)

    def stop(self) -> None:
        """Have it end at the next step's end; `join()` waits for that."""
        self._stopping.set()


def succeeds(what: str, step: Callable[[], object]) -> bool:
    """Take a step and return whether it went well; else the log says why not."""
    try:
        step()
    except SQLAlchemyError:
        logger.exception("A round of %s failed; the next one tries again.", what)
        return False
    except WrongDataset as error:
        logger.warning("A round of %s failed; the next one tries again. %s", what, error)
        return False
    return True
