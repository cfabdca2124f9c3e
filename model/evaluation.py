"""How well a recognizer reads a folder of labelled photos, and pictures of where it fails."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.edits import correspondence, edit_distance
from model.lettering import wrapped
from model.reading import Reading
from model.recognizer import Recognizer
from model.vision import UnreadablePhoto, open_photo

LINE, CELL = 18, (48, 48)
"""Height of a line over a failure, and room for one of its digits, in pixels."""

MOST_LINES = 12
"""A page of digits, read and true, in words."""

FOOT = 80
"""What a failure is higher than wide, at least: by a line and a row of digits."""


Answer = tuple[int | None, int, float]
"""A digit's label, None where there is no digit; what it was read as; and how surely, 0..1."""


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


def single_digits(outcomes: list[Outcome]) -> list[Answer]:
    """Return (label, digit read, confidence) of every digit read, by aligning what was read.

    The label is None where none corresponds to the digit: it is one too many, such as all that
    are read in a photo without any. A digit that was missed has no confidence, and is left out.
    """
    answers: list[Answer] = []
    for outcome in outcomes:
        digits = outcome.reading.digits if outcome.reading else ()
        for place, of_label in correspondence(outcome.text or "", outcome.photo.label):
            if place is not None:
                label = None if of_label is None else int(outcome.photo.label[of_label])
                answers.append((label, digits[place].digit, digits[place].confidence))
    return answers


def confusion_matrix(answers: Sequence[Answer]) -> NDArray[np.int64]:
    """Return 10×10 counts: row is the label, column the digit read. What is too much has no row."""
    matrix = np.zeros((10, 10), np.int64)
    for label, digit, _ in answers:
        if label is not None:
            matrix[label, digit] += 1
    return matrix


def confusion_table(matrix: NDArray[np.int64]) -> list[str]:
    """Return the matrix as lines of text."""
    lines = ["label \\ read" + "".join(f"{digit:6d}" for digit in range(10))]
    lines += [f"{label:12d}" + "".join(f"{n:6d}" for n in row) for label, row in enumerate(matrix)]
    return lines


def calibration_table(answers: Sequence[Answer]) -> list[str]:
    """Return lines that hold the stated confidence against how often the answer was right.

    A digit where there is none is a wrong answer. The last line gives the expected calibration
    error: the mean distance, weighted by count.
    """
    edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.000001]
    lines, distance = ["confidence        n   stated    right"], 0.0
    for low, high in pairwise(edges):
        inside = [(label == digit, p) for label, digit, p in answers if low <= p < high]
        if inside:
            right = sum(hit for hit, _ in inside) / len(inside)
            stated = sum(p for _, p in inside) / len(inside)
            distance += abs(right - stated) * len(inside) / len(answers)
            lines.append(
                f"{100 * low:3.0f} - {min(100 * high, 100):3.0f} % {len(inside):8d} "
                f"{100 * stated:6.1f} % {100 * right:6.1f} %"
            )
    lines.append(f"expected calibration error {100 * distance:.2f} points")
    return lines


def doubt_table(answers: Sequence[Answer]) -> list[str]:
    """Return lines that say what it takes to ask about every digit less sure than a threshold.

    By them the bot's threshold is chosen, `bot.captions.SURE`.
    """
    lines = ["asked below   asked  rightly  wrong of the others"]
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        asked = [label == digit for label, digit, sure in answers if sure < threshold]
        told = [label == digit for label, digit, sure in answers if sure >= threshold]
        lines.append(
            f"{100 * threshold:9.0f} % {len(asked):7d} {asked.count(False):8d} "
            f"{100 * told.count(False) / max(1, len(told)):7.1f} %"
        )
    return lines


def draw_failures(outcomes: list[Outcome], side: int = 300) -> Image.Image:
    """Return one picture of every failure: boxes, what the network saw, read and true."""
    tiles = [draw_failure(outcome, side) for outcome in outcomes if not outcome.right]
    columns = max(1, min(6, len(tiles)))
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    heights = [max(tile.height for tile in row) for row in rows]
    sheet, top = Image.new("RGB", (columns * side, sum(heights) or side + FOOT), "white"), 0
    for row, height in zip(rows, heights, strict=True):
        for column, tile in enumerate(row):
            sheet.paste(tile, (column * side, top))
        top += height
    return sheet


def draw_failure(outcome: Outcome, side: int) -> Image.Image:
    """Return the picture of one failure: `side` wide, and as high as its words and digits need."""
    font = ImageFont.load_default(13)
    lines = wrapped(title_of(outcome), font, side - 8, most=MOST_LINES)
    digits = outcome.reading.digits if outcome.reading else ()
    across = max(1, (side - 8) // CELL[0])
    top = 4 + LINE * len(lines)
    used = side + CELL[1] * -(-len(digits) // across) + 8 if outcome.reading else 0
    tile = Image.new("RGB", (side, max(side + FOOT, top + used)), "white")
    pen = ImageDraw.Draw(tile)
    for number, line in enumerate(lines):
        pen.text((4, 2 + LINE * number), line, "black", font)
    if outcome.reading is not None:
        tile.paste(marked_photo(outcome.photo.path, outcome.reading, side - 8), (4, top))
    for place, digit in enumerate(digits):
        left, below = 4 + place % across * CELL[0], top + side + place // across * CELL[1]
        tile.paste(Image.fromarray(255 - digit.pixels), (left, below))
        caption = f"{digit.digit}, {100 * digit.confidence:.0f}"
        pen.text((left, below + 29), caption, "black", ImageFont.load_default(12))
    return tile


def title_of(outcome: Outcome) -> str:
    """Return what was read and what stands there, and how the photo was turned to be read."""
    shown = "unreadable" if outcome.text is None else f"read {outcome.text or 'nothing'}"
    turn = f", {outcome.reading.turn}" if outcome.reading and outcome.reading.turned else ""
    return f"{outcome.photo.path.stem}: {shown}{turn}, true {outcome.photo.label or 'nothing'}"


def marked_photo(path: Path, reading: Reading, side: int) -> Image.Image:
    """Return a photo turned as it was read, with the digits' boxes, its longer side as asked."""
    picture = Image.fromarray(open_photo(path.read_bytes()).pixels)
    ratio = side / max(picture.size)
    size = [max(1, round(length * ratio)) for length in picture.size]
    picture = picture.resize((size[0], size[1]))
    pen, scale = ImageDraw.Draw(picture), picture.width / reading.width
    for digit in reading.digits:
        pen.rectangle([value * scale for value in digit.box], outline="#d22")
    return picture.rotate(90 * reading.turned, expand=True)


def report_on_photos(outcomes: list[Outcome]) -> list[str]:
    """Return lines that say how many photos are read right as a whole, and how surely."""
    answers = single_digits(outcomes)
    return [
        *group_table(outcomes),
        *confusion_table(confusion_matrix(answers)),
        *calibration_table(answers),
        *doubt_table(answers),
    ]
