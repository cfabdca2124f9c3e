"""Digits of other hands than MNIST's: the UCI sets semeion and optdigits, for the lessons.

MNIST's writers are Americans; semeion's 80 are Italians, optdigits' 30 Turks, whose 1, 4, 7 and 9
differ. Both are licensed CC BY 4.0:

    https://archive.ics.uci.edu/dataset/178/semeion+handwritten+digit
    https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.dataset import Dataset, WrongDataset, concatenate
from model.glyphs import normalize

SEMEION, OPTDIGITS = "semeion.data", "optdigits-orig.tra"

SLENDER, ONE = 0.7, 0.4
"""Semeion's digits were stretched to squares: how wide they are given back for their height."""

BROAD_ONE = 0.6
"""The same for the 1 of optdigits, which alone was made wider."""


def load_writers(folder: Path) -> Dataset:
    """Return the digits of both files, wherever in the folder they are; raises `WrongDataset`."""
    parts = load_semeion(find(folder, SEMEION)), load_optdigits(find(folder, OPTDIGITS))
    return replace(concatenate(parts), source="semeion, optdigits (UCI, CC BY 4.0)")


def find(folder: Path, name: str) -> Path:
    """Return the file of that name in a folder or one below; raises `WrongDataset`."""
    found = sorted(folder.rglob(name))
    if not found:
        raise WrongDataset(f"{folder}: expected {name} there, from UCI's machine learning archive.")
    return found[0]


def load_semeion(path: Path) -> Dataset:
    """Read 16×16 bits and ten flags a line as N×28×28; raises `WrongDataset`."""
    try:
        lines = [line.split() for line in path.read_text("ascii").splitlines()]
        table = np.array(lines, np.float32).reshape(len(lines), -1)
    except (OSError, ValueError) as error:
        raise WrongDataset(f"{path}: can't be read as semeion's numbers: {error}.") from error
    flags = table[:, 256:]
    if table.shape[1:] != (266,) or not (flags.sum(axis=1) == 1).all():
        raise WrongDataset(f"{path}: expected 256 pixels and ten flags, one of them set, a line.")
    labels = flags.argmax(axis=1).astype(np.uint8)
    bits = table[:, :256].reshape(-1, 16, 16)
    images = [
        sample_of(each, ONE if label == 1 else SLENDER)
        for each, label in zip(bits, labels, strict=True)
    ]
    return Dataset(np.stack(images), labels, source=path.name)


def load_optdigits(path: Path) -> Dataset:
    """Read 32 lines of 32 bits and the label under each digit; raises `WrongDataset`."""
    try:
        lines = path.read_text("ascii").split("\n")
    except (OSError, ValueError) as error:
        raise WrongDataset(f"{path}: can't be read as optdigits' bitmaps: {error}.") from error
    first = next((at for at, line in enumerate(lines) if is_bits(line)), len(lines))
    body = [line for line in lines[first:] if line.strip()]
    rows = [line for line in body if is_bits(line)]
    labels = [line.strip() for line in body[32::33]]
    if (
        not body
        or len(body) % 33
        or len(rows) != 32 * len(labels)
        or not all(map(is_digit, labels))
    ):
        raise WrongDataset(f"{path}: expected 32 lines of 32 bits and a label, again and again.")
    bits = np.array([list(row) for row in rows], dtype=np.float32).reshape(-1, 32, 32)
    images = [
        sample_of(each, BROAD_ONE if label == "1" else 1.0)
        for each, label in zip(bits, labels, strict=True)
    ]
    return Dataset(np.stack(images), np.array(labels, np.uint8), source=path.name)


def is_bits(line: str) -> bool:
    """Tell whether a line holds 32 bits."""
    return len(line) == 32 and set(line) <= {"0", "1"}


def is_digit(text: str) -> bool:
    """Tell whether a text is one digit."""
    return len(text) == 1 and text.isdigit()


def sample_of(bits: NDArray[np.float32], aspect: float = 1.0) -> NDArray[np.uint8]:
    """Return a bitmap in the form of MNIST's samples, made narrower by `aspect`.

    Smoothed on the way: a pen leaves no stairs.
    """
    rows, columns = np.flatnonzero(bits.any(axis=1)), np.flatnonzero(bits.any(axis=0))
    if not len(rows):
        return np.zeros((28, 28), np.uint8)
    inner = bits[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = inner.shape
    large = Image.fromarray(inner).resize(
        (max(1, round(4 * width * aspect)), 4 * height), Image.Resampling.BICUBIC
    )
    return normalize(np.clip(np.asarray(large), 0, 1))
