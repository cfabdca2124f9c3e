import contextlib
import threading

import numpy as np
import pytest

from model import threaded
from model.descent import Pace, PlainDescent
from model.network import Network, one_hot
from model.threaded import ThreadedDescent, one_blas_thread, openblas, shares


def problem(hidden="relu", sizes=(784, 40, 30, 10), count=96):
    rng = np.random.default_rng(0)
    network = Network.create(sizes, hidden, "softmax", rng)
    return network, rng.random((count, 784), dtype=np.float32), one_hot(np.arange(count) % 10, 10)


def filling(images, targets, batch):
    def fill(number, rows, out):
        at = slice(number * batch + rows.start, number * batch + rows.stop)
        out[...] = images[at]
        return targets[at]

    return fill


PACES = [Pace(0.05, 0.9), Pace(0.04, 0.9, 0.01), Pace(0.03)]


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("hidden", ["relu", "tanh", "sigmoid"])
def test_the_fast_step_gives_the_readable_one_s_numbers(hidden, threads, monkeypatch):
    monkeypatch.setattr(threaded, "CHUNK", 7)  # so that chunks don't divide the rows
    network, x, targets = problem(hidden)
    plain = PlainDescent(network, 32, "cross_entropy")
    fast = ThreadedDescent(network, 32, threads, unit=4)
    fill = filling(x, targets, 32)
    for _ in range(3):
        assert fast.epoch(fill, PACES) == pytest.approx(plain.epoch(fill, PACES), rel=1e-4)
    moved = fast.network
    for mine, theirs in zip(
        moved.weights + moved.biases + tuple(fast.velocity),
        plain.network.weights + plain.network.biases + plain.velocity,
        strict=True,
    ):
        assert mine == pytest.approx(theirs, abs=2e-5)


def test_the_same_start_gives_the_same_bits():
    network, x, targets = problem()
    ends = []
    for _ in range(2):
        fast = ThreadedDescent(network, 32, 2)
        for _ in range(5):
            fast.epoch(filling(x, targets, 32), PACES)
        ends.append(b"".join(W.tobytes() for W in fast.network.weights))
    assert ends[0] == ends[1]


def test_it_goes_on_from_a_velocity():
    network, x, targets = problem()
    fill = filling(x, targets, 32)
    through = ThreadedDescent(network, 32, 2)
    through.epoch(fill, PACES)
    onward = ThreadedDescent(through.network, 32, 2, velocity=through.velocity)
    through.epoch(fill, PACES)
    onward.epoch(fill, PACES)
    assert (through.network.weights[0] == onward.network.weights[0]).all()


@pytest.mark.parametrize("failing", [0, 16])
def test_a_failure_in_any_thread_ends_them_all(failing):
    network, x, targets = problem()
    inner = filling(x, targets, 32)

    def fill(number, rows, out):
        if number == 1 and rows.start == failing:
            raise MemoryError("no room for the images")
        return inner(number, rows, out)

    before = threading.active_count()
    with pytest.raises(MemoryError, match="no room"):
        ThreadedDescent(network, 32, 2).epoch(fill, PACES)
    assert threading.active_count() == before


def test_more_threads_than_rows_do_no_harm():
    network, x, targets = problem(sizes=(784, 3, 10), count=4)
    fast = ThreadedDescent(network, 4, 8)
    plain = PlainDescent(network, 4, "cross_entropy")
    fill = filling(x, targets, 4)
    assert fast.epoch(fill, [Pace(0.1)]) == pytest.approx(plain.epoch(fill, [Pace(0.1)]), rel=1e-4)


def test_only_what_it_knows():
    with pytest.raises(ValueError, match="softmax"):
        ThreadedDescent(Network.create([784, 10], output="sigmoid"), 8, 2)


@pytest.mark.parametrize(
    ("size", "parts", "unit"), [(256, 2, 8), (256, 3, 8), (10, 4, 1), (2, 3, 1)]
)
def test_shares_cover_everything_once(size, parts, unit):
    runs = shares(size, parts, unit)
    assert [n for run in runs for n in range(size)[run]] == list(range(size))
    assert len(runs) == parts
    assert all(run.start % unit == 0 for run in runs)


def test_blas_is_put_back_as_it_was():
    library = openblas()
    if library is None:
        pytest.skip("NumPy here comes with another BLAS than OpenBLAS")
    read, write = library
    before = read()
    write(2)
    try:
        with one_blas_thread():
            assert read() == 1
        assert read() == 2
        with contextlib.suppress(RuntimeError), one_blas_thread():
            raise RuntimeError
        assert read() == 2
    finally:
        write(before)


def test_without_openblas_it_only_runs(monkeypatch):
    monkeypatch.setattr(threaded, "openblas", lambda: None)
    with one_blas_thread():
        pass
