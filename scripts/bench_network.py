"""Compare the network with PyTorch, scikit-learn and onnxruntime: tables, all sides in one run.

    make bench

Runs in a virtual environment of its own, which has torch, scikit-learn, onnxruntime and onnx beside
NumPy and Pillow. Every side is a process of its own that sleeps while another is measured; they
take turns, round by round, and the tables give medians over the rounds, so that a slow moment of
the machine hits all sides alike.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from bench_sides import BATCH, ROOT, SIDES, SIZES, STEPS, THREADS, data, network, torch_network

from model.network import Network, gradients, one_hot

# --- taking turns ----------------------------------------------------------------------------

FREE = {
    name: value
    for name, value in os.environ.items()
    if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
}
"""The environment in which every library chooses the kernels for this processor itself."""


class Side:
    """A process that measures when asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seconds: list[float] = []
        self.megabytes = 0.0
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--side", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # as the product answers: splitting one image's products over threads only costs
            env=FREE | ({"OPENBLAS_NUM_THREADS": "1"} if name.startswith("answer") else {}),
            text=True,
        )
        assert self.process.stdout
        self.works = self.process.stdout.readline() == "ready\n"

    def measure(self, times: int) -> None:
        """Take `times` measurements."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{times}\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        self.seconds += reply["seconds"]
        self.megabytes = reply["megabytes"]


def serve(name: str) -> None:
    """Be a side: get ready, then measure as often as each line of the input says."""
    measure = SIDES[name]()
    for _ in range(3):
        measure()
    print("ready", flush=True)
    for line in sys.stdin:
        seconds = [measure() for _ in range(int(line))]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "megabytes": peak}), flush=True)


def compete(prefix: str, rounds: int, times: int) -> list[Side]:
    """All sides of a kind, in turns; those that can't run here are left out."""
    sides = [Side(name) for name in SIDES if name.startswith(prefix)]
    for side in sides:
        if not side.works:
            print(f"({side.name} does not run here)")
    sides = [side for side in sides if side.works]
    for _ in range(rounds):
        for side in sides:
            side.measure(times)
    for side in sides:
        side.process.stdin.close()  # type: ignore[union-attr] - it was opened as a pipe above
        side.process.wait()
    return sides


def ratio(side: Side, other: Side) -> float:
    """How many times faster `side` is: the median over the rounds they did one after the other."""
    return statistics.median(b / a for a, b in zip(side.seconds, other.seconds, strict=True))


def training_table(rounds: int) -> None:
    """Samples a second of one network, and the memory that took."""
    sides = compete("train", rounds, 3)
    print(f"\n### Training {'-'.join(map(str, SIZES))}, batch {BATCH}, {THREADS} threads\n")
    print("| side | samples a second | digitbot is faster | peak memory, MB |")
    print("| --- | --- | --- | --- |")
    for side in sides:
        speed = BATCH * STEPS / statistics.median(side.seconds)
        name = side.name.removeprefix("train ")
        print(f"| {name} | {speed:,.0f} | {ratio(sides[0], side):.2f} x | {side.megabytes:.0f} |")


def single_table(rounds: int) -> None:
    """The original's network, one example at a time."""
    sides = compete("single", rounds, 3)
    print("\n### Training 784-16-16-10 one by one, as the original\n")
    print("| side | microseconds an example | digitbot is faster |\n| --- | --- | --- |")
    for side in sides:
        each = statistics.median(side.seconds) / (BATCH * STEPS) * 1e6
        print(
            f"| {side.name.removeprefix('single ')} | {each:.1f} | {ratio(sides[0], side):.2f} x |"
        )


def answer_table(rounds: int) -> None:
    """The time of one call for one image and for sixteen."""
    sides = compete("answer", rounds, 400)
    print("\n### Answers, microseconds a call\n")
    print("| images | side | p50 | p99 |\n| --- | --- | --- | --- |")
    for side in sides:
        count, name = side.name.split()[1:]
        p50, p99 = np.percentile(side.seconds, [50, 99]) * 1e6
        print(f"| {count} | {name} | {p50:.0f} | {p99:.0f} |")


def cold_table(weights: Path, rounds: int) -> None:
    """From nothing to the first photo's answer, in a fresh process each time."""
    from PIL import Image, ImageDraw

    drawing = Image.new("L", (300, 300), 235)
    ImageDraw.Draw(drawing).line([(100, 80), (200, 80), (140, 230)], 30, 16, joint="curve")
    stream = io.BytesIO()
    drawing.save(stream, "JPEG")
    with tempfile.NamedTemporaryFile(suffix=".jpg") as photo:
        photo.write(stream.getvalue())
        photo.flush()
        read = f"open({photo.name!r}, 'rb').read()"
        programs = {
            "import numpy, PIL and read the file": f"import numpy, PIL.Image; {read}",
            "load the weights and read the photo": (
                "from pathlib import Path; from model.recognizer import Recognizer; "
                f"Recognizer.load(Path({str(weights)!r})).read({read})"
            ),
        }
        seconds: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, program in programs.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=FREE)
                seconds[name].append(time.perf_counter() - start)
    print("\n### A fresh process\n\n| program | median, ms |\n| --- | --- |")
    for name, times in seconds.items():
        print(f"| {name} | {statistics.median(times) * 1e3:.0f} |")
    least, whole = seconds.values()
    print(f"\nRatio: {statistics.median(b / a for a, b in zip(least, whole, strict=True)):.2f}")


def kernels() -> str:
    """Return which of OpenBLAS's kernels NumPy takes on this processor."""
    program = (
        "import numpy, threadpoolctl\n"
        "for each in threadpoolctl.threadpool_info(): print(each['version'], each['architecture'])"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, env=FREE, text=True, capture_output=True
    )
    return output.stdout.strip()


def compare_gradients() -> None:
    """The taught gradients against PyTorch's, in float64."""
    torch, model = torch_network()
    images, labels = data()
    x, y = images[:64].astype(np.float64), labels[:64]
    source = network()
    exact = Network(
        tuple(W.astype(np.float64) for W in source.weights),
        tuple(b.astype(np.float64) for b in source.biases),
    )
    mine = gradients(exact, x, one_hot(y, 10).astype(np.float64))
    model = model.double()
    torch.nn.CrossEntropyLoss()(model(torch.from_numpy(x)), torch.from_numpy(y)).backward()
    layers = [layer for layer in model if hasattr(layer, "weight")]
    theirs = [layer.weight.grad.numpy() for layer in layers]
    theirs += [layer.bias.grad.numpy() for layer in layers]
    ours = mine.weights + mine.biases
    worst = max(
        np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(ours, theirs, strict=True)
    )
    print(f"\nGradients differ from PyTorch's by {worst:.1e} of their size (float64).")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights" / "digits.npz")
    options = parser.parse_args()
    if options.side:
        serve(options.side)
        return
    print(
        f"NumPy {np.__version__}, OpenBLAS {kernels()}, {os.cpu_count()} processors, "
        f"{options.rounds} rounds"
    )
    training_table(options.rounds)
    single_table(options.rounds)
    answer_table(options.rounds)
    if options.weights.exists():
        cold_table(options.weights, options.rounds)
    compare_gradients()


if __name__ == "__main__":
    main()
