"""A multilayer perceptron: layers of neurons, each joined to every neuron of the layer before.

Read from top to bottom, this file is the whole method:

forward    One neuron weighs what comes in, adds a bias and bends the sum:

               z = w_1 a_1 + w_2 a_2 + ... + b,    a = sigma(z)

           A layer does this for all its neurons at once, with one row of W for each:

               z = W a + b,    a = sigma(z)

           and the next layer takes that `a` as its input. Here a whole batch goes through at once:
           one sample is one row of A (N x fan_in), so a layer is `(W @ A.T).T + b`; the same
           as A @ W.T, which BLAS makes at half the speed for a few samples.

backward   How much would the loss C change if this very weight changed a little? The chain rule
           answers from the last layer to the first; see `gradients`.

step       Every weight moves a little against its gradient; see `step`.

A network is a value: nothing here changes one, so one network serves many threads at once.
Nothing but NumPy is needed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.weights import Array as Array  # for whoever imports them from here, too
from model.weights import WrongWeights as WrongWeights
from model.weights import load_weights, save_weights

DIGITS = 10
"""Outputs 0 to 9 are the digits; an eleventh, where there is one, says "no digit"."""


class WrongInput(ValueError):
    """The images can't be answered: wrong shape, or values that are not in 0..1."""


# --- activations -----------------------------------------------------------------------------


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z): any number to 0..1, same shape; by tanh, which can't overflow."""
    return np.asarray(0.5 * (np.tanh(0.5 * z) + 1))


def relu(z: Array) -> Array:
    """max(0, z): what is negative becomes 0, same shape."""
    return np.maximum(z, 0)


def softmax(z: Array) -> Array:
    """e^z / sum(e^z) along each row: N x K numbers to N x K chances that sum to one.

    Taking the row's largest from all of them changes nothing in the quotient and keeps e^z finite.
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


class Activation(NamedTuple):
    """What bends a layer's sums, and how steep the bend is."""

    apply: Callable[[Array], Array]
    """z -> a = sigma(z)"""
    slope: Callable[[Array], Array]
    """a -> sigma'(z), written with a = sigma(z) because that is what the way forward keeps"""


HIDDEN = {
    "sigmoid": Activation(sigmoid, lambda a: a * (1 - a)),
    "tanh": Activation(np.tanh, lambda a: 1 - a * a),
    "relu": Activation(relu, lambda a: (a > 0).astype(a.dtype)),
}
OUTPUT = {"sigmoid": sigmoid, "softmax": softmax}


