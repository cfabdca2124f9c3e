from dataclasses import replace

import numpy as np
import pytest

from model.dataset import Dataset
from model.network import Network
from model.replay import Replay, load_replay, make_replay, nearest_to_another
from model.retraining.learning import RECIPE, bank_of, between, filling, learn
from model.retraining.material import REPLAY
from model.training import accuracy


@pytest.fixture(scope="module")
def replay() -> Replay:
    return load_replay(REPLAY)


def new_forms(count: int = 40) -> Dataset:
    """Return images of a square, which somebody calls a 4."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 6:22, 6:22] = 255
    images[:, 9:19, 9:19] = 0
    return Dataset(images, np.full(count, 4, np.uint8), None, 11)


@pytest.mark.parametrize("outputs", [10, 11])
def test_new_forms_are_learned_beside_the_old_ones(replay: Replay, outputs: int):
    rng = np.random.default_rng(1)
    network = Network.create((784, 32, outputs), rng=rng)
    *_, last = learn(network, new_forms(), replay, replace(RECIPE, epochs=2))
    assert accuracy(network, new_forms()) == 0
    assert accuracy(last.network, new_forms()) == 1
    assert accuracy(network, replay.test) < 0.3
    assert accuracy(last.network, replay.test) > 0.8  # it was shown what they are
    assert last.number == 2


def test_only_the_collected_labels_are_smoothed(replay: Replay):
    network = Network.create((784, 16, 11), rng=np.random.default_rng(1))
    bank = bank_of(network, new_forms(), replay, RECIPE)
    plan = bank.plan(np.random.default_rng(0))
    images = np.empty((len(plan) * bank.group, 784), np.float32)
    fill = filling(bank, plan, len(images), 11, 40, 0.11)
    wanted = fill(0, slice(0, len(images)), images)
    chosen = plan.images.ravel()
    assert (wanted.argmax(axis=1) == bank.labels[chosen]).all()
    assert wanted[chosen < 40].max(axis=1) == pytest.approx(0.89)
    assert (wanted[chosen >= 40].max(axis=1) == 1).all()


def test_the_same_run_gives_the_same_network(replay: Replay):
    network = Network.create((784, 16, 11), rng=np.random.default_rng(1))
    ends = [
        list(learn(network, new_forms(), replay, replace(RECIPE, epochs=1), threads=2))[-1]
        for _ in range(2)
    ]
    assert (ends[0].network.weights[0] == ends[1].network.weights[0]).all()


def test_old_digits_that_are_nearest_to_another_are_shown_too_and_bent_less(replay: Replay):
    network = Network.create((784, 16, 11), rng=np.random.default_rng(1))
    _, hard, any_of, _ = bank_of(network, new_forms(), replay, RECIPE).sources
    nearest = nearest_to_another(network, replay.digits)[: len(hard[0])]
    assert np.array_equal(hard[0].images, replay.digits.images[nearest])
    assert hard[1].bend < any_of[1].bend == RECIPE.distortion.bend


def test_between_goes_from_one_end_to_the_other():
    ends = [Network.create((784, 4, 11), rng=np.random.default_rng(n)) for n in (1, 2)]
    assert (between(*ends, part=0).weights[0] == ends[0].weights[0]).all()
    middle = (ends[0].weights[0] + ends[1].weights[0]) / 2
    assert np.allclose(between(*ends, part=0.5).weights[0], middle)


def test_the_shipped_replay_set(replay: Replay):
    """Small enough to be shipped; digits of all kinds, and what is none."""
    assert REPLAY.stat().st_size < 1_500_000
    assert set(replay.digits.labels.tolist()) == set(range(10))
    assert set(replay.lessons.labels.tolist()) == set(range(11))
    assert (replay.test.classes, len(replay.test)) == (10, 1500)


def test_a_replay_set_takes_the_hard_ones_first(replay: Replay):
    network = Network.create((784, 16, 11), rng=np.random.default_rng(1))
    digits = replace(replay.digits, splits=None).take(np.arange(300))
    made = make_replay(network, digits, replay.test, replay.lessons, (100, 20, 10))
    assert [len(made.part(split)) for split in ("train", "validation", "test")] == [100, 20, 10]
    hard = digits.images[nearest_to_another(network, digits)[:50]]
    kept = {image.tobytes() for image in made.part("train").images}
    assert all(image.tobytes() in kept for image in hard)
