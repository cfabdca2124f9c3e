"""What people write and draw that is no digit: operators, letters, scribbles, doodles.

Left out are letters that nobody can tell from a digit without their word: O o D Q θ (0),
I l i j (1), Z z (2), S s (5), b G (6), δ (8), g q y (9). A slash leans more than a 1, and B and β
stand on a straight stem.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from model.paper.pen import Glyph, Hand, Stroke, arc, draw_strokes, parse_strokes

Rng = np.random.Generator

OPERATORS = {
    "+": "0,0.5 0.5,0.5|0.25,0.25 0.25,0.75",
    "-": "0,0.5 0.5,0.5",
    "x": "0.02,0.3 0.42,0.72|0.42,0.3 0,0.72",
    "/": "0.55,-0.05 0,1.05",
    "÷": "0,0.5 0.5,0.5|0.24,0.28 0.25,0.29|0.24,0.72 0.25,0.73",
    "=": "0,0.4 0.48,0.4|0,0.6 0.48,0.6",
    "(": "0.25,-0.05 0.06,0.2 0,0.5 0.06,0.8 0.25,1.05",
    ")": "0,-0.05 0.19,0.2 0.25,0.5 0.19,0.8 0,1.05",
    "<": "0.5,0.25 0,0.5* 0.5,0.75",
    ">": "0,0.25 0.5,0.5* 0,0.75",
    ".": "0,0.97 0.01,0.98",
    ",": "0.06,0.92 0.05,1 0,1.12",
    ":": "0,0.35 0.01,0.36|0,0.8 0.01,0.81",
    "?": "0,0.2 0.12,0.02 0.35,0.02 0.45,0.2 0.3,0.42 0.22,0.55 0.22,0.72|0.22,0.95 0.23,0.96",
    "!": "0.05,0 0.05,0.68|0.05,0.95 0.06,0.96",
    "%": "0.5,0.02 0.08,1|0.12,0.05 0,0.2 0.12,0.35 0.22,0.2 0.12,0.05"
    "|0.48,0.65 0.38,0.8 0.5,0.95 0.6,0.8 0.48,0.65",
    "#": "0.2,0 0.12,1|0.45,0 0.38,1|0,0.33 0.6,0.32|0,0.68 0.6,0.66",
    "&": "0.6,1 0.12,0.3 0.2,0.02 0.38,0.1 0.3,0.38 0.02,0.7 0.15,0.98 0.4,0.9 0.6,0.6",
    "*": "0.2,0.1 0.2,0.5|0.02,0.2 0.38,0.42|0.38,0.2 0.02,0.42",
    "€": "0.55,0.12 0.35,0 0.15,0.2 0.12,0.6 0.25,0.95 0.55,0.9|0,0.4 0.4,0.4|0,0.58 0.38,0.58",
}

LETTERS = {
    "A": "0,1 0.3,0* 0.6,1|0.1,0.62 0.5,0.6",
    "B": "0.04,0 0,1|0,0.02 0.32,0 0.42,0.2 0.3,0.44 0.05,0.48* 0.36,0.5 0.52,0.72 0.4,0.96 0,1",
    "C": "0.52,0.15 0.3,0 0.06,0.25 0.02,0.65 0.22,0.98 0.52,0.88",
    "E": "0.5,0 0.02,0* 0,1* 0.52,1|0.02,0.5 0.4,0.48",
    "F": "0.5,0 0.02,0* 0,1|0.02,0.48 0.4,0.46",
    "H": "0,0 0,1|0.52,0 0.52,1|0,0.5 0.52,0.48",
    "K": "0,0 0,1|0.48,0 0.04,0.52* 0.5,1",
    "L": "0.02,0 0,1* 0.48,0.98",
    "M": "0,1 0.08,0* 0.35,0.6* 0.62,0* 0.7,1",
    "N": "0,1 0.02,0* 0.5,1* 0.52,0",
    "P": "0.02,0 0,1|0,0.02 0.35,0 0.5,0.22 0.35,0.48 0.02,0.52",
    "R": "0.02,0 0,1|0,0.02 0.35,0 0.48,0.22 0.35,0.46 0.03,0.5* 0.5,1",
    "T": "0,0 0.6,0|0.3,0 0.3,1",
    "U": "0,0 0.02,0.7 0.25,1 0.5,0.7 0.52,0",
    "V": "0,0 0.26,1* 0.52,0",
    "W": "0,0 0.16,1* 0.34,0.35* 0.52,1* 0.7,0",
    "X": "0,0 0.52,1|0.52,0 0,1",
    "Y": "0,0 0.27,0.48|0.55,0 0.27,0.48* 0.25,1",
    "a": "0.42,0.55 0.25,0.45 0.03,0.65 0.08,0.95 0.3,0.95 0.42,0.6* 0.42,0.85 0.52,1",
    "c": "0.4,0.55 0.22,0.45 0.02,0.7 0.15,1 0.42,0.92",
    "d": "0.38,0.55 0.18,0.48 0.02,0.75 0.18,1 0.4,0.8 0.42,0* 0.42,0.85 0.5,1",
    "e": "0.04,0.72 0.36,0.68 0.32,0.48 0.1,0.5 0.03,0.8 0.2,1 0.42,0.9",
    "f": "0.4,0.08 0.25,0 0.17,0.3 0.15,1|0,0.42 0.36,0.4",
    "h": "0.02,0 0,1* 0.03,0.65 0.25,0.48 0.38,0.65 0.38,1",
    "k": "0.02,0 0,1|0.34,0.45 0.04,0.72* 0.36,1",
    "m": "0,0.48 0.02,1* 0.05,0.6 0.2,0.48 0.28,0.65 0.28,1* 0.32,0.6 0.46,0.48 0.55,0.65 0.56,1",
    "n": "0,0.48 0.02,1* 0.05,0.62 0.24,0.48 0.36,0.65 0.38,1",
    "p": "0,0.48 0.02,1.35|0.02,0.6 0.22,0.46 0.4,0.65 0.3,0.95 0.04,0.92",
    "r": "0,0.48 0.02,1* 0.05,0.65 0.2,0.48 0.34,0.55",
    "t": "0.18,0.12 0.16,0.85 0.26,1 0.4,0.94|0,0.4 0.36,0.38",
    "u": "0,0.48 0.03,0.85 0.18,1 0.36,0.8 0.38,0.48* 0.38,0.85 0.48,1",
    "v": "0,0.48 0.18,1* 0.38,0.46",
    "w": "0,0.48 0.12,1* 0.26,0.58* 0.4,1* 0.54,0.48",
}

GREEK = {
    "α": "0.5,0.46 0.3,0.95 0.1,0.98 0,0.75 0.12,0.5 0.28,0.55 0.4,0.95 0.52,0.98",
    "α crossed": "0.62,0.3 0.35,0.75 0.12,0.86 0,0.66 0.12,0.48 0.35,0.56 0.78,0.98",
    "β": "0,1.35 0.08,0.3 0.2,0.02 0.4,0.06 0.42,0.3 0.15,0.46* 0.45,0.55 0.48,0.85 0.25,1 "
    "0.05,0.9",
    "β with a stem": "0.12,0.02 0,1.3|0.1,0.04 0.45,0 0.22,0.4* 0.5,0.66 0.3,0.84 0.06,0.86",
    "λ": "0.06,0.04 0.16,0.06 0.3,0.5 0.52,1|0.28,0.45 0,1",
    "μ": "0.05,0.48 0,1.35|0.04,0.8 0.15,0.98 0.34,0.85 0.38,0.48* 0.38,0.85 0.48,0.98",
    "π": "0,0.52 0.1,0.45 0.55,0.46|0.16,0.46 0.1,1|0.38,0.46 0.38,0.9 0.48,1",
    "γ": "0,0.5 0.12,0.46 0.25,0.8 0.2,1.3 0.14,1.15 0.25,0.8 0.42,0.46",
    "γ of two strokes": "0,0.14 0.1,0 0.24,0.1 0.32,0.55|0.62,0 0.42,0.45 0.2,1.15",
    "Σ": "0.52,0.1 0.5,0* 0.02,0* 0.32,0.5* 0,1* 0.54,1* 0.55,0.88",
    "Δ": "0.3,0* 0,1* 0.62,1* 0.3,0",
    "Ω": "0,1 0.18,0.98* 0.04,0.5 0.14,0.1 0.35,0 0.56,0.15 0.64,0.5 0.5,0.98* 0.68,1",
    "ψ": "0,0.3 0.05,0.65 0.28,0.78 0.5,0.65 0.56,0.28|0.3,0 0.26,1.2",
    "φ": "0.3,0.35 0.04,0.45 0.06,0.85 0.3,0.95 0.54,0.8 0.5,0.42 0.3,0.35|0.32,0 0.26,1.3",
    "ω": "0.1,0.5 0,0.75 0.12,1 0.28,0.75* 0.4,1 0.56,0.75 0.46,0.48",
}

DOODLES = {
    "heart": "0.4,0.95* 0.05,0.5 0,0.2 0.2,0.05 0.4,0.28* 0.6,0.05 0.82,0.2 0.76,0.5 0.4,0.95",
    "star": "0.1,1 0.45,0* 0.78,1* 0,0.36* 0.9,0.36* 0.1,1",
    "check": "0,0.6 0.22,0.95* 0.75,0.1",
    "arrow": "0,0.5 0.9,0.5|0.65,0.3 0.92,0.5* 0.65,0.72",
    "arrow-up": "0.3,1 0.3,0|0.1,0.25 0.3,0* 0.5,0.25",
    "cross-out": "0,0.1 0.8,0.9|0.8,0.1 0,0.9|0,0.5 0.8,0.45",
    "smile": "0.4,0 0.1,0.15 0,0.5 0.15,0.88 0.45,1 0.8,0.85 0.9,0.5 0.78,0.12 0.4,0"
    "|0.28,0.35 0.29,0.36|0.6,0.35 0.61,0.36|0.22,0.62 0.42,0.78 0.68,0.6",
    "house": "0,0.45 0.4,0* 0.8,0.45* 0.8,1* 0,1* 0,0.45* 0.8,0.45|0.3,1 0.3,0.65* 0.5,0.65* 0.5,1",
    "flower": "0.4,0.3 0.25,0.1 0.4,0 0.55,0.1 0.4,0.3* 0.6,0.2 0.75,0.3 0.6,0.45 0.4,0.3* "
    "0.5,0.5 0.4,0.6 0.3,0.5 0.4,0.3* 0.2,0.45 0.05,0.3 0.2,0.18 0.4,0.3|0.4,0.6 0.42,1.1",
    "wave": "0,0.5 0.15,0.35 0.3,0.5 0.45,0.65 0.6,0.5 0.75,0.35 0.9,0.5 1.05,0.65 1.2,0.5",
    "zigzag": "0,0.65 0.15,0.35* 0.3,0.65* 0.45,0.35* 0.6,0.65* 0.75,0.35* 0.9,0.65",
    "box": "0,0.1 0.8,0.08* 0.82,0.9* 0.02,0.92* 0,0.1",
    "line": "0,0.5 1.6,0.48",
}

WRITTEN = OPERATORS | LETTERS | GREEK | DOODLES


def scribble(rng: Rng) -> list[Stroke]:
    """Return a stroke that goes to and fro at random."""
    count = int(rng.integers(12, 30))
    steps = rng.normal(0, rng.uniform(0.15, 0.4), (count, 2))
    steps[:, 0] += rng.uniform(0, 0.08)
    path = np.cumsum(steps, axis=0)
    path -= path.min(axis=0)
    return [path * (rng.uniform(0.8, 1.2) / max(path[:, 1].max(), 0.1))]


def hatching(rng: Rng) -> list[Stroke]:
    """Return dense strokes to and fro, as one blackens a mistake."""
    count = int(rng.integers(8, 20))
    x = np.linspace(0, rng.uniform(0.5, 1.2), count)
    y = np.where(np.arange(count) % 2, 0.05, 0.95) + rng.normal(0, 0.06, count)
    return [np.repeat(np.stack([x, y], axis=1), 2, axis=0)]


def coil(rng: Rng) -> list[Stroke]:
    """Return a spiral, or a row of loops as from trying out a pen."""
    turns = float(rng.uniform(2.5, 5))
    angles = np.linspace(0, 2 * np.pi * turns, int(turns * 9))
    if rng.random() < 0.5:
        radius = np.linspace(0.05, 0.5, len(angles))
        center = np.full_like(angles, 0.5)
    else:
        radius = np.full_like(angles, 0.35)
        center = np.linspace(0.3, 0.3 + 0.22 * turns, len(angles))
    return [np.stack([center + radius * np.cos(angles), 0.5 + radius * np.sin(angles)], axis=1)]


def dots(rng: Rng) -> list[Stroke]:
    """Return a few dots."""
    spots = rng.uniform(0, 0.9, (int(rng.integers(2, 7)), 1, 2))
    return [np.concatenate([spot, spot + 0.01]) for spot in spots]


def blob(rng: Rng) -> list[Stroke]:
    """Return a filled, uneven spot: a blot of ink."""
    size = float(rng.uniform(0.15, 0.4))
    rings = [arc((0.5, 0.5), (size * part, size * part), 0, 360) for part in (1, 0.66, 0.33, 0.05)]
    return [ring + rng.normal(0, 0.15 * size, 2) for ring in rings]


def fingerprint(rng: Rng) -> list[Stroke]:
    """Return arcs within arcs."""
    count = int(rng.integers(4, 8))
    parts = np.linspace(0.12, 1, count)
    return [
        arc((0.35, 0.5), (0.35 * part, 0.5 * part), float(rng.uniform(0, 360)),
            float(rng.uniform(200, 340)))
        for part in parts
    ]  # fmt: skip


SHAPES: dict[str, Callable[[Rng], list[Stroke]]] = {
    "scribble": scribble,
    "hatching": hatching,
    "coil": coil,
    "dots": dots,
    "blob": blob,
    "fingerprint": fingerprint,
}

OTHERS = (*WRITTEN, *SHAPES)
"""Every kind of mark, by name."""


def draw_mark(kind: str, rng: Rng, hand: Hand, height: int) -> Glyph:
    """Draw a mark, H×W, ink 255 on 0; its rows reach at least from the line's top to its foot."""
    strokes = parse_strokes(WRITTEN[kind]) if kind in WRITTEN else SHAPES[kind](rng)
    if kind == "/":  # it leans by itself, from nearly upright to lying
        strokes = [np.array([[rng.uniform(0.25, 1.1), -0.05], [0, 1.05]])]
        hand = Hand(hand.width, hand.pressure, hand.taper, hand.jitter, hand.tremor)
    if kind in ("blob", "dots"):
        hand = Hand(width=max(hand.width, 0.12 if kind == "blob" else 0.06), jitter=hand.jitter)
    glyph, top = draw_strokes(strokes, rng, hand, height)
    above = max(0, round(top * height))
    return np.pad(glyph, ((above, max(0, height - above - len(glyph))), (0, 0)))
