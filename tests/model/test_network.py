import itertools
import json
import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from model.network import (
    Network,
    WrongInput,
    WrongWeights,
    forward,
    gradients,
    loss_of,
    one_hot,
    sigmoid,
    softmax,
    step,
)


def small(hidden="relu", output="softmax", sizes=(5, 4, 3, 10), dtype=np.float32, seed=0):
    return Network.create(sizes, hidden, output, np.random.default_rng(seed), dtype)


def digits_network(outputs=10, output="softmax"):
    return small(output=output, sizes=(784, 12, outputs))


def images(count, seed=1):
    return np.random.default_rng(seed).random((count, 784), dtype=np.float32)


# --- the mathematics


@pytest.mark.parametrize("loss", ["half_squared", "cross_entropy"])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
def test_gradients_agree_with_central_differences(hidden, output, loss):
    rng = np.random.default_rng(3)
    network = small(hidden, output, dtype=np.float64)
    network = replace(network, biases=tuple(rng.normal(0, 0.5, b.shape) for b in network.biases))
    x = rng.random((7, 5))
    targets = rng.dirichlet(np.ones(10), 7)  # soft labels, which sum to one

    def loss_with(kind, layer, index, change):
        parts = [part.copy() for part in getattr(network, kind)]
        parts[layer][index] += change
        moved = replace(network, **{kind: tuple(parts)})
        return loss_of(moved, forward(moved, x)[-1], targets, loss)

    found = gradients(network, x, targets, loss)
    assert found.loss == pytest.approx(loss_of(network, forward(network, x)[-1], targets, loss))
    e = 1e-5
    for kind, layer in itertools.product(("weights", "biases"), range(3)):
        slopes = getattr(found, kind)[layer]
        measured = np.empty_like(slopes)
        for index in np.ndindex(slopes.shape):
            up, down = (loss_with(kind, layer, index, sign * e) for sign in (1, -1))
            measured[index] = (up - down) / (2 * e)
        difference = np.linalg.norm(measured - slopes)
        assert difference <= 1e-7 * np.linalg.norm(slopes), (kind, layer, difference)


def test_a_step_goes_down():
    network = small()
    x, targets = np.random.default_rng(0).random((20, 5)), one_hot(np.arange(20) % 10, 10)
    losses = []
    for _ in range(30):
        slopes = gradients(network, x, targets)
        losses.append(slopes.loss)
        network = step(network, slopes, 0.05)
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))


def test_a_layer_is_the_formula():
    network = small("tanh", "sigmoid", (2, 2, 1))
    (W0, W1), (b0, b1) = network.weights, (np.array([0.1, -0.2]), np.array([0.3]))
    network = replace(network, biases=(b0, b1))
    a = np.array([0.25, 0.75])
    by_hand = 1 / (1 + np.exp(-(W1 @ np.tanh(W0 @ a + b0) + b1)))
    assert network.activations(a)[-1] == pytest.approx(by_hand[np.newaxis], rel=1e-6)


def test_smoothed_targets_sum_to_one():
    targets = one_hot(np.array([3, 0]), 10, smoothing=0.09)
    assert targets.sum(axis=1) == pytest.approx(1)
    assert targets[0, 3] == pytest.approx(0.91)
    assert targets[0, 4] == pytest.approx(0.01)


def test_sigmoid_and_softmax_survive_the_extremes():
    z = np.array([[-1e4, 0, 1e4]], np.float32)
    assert sigmoid(z).tolist() == [[0, 0.5, 1]]
    assert softmax(z).tolist() == [[0, 0, 1]]


@given(arrays(np.float32, (3, 10), elements=st.floats(-1e4, 1e4, width=32)))
def test_softmax_sums_to_one(z):
    assert softmax(z).sum(axis=1) == pytest.approx(1, abs=1e-5)


# --- answers


