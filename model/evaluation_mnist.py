"""How well a network reads MNIST's test set, digit by digit, and a picture of what it misreads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from model.dataset import Dataset
from model.evaluation import calibration_table, confusion_matrix, confusion_table, wilson
from model.network import Array, Network
from model.plots import draw_images


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers to a test set of N images."""

    test: Dataset
    probabilities: Array
    """N x 10"""

    @classmethod
    def of(cls, network: Network, test: Dataset) -> Answers:
        """Ask the network for the likeliest digit of each image."""
        return cls(test, network.probabilities(test.inputs))

    @property
    def read(self) -> Array:
        """N digits."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def misread(self) -> Array:
        """Numbers of the images that are read wrong, those with the least chance first."""
        wrong = np.flatnonzero(self.read != self.test.labels)
        chances = self.probabilities[wrong, self.test.labels[wrong]]
        return np.asarray(wrong[chances.argsort(kind="stable")])


def report_on_mnist(answers: Answers) -> list[str]:
    """Return lines that say how many of MNIST's test images are read right, and which not."""
    labels, read = answers.test.labels, answers.read
    told = answers.probabilities.max(axis=1).tolist()
    pairs = list(zip(labels.tolist(), read.tolist(), told, strict=True))
    right = int((read == labels).sum())
    low, high = wilson(right, len(labels))
    return [
        f"MNIST test set: {100 * right / len(labels):.2f} % of {len(labels)} right "
        f"(95 % interval {100 * low:.2f}-{100 * high:.2f} %)",
        *digit_table(labels, read),
        *confusion_table(confusion_matrix(pairs)),
        *calibration_table(pairs),
    ]


def digit_table(labels: Array, read: Array) -> list[str]:
    """Return lines that say of each digit how many images are read right."""
    lines = ["digit     n  right              95 %"]
    for digit in range(10):
        ours = labels == digit
        count, right = int(ours.sum()), int((read[ours] == digit).sum())
        low, high = wilson(right, count)
        share = f"{100 * right / count:6.2f} %" if count else "     - "
        lines.append(
            f"{digit:5d} {count:5d} {right:5d} {share} {100 * low:6.2f}-{100 * high:6.2f} %"
        )
    return lines


def draw_misread(answers: Answers, columns: int = 10) -> Image.Image:
    """Return a sheet of all images read wrong, those with the least chance first."""
    wrong = answers.misread
    captions = [f"{answers.test.labels[n]} read as {answers.read[n]}" for n in wrong]
    return draw_images(answers.test.images[wrong], columns, captions)
