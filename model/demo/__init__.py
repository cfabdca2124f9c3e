"""A desk full of invented things: drawn digits, and all that happens to them.

senders  photos, as the bot takes them in
school   digits that were collected elsewhere, imported
mishaps  what failed, who is shut out, what an operator put aside
wheel    first weights, what a retraining made of them, and the weights in use
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from model.database import Database
from model.demo.mishaps import add_mishaps
from model.demo.school import import_school
from model.demo.senders import send_photos
from model.demo.wheel import turn_wheel
from model.ranking import rank
from model.recognizer import Recognizer

__all__ = ["fill"]

STEPS = 600
"""Of the training of those who judge labels: fewer than usual, for a start within seconds."""


def fill(
    database: Database,
    recognizer: Recognizer,
    weights: bytes,
    samples: int,
    tell: Callable[[int], None] = lambda _: None,
    seed: int = 0,
) -> None:
    """Fill an empty database so that no page is empty; photos hold at least so many samples.

    `tell` hears how many more of these there are each time. `weights` are the bytes of the
    recognizer's file: they are shown as those in use.
    """
    rng = np.random.default_rng(seed)
    import_school(database, recognizer, rng)
    send_photos(database, recognizer, samples, tell, rng)
    with database.write() as session:
        add_mishaps(session)
    rank(database, steps=STEPS)
    turn_wheel(database, weights)
