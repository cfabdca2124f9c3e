"""The wheel, turned once: small first weights, a retraining from them, and the weights in use.

The first weights know too little: what a retraining learns from the people here is to be seen in
its comparison. It is a real one, and takes seconds because they are small.
"""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from model.database import Database
from model.dataset import concatenate
from model.demo.senders import first_day
from model.network import Network
from model.presets import Recipe
from model.promotions import keep_weights, promote, standing_promotion, write_network
from model.replay import CLASSES, load_replay
from model.retraining.material import REPLAY
from model.retraining.measuring import measure
from model.retraining.run import carry_out
from model.retraining.start import enter_retraining
from model.settings import Settings
from model.training import create_network, train

FIRST = Recipe("first", layers=(48,), epochs=4, rate=0.1, momentum=0.9, cosine=True, batch=64)


def turn_wheel(database: Database, weights: bytes) -> None:
    """Promote first weights, retrain from them, then promote the given ones, and judge all."""
    settings = Settings(database_url=database.url)
    with database.write() as session:
        promote(session, keep_weights(session, write_network(first_network())))
        promotion = standing_promotion(session)
        if promotion is not None:
            promotion.promoted_at = first_day()
    carry_out(settings, enter_retraining(database))
    with database.write() as session:
        promote(session, keep_weights(session, weights))
    measure(database, settings)


def first_network() -> Network:
    """Return a network that has learned half a second from the replay set alone."""
    replay = load_replay(REPLAY)
    parts = [replace(part, splits=None) for part in (replay.digits, replay.lessons)]
    data = concatenate(parts)
    nothing = data.take(np.arange(0))
    *_, last = train(create_network(FIRST, CLASSES), data, nothing, FIRST, threads=1)
    card = {"made": f"{first_day():%Y-%m-%dT%H:%M}", "recipe": asdict(FIRST)}
    return replace(last.network.rounded(), card=card)
