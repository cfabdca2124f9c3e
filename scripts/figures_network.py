"""Draw the figures of docs/network.md from the shipped weights, their logs and MNIST.

    .venv/bin/python scripts/figures_network.py [--mnist DIR] [--weights FILE] [--out DIR]

The hardest digits and the confusion matrix are of MNIST's test images. The curves are those of
every `*.log.jsonl` beside the weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from model.augment import Bank
from model.curriculum import mnist
from model.dataset import Dataset
from model.evaluation_mnist import Answers, draw_misread
from model.network import Array, Network
from model.plots import (
    INK,
    PAPER,
    draw_confusion,
    draw_errors,
    draw_images,
    draw_losses,
    draw_signed,
    draw_weights,
    font,
)
from model.presets import WARPS
from model.runs import read_log

ROOT = Path(__file__).resolve().parent.parent
PRESET_OF = {"digits": "standard"}
"""The shipped weights have the product's name, their run is that of a preset."""


def main() -> None:
    """Write every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, help="folder of MNIST's four files")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights" / "digits.npz")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "figures")
    options = parser.parse_args()
    train, test = mnist(options.mnist)
    network = Network.load(options.weights)
    options.out.mkdir(parents=True, exist_ok=True)
    figures = {
        "activations": draw_activations(network, test),
        "first_layer": draw_weights(strongest(network, 60), columns=15, zoom=2),
        "copies": draw_copies(train),
        "hardest": draw_misread(Answers.of(network, test)),
        "confusion": draw_confusion(test.labels, network.predict(test.inputs)),
        **draw_logs(options.weights.parent),
    }
    for name, picture in figures.items():
        picture.save(options.out / f"{name}.png", optimize=True)
        print(options.out / f"{name}.png")


def strongest(network: Network, count: int) -> Array:
    """The first layer's neurons with the largest weights, count x 784."""
    W = network.weights[0]
    return W[np.argsort(-np.linalg.norm(W, axis=1))[:count]]


def draw_activations(network: Network, test: Dataset) -> Image.Image:
    """One digit on its way: the image, each hidden layer as a field, the ten answers."""
    number = int(np.flatnonzero(test.labels == 4)[0])
    activations = network.activations(test.inputs[number])
    sheet = Image.new("RGB", (900, 250), PAPER)
    draw = ImageDraw.Draw(sheet)
    x = 10
    for layer, a in enumerate(activations[:-1]):
        wide = 28 if layer == 0 else 2 ** round(np.log2(a.size) / 2)
        field = np.pad(a[0], (0, -a.size % wide)).reshape(-1, wide)
        tile = draw_signed(field[np.newaxis], 1, zoom=max(1, 190 // max(field.shape)))
        sheet.paste(tile, (x, 36))
        draw.text((x + 4, 10), f"layer {layer}: {a.size}", INK, font(13))
        x += tile.width + 24
    draw.text((x, 10), "answers", INK, font(13))
    for digit, chance in enumerate(network.probabilities(test.inputs[number])[0]):
        y = 40 + 19 * digit
        draw.text((x, y), str(digit), INK, font(13))
        draw.rectangle([x + 16, y + 3, x + 17 + 90 * float(chance), y + 15], "#0072b2")
    return sheet.crop((0, 0, x + 130, sheet.height))


def draw_copies(train: Dataset) -> Image.Image:
    """Eight images, each in a row of its distorted copies."""
    bank = Bank([(train.take(np.arange(8)), WARPS, 12.0)], group=1)
    plan = bank.plan(np.random.default_rng(0))
    copies = np.empty((len(plan), 784), np.float32)
    bank.copy(plan, copies)
    order = np.argsort(plan.images.ravel(), kind="stable")
    return draw_images((copies[order] * 255).astype(np.uint8).reshape(-1, 28, 28), 12, zoom=2)


def draw_logs(folder: Path) -> dict[str, Image.Image]:
    """The curves of every run whose log is in the folder."""
    logs = {
        PRESET_OF.get(name := path.name.removesuffix(".log.jsonl"), name): read_log(path)
        for path in sorted(folder.glob("*.log.jsonl"))
    }
    return {"loss": draw_losses(logs), "errors": draw_errors(logs)}


if __name__ == "__main__":
    main()
