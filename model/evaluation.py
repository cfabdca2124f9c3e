"""How well a recognizer reads a folder of labelled photos, and pictures of where it fails."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from model.reading import Reading
from model.recognizer import Recognizer
from model.vision import UnreadablePhoto


class UnusableManifest(ValueError):
    """The folder's manifest.csv is missing or lacks a column; the message says which."""


@dataclass(frozen=True)
class LabelledPhoto:
    """One line of a manifest."""

    path: Path
    label: str
    kind: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What was read in a labelled photo; `reading` is None where the file was unreadable."""

    photo: LabelledPhoto
    reading: Reading | None

    @property
    def text(self) -> str | None:
        """Return the digits read, None for an unreadable file."""
        return None if self.reading is None else self.reading.text

    @property
    def right(self) -> bool:
        """Tell whether the whole answer is right."""
        return self.text == self.photo.label


def load_manifest(folder: Path) -> list[LabelledPhoto]:
    """Return the labelled photos of a folder; raises `UnusableManifest`.

    `manifest.csv` needs the columns `file` and `label` (digits in reading order, empty where
    there are none); `kind` and `conditions` (separated by commas) group the table.
    """
    path = folder / "manifest.csv"
    if not path.is_file():
        raise UnusableManifest(f"{path} is missing: it should list the photos' file and label.")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    photos = []
    for row in rows:
        for column in ("file", "label"):
            if row.get(column) is None:
                raise UnusableManifest(f"{path} has no column {column!r}.")
        conditions = tuple(filter(None, (row.get("conditions") or "").split(",")))
        kind = row.get("kind") or "photo"
        photos.append(LabelledPhoto(folder / row["file"], row["label"], kind, conditions))
    return photos


def read_photos(recognizer: Recognizer, photos: list[LabelledPhoto]) -> Iterator[Outcome]:
    """Read the photos one by one."""
    for photo in photos:
        try:
            yield Outcome(photo, recognizer.read(photo.path.read_bytes()))
        except (UnreadablePhoto, OSError):
            yield Outcome(photo, None)


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, both 0..1 (Wilson 1927)."""
    if not count:
        return 0.0, 1.0
    z = 1.959964
    share, spread = right / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def edit_distance(read: str, label: str) -> int:
    """Return how many characters must be changed, added or left out to make `read` the label."""
    previous = list(range(len(label) + 1))
    for i, have in enumerate(read, 1):
        current = [i]
        for j, want in enumerate(label, 1):
            change = previous[j - 1] + (have != want)
            current.append(min(change, previous[j] + 1, current[j - 1] + 1))
        previous = current
    return previous[-1]