@given(st.integers(1, 6), st.integers(0, 99), st.sampled_from([10, 11]))
@settings(deadline=None, max_examples=30)
def test_shapes(count, seed, outputs):
    network, x = digits_network(outputs), images(count, seed)
    assert [a.shape for a in network.activations(x)] == [(count, n) for n in (784, 12, outputs)]
    assert network.logits(x).shape == (count, outputs)
    probabilities, no_digit = network.answers(x)
    assert probabilities.shape == (count, 10)
    assert no_digit.shape == (count,)
    assert network.probabilities(x) == pytest.approx(probabilities)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert network.predict(x).tolist() == probabilities.argmax(axis=1).tolist()


@given(st.permutations(range(6)))
@settings(deadline=None, max_examples=20)
def test_permuting_a_batch_permutes_the_answers(order):
    network, x = digits_network(), images(6)
    assert network.probabilities(x[order]) == pytest.approx(network.probabilities(x)[order])


def test_one_image_is_a_batch_of_one():
    network, x = digits_network(), images(1)
    assert network.probabilities(x[0]) == pytest.approx(network.probabilities(x))


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_answers_survive_huge_logits(output):
    network = digits_network(11, output)
    network = replace(
        network, biases=(network.biases[0], np.linspace(-1e4, 1e4, 11, dtype=np.float32))
    )
    probabilities, no_digit = network.answers(images(2))
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert np.isfinite(no_digit).all()


def test_sigmoid_outputs_are_normalised():
    network, x = digits_network(output="sigmoid"), images(3)
    outputs = network.activations(x)[-1]
    normalised = outputs / outputs.sum(axis=1, keepdims=True)
    assert network.probabilities(x) == pytest.approx(normalised, rel=1e-4)


def test_ten_outputs_never_say_no_digit():
    assert digits_network(10).answers(images(3))[1].tolist() == [0, 0, 0]


def test_the_eleventh_output_says_no_digit():
    network = digits_network(11)
    bias = np.zeros(11, np.float32)
    bias[10] = 50
    no_digit = replace(network, biases=(network.biases[0], bias)).answers(images(3))[1]
    assert no_digit == pytest.approx(1)
    assert set(network.predict(images(50))) <= set(range(10))


def test_answering_changes_nothing():
    network, x = digits_network(), images(4)
    before, given_images = [W.copy() for W in network.weights], x.copy()
    network.probabilities(x)
    gradients(network, x, one_hot(np.zeros(4, int), 10))
    assert all((old == W).all() for W, old in zip(network.weights, before, strict=True))
    assert (x == given_images).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((2, 783)), "2 x 783"),
        (np.zeros((2, 28, 28)), "2 x 28 x 28"),
        (np.full((1, 784), np.nan), "NaN"),
        (np.full((1, 784), 255), "0 .* to 1"),
        (np.full((1, 784), -0.1), "0 .* to 1"),
        ([["ink"] * 784], "numbers"),
        (np.zeros((1, 784), complex), "real numbers"),
        (0.5, "N x 784"),
    ],
)
def test_wrong_input_is_named(wrong, says):
    with pytest.raises(WrongInput, match=says):
        digits_network().predict(wrong)


def test_a_single_layer_is_a_network():
    network = small(sizes=(784, 10))
    assert network.predict(images(2)).shape == (2,)


# --- files


@given(st.integers(0, 1000), st.sampled_from(["relu", "tanh", "sigmoid"]), st.booleans())
@settings(deadline=None, max_examples=20)
def test_save_and_load_give_the_same_bytes(tmp_path_factory, seed, hidden, rounded):
    folder = tmp_path_factory.mktemp("weights")
    network = replace(small(hidden, seed=seed), card={"recipe": {"epochs": 3}, "scores": [0.5]})
    network = network.rounded() if rounded else network
    network.save(folder / "a.npz")
    again = Network.load(folder / "a.npz")
    again.save(folder / "b.npz")
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()
    assert (again.sizes, again.hidden, again.card) == (network.sizes, hidden, network.card)
    for mine, theirs in zip(network.weights, again.weights, strict=True):
        assert mine.tobytes() == theirs.tobytes()


