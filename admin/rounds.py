"""The review's order, kept good while the admin page is served: a thread runs round after round."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from model.database import Database
from model.ranking import rank

PAUSE = 20.0
"""Seconds between two rounds."""

JUDGED_EVERY = 600.0
"""Seconds between two judgements of labels, for which networks are fitted."""

logger = logging.getLogger(__name__)


class Rounds(threading.Thread):
    """Runs until `stop()`; a round that fails is told in the log and tried again."""

    def __init__(self, database: Database, pause: float = PAUSE) -> None:
        super().__init__(name="rounds")
        self.database = database
        self.pause = pause
        self._stopping = threading.Event()

    def run(self) -> None:
        """Run a round, rest, and so on."""
        judged_at = -JUDGED_EVERY
        while not self._stopping.is_set():
            judging = time.monotonic() - judged_at >= JUDGED_EVERY
            try:
                rank(self.database, judging, self._stopping.is_set)
                judged_at = time.monotonic() if judging else judged_at
            except SQLAlchemyError:
                logger.exception("A round of ranking failed; the next one tries again.")
            self._stopping.wait(self.pause)

    def stop(self) -> None:
        """Have it end at the next step's end; `join()` waits for that."""
        self._stopping.set()
