"""A pen: smooth curves through a few points, drawn as a hand would, with anti-aliased edges.

A stroke is an array of points, k×2 (x to the right, y down), in units of the writing's height. A
point that stands twice is a corner; between corners the pen runs smoothly (Catmull-Rom).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Floats = NDArray[np.float64]
Stroke = Floats
Glyph = NDArray[np.uint8]

OVERSAMPLING = 4
"""Strokes are drawn so many times larger and averaged down."""

STEPS = 8
"""Straight pieces that a curve is drawn with between two of its points."""


@dataclass(frozen=True)
class Hand:
    """How one hand moves; all lengths in units of the writing's height."""

    width: float = 0.08
    """Of the pen."""
    pressure: float = 0.15
    """Share of the width that comes and goes along a stroke."""
    taper: float = 0.3
    """Share of the width that is missing where the pen lands and lifts."""
    jitter: float = 0.02
    """Standard deviation of each point."""
    tremor: float = 0.004
    """Standard deviation of the slow wander between points."""
    slant: float = 0.0
    """Shift to the right per height, what makes writing lean."""
    turn: float = 0.0
    """Degrees clockwise."""
    aspect: float = 1.0
    """Widens (above 1) or narrows."""
    angular: bool = False
    """Whether it goes straight from point to point."""
    lifts: float = 0.0
    """Chance that the pen leaves the paper for a short way within a stroke."""


def random_hand(rng: np.random.Generator) -> Hand:
    """Draw a hand as people have them: ball pens to felt pens, upright to strongly slanted.

    Three in ten are odd: very wide or narrow, unsteady, leaning far to either side.
    """
    odd = rng.random() < 0.3
    return Hand(
        width=float(np.exp(rng.uniform(np.log(0.03), np.log(0.14)))),
        pressure=float(rng.uniform(0, 0.35)),
        taper=float(rng.uniform(0, 0.6)) if rng.random() < 0.6 else 0.0,
        jitter=float(rng.uniform(0.006, 0.05 if odd else 0.03)),
        tremor=float(rng.uniform(0, 0.008)),
        slant=float(np.clip(rng.normal(0.1, 0.25 if odd else 0.15), -0.35, 0.6)),
        turn=float(np.clip(rng.normal(0, 4), -9, 9)),
        aspect=float(np.clip(np.exp(rng.normal(0, 0.35 if odd else 0.17)), 0.55, 1.9)),
        angular=rng.random() < 0.06,
        lifts=0.5 if rng.random() < 0.1 else 0.0,
    )


def parse_strokes(text: str) -> list[Stroke]:
    """Read strokes written as "x,y x,y* x,y|x,y x,y": `|` lifts the pen, `*` marks a corner."""
    strokes = []
    for part in text.split("|"):
        points: list[list[float]] = []
        for word in part.split():
            x, y = word.rstrip("*").split(",")
            points += [[float(x), float(y)]] * (2 if word.endswith("*") else 1)
        strokes.append(np.array(points))
    return strokes


def arc(
    center: tuple[float, float], radius: tuple[float, float], start: float, sweep: float
) -> Stroke:
    """Return points on an ellipse, from `start` over `sweep` degrees.

    0 is to the right and 90 down, so a positive sweep runs clockwise.
    """
    count = max(3, int(abs(sweep) / 40) + 1)
    angles = np.radians(np.linspace(start, start + sweep, count))
    return np.stack(
        [center[0] + radius[0] * np.cos(angles), center[1] + radius[1] * np.sin(angles)], axis=1
    )


def smooth_curve(points: Stroke) -> Floats:
    """Return the polyline, m×2, of a pen that passes through all points, sharp at double ones."""
    if len(points) < 2:
        return points
    corners = np.flatnonzero((np.diff(points, axis=0) == 0).all(axis=1)) + 1
    pieces = [catmull_rom(part) for part in np.split(points, corners)]
    return np.concatenate(pieces)


