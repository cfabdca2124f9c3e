"""The weights that come with the product are what their card says."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from model.network import Network
from model.presets import PRESETS
from model.runs import fingerprint, read_log
from model.settings import PROJECT

WEIGHTS = PROJECT / "weights" / "digits.npz"
LARGEST = 16_000_000


@pytest.fixture(scope="module")
def shipped() -> Network:
    return Network.load(WEIGHTS)


def test_the_file_is_small_and_its_parameters_are_those_of_the_card(shipped: Network) -> None:
    assert WEIGHTS.stat().st_size <= LARGEST
    assert shipped.card["fingerprint"] == fingerprint(shipped)
    assert all(np.isfinite(part).all() for part in shipped.weights + shipped.biases)


def test_they_come_from_a_whole_run_of_the_standard_recipe(shipped: Network) -> None:
    assert shipped.card["recipe"] == json.loads(json.dumps(asdict(PRESETS["standard"])))
    assert shipped.card["finished"] is True
    assert {part["source"] for part in shipped.card["data"]} >= {"train-images-idx3-ubyte.gz"}


def test_the_log_beside_them_is_of_that_run(shipped: Network) -> None:
    log = read_log(WEIGHTS.with_suffix(".log.jsonl"))
    assert [line["epoch"] for line in log] == list(range(1, shipped.card["epochs"] + 1))
    assert shipped.card["seconds"] == pytest.approx(log[-1]["seconds"], abs=1)


def test_the_scores_of_the_card_are_above_what_the_product_promises(shipped: Network) -> None:
    assert shipped.card["scores"]["test"] >= 0.9945
