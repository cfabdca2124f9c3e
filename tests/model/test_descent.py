from dataclasses import replace

import numpy as np
import pytest

from model.descent import Pace, PlainDescent, SingleDescent, momentum_step
from model.network import Network, gradients, one_hot, step


def problem(count=30, hidden="sigmoid", output="sigmoid", dtype=np.float32):
    rng = np.random.default_rng(0)
    network = Network.create([784, 16, 16, 10], hidden, output, rng, dtype)
    return network, rng.random((count, 784)).astype(dtype), one_hot(np.arange(count) % 10, 10)


def filling(images, targets, batch):
    def fill(number, rows, out):
        at = slice(number * batch + rows.start, number * batch + rows.stop)
        out[...] = images[at]
        return targets[at]

    return fill


def same(one, other, tolerance=1e-5):
    for mine, theirs in zip(one.weights + one.biases, other.weights + other.biases, strict=True):
        assert mine == pytest.approx(theirs, abs=tolerance)


def test_without_momentum_it_is_the_plain_step():
    network, x, targets = problem(dtype=np.float64)
    slopes = gradients(network, x, targets)
    zero = [np.zeros_like(p) for p in network.weights + network.biases]
    moved, velocity = momentum_step(network, zero, slopes, Pace(0.3))
    same(moved, step(network, slopes, 0.3), 1e-12)
    assert velocity[0] == pytest.approx(-0.3 * slopes.weights[0])


def test_momentum_carries_on_where_the_gradient_is_gone():
    network, x, targets = problem(dtype=np.float64)
    slopes = gradients(network, x, targets)
    none = slopes._replace(
        weights=tuple(0 * g for g in slopes.weights), biases=tuple(0 * g for g in slopes.biases)
    )
    ones = [np.ones_like(p) for p in network.weights + network.biases]
    moved, velocity = momentum_step(network, ones, none, Pace(0.1, momentum=0.9))
    assert velocity[0] == pytest.approx(0.9 * ones[0])
    assert moved.weights[0] == pytest.approx(network.weights[0] + 0.81)


def test_decay_shrinks_weights_and_not_biases():
    network, x, targets = problem(dtype=np.float64)
    network = replace(network, biases=tuple(b + 1 for b in network.biases))
    slopes = gradients(network, x, targets)
    zero = [np.zeros_like(p) for p in network.weights + network.biases]
    plain, _ = momentum_step(network, zero, slopes, Pace(0.1))
    decayed, _ = momentum_step(network, zero, slopes, Pace(0.1, decay=0.5))
    assert plain.weights[0] - decayed.weights[0] == pytest.approx(0.05 * network.weights[0])
    same_biases = zip(plain.biases, decayed.biases, strict=True)
    assert plain.biases[0].any()
    assert all((a == b).all() for a, b in same_biases)


def test_plain_descent_learns():
    network, x, targets = problem(output="softmax", hidden="tanh")
    descent = PlainDescent(network, 10, "half_squared")
    losses = [descent.epoch(filling(x, targets, 10), [Pace(0.1, 0.9)] * 3) for _ in range(20)]
    assert losses[-1] < 0.5 * losses[0]


def test_one_by_one_gives_the_textbook_loop_s_numbers():
    network, x, targets = problem(60)
    single = SingleDescent(network, 20)
    loss = single.epoch(filling(x, targets, 20), [Pace(0.5)] * 3)
    losses = []
    for image, target in zip(x, targets, strict=True):
        slopes = gradients(network, image[np.newaxis], target[np.newaxis], "half_squared")
        losses.append(slopes.loss)
        network = step(network, slopes, 0.5)
    same(single.network, network)
    assert loss == pytest.approx(np.mean(losses), rel=1e-4)


def test_one_by_one_refuses_what_it_is_not_written_for():
    with pytest.raises(ValueError, match="sigmoid"):
        SingleDescent(problem(hidden="relu")[0], 10)


def test_a_network_taken_out_stays_as_it_is():
    network, x, targets = problem()
    single = SingleDescent(network, 10)
    taken = single.network
    single.epoch(filling(x, targets, 10), [Pace(0.5)])
    same(taken, network, 0)