def catmull_rom(points: Floats) -> Floats:
    """Return the smooth polyline through k×2 points, `STEPS` pieces from one to the next."""
    if len(points) < 3:
        return points
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, here, there, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * here
        + (there - before) * t
        + (2 * before - 5 * here + 4 * there - after) * t**2
        + (3 * here - before - 3 * there + after) * t**3
    )  # STEPS × spans × 2
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def draw_strokes(
    strokes: Sequence[Stroke], rng: np.random.Generator, hand: Hand, height: int = 80
) -> tuple[Glyph, float]:
    """Draw the strokes and return the glyph, cropped to its ink, and the y of its first row.

    The glyph is H×W, ink 255 on 0; its scale is `height` pixels a unit. The y is in these units:
    it says where a comma or a minus stands.
    """
    if len(strokes) == 0:
        raise ValueError("A glyph needs at least one stroke.")
    lines = [
        part
        for points in strokes
        for part in lift(wander(jitter(points, rng, hand), rng, hand), rng, hand)
    ]
    flat = np.concatenate(lines)
    pad = hand.width * 0.75 + 2 / height
    origin = flat.min(axis=0) - pad
    size = np.ceil((flat.max(axis=0) + pad - origin) * height).astype(int)
    scale = height * OVERSAMPLING
    image = Image.new("L", (int(size[0]) * OVERSAMPLING, int(size[1]) * OVERSAMPLING))
    pencil = ImageDraw.Draw(image)
    for line in lines:
        trace(pencil, (line - origin) * scale, pen_widths(len(line), rng, hand) * scale)
    glyph = np.asarray(image.reduce(OVERSAMPLING))
    inked = np.flatnonzero(glyph.any(axis=1)), np.flatnonzero(glyph.any(axis=0))
    top = int(inked[0][0])
    cropped = glyph[top : inked[0][-1] + 1, inked[1][0] : inked[1][-1] + 1]
    return cropped.copy(), float(origin[1] + top / height)


def jitter(points: Stroke, rng: np.random.Generator, hand: Hand) -> Floats:
    """Return the points where this hand puts them: each a little off, then widened and slanted."""
    spacing = float(np.abs(np.diff(points, axis=0)).sum(axis=1).mean()) if len(points) > 1 else 1.0
    close = min(1.0, spacing / 0.35)  # close points must move little, or a curve gets corners
    moved = points + rng.normal(0, hand.jitter * close, points.shape)
    if len(points) > 1:
        same = np.flatnonzero((np.diff(points, axis=0) == 0).all(axis=1))
        moved[same + 1] = moved[same]  # a corner stays one
    moved[:, 0] *= hand.aspect
    moved[:, 0] += hand.slant * (0.5 - moved[:, 1])
    angle = np.radians(hand.turn)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((moved - 0.5) @ turn + 0.5)


def wander(points: Floats, rng: np.random.Generator, hand: Hand) -> Floats:
    """Return the smooth polyline through the points with the hand's slow tremor."""
    line = follow(points, STEPS) if hand.angular else smooth_curve(points)
    if hand.tremor == 0 or len(line) < 2:
        return line
    ends = np.linspace(0, 1, len(line))
    knots = np.linspace(0, 1, max(3, len(line) // 5))
    for axis in (0, 1):
        line[:, axis] += np.interp(ends, knots, rng.normal(0, hand.tremor, len(knots)))
    return line


def follow(points: Floats, steps: int) -> Floats:
    """Return the polyline straight through k×2 points, so many pieces from one to the next."""
    at = np.linspace(0, len(points) - 1, steps * (len(points) - 1) + 1)
    return np.stack([np.interp(at, np.arange(len(points)), axis) for axis in points.T], axis=1)


def lift(line: Floats, rng: np.random.Generator, hand: Hand) -> list[Floats]:
    """Return the line in two parts where the pen leaves the paper for a twentieth to a tenth."""
    if hand.lifts == 0 or len(line) < 20 or rng.random() >= hand.lifts:
        return [line]
    gap = max(2, round(len(line) * float(rng.uniform(0.05, 0.1))))
    start = int(rng.integers(4, len(line) - gap - 4))
    return [line[:start], line[start + gap :]]


def pen_widths(count: int, rng: np.random.Generator, hand: Hand) -> Floats:
    """Return the pen's width at each of `count` points: pressure varies, ends taper."""
    way = np.linspace(0, 1, count)
    knots = rng.uniform(1 - hand.pressure, 1, 5)
    widths = hand.width * np.interp(way, np.linspace(0, 1, 5), knots)
    start, end = rng.uniform(0, hand.taper, 2) if hand.taper else (0.0, 0.0)
    widths *= 1 - start * np.clip(1 - way / 0.25, 0, 1) - end * np.clip((way - 0.7) / 0.3, 0, 1)
    return widths


def trace(pencil: ImageDraw.ImageDraw, line: Floats, widths: Floats) -> None:
    """Draw a polyline with a round pen of changing width; a single point gives a dot."""
    corners = np.hstack([line - widths[:, None] / 2, line + widths[:, None] / 2])
    for corner in corners.tolist():
        pencil.ellipse(corner, fill=255)
    points = [tuple(point) for point in line.tolist()]
    for start, end, width in zip(points[:-1], points[1:], widths[1:].tolist(), strict=True):
        pencil.line([start, end], fill=255, width=max(1, round(width)))
