from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.network import Network
from model.replay import Replay, load_replay
from model.retraining.keeping import MAY_FORGET, PARTS, hold_back, keep_the_old, unseen_copies
from model.retraining.learning import between
from model.retraining.material import REPLAY
from model.settings import Settings
from model.training import accuracy


@pytest.fixture(scope="module")
def replay() -> Replay:
    return load_replay(REPLAY)


@pytest.fixture(scope="module")
def base() -> Network:
    """The shipped network, which knows MNIST's digits by heart."""
    return Network.load(Path(Settings().weights))


def confused(base: Network) -> Network:
    """Return the network on the way to exchange its answers 4 and 9: worse, whatever it weighs."""
    order = np.arange(base.weights[-1].shape[0])  # (10,) or (11,): a row of weights an answer
    order[[4, 9]] = 9, 4
    exchanged = replace(
        base,
        weights=(*base.weights[:-1], base.weights[-1][order]),
        biases=(*base.biases[:-1], base.biases[-1][order]),
    )
    return between(base, exchanged, 0.3)


def test_all_is_kept_of_what_costs_nothing(base: Network, replay: Replay):
    part, network = keep_the_old(base, base, replay.digits)
    assert part == 1
    assert (network.weights[0] == base.weights[0]).all()


def test_less_is_kept_of_what_makes_forget(base: Network, replay: Replay):
    learned = confused(base)
    part, network = keep_the_old(base, learned, replay.digits)
    copies = unseen_copies(replay.digits)
    least = accuracy(base, copies) - MAY_FORGET
    assert accuracy(learned, copies) < least <= accuracy(network, copies)
    assert part in PARTS[1:]
    assert (network.weights[0] == between(base, learned, part).weights[0]).all()


def test_copies_have_the_labels_of_what_they_are_copies_of(base: Network, replay: Replay):
    copies = unseen_copies(replay.digits)
    assert len(copies) == pytest.approx(2 * len(replay.digits), abs=8)
    assert accuracy(base, copies) > 0.95
    known = {image.tobytes() for image in replay.digits.images}
    assert not any(image.tobytes() in known for image in copies.images)


def test_what_is_watched_is_not_replayed(replay: Replay):
    replayed, watched = hold_back(replay.digits, np.random.default_rng(0))
    assert len(watched) == len(replay.digits) // 4
    assert len(replayed) + len(watched) == len(replay.digits)
