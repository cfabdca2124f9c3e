"""How a network goes down its gradient: the readable step with momentum, and one by one.

`model.threaded` has the fast one. All three offer the same: `network`, `velocity`, and
`epoch(fill, paces)`, which makes a step (or, one by one, a block of steps) for each pace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from model.network import Array, Gradients, Network, gradients, loss_of

Fill = Callable[[int, slice, Array], Array]
"""fill(step, rows, images): writes the images of these rows of the batch, n x 784, into `images`
and returns their targets, n x sizes[-1]."""


@dataclass(frozen=True)
class Pace:
    """How a step moves; see `momentum_step` for the formulas."""

    rate: float
    momentum: float = 0.0
    decay: float = 0.0


class Descent(Protocol):
    """A network on its way down."""

    @property
    def network(self) -> Network:
        """The network as it is now."""
        ...

    @property
    def velocity(self) -> Sequence[Array]:
        """Of every weight matrix, then of every bias; empty where there is no momentum."""
        ...

    def epoch(self, fill: Fill, paces: Sequence[Pace]) -> float:
        """One batch for each pace; returns the mean loss before each step."""
        ...


def momentum_step(
    network: Network, velocity: Sequence[Array], slopes: Gradients, pace: Pace
) -> tuple[Network, tuple[Array, ...]]:
    """Gradient descent with Nesterov's momentum, for every parameter p with its velocity v:

        v <- mu v - rate * gradient
        p <- p (1 - rate * decay) + mu v - rate * gradient

    A ball that rolls on: steps in the same direction add up, steps to and fro cancel. The last two
    terms look ahead to where the velocity will carry p (Sutskever et al. 2013). Biases don't decay.
    """  # fmt: skip
    count = len(network.weights)
    parameters: list[Array] = []
    velocities: list[Array] = []
    for index, (p, v, g) in enumerate(
        zip(
            network.weights + network.biases,
            velocity,
            slopes.weights + slopes.biases,
            strict=True,
        )
    ):
        decay = pace.decay if index < count else 0.0
        v = pace.momentum * v - pace.rate * g
        p = p * (1 - pace.rate * decay) + pace.momentum * v - pace.rate * g
        parameters.append(p.astype(g.dtype))
        velocities.append(v.astype(g.dtype))
    moved = replace(network, weights=tuple(parameters[:count]), biases=tuple(parameters[count:]))
    return moved, tuple(velocities)


class PlainDescent:
    """The readable step, for every activation and loss: what the fast ones are tested against."""

    def __init__(
        self, network: Network, batch: int, loss: str, velocity: Sequence[Array] = ()
    ) -> None:
        self.network = network
        self.velocity = tuple(velocity) or tuple(
            np.zeros_like(p) for p in network.weights + network.biases
        )
        self.images = np.empty((batch, network.sizes[0]), np.float32)
        self.loss = loss

    def epoch(self, fill: Fill, paces: Sequence[Pace]) -> float:
        """One batch for each pace; returns the mean loss before each step."""
        total = 0.0
        for number, pace in enumerate(paces):
            targets = fill(number, slice(0, len(self.images)), self.images)
            slopes = gradients(self.network, self.images, targets, self.loss)
            self.network, self.velocity = momentum_step(self.network, self.velocity, slopes, pace)
            total += slopes.loss
        return total / max(1, len(paces))


class SingleDescent:
    """Stochastic gradient descent in its oldest form: a step after every single example.

    For sigmoid layers and half the squared error, as the network of the original has them. One
    example is so little work that NumPy's calls themselves are most of it, so: no new arrays, and a
    bias is one more weight whose input is always 1, which saves two calls a layer.
    """

    velocity: Sequence[Array] = ()

    def __init__(self, network: Network, block: int) -> None:
        if (network.hidden, network.output) != ("sigmoid", "sigmoid"):
            raise ValueError("One by one is written for sigmoid layers.")
        self.template = network
        self.joined = [
            np.column_stack([W, b]).astype(np.float32)  # fan_out x (fan_in + 1)
            for W, b in zip(network.weights, network.biases, strict=True)
        ]
        self.images = np.empty((block, network.sizes[0]), np.float32)

    @property
    def network(self) -> Network:
        """A copy of the network as it is now."""
        return replace(
            self.template,
            weights=tuple(W[:, :-1].copy() for W in self.joined),
            biases=tuple(W[:, -1].copy() for W in self.joined),
        )

    def epoch(self, fill: Fill, paces: Sequence[Pace]) -> float:
        """A block of single steps for each pace; returns the mean loss before each step."""
        total = 0.0
        for number, pace in enumerate(paces):
            targets = fill(number, slice(0, len(self.images)), self.images)
            outputs = self._descend(targets, np.float32(pace.rate))
            total += loss_of(self.template, outputs, targets, "half_squared")
        return total / max(1, len(paces))

    def _descend(self, targets: Array, rate: np.float32) -> Array:
        """Learn the block's images, one after the other; returns what each was answered."""
        sizes = self.template.sizes
        a = [np.ones(size + 1, np.float32) for size in sizes]  # the last stays 1
        z = [part[:-1] for part in a[1:]]
        delta = [np.empty(size, np.float32) for size in sizes[1:]]
        bend = [np.empty(size, np.float32) for size in sizes[1:]]
        share = [np.empty_like(W) for W in self.joined]
        columns = [part[:, np.newaxis] for part in delta]
        back = [W[:, :-1].T for W in self.joined]
        half, one = np.float32(0.5), np.float32(1)
        forward = list(zip(self.joined, a[:-1], z, strict=True))
        update = list(zip(self.joined, columns, a[:-1], share, strict=True))
        below = [
            (back[layer], delta[layer], delta[layer - 1], z[layer - 1], bend[layer - 1])
            for layer in reversed(range(1, len(z)))
        ]
        outputs = np.empty_like(targets)
        last, error, slope = z[-1], delta[-1], bend[-1]
        for number, image in enumerate(self.images):
            a[0][:-1] = image
            for W, into, out in forward:  # z = W a + b, a = sigma(z)
                np.dot(W, into, out=out)
                np.multiply(out, half, out=out)
                np.tanh(out, out=out)
                np.add(out, one, out=out)
                np.multiply(out, half, out=out)
            outputs[number] = last
            np.subtract(last, targets[number], out=error)  # delta = (a - y) a (1 - a), times rate
            np.subtract(one, last, out=slope)
            np.multiply(slope, last, out=slope)
            np.multiply(slope, rate, out=slope)
            np.multiply(error, slope, out=error)
            for WT, above, d, activation, bent in below:  # delta below = W^T delta * a (1 - a)
                np.dot(WT, above, out=d)
                np.subtract(one, activation, out=bent)
                np.multiply(bent, activation, out=bent)
                np.multiply(d, bent, out=d)
            for W, d, into, dW in update:  # W <- W - rate * delta a^T
                np.multiply(d, into, out=dW)
                np.subtract(W, dW, out=W)
        return outputs
