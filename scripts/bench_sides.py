"""What `bench_network.py` measures: each side is a function that gets ready to be timed."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the repository's root has to be on the path first

from model.augment import Bank  # noqa: E402
from model.dataset import Dataset  # noqa: E402
from model.descent import Pace, SingleDescent  # noqa: E402
from model.network import Network, one_hot  # noqa: E402
from model.presets import WARPS  # noqa: E402
from model.threaded import ThreadedDescent, one_blas_thread, shares  # noqa: E402

SIZES = (784, 1024, 1024, 10)
BATCH = 256
STEPS = 20
RATE, MOMENTUM = 0.01, 0.9
THREADS = 2

Measure = Callable[[], float]
"""Does a fixed piece of work and returns the seconds it took."""


def data() -> tuple[np.ndarray, np.ndarray]:
    """Images like digits in what matters here: a fifth of the pixels are ink."""
    rng = np.random.default_rng(0)
    images = rng.random((BATCH * STEPS, 784), dtype=np.float32)
    images[rng.random(images.shape) < 0.8] = 0
    return images, rng.integers(0, 10, BATCH * STEPS)


def network() -> Network:
    """The same untrained network for every side."""
    return Network.create(SIZES, rng=np.random.default_rng(1))


def timed(work: Callable[[], object]) -> Measure:
    """How long `work` takes, each time it is asked."""

    def measure() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


# --- training --------------------------------------------------------------------------------


def train_digitbot() -> Measure:
    """This repository's fast step on ready images."""
    images, labels = data()
    targets = one_hot(labels, 10)
    descent = ThreadedDescent(network(), BATCH, THREADS)

    def fill(step: int, rows: slice, out: np.ndarray) -> np.ndarray:
        at = slice(step * BATCH + rows.start, step * BATCH + rows.stop)
        out[...] = images[at]
        return targets[at]

    return timed(lambda: descent.epoch(fill, [Pace(RATE, MOMENTUM)] * STEPS))


def train_distorted() -> Measure:
    """The same with a distorted copy of every image."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH * STEPS, 28, 28), dtype=np.uint8)
    bank = Bank([(Dataset(images, np.zeros(len(images), np.uint8)), WARPS, 1.0)])
    targets = one_hot(np.zeros(BATCH, int), 10)
    descent = ThreadedDescent(network(), BATCH, THREADS, bank.group)

    def work() -> None:
        plan = bank.plan(rng)

        def fill(step: int, rows: slice, out: np.ndarray) -> np.ndarray:
            first = step * BATCH
            groups = slice((first + rows.start) // 8, (first + rows.stop) // 8)
            bank.copy(plan.part(groups), out)
            return targets[rows]

        descent.epoch(fill, [Pace(RATE, MOMENTUM)] * STEPS)

    return timed(work)


def train_roofline() -> Measure:
    """The matrix products of a step and nothing else, split among threads in the same way."""
    W = network().weights
    a = [np.ones((BATCH, size), np.float32) for size in SIZES]
    delta = [np.ones((BATCH, size), np.float32) for size in SIZES[1:]]
    g = [np.empty_like(part) for part in W]
    samples, rows = shares(BATCH, THREADS, 1), [shares(len(part), THREADS, 1) for part in W]

    def work(me: int) -> None:
        mine = samples[me]
        for _ in range(STEPS):
            for layer, part in enumerate(W):
                np.matmul(a[layer][mine], part.T, out=a[layer + 1][mine])
            for layer in range(len(W) - 1, 0, -1):
                np.matmul(delta[layer][mine], W[layer], out=delta[layer - 1][mine])
            for layer in range(len(W)):
                own = rows[layer][me]
                np.matmul(delta[layer][:, own].T, a[layer], out=g[layer][own])

    def all_threads() -> None:
        with one_blas_thread():
            threads = [threading.Thread(target=work, args=(me,)) for me in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    return timed(all_threads)


def torch_network():
    """The same network in PyTorch."""
    import torch

    torch.set_num_threads(THREADS)
    source, layers = network(), []
    for W, b in zip(source.weights, source.biases, strict=True):
        layer = torch.nn.Linear(W.shape[1], W.shape[0])
        layer.weight.data, layer.bias.data = torch.from_numpy(W), torch.from_numpy(b)
        layers += [layer, torch.nn.ReLU()]
    return torch, torch.nn.Sequential(*layers[:-1])


def train_torch(compiled: bool = False) -> Measure:
    """PyTorch with its own SGD, Nesterov momentum, fused or by lists of tensors as it prefers."""
    torch, model = torch_network()
    images, labels = map(torch.from_numpy, data())
    model = torch.compile(model) if compiled else model
    descent = torch.optim.SGD(
        model.parameters(), RATE, momentum=MOMENTUM, nesterov=True, fused=True
    )
    loss = torch.nn.CrossEntropyLoss()

    def work() -> None:
        for start in range(0, len(images), BATCH):
            descent.zero_grad(set_to_none=True)
            at = slice(start, start + BATCH)
            loss(model(images[at]), labels[at]).backward()
            descent.step()

    return timed(work)


def train_sklearn() -> Measure:
    """scikit-learn's MLPClassifier; partial_fit goes once over the images in batches."""
    from sklearn.neural_network import MLPClassifier

    images, labels = data()
    model = MLPClassifier(
        SIZES[1:-1], solver="sgd", alpha=0, batch_size=BATCH, learning_rate_init=RATE, shuffle=False
    )
    return timed(lambda: model.partial_fit(images, labels, classes=np.arange(10)))


