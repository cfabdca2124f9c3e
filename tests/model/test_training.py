import itertools
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from model.augment import Bank, Distortion
from model.dataset import Dataset
from model.descent import PlainDescent, SingleDescent
from model.presets import PRESETS, Recipe
from model.threaded import ThreadedDescent
from model.training import (
    Diverged,
    accuracy,
    choose_descent,
    create_network,
    paces,
    strength,
    train,
)

RECIPE = Recipe(
    "small",
    layers=(24,),
    epochs=4,
    rate=0.1,
    batch=32,
    momentum=0.9,
    cosine=True,
    group=4,
    distortion=Distortion(rotation=5, bend=0.5, thickness=0.3),
    held_out=0,
)


def drawn(count=320, seed=0, classes=10):
    """Ten kinds of images: a bar at one of ten heights, with noise; the eleventh is empty."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % classes).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        if label < 10:
            image[4 + 2 * label : 6 + 2 * label, 4:24] = 220
    return Dataset(images, labels, classes=classes)


def last(recipe=RECIPE, data=None, outputs=10, **more):
    data = data or drawn()
    *_, epoch = train(create_network(recipe, outputs), data, drawn(100, 1), recipe, **more)
    return epoch


def bits(network):
    return b"".join(part.tobytes() for part in network.weights + network.biases)


def test_it_learns_and_tells_how_it_goes():
    epochs = list(train(create_network(RECIPE, 10), drawn(), drawn(100, 1), RECIPE))
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4]
    assert epochs[-1].loss < 0.3 * epochs[0].loss
    assert epochs[-1].accuracy > 0.95
    assert epochs[-1].accuracy == accuracy(epochs[-1].network, drawn(100, 1))
    assert all(epoch.samples_a_second > 0 for epoch in epochs)
    assert epochs[-1].seconds > epochs[0].seconds > 0


def test_the_same_seed_gives_the_same_weights():
    assert bits(last().network) == bits(last().network)
    assert bits(last().network) != bits(last(replace(RECIPE, seed=1)).network)


def test_every_epoch_has_copies_of_its_own(monkeypatch):
    plans, draw = [], Bank.plan

    def remembered(*args):
        plans.append(draw(*args))
        return plans[-1]

    monkeypatch.setattr(Bank, "plan", remembered)
    last()
    assert len(plans) == 4
    for one, other in itertools.pairwise(plans):
        assert (one.images != other.images).any()
        assert (one.warps != other.warps).any()


def test_threads_change_the_rounding_only():
    one, two = last(threads=1).network, last(threads=2).network
    assert one.weights[0] == pytest.approx(two.weights[0], abs=1e-3)


def test_it_goes_on_from_any_epoch_to_the_same_end():
    data, validation = drawn(), drawn(100, 1)
    epochs = list(train(create_network(RECIPE, 10), data, validation, RECIPE))
    for at in epochs[:-1]:
        *_, end = train(
            at.network, data, validation, RECIPE, finished=at.number, velocity=at.velocity
        )
        assert bits(end.network) == bits(epochs[-1].network)


def test_an_epoch_once_yielded_stays_as_it_was():
    training = train(create_network(RECIPE, 10), drawn(), drawn(100, 1), RECIPE)
    first = next(training)
    before, velocity = bits(first.network), first.velocity[0].copy()
    next(training)
    assert bits(first.network) == before
    assert (first.velocity[0] == velocity).all()


def test_other_data_is_learned_in_its_share():
    """What is no digit is only in the other data, and is learned from there."""
    other = drawn(110, seed=3, classes=11)
    epoch = last(outputs=11, others=[(other, 0.5)])
    nothing = other.take(other.labels == 10)
    assert accuracy(epoch.network, nothing) > 0.9
    assert epoch.network.answers(nothing.inputs)[1].mean() > 0.7
    assert epoch.accuracy > 0.95


def test_the_original_s_way_learns():
    recipe = replace(PRESETS["original"], epochs=6, rate=1.0)
    *_, epoch = train(create_network(recipe, 10), drawn(1000), drawn(100, 1), recipe)
    assert epoch.accuracy > 0.9
    assert math.isfinite(epoch.loss)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ThreadedDescent),
        ({"loss": "half_squared"}, PlainDescent),
        ({"output": "sigmoid"}, PlainDescent),
        (
            {
                "batch": 1,
                "hidden": "sigmoid",
                "output": "sigmoid",
                "loss": "half_squared",
                "momentum": 0.0,
            },
            SingleDescent,
        ),
    ],
)
def test_every_recipe_finds_its_descent(changes, kind):
    recipe = replace(RECIPE, epochs=2, **changes)
    network = create_network(recipe, 10)
    assert isinstance(choose_descent(network, recipe, 8, (), 2), kind)
    assert math.isfinite(last(recipe).loss)


@pytest.mark.parametrize("change", [{"loss": "cross_entropy"}, {"momentum": 0.9}, {"decay": 0.1}])
def test_one_by_one_refuses_what_it_would_not_do(change):
    recipe = replace(PRESETS["original"], **change)
    with pytest.raises(ValueError, match="One by one"):
        choose_descent(create_network(recipe, 10), recipe, 8, (), 2)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_nan_stops_with_a_sentence():
    with pytest.raises(Diverged, match=r"diverged.*lower learning rate than 1e\+30"):
        last(replace(RECIPE, rate=1e30))


def test_the_rate_rises_in_a_line_and_falls_in_a_cosine():
    recipe = replace(RECIPE, epochs=10, warm_up=2, rate=0.5, momentum=0.8)
    steps = [pace for number in range(10) for pace in paces(recipe, number, 50)]
    rates = np.array([pace.rate for pace in steps])
    assert rates[:100] == pytest.approx(np.arange(1, 101) / 100 * 0.5)
    assert rates[300] == pytest.approx(0.25, abs=1e-6)
    assert 0 < rates[-1] < 1e-4
    assert (np.diff(rates[100:]) <= 0).all()
    assert {pace.momentum for pace in steps} == {0.8}
    constant = replace(recipe, cosine=False, warm_up=0)
    assert {pace.rate for pace in paces(constant, 7, 5)} == {0.5}


def test_distortion_calms_down_to_the_end():
    recipe = replace(RECIPE, epochs=5, calm=0.2)
    assert [strength(recipe, n) for n in range(5)] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2])
    assert strength(replace(recipe, epochs=1), 0) == 1


def test_few_images_are_enough():
    assert math.isfinite(last(data=drawn(10)).loss)


def test_no_digit_is_an_answer_only_where_data_have_it():
    sure = create_network(RECIPE, 11)
    bias = np.zeros(11, np.float32)
    bias[10] = 1e3
    sure = replace(sure, biases=(sure.biases[0], bias))
    digits, mixed = drawn(100), drawn(110, classes=11)
    assert accuracy(sure, digits) == (sure.predict(digits.inputs) == digits.labels).mean()
    assert accuracy(sure, mixed) == pytest.approx(1 / 11)


def test_accuracy_of_nothing_is_unknown():
    assert math.isnan(accuracy(create_network(RECIPE, 10), drawn(0)))


def test_presets_are_whole():
    assert {"original", "quick", "standard", "best"} <= set(PRESETS)
    for name, recipe in PRESETS.items():
        assert recipe.name == name
        parameters = sum(W.size for W in create_network(recipe, 11).weights)
        assert parameters * (2 if recipe.rounded else 4) < 16e6


def test_training_imports_numpy_and_the_standard_library_alone():
    script = (
        "import sys, model.runs; "
        "print(*{name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = {
        n for n in found if not n.startswith(("_", "numpy", "model")) and n != "sitecustomize"
    }
    assert not foreign


def test_a_run_as_short_as_its_warm_up_only_rises():
    rates = [pace.rate for pace in paces(replace(RECIPE, epochs=1, warm_up=1), 0, 10)]
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(RECIPE.rate)
