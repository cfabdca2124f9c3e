"""Where the glyphs stand on the page: layouts of one digit, a row, several rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from model.paper.inking import Glyph, crop_glyph, enlarge_ink, write_with_pen
from model.paper.scene import Floats, Placed, Scene, UnknownCondition

LAYOUTS = ("single", "fill", "tiny", "row", "slanted", "rows", "sizes", "touching")
"""fill: as large as the frame; tiny: 2 % of it; sizes: different ones in a row."""


@dataclass
class Spot:
    """A glyph and its place in units of the row's height, before the block is fitted in."""

    glyph: Glyph
    label: str
    row: int
    x: float
    """Of the middle."""
    y: float
    width: float
    height: float
    turn: float = 0.0
    """Degrees clockwise."""


def choose_layout(count: int, rng: np.random.Generator) -> str:
    """Draw a layout that suits so many glyphs."""
    if count <= 1:
        return str(rng.choice(["single", "fill", "tiny"], p=[0.8, 0.1, 0.1]))
    if count > 9:
        return "rows"
    names, shares = ["row", "slanted", "rows", "sizes", "touching"], [0.4, 0.15, 0.2, 0.15, 0.1]
    return str(rng.choice(names, p=shares))


def place_glyphs(
    scene: Scene, glyphs: Sequence[Glyph], labels: Sequence[str], layout: str
) -> list[str]:
    """Put the glyphs on the page in reading order and return the text of each row.

    Fills `scene.placed` and `scene.quads`. Raises `UnknownCondition` for an unknown layout.
    """
    if layout not in LAYOUTS:
        raise UnknownCondition(f"There is no layout {layout!r}; there are: {', '.join(LAYOUTS)}.")
    if not glyphs:
        return []
    cropped = [
        crop_glyph(glyph, keep_rows=not label) for glyph, label in zip(glyphs, labels, strict=True)
    ]
    if scene.pen is not None:
        cropped = write_with_pen(cropped, scene.pen)
    counts = row_lengths(len(glyphs), layout, scene.rng)
    spots = set_rows(cropped, labels, counts, layout, scene.rng)
    fit_block(scene, spots, layout)
    scene.placed = [print_spot(spot) for spot in spots]
    scene.quads = np.stack([ink_corners(one) for one in scene.placed])
    texts = ["".join(one.label for one in spots if one.row == row) for row in range(len(counts))]
    return [text for text in texts if text]