def test_rounding_halves_the_file(tmp_path):
    network = digits_network()
    network.save(tmp_path / "whole.npz")
    network.rounded().save(tmp_path / "half.npz")
    sizes = [(tmp_path / name).stat().st_size for name in ("whole.npz", "half.npz")]
    saved_bytes = 2 * sum(p.size for p in network.weights + network.biases)
    assert sizes[0] - sizes[1] == pytest.approx(saved_bytes, abs=256)
    assert network.rounded().weights[0] == pytest.approx(network.weights[0], rel=1e-3, abs=1e-7)


def rewritten(path, **changes):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "digits.npz"
    digits_network().save(path)
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"card": None}, "card"),
        ({"weights_1": None}, "weights_1"),
        ({"weights_0": np.zeros((11, 784), np.float32)}, "no layer"),
        ({"weights_1": np.zeros((10, 11), np.float32)}, "follow"),
        ({"biases_0": np.full(12, np.nan, np.float32)}, "NaN"),
        (
            {"weights_2": np.zeros((10, 10), np.float32), "biases_2": np.zeros(10, np.float32)},
            "its card says",
        ),
        ({"card": np.array("{")}, "holds no weights"),
        ({"card": np.array("[]")}, "fit its card"),
        ({"weights_0": np.zeros((12, 784), complex)}, "real numbers, found complex128"),
        ({"biases_0": np.zeros(12, int)}, "real numbers, found int64"),
    ],
)
def test_a_card_that_does_not_fit_its_arrays_is_refused(saved, changes, says):
    rewritten(saved, **changes)
    with pytest.raises(WrongWeights, match=says):
        Network.load(saved)


@pytest.mark.parametrize(
    "change", [{"sizes": [784, 12, 9]}, {"hidden": "swish"}, {"hidden": ["relu"]}, {"sizes": 7}]
)
def test_a_card_that_claims_another_network_is_refused(saved, change):
    with np.load(saved) as file:
        card = json.loads(str(file["card"])) | change
    rewritten(saved, card=np.array(json.dumps(card)))
    with pytest.raises(WrongWeights):
        Network.load(saved)


def test_damaged_files_are_refused(saved, tmp_path):
    content = saved.read_bytes()
    for name, damaged in {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "text": b"these are no weights",
        "flipped": content[:5000] + bytes([content[5000] ^ 255]) + content[5001:],
    }.items():
        path = tmp_path / f"{name}.npz"
        path.write_bytes(damaged)
        with pytest.raises(WrongWeights, match=str(path)):
            Network.load(path)
    with pytest.raises(WrongWeights, match="no weights file"):
        Network.load(tmp_path / "missing.npz")


def test_a_file_with_something_else_than_arrays_is_refused(saved):
    with zipfile.ZipFile(saved, "a") as file:
        file.writestr("weights_3", "no array")
        file.writestr("biases_3", "no array")
    with pytest.raises(WrongWeights, match=str(saved)):
        Network.load(saved)


def test_nothing_in_a_file_is_executed(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / "trap.npz"
    np.savez(path, card=np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(WrongWeights):
        Network.load(path)
    assert not (tmp_path / "sprung").exists()
    assert zipfile.is_zipfile(path)


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def disk_full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", disk_full)
    with pytest.raises(OSError, match="No space"):
        digits_network(11).save(saved)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]


def test_parts_that_make_no_network_are_refused():
    W, b = np.zeros((3, 2), np.float32), np.zeros(3, np.float32)
    for weights, biases, hidden, output in [
        ((), (), "relu", "softmax"),
        ((W,), (), "relu", "softmax"),
        ((W,), (b[:2],), "relu", "softmax"),
        ((W, W), (b, b), "relu", "softmax"),
        ((W.astype(int),), (b,), "relu", "softmax"),
        ((W,), (b,), "softmax", "softmax"),
        ((W,), (b,), "relu", "relu"),
    ]:
        with pytest.raises(WrongWeights):
            Network(weights, biases, hidden, output)
