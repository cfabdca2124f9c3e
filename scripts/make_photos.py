"""Make photos of hands that nobody has trained on, under every hard condition.

    .venv/bin/python scripts/make_photos.py --usps DIR --out DIR [--sheets N]
    .venv/bin/digitbot evaluate --photos DIR --sheet failures.png

Digits of usps (Le Cun et al. 1990, `zip.test.gz`), which no weights of ours have learned from, on
made paper: for each condition, and for all of them mixed as photos have them, N single digits, N
rows of five, as they stand in a zip code, N such rows with what is no digit between, as in sums and
dates, and N photos of each kind that hold none; and on plain paper, for each mark, N rows with it
between the digits. The manifest names the condition or mark of each photo, and its layout. What the
reader's steps cost or gain is measured here, so that real photos are left to judge by.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the repository's root has to be on the path
from numpy.typing import NDArray  # noqa: E402

from model.lessons import FREQUENT  # noqa: E402
from model.paper.marks import OPERATORS  # noqa: E402
from model.paper.negatives import NEGATIVES, make_negative  # noqa: E402
from model.paper.pen import random_hand  # noqa: E402
from model.paper.sheet import CONDITIONS, Sheet, make_sheet, random_conditions  # noqa: E402
from model.paper.strokes import draw_other  # noqa: E402
from model.writers import sample_of  # noqa: E402

ROW = 5
"""Digits of a zip code."""

SEPARATORS = (*FREQUENT, "/")
"""What stands between the digits of sums, dates and amounts."""

MARKS = {
    f"mark_{unicodedata.name(mark).lower().replace(' ', '_').replace('-', '_')}": mark
    for mark in OPERATORS
}
"""Each mark by its name in the manifest, whose conditions are parted by commas."""

MIXED = "mixed"
"""Conditions drawn by lot, as they come together."""


@dataclass(frozen=True)
class Order:
    """One photo to make."""

    kind: str
    condition: str
    """Or a name of `MARKS`, or a kind of negatives."""
    number: int


def load_usps(path: Path) -> tuple[NDArray[np.uint8], list[str]]:
    """Return usps' digits, N×28×28, and their labels, in the file's order."""
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, dtype=np.float32)
    bits = (table[:, 1:].reshape(-1, 16, 16) + 1) / 2
    return np.stack([sample_of(np.where(each > 0.2, each, 0)) for each in bits]), [
        str(int(label)) for label in table[:, 0]
    ]


def orders(sheets: int) -> list[Order]:
    """Return all photos to make, `sheets` of each condition and kind."""
    asked = [
        Order(kind, condition, number)
        for condition in (*CONDITIONS, MIXED)
        for kind in ("made_single", "made_multi", "made_marks")
        for number in range(sheets)
    ]
    asked += [Order("made_mark", name, at) for name in MARKS for at in range(sheets)]
    return asked + [Order("negative", kind, at) for kind in NEGATIVES for at in range(sheets)]


HANDS: list[tuple[NDArray[np.uint8], list[str]]] = []
"""In each process: usps' digits, read once."""


def remember(path: Path) -> None:
    """Read usps in this process."""
    HANDS[:] = [load_usps(path)]


def photograph(order: Order) -> Sheet:
    """Return the photo with the digits on it."""
    words = f"{order.kind} {order.condition}".encode()
    rng = np.random.default_rng([1990, order.number, *words])
    if order.kind == "negative":
        return make_negative(rng, order.condition, hardness=0.7)
    ((images, labels),) = HANDS
    count = 1 if order.kind == "made_single" else ROW
    first = int(rng.integers(len(labels) - count))
    conditions = conditions_of(order, rng)
    glyphs, texts = list(images[first : first + count]), labels[first : first + count]
    if order.kind in ("made_marks", "made_mark"):
        hand = random_hand(rng)
        for place in (1, 3, 5):
            glyphs.insert(place, draw_other(mark_of(order, rng), rng, hand))
            texts.insert(place, "")
    return make_sheet(glyphs, texts, rng, conditions)


def conditions_of(order: Order, rng: np.random.Generator) -> dict[str, float]:
    """Return what the photo meets."""
    if order.condition in MARKS:
        return {}
    mixed = order.condition == MIXED
    return random_conditions(rng) if mixed else {order.condition: rng.uniform(0.4, 1)}


def mark_of(order: Order, rng: np.random.Generator) -> str:
    """Return the mark that the photo is there for, or one by lot."""
    if order.condition in MARKS:
        return MARKS[order.condition]
    return SEPARATORS[int(rng.integers(len(SEPARATORS)))]


def file_and_line(order: Order) -> tuple[bytes, tuple[str, ...]]:
    """Return the photo's file and its line in the manifest."""
    sheet = photograph(order)
    name = f"{order.kind}-{order.condition}-{order.number}.jpg"
    conditions = ",".join(filter(None, (order.condition, sheet.layout)))
    return sheet.jpeg, (name, sheet.text, order.kind, conditions)


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--usps", type=Path, required=True, help="folder of zip.test.gz")
    parser.add_argument("--out", type=Path, required=True, help="folder to fill")
    parser.add_argument("--sheets", type=int, default=6, help="of each condition and kind")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    asked = orders(options.sheets)
    source = options.usps / "zip.test.gz"
    with (
        (options.out / "manifest.csv").open("w", newline="", encoding="utf-8") as file,
        ProcessPoolExecutor(2, initializer=remember, initargs=(source,)) as pool,
    ):
        manifest = csv.writer(file)
        manifest.writerow(("file", "label", "kind", "conditions"))
        for photo, line in pool.map(file_and_line, asked, chunksize=8):
            (options.out / line[0]).write_bytes(photo)
            manifest.writerow(line)
    print(f"{options.out}: {len(asked)} photos")


if __name__ == "__main__":
    main()