def row_lengths(count: int, layout: str, rng: np.random.Generator) -> list[int]:
    """Return how many glyphs stand in each row."""
    if layout != "rows":
        return [count]
    rows = int(np.clip(rng.integers(2, 5), -(-count // 9), max(1, count // 2)))
    share = count / rows
    ends = [round(share * (row + 1) + rng.uniform(-0.2, 0.2) * share) for row in range(rows - 1)]
    return [int(part) for part in np.diff([0, *ends, count])]


def set_rows(
    glyphs: Sequence[Glyph], labels: Sequence[str], counts: list[int], layout: str,
    rng: np.random.Generator,
) -> list[Spot]:  # fmt: skip
    """Return all glyphs at their places, in units of a digit's height."""
    spots: list[Spot] = []
    spacing = float(rng.uniform(1.5, 2.6))
    space = 0.05 if layout == "touching" else float(rng.uniform(0.15, 0.9))
    slope = float(rng.uniform(6, 16) * rng.choice([-1, 1])) if layout == "slanted" else 0.0
    digits = [len(glyph) for glyph, label in zip(glyphs, labels, strict=True) if label]
    usual = float(np.median(digits)) if digits else 80.0
    first = 0
    for row, count in enumerate(counts):
        part = slice(first, first + count)
        line = set_row(glyphs[part], labels[part], usual, layout, space, rng)
        for spot in line:
            spot.row = row
            spot.y += row * spacing + spot.x * np.tan(np.radians(slope))
            spot.turn += slope
        shift_row(line, float(rng.uniform(0, 0.6)) if row else 0.0)
        spots += line
        first += count
    return spots


def shift_row(line: list[Spot], by: float) -> None:
    """Indent a row."""
    for spot in line:
        spot.x += by


def set_row(
    glyphs: Sequence[Glyph], labels: Sequence[str], usual: float, layout: str, space: float,
    rng: np.random.Generator,
) -> list[Spot]:  # fmt: skip
    """Return one row's glyphs from left to right; y is 0 at the middle of the line."""
    line: list[Spot] = []
    edge = 0.0
    for place, (glyph, label) in enumerate(zip(glyphs, labels, strict=True)):
        size = float(rng.uniform(0.5, 1.2) if layout == "sizes" else np.exp(rng.normal(0, 0.06)))
        height = size if label else size * len(glyph) / max(usual, len(glyph) / 1.6)
        width = height * glyph.shape[1] / len(glyph)
        gap = space * float(rng.uniform(0.6, 1.4))
        if place and layout == "touching":
            gap = min(gap, touching_gap(glyphs[place - 1], glyph, line[-1].height, height))
        base = (1 - height) / 2 if label else 0.0
        y = base + float(rng.normal(0, 0.04))
        edge += gap if place else 0.0
        turn = float(rng.normal(0, 2))
        line.append(Spot(glyph, label, 0, edge + width / 2, y, width, height, turn))
        edge += width
    return line


def touching_gap(left: Glyph, right: Glyph, left_height: float, right_height: float) -> float:
    """Return the gap, below 0, at which two neighbours touch, in units of a digit's height."""
    rows = 32

    def margin(glyph: Glyph, height: float) -> Floats:
        size = (max(1, round(rows * glyph.shape[1] / len(glyph))), rows)
        ink = np.asarray(Image.fromarray(glyph).resize(size)) > 30
        empty = np.where(ink.any(axis=1), ink.argmax(axis=1), rows)
        return empty.astype(np.float32) * (height / rows)

    nearest = float((margin(left[:, ::-1], left_height) + margin(right, right_height)).min())
    widths = (left_height * left.shape[1] / len(left), right_height * right.shape[1] / len(right))
    return float(-min(nearest + 0.03, 0.35 * max(0.1, min(widths))))


def fit_block(scene: Scene, spots: list[Spot], layout: str) -> None:
    """Scale, tilt and move the block of writing into the frame: from units to pixels."""
    rng = scene.rng
    frame = np.array([scene.width, scene.height], np.float32)
    centers = np.array([[spot.x, spot.y] for spot in spots])
    sides = np.array([[spot.width, spot.height] for spot in spots])
    low, high = (centers - sides / 2).min(axis=0), (centers + sides / 2).max(axis=0)
    angle = np.radians(scene.tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    block = np.abs(turn).T @ (high - low)  # of the tilted block
    most = float((frame / block).min())
    share = {"fill": rng.uniform(0.97, 1.03), "tiny": 0.0, "single": rng.uniform(0.3, 0.85)}.get(
        layout, rng.uniform(0.55, 0.9)
    )
    scale = share * most
    if layout == "tiny":
        scale = float(np.sqrt(0.02 * frame.prod() / max(block.prod(), 0.35)))
    room = np.maximum(frame - block * scale, 0)
    middle = frame / 2 + room * rng.uniform(-0.42, 0.42, 2)
    placed = (centers - (low + high) / 2) @ turn * scale + middle
    for spot, (x, y) in zip(spots, placed.tolist(), strict=True):
        spot.x, spot.y = x, y
        spot.width, spot.height = spot.width * scale, spot.height * scale
        spot.turn += scene.tilt


def ink_corners(placed: Placed) -> Floats:
    """Return the 4×2 corners of the upright box around a glyph's ink on the page."""
    inked = placed.mask > 60
    columns, rows = np.flatnonzero(inked.any(axis=0)), np.flatnonzero(inked.any(axis=1))
    if len(rows) == 0:
        return placed.quad
    x0, x1 = columns[0] + placed.corner[0], columns[-1] + 1 + placed.corner[0]
    y0, y1 = rows[0] + placed.corner[1], rows[-1] + 1 + placed.corner[1]
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def print_spot(spot: Spot) -> Placed:
    """Return the glyph drawn for its place, in pixels."""
    height, width = max(1, round(spot.height)), max(1, round(spot.width))
    mask = enlarge_ink(spot.glyph, height, width, spot.turn)
    corner = (round(spot.x - mask.shape[1] / 2), round(spot.y - mask.shape[0] / 2))
    angle = np.radians(spot.turn)
    rows = np.flatnonzero((spot.glyph > 40).any(axis=1)) / len(spot.glyph)  # a comma stands low
    top, foot = float(rows[0]) - 0.5, float(rows[-1]) + 1 / len(spot.glyph) - 0.5
    corners = np.array([[-0.5, top], [0.5, top], [0.5, foot], [-0.5, foot]])
    corners = corners * [spot.width, spot.height]
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    quad = (corners @ turn + [spot.x, spot.y]).astype(np.float32)
    return Placed(mask, corner, quad, spot.label, spot.row)