# --- the original's way: one example after the other ----------------------------------------------


def single_digitbot() -> Measure:
    """This repository's loop for the network of the original."""
    images, labels = data()
    targets = one_hot(labels, 10)
    start = Network.create((784, 16, 16, 10), "sigmoid", "sigmoid", np.random.default_rng(0))
    descent = SingleDescent(start, len(images))

    def fill(_step: int, rows: slice, out: np.ndarray) -> np.ndarray:
        out[...] = images[rows]
        return targets[rows]

    return timed(lambda: descent.epoch(fill, [Pace(0.1)]))


def single_textbook() -> Measure:
    """The loop as the textbooks have it: lists of matrices, a new array for everything."""
    images, labels = data()
    targets = one_hot(labels, 10)
    start = Network.create((784, 16, 16, 10), "sigmoid", "sigmoid", np.random.default_rng(0))
    weights = [W.copy() for W in start.weights]
    biases = [b.copy() for b in start.biases]

    def learn(x: np.ndarray, y: np.ndarray) -> None:
        a = [x]
        for W, b in zip(weights, biases, strict=True):
            a.append(1 / (1 + np.exp(-(W @ a[-1] + b))))
        delta = (a[-1] - y) * a[-1] * (1 - a[-1])
        for layer in (2, 1, 0):
            below = (weights[layer].T @ delta) * a[layer] * (1 - a[layer]) if layer else None
            weights[layer] -= np.float32(0.1) * np.outer(delta, a[layer])
            biases[layer] -= np.float32(0.1) * delta
            delta = below

    return timed(lambda: [learn(x, y) for x, y in zip(images, targets, strict=True)])


# --- answers ---------------------------------------------------------------------------------


def answer_digitbot(count: int) -> Measure:
    """One call of `Network.probabilities`."""
    images, model = data()[0][:count], network()
    return timed(lambda: model.probabilities(images))


def answer_torch(count: int) -> Measure:
    """One call of the module without gradients."""
    torch, model = torch_network()
    images = torch.from_numpy(data()[0][:count])

    def work() -> None:
        with torch.inference_mode():
            torch.softmax(model(images), 1).numpy()

    return timed(work)


def answer_onnx(count: int) -> Measure:
    """One run of an onnxruntime session on 2 threads."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    source, nodes, parameters, name = network(), [], [], "images"
    for layer, (W, b) in enumerate(zip(source.weights, source.biases, strict=True)):
        parameters += [
            numpy_helper.from_array(W, f"W{layer}"),
            numpy_helper.from_array(b, f"b{layer}"),
        ]
        nodes.append(
            helper.make_node("Gemm", [name, f"W{layer}", f"b{layer}"], [f"z{layer}"], transB=1)
        )
        kind = "Relu" if layer < len(source.weights) - 1 else "Softmax"
        name = f"a{layer}"
        nodes.append(helper.make_node(kind, [f"z{layer}"], [name]))
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [None, 784])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 10])],
        parameters,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    images = data()[0][:count]
    return timed(lambda: session.run(None, {"images": images}))


SIDES: dict[str, Callable[[], Measure]] = {
    "train digitbot": train_digitbot,
    "train digitbot, distorted copies": train_distorted,
    "train numpy.matmul alone": train_roofline,
    "train PyTorch": train_torch,
    "train PyTorch, compiled": lambda: train_torch(compiled=True),
    "train scikit-learn": train_sklearn,
    "single digitbot": single_digitbot,
    "single textbook": single_textbook,
    **{
        f"answer {count} {name}": (lambda count=count, side=side: side(count))
        for count in (1, 16)
        for name, side in (
            ("digitbot", answer_digitbot),
            ("PyTorch", answer_torch),
            ("onnxruntime", answer_onnx),
        )
    },
}
