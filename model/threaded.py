"""The training step of `model.network`, fast: the same numbers to rounding, on several threads.

Why it looks like this: on two cores nearly all time must go to matrix products, and the products
must run side by side. A BLAS that splits each product itself waits at the end of each and leaves
everything between the products on one core. So here each of two Python threads takes half of the
samples (NumPy lets other threads run while it computes) with a BLAS of one thread:

    phase 1   forward and the deltas, each thread for its own samples
    -- all wait for all --
    phase 2   gradients and the optimiser, each thread for its own rows of every matrix, so few
              rows at a time that the gradient is still in the processor's cache when it is used
    -- all wait for all --

A step allocates none of its matrices. A weight's gradient is one product over the whole batch, so
the result depends on the number of threads only by the rounding inside BLAS.
"""

from __future__ import annotations

import ctypes
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from model.descent import Fill, Pace
from model.network import Array, Network

CHUNK = 256
"""Rows of a weight matrix updated at once. Fewer would stay in a nearer cache, but a product of few
rows is slow: 64 rows cost 20 % more than 256, and the update itself is 8 % of a gradient."""


class ThreadedDescent:
    """Holds one network in training with everything a step needs; `network` copies it out."""

    def __init__(
        self,
        network: Network,
        batch: int,
        threads: int,
        unit: int = 1,
        velocity: Sequence[Array] | None = None,
    ) -> None:
        """Batches of `batch` samples; a thread's part is a multiple of `unit` of them."""
        if network.output != "softmax" or network.hidden not in BENDS:
            raise ValueError("The fast step knows softmax over ReLU, tanh or sigmoid.")
        self.template = network
        self.weights = [W.astype(np.float32) for W in network.weights]
        self.biases = [b.astype(np.float32) for b in network.biases]
        shapes = [*self.weights, *self.biases]
        self.velocity = [np.zeros_like(p) for p in shapes]
        for mine, given in zip(self.velocity, velocity or [], strict=False):
            mine[...] = given
        self.layers = [np.empty((batch, size), np.float32) for size in network.sizes]
        self.deltas = [np.empty((batch, size), np.float32) for size in network.sizes[1:]]
        self.masks = [np.empty((batch, size), np.float32) for size in network.sizes[1:]]
        self.ones = np.ones(batch, np.float32)
        self.samples = shares(batch, threads, unit)
        self.rows = [shares(len(W), threads, 1) for W in self.weights]
        widest = max(network.sizes)
        self.scratch = [np.empty((2, CHUNK, widest), np.float32) for _ in range(threads)]

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        return replace(
            self.template,
            weights=tuple(W.copy() for W in self.weights),
            biases=tuple(b.copy() for b in self.biases),
        )

    def epoch(
        self,
        fill: Fill,
        paces: Sequence[Pace],
    ) -> float:
        """One step for each pace; returns the mean loss. Threads call `fill` side by side."""
        threads = len(self.samples)
        barrier = threading.Barrier(threads)
        failures: list[BaseException] = []
        losses = [0.0] * threads

        def work(me: int) -> None:
            samples = self.samples[me]
            try:
                for number, pace in enumerate(paces):
                    targets = fill(number, samples, self.layers[0][samples])
                    losses[me] += self.differentiate(samples, targets, pace.rate)
                    barrier.wait()
                    for layer, rows in enumerate(self.rows):
                        self.descend(layer, rows[me], pace, self.scratch[me])
                    barrier.wait()
            except threading.BrokenBarrierError:
                pass  # another thread failed and has said why
            except BaseException as failure:  # also Ctrl-C: no thread may wait for this one
                failures.append(failure)
                barrier.abort()

        with one_blas_thread():
            others = [threading.Thread(target=work, args=(me,)) for me in range(1, threads)]
            for other in others:
                other.start()
            work(0)
            for other in others:
                other.join()
        if failures:
            raise failures[0]
        return sum(losses) / max(1, len(paces) * len(self.ones))

    def differentiate(self, samples: slice, targets: Array, rate: float) -> float:
        """Phase 1 for these samples: activations, then rate * delta; returns their summed loss."""
        bend, slope = BENDS[self.template.hidden]
        layers = [layer[samples] for layer in self.layers]
        deltas = [delta[samples] for delta in self.deltas]
        for layer, (W, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = layers[layer + 1]
            np.matmul(layers[layer], W.T, out=z)
            z += b
            if layer + 1 < len(self.weights):
                bend(z)
        loss = softmax_error(layers[-1], targets, deltas[-1])
        deltas[-1] *= np.float32(rate / len(self.ones))
        for layer in reversed(range(1, len(self.weights))):
            delta = deltas[layer - 1]
            np.matmul(deltas[layer], self.weights[layer], out=delta)
            delta *= slope(layers[layer], self.masks[layer - 1][samples])
        return loss

    def descend(self, layer: int, rows: slice, pace: Pace, scratch: Array) -> None:
        """Phase 2 for these rows of one layer: gradient, velocity, weights, a chunk at a time."""
        a, delta = self.layers[layer], self.deltas[layer]
        W, b = self.weights[layer], self.biases[layer]
        V, v = self.velocity[layer], self.velocity[len(self.weights) + layer]
        for start in range(rows.start, rows.stop, CHUNK):
            chunk = slice(start, min(start + CHUNK, rows.stop))
            high, wide = chunk.stop - chunk.start, W.shape[1]
            # whole rows of the scratch would leave gaps between them: reshaped, it is dense
            g, t = (part.reshape(-1)[: high * wide].reshape(high, wide) for part in scratch)
            np.matmul(delta[:, chunk].T, a, out=g)
            move(W[chunk], V[chunk], g, t, pace)
        g, t = (part.reshape(-1)[: rows.stop - rows.start] for part in scratch)
        np.matmul(self.ones, delta[:, rows], out=g)
        move(b[rows], v[rows], g, t, replace(pace, decay=0.0))


def move(parameters: Array, velocity: Array, g: Array, t: Array, pace: Pace) -> None:
    """`descent.momentum_step` in place; g is already rate * gradient, t is scratch."""
    if pace.decay:
        parameters *= np.float32(1 - pace.rate * pace.decay)
    mu = np.float32(pace.momentum)
    velocity *= mu
    velocity -= g
    np.multiply(velocity, mu, out=t)
    t -= g
    parameters += t


def shares(size: int, parts: int, unit: int) -> list[slice]:
    """`parts` runs of 0..size of nearly the same length, cut at multiples of `unit`."""
    cuts = [round(size / unit * part / parts) * unit for part in range(parts + 1)]
    return [slice(start, min(stop, size)) for start, stop in itertools.pairwise(cuts)]


# --- activations in place: as in model.network, without a new array ----------------------------


def softmax_error(z: Array, targets: Array, delta: Array) -> float:
    """z to softmax(z), delta to softmax(z) - targets; returns the summed cross-entropy."""
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=delta)
    total = delta.sum(axis=1, keepdims=True)
    z -= np.log(total)  # log softmax
    loss = -float(np.vdot(z, targets))
    np.divide(delta, total, out=z)
    np.subtract(z, targets, out=delta)
    return loss