# --- the network -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Network:
    """Weights and biases, layer by layer; layer l takes `sizes[l]` numbers to `sizes[l + 1]`."""

    weights: tuple[Array, ...]
    """One fan_out x fan_in matrix for each layer: row i holds what neuron i weighs its input by."""
    biases: tuple[Array, ...]
    """One vector of fan_out for each layer."""
    hidden: str = "relu"
    """The bend of every layer but the last: a key of `HIDDEN`."""
    output: str = "softmax"
    """The bend of the last layer: a key of `OUTPUT`."""
    card: dict[str, Any] = field(default_factory=dict)
    """How it came to be (data, recipe, seed, date, scores); JSON values only."""

    def __post_init__(self) -> None:
        """Raise `WrongWeights` where the parts don't fit together."""
        if self.hidden not in [*HIDDEN] or self.output not in [*OUTPUT]:  # any JSON value may come
            raise WrongWeights(f"There is no activation {self.hidden!r} with {self.output!r}.")
        if not self.weights or len(self.weights) != len(self.biases):
            raise WrongWeights("A network needs one bias vector for each of its weight matrices.")
        for W, b in zip(self.weights, self.biases, strict=True):
            if W.ndim != 2 or b.shape != (W.shape[0],) or W.dtype.kind != "f" or W.size == 0:
                raise WrongWeights(f"Weights {W.shape} and biases {b.shape} make no layer.")
        for lower, upper in itertools.pairwise(self.weights):
            if upper.shape[1] != lower.shape[0]:
                raise WrongWeights(f"A layer {upper.shape} can't follow a layer {lower.shape}.")

    @classmethod
    def create(
        cls,
        sizes: Sequence[int],
        hidden: str = "relu",
        output: str = "softmax",
        rng: np.random.Generator | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> Network:
        """A network to be trained, such as `create([784, 512, 10])`.

        Weights are drawn so that sums are about as large as what comes in: with a variance of
        1 / fan_in, doubled for ReLU, which silences half of its inputs (He et al. 2015).
        """
        rng = rng or np.random.default_rng()
        variance = 2.0 if hidden == "relu" else 1.0
        weights = tuple(
            (rng.standard_normal((fan_out, fan_in)) * np.sqrt(variance / fan_in)).astype(dtype)
            for fan_in, fan_out in itertools.pairwise(sizes)
        )
        biases = tuple(np.zeros(fan_out, dtype) for fan_out in sizes[1:])
        return cls(weights, biases, hidden, output)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons of each layer, input first: (784, 512, 10)."""
        return (self.weights[0].shape[1], *(W.shape[0] for W in self.weights))

    # --- answers

    def activations(self, images: npt.ArrayLike) -> list[Array]:
        """What every layer answers, N x sizes[l] each: the images first, the outputs last.

        `images` are N x 784 (or 784: a batch of one), 0 ground to 1 ink; raises `WrongInput`.
        """
        return forward(self, self._checked(images))

    def logits(self, images: npt.ArrayLike) -> Array:
        """The last layer's sums z before the bend, N x sizes[-1]; raises `WrongInput`."""
        return forward(self, self._checked(images), last=np.asarray)[-1]

    def answers(self, images: npt.ArrayLike) -> tuple[Array, Array]:
        """(N x 10 chances of each digit if it is one, N chances that it is no digit).

        A network of ten outputs never says "no digit": zeros. Raises `WrongInput`.
        """
        z = self.logits(images)
        scores = -np.logaddexp(0, -z) if self.output == "sigmoid" else z  # log of what is likely
        digits = softmax(scores[:, :DIGITS])
        if scores.shape[1] == DIGITS:
            return digits, np.zeros(len(digits), digits.dtype)
        return digits, softmax(scores)[:, DIGITS]

    def probabilities(self, images: npt.ArrayLike) -> Array:
        """N x 10 chances of each digit; every row sums to one. Raises `WrongInput`."""
        return self.answers(images)[0]

    def predict(self, images: npt.ArrayLike) -> Array:
        """The likeliest digit of each image, N numbers 0..9; raises `WrongInput`."""
        return np.asarray(self.logits(images)[:, :DIGITS].argmax(axis=1))

    def _checked(self, images: npt.ArrayLike) -> Array:
        fan_in = self.sizes[0]
        try:
            given = np.asarray(images)
            x = given.astype(self.weights[0].dtype, casting="same_kind", copy=False)
        except (TypeError, ValueError) as error:
            raise WrongInput(f"Images must be real numbers, N x {fan_in}: {error}.") from error
        if x.shape == (fan_in,):
            x = x[np.newaxis]  # 784 -> 1 x 784
        if x.ndim != 2 or x.shape[1] != fan_in:
            raise WrongInput(f"Images must be N x {fan_in}, not {' x '.join(map(str, x.shape))}.")
        if x.size and not (x.min() >= 0 and x.max() <= 1):  # false for NaN, too
            raise WrongInput("Images must hold values from 0 (ground) to 1 (ink) and no NaN.")
        return x

    # --- files

    def rounded(self) -> Network:
        """The same network with every parameter rounded to 16 bits: a file of half the size."""
        return replace(
            self,
            weights=tuple(W.astype(np.float16).astype(W.dtype) for W in self.weights),
            biases=tuple(b.astype(np.float16).astype(b.dtype) for b in self.biases),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write an NPZ; `path` is whole at every moment.

        Nothing is lost: 16 bits a parameter are used only where `rounded` has made that exact.
        """
        card = {"sizes": self.sizes, "hidden": self.hidden, "output": self.output, **self.card}
        save_weights(Path(path), card, self.weights, self.biases)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """Read what `save` wrote; raises `WrongWeights`. Executes nothing from the file."""
        card, weights, biases = load_weights(path)
        try:
            sizes, hidden, output = (card.pop(key) for key in ("sizes", "hidden", "output"))
            network = cls(tuple(weights), tuple(biases), hidden, output, card)
            if list(network.sizes) != sizes:
                raise WrongWeights(f"its card says {sizes}, its arrays {list(network.sizes)}.")
        except (KeyError, WrongWeights) as error:
            raise WrongWeights(f"{path} does not fit its card: {error}") from error
        return network


# --- learning --------------------------------------------------------------------------------


def forward(
    network: Network, images: Array, last: Callable[[Array], Array] | None = None
) -> list[Array]:
    """Every layer's activations for a batch, N x sizes[l] each; images first, outputs last.

    `last` replaces the bend of the last layer; `np.asarray` leaves its sums z as they are.
    """
    bends = [HIDDEN[network.hidden].apply] * (len(network.weights) - 1)
    bends.append(last or OUTPUT[network.output])
    activations = [images]  # N x 784
    for W, b, bend in zip(network.weights, network.biases, bends, strict=True):
        z = (W @ activations[-1].T).T + b  # (fan_out x fan_in @ fan_in x N)^T -> N x fan_out
        activations.append(bend(z))
    return activations


def one_hot(labels: Array, outputs: int, smoothing: float = 0.0) -> Array:
    """N labels to N x outputs targets: 1 for the label and 0 for the others.

    With smoothing s the label's target is 1 - s and the others share s: the network is asked
    not to be surer than that.
    """
    targets = np.full((len(labels), outputs), smoothing / (outputs - 1), np.float32)
    targets[np.arange(len(labels)), labels] = 1 - smoothing
    return targets


def loss_of(network: Network, outputs: Array, targets: Array, loss: str) -> float:
    """The mean loss C over a batch; outputs and targets are N x sizes[-1].

    half_squared: C = sum((a - y)^2) / 2. cross_entropy: C = -sum(y log a), and for sigmoid
    outputs, where each is a question of its own, -sum(y log a + (1 - y) log(1 - a)).
    """
    if loss == "half_squared":
        return float(((outputs - targets) ** 2).sum() / 2 / len(outputs))
    tiny = np.finfo(outputs.dtype).tiny  # log 0 is infinite
    likely = (targets * np.log(np.maximum(outputs, tiny))).sum()
    if network.output == "sigmoid":
        likely += ((1 - targets) * np.log(np.maximum(1 - outputs, tiny))).sum()
    return float(-likely / len(outputs))


def output_error(network: Network, outputs: Array, targets: Array, loss: str) -> Array:
    """delta = dC/dz of the last layer, N x sizes[-1].

    Cross-entropy undoes the bend of the outputs it is made for, and dC/dz = a - y for both:
    softmax has da_k/dz_i = a_k ([k = i] - a_i), so that
    dC/dz_i = -sum_k y_k/a_k a_k ([k = i] - a_i) = -y_i + a_i sum_k y_k, where sum_k y_k = 1.
    Half squared has dC/da = a - y, still to be taken through the bend.
    """
    difference = outputs - targets
    if loss == "cross_entropy":
        return difference
    if network.output == "sigmoid":
        return np.asarray(difference * outputs * (1 - outputs))
    mean = (difference * outputs).sum(axis=1, keepdims=True)
    return np.asarray(outputs * (difference - mean))


class Gradients(NamedTuple):
    """dC/dW and dC/db of every layer, in the shapes of the weights and biases."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    loss: float
    """The mean loss C itself, of this batch before the step."""


def gradients(
    network: Network, images: Array, targets: Array, loss: str = "cross_entropy"
) -> Gradients:
    """How the mean loss of a batch changes with every parameter: backpropagation.

    images N x 784, targets N x sizes[-1]. Write delta for dC/dz of a layer. Then, by the chain
    rule through z = W a + b and a = sigma(z):

        dC/dW = delta a^T       each weight's share: what came in times how wrong the sum was
        dC/db = delta
        dC/da = W^T delta       a neuron below answers for all that it fed above
        delta below = dC/da * sigma'(z below)

    so that one pass from the last layer to the first gives them all (Rumelhart, Hinton and
    Williams 1986). For a batch of rows, `delta.T @ a` also sums over the samples.
    """
    activations = forward(network, images)
    delta = output_error(network, activations[-1], targets, loss) / len(images)  # N x sizes[-1]
    dW: list[Array] = []
    db: list[Array] = []
    for layer in reversed(range(len(network.weights))):
        a = activations[layer]  # what came into this layer, N x fan_in
        dW.append(delta.T @ a)  # fan_out x N @ N x fan_in -> fan_out x fan_in
        db.append(delta.sum(axis=0))  # N x fan_out -> fan_out
        if layer:
            # N x fan_out @ fan_out x fan_in -> N x fan_in, the fan_out of the layer below
            delta = (delta @ network.weights[layer]) * HIDDEN[network.hidden].slope(a)
    C = loss_of(network, activations[-1], targets, loss)
    return Gradients(tuple(dW[::-1]), tuple(db[::-1]), C)


def step(network: Network, gradients: Gradients, rate: float) -> Network:
    """Gradient descent: every parameter moves by `rate` against its gradient."""
    return replace(
        network,
        weights=tuple(
            W - rate * g for W, g in zip(network.weights, gradients.weights, strict=True)
        ),
        biases=tuple(b - rate * g for b, g in zip(network.biases, gradients.biases, strict=True)),
    )