def group_table(outcomes: list[Outcome]) -> list[str]:
    """Return lines that say for each kind and condition how many answers are right."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.photo.kind, []).append(outcome)
    for outcome in outcomes:
        for condition in outcome.photo.conditions:
            groups.setdefault(f"  {condition}", []).append(outcome)
    width = max((len(name) for name in groups), default=0)
    lines = [f"{'kind or condition':{width}}     n  right        95 %       char. errors"]
    for name, members in groups.items():
        count, right = len(members), sum(outcome.right for outcome in members)
        low, high = wilson(right, count)
        characters = sum(len(outcome.photo.label) for outcome in members)
        errors = sum(edit_distance(outcome.text or "", outcome.photo.label) for outcome in members)
        rate = f"{100 * errors / characters:5.1f} %" if characters else f"{errors:5d}"
        lines.append(
            f"{name:{width}} {count:5d} {right:5d} {100 * right / count:5.1f} % "
            f"{100 * low:5.1f}-{100 * high:5.1f} % {rate}"
        )
    return lines


def single_digits(outcomes: list[Outcome]) -> list[tuple[int, int, float]]:
    """Return (label, digit read, confidence) where the number of digits was right."""
    pairs = []
    for outcome in outcomes:
        digits = outcome.reading.digits if outcome.reading else ()
        if digits and len(digits) == len(outcome.photo.label):
            for label, digit in zip(outcome.photo.label, digits, strict=True):
                pairs.append((int(label), digit.digit, digit.confidence))
    return pairs


def confusion_matrix(pairs: list[tuple[int, int, float]]) -> NDArray[np.int64]:
    """Return 10×10 counts: row is the label, column the digit read."""
    matrix = np.zeros((10, 10), np.int64)
    for label, digit, _ in pairs:
        matrix[label, digit] += 1
    return matrix


def confusion_table(matrix: NDArray[np.int64]) -> list[str]:
    """Return the matrix as lines of text."""
    lines = ["label \\ read" + "".join(f"{digit:6d}" for digit in range(10))]
    lines += [f"{label:12d}" + "".join(f"{n:6d}" for n in row) for label, row in enumerate(matrix)]
    return lines


def calibration_table(pairs: list[tuple[int, int, float]]) -> list[str]:
    """Return lines that hold the stated confidence against how often the answer was right.

    The last one gives the expected calibration error: the mean distance, weighted by count.
    """
    edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.000001]
    lines, distance = ["confidence        n   stated    right"], 0.0
    for low, high in pairwise(edges):
        inside = [(label == digit, p) for label, digit, p in pairs if low <= p < high]
        if inside:
            right = sum(hit for hit, _ in inside) / len(inside)
            stated = sum(p for _, p in inside) / len(inside)
            distance += abs(right - stated) * len(inside) / len(pairs)
            lines.append(
                f"{100 * low:3.0f} - {min(100 * high, 100):3.0f} % {len(inside):8d} "
                f"{100 * stated:6.1f} % {100 * right:6.1f} %"
            )
    lines.append(f"expected calibration error {100 * distance:.2f} points")
    return lines


def draw_failures(outcomes: list[Outcome], side: int = 300) -> Image.Image:
    """Return one picture of every failure: boxes, what the network saw, read and true."""
    failures = [outcome for outcome in outcomes if not outcome.right]
    columns = max(1, min(6, len(failures)))
    rows = max(1, -(-len(failures) // columns))
    sheet = Image.new("RGB", (columns * side, rows * (side + 80)), "white")
    for index, outcome in enumerate(failures):
        tile = draw_failure(outcome, side)
        sheet.paste(tile, (index % columns * side, index // columns * (side + 80)))
    return sheet


def draw_failure(outcome: Outcome, side: int) -> Image.Image:
    """Return the picture of one failure."""
    tile = Image.new("RGB", (side, side + 80), "white")
    pen, font = ImageDraw.Draw(tile), ImageFont.load_default(13)
    shown = "unreadable" if outcome.text is None else f"read {outcome.text or 'nothing'}"
    title = f"{outcome.photo.path.stem[:14]}: {shown}, true {outcome.photo.label or 'nothing'}"
    pen.text((4, 2), title, "black", font)
    if outcome.reading is None:
        return tile
    with Image.open(outcome.photo.path) as image:
        picture = ImageOps.exif_transpose(image).convert("RGB")
    ratio = (side - 8) / max(picture.size)
    picture = picture.resize((round(picture.width * ratio), round(picture.height * ratio)))
    tile.paste(picture, (4, 22))
    for place, digit in enumerate(outcome.reading.digits):
        x0, y0, x1, y1 = (value * ratio for value in digit.box)
        pen.rectangle((4 + x0, 22 + y0, 4 + x1, 22 + y1), outline="#d22")
        if place < side // 32:
            tile.paste(Image.fromarray(255 - digit.pixels), (4 + place * 32, side + 22))
            caption = f"{digit.digit} {100 * digit.confidence:.0f}"
            pen.text((4 + place * 32, side + 52), caption, "black", font)
    return tile


def report_on_photos(outcomes: list[Outcome]) -> list[str]:
    """Return lines that say how many photos are read right as a whole, and how surely."""
    pairs = single_digits(outcomes)
    return [
        *group_table(outcomes),
        *confusion_table(confusion_matrix(pairs)),
        *calibration_table(pairs),
    ]