def bend_relu(z: Array) -> None:
    """max(0, z)"""
    np.maximum(z, 0, out=z)


def bend_tanh(z: Array) -> None:
    """tanh z"""
    np.tanh(z, out=z)


def bend_sigmoid(z: Array) -> None:
    """(tanh(z / 2) + 1) / 2"""
    z *= 0.5
    np.tanh(z, out=z)
    z += 1
    z *= 0.5


def slope_relu(a: Array, out: Array) -> Array:
    """1 where a > 0, else 0: a is never negative, so that is its sign."""
    return np.sign(a, out=out)


def slope_tanh(a: Array, out: Array) -> Array:
    """1 - a^2"""
    np.multiply(a, a, out=out)
    return np.subtract(1, out, out=out)


def slope_sigmoid(a: Array, out: Array) -> Array:
    """a (1 - a)"""
    np.subtract(1, a, out=out)
    return np.multiply(out, a, out=out)


BENDS: dict[str, tuple[Callable[[Array], None], Callable[[Array, Array], Array]]] = {
    "relu": (bend_relu, slope_relu),
    "tanh": (bend_tanh, slope_tanh),
    "sigmoid": (bend_sigmoid, slope_sigmoid),
}


# --- BLAS ------------------------------------------------------------------------------------


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Products inside run on the thread that asks for them, and on no other.

    OPENBLAS_NUM_THREADS would have to stand in the environment before NumPy is imported, which is
    too early to know what will be done. NumPy's own OpenBLAS can be told while running; it is
    process-wide, so the number before is put back. With another BLAS this does nothing: results
    stay right, and the environment variable remains the way to tell it.
    """
    library = openblas()
    if library is None:
        yield
        return
    read, write = library
    before = read()
    write(1)
    try:
        yield
    finally:
        write(before)


@cache
def openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """(threads in use, set them) of the OpenBLAS that NumPy's wheels carry, or None."""
    package = Path(np.__file__).parent
    folders = [package.with_name("numpy.libs"), package / ".dylibs", package / ".libs"]
    for path in (path for folder in folders for path in folder.glob("*openblas*")):
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for prefix, suffix in (("scipy_openblas", "64_"), ("openblas", "64_"), ("openblas", "")):
            read = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
            write = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
            if read is not None and write is not None:
                return read, write
    return None
