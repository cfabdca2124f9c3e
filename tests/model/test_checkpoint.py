"""Where a run stands, written and read again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.checkpoint import Checkpoint, WrongCheckpoint
from model.presets import Recipe
from model.runs import RunData, before_training
from model.training import Epoch
from tests.model.test_runs import drawn

RECIPE = Recipe("small", layers=(4,), epochs=3, rate=0.1, held_out=60)


@pytest.fixture
def fresh() -> Checkpoint:
    return before_training(RECIPE, RunData.hold_out(RECIPE, drawn()))


def epoch(fresh: Checkpoint, number: int, accuracy: float) -> Epoch:
    network = replace(fresh.network, biases=tuple(b + number for b in fresh.network.biases))
    velocity = [np.full_like(part, number) for part in (*network.weights, *network.biases)]
    return Epoch(number, 0.5, accuracy, network, velocity, 100.0, 2.0 * number, 3.0 * number)


def test_it_comes_back_as_it_was(fresh: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "w.checkpoint.npz"
    at = fresh.advanced(epoch(fresh, 1, 0.9)).advanced(epoch(fresh, 2, 0.8))
    at.save(path)
    again = Checkpoint.load(path, fresh)
    assert (again.epoch, again.best_epoch, again.best_accuracy) == (2, 1, 0.9)
    assert (again.seconds, again.core_seconds) == (4.0, 6.0)
    for one, other in ((at.network, again.network), (at.best, again.best)):
        for a, b in zip(one.weights + one.biases, other.weights + other.biases, strict=True):
            assert (a == b).all()
    assert all((part == 2).all() for part in again.velocity)


def test_the_best_epoch_is_kept_and_the_later_of_equals(fresh: Checkpoint) -> None:
    at = fresh
    for number, accuracy in enumerate([0.7, 0.9, 0.9, 0.8], 1):
        at = at.advanced(epoch(fresh, number, accuracy))
    assert (at.epoch, at.best_epoch, at.best_accuracy) == (4, 3, 0.9)
    at = at.advanced(epoch(fresh, 5, float("nan")))  # no validation images
    assert at.best_epoch == 5


def test_one_that_lacks_a_fact_is_refused(fresh: Checkpoint, tmp_path: Path) -> None:
    """As one of an earlier version may."""
    path = tmp_path / "w.checkpoint.npz"
    fresh.save(path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["facts"] = np.array(str(arrays["facts"]).replace('"best_epoch"', '"other"'))
    np.savez(path, **arrays)
    with pytest.raises(WrongCheckpoint, match="damaged: start again"):
        Checkpoint.load(path, fresh)
