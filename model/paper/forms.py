"""The forms in which people write each digit, as strokes of a few points.

MNIST holds hardly any of the forms common in Europe: the 1 with a long upstroke or a foot, the
crossed 7, the open 4. Each form here is a function of chance that returns strokes of about 1 high
and 0.6 wide; hand and pen (`model/paper/pen.py`) vary the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.paper.pen import Stroke, arc, parse_strokes

Rng = np.random.Generator


@dataclass(frozen=True)
class Form:
    """One way to write a digit."""

    weight: float
    """How often it is drawn, beside the digit's other forms."""
    strokes: Callable[[Rng], list[Stroke]]


FORMS: dict[int, dict[str, Form]] = {digit: {} for digit in range(10)}
"""The forms of each digit by name: `draw_digit(7, rng, form="crossed")`."""


def form(
    digit: int, name: str, weight: float = 1.0
) -> Callable[[Callable[[Rng], list[Stroke]]], Callable[[Rng], list[Stroke]]]:
    """Enter a function as one of the digit's forms."""

    def enter(strokes: Callable[[Rng], list[Stroke]]) -> Callable[[Rng], list[Stroke]]:
        FORMS[digit][name] = Form(weight, strokes)
        return strokes

    return enter


def plain_form(digit: int, name: str, text: str, weight: float = 1.0) -> None:
    """Enter strokes that chance does not touch, in the notation of `parse_strokes`."""
    FORMS[digit][name] = Form(weight, lambda _: parse_strokes(text))


def oval(rng: Rng, center: tuple[float, float], radius: tuple[float, float]) -> Stroke:
    """Return a loop begun mostly at the top, sometimes anywhere, that seldom closes exactly."""
    start = rng.normal(-80, 25) if rng.random() < 0.6 else rng.uniform(0, 360)
    sweep = rng.uniform(335, 385) if rng.random() < 0.8 else rng.uniform(300, 335)
    sweep *= -1 if rng.random() < 0.8 else 1
    points = arc(center, radius, float(start), float(sweep))
    drift = np.linspace(1, rng.uniform(0.88, 1.1), len(points))[:, None]
    return np.asarray((points - center) * drift + center)


@form(0, "round", 6)
def _(rng: Rng) -> list[Stroke]:
    return [oval(rng, (0.3, 0.5), (rng.uniform(0.22, 0.4), 0.5))]


@form(0, "slashed")
def _(rng: Rng) -> list[Stroke]:
    reach = rng.uniform(0.16, 0.34)
    slash = np.array([[0.3 + reach, 0.5 - 1.5 * reach], [0.3 - reach, 0.5 + 1.5 * reach]])
    return [oval(rng, (0.3, 0.5), (0.32, 0.5)), slash]


@form(0, "halves", 0.6)
def _(rng: Rng) -> list[Stroke]:
    """In two strokes that may not quite meet: brackets turned to each other, or a bowl and lid."""
    wide = rng.uniform(0.22, 0.36)
    first = 90 if rng.random() < 0.5 else float(rng.uniform(-20, 60))
    share = 180 if first == 90 else float(rng.uniform(170, 260))
    sides = []
    for start, reach in ((first, share), (first + share, 360 - share)):
        open_ends = rng.uniform(-12, 22, 2)
        sides.append(arc((0.3, 0.5), (wide, 0.5), start + open_ends[0], reach - open_ends.sum()))
    return sides


@form(0, "dotted", 0.5)
def _(rng: Rng) -> list[Stroke]:
    return [oval(rng, (0.32, 0.5), (0.34, 0.5)), np.array([[0.32, 0.5], [0.33, 0.52]])]


@form(0, "tailed", 0.7)
def _(rng: Rng) -> list[Stroke]:
    """The pen comes from outside, or leaves the loop before it closes."""
    start, sweep = rng.normal(-80, 25), -rng.uniform(345, 385)
    loop = arc((0.3, 0.5), (rng.uniform(0.24, 0.38), 0.5), float(start), float(sweep))
    out = np.array([rng.uniform(-0.12, 0.3), rng.uniform(-0.16, 0.02)])
    return [
        np.concatenate([loop[:1] + out, loop] if rng.random() < 0.5 else [loop, loop[-1:] + out])
    ]


plain_form(1, "bar", "0.3,0 0.3,1", 3)
plain_form(1, "foot-only", "0.3,0 0.3,1|0.05,1 0.55,1", 0.3)


@form(1, "flag", 2)
def _(rng: Rng) -> list[Stroke]:
    """Its flag droops, or it were a 7."""
    out = rng.uniform(0.1, 0.25)
    return [np.array([[0.4 - out, out * rng.uniform(0.7, 1.8)], [0.4, 0], [0.4, 0], [0.4, 1]])]


@form(1, "upstroke", 3)
def _(rng: Rng) -> list[Stroke]:
    x, y = 0.45 - rng.uniform(0.2, 0.4), rng.uniform(0.3, 0.65)
    return [np.array([[x, y], [0.45, 0], [0.45, 0], [0.45, 1]])]


@form(1, "tent", 0.4)
def _(rng: Rng) -> list[Stroke]:
    """Its upstroke begins nearly at the bottom."""
    x, y = 0.45 - rng.uniform(0.25, 0.45), rng.uniform(0.65, 0.92)
    return [np.array([[x, y], [0.45, 0], [0.45, 0], [rng.uniform(0.45, 0.65), 1]])]


@form(1, "low-flag", 0.8)
def _(rng: Rng) -> list[Stroke]:
    """Its flag meets the stem below the top, and need not touch it; sometimes it has a foot."""
    meets, gap = rng.uniform(0.06, 0.3), max(0.0, rng.uniform(-0.08, 0.08))
    x, y = 0.4 - rng.uniform(0.15, 0.38), meets + rng.uniform(0.02, 0.26)
    strokes = [np.array([[x, y], [0.4 - gap, meets]]), np.array([[0.4, 0], [0.4, 1]])]
    return [*strokes, foot(rng)] if rng.random() < 0.3 else strokes


@form(1, "foot", 1.5)
def _(rng: Rng) -> list[Stroke]:
    x, y = 0.4 - rng.uniform(0.12, 0.3), rng.uniform(0.15, 0.35)
    return [np.array([[x, y], [0.4, 0], [0.4, 0], [0.4, 1]]), foot(rng)]


@form(1, "leaning", 1)
def _(rng: Rng) -> list[Stroke]:
    """It leans far to the right, with a flag to its left; sometimes it has a foot."""
    top, meets = 0.4 + rng.uniform(0.25, 0.75), rng.uniform(0, 0.35)
    joint = np.array([top + (0.4 - top) * meets, meets])
    tip = joint - [rng.uniform(0.12, 0.4), -rng.uniform(0.08, 0.28)]
    strokes = [np.array([tip, joint]), np.array([[top, 0], [0.4, 1]])]
    return [*strokes, foot(rng)] if rng.random() < 0.4 else strokes


def foot(rng: Rng) -> Stroke:
    """Return the line that a 1 stands on, more of it to the left or to the right."""
    left, right = 0.4 - rng.uniform(0.1, 0.4), 0.4 + rng.uniform(0.08, 0.32)
    return np.array([[left, rng.normal(1, 0.02)], [right, rng.normal(1, 0.02)]])


plain_form(2, "corner", "0.03,0.22 0.15,0.04 0.36,0 0.53,0.13 0.5,0.36 0.27,0.68 0,1* 0.6,0.98", 4)
plain_form(
    2, "loop", "0.05,0.2 0.18,0.03 0.38,0.02 0.53,0.17 0.46,0.42 0.28,0.72 0.1,0.95 0,0.88 "
    "0.12,0.78 0.3,0.9 0.48,1 0.62,0.9", 2,
)  # fmt: skip
plain_form(
    2, "swan", "0.05,0.25 0.12,0.06 0.32,0 0.5,0.1 0.5,0.33 0.33,0.6 0.12,0.86* "
    "0.25,0.86 0.42,0.98 0.62,0.92", 1.5,
)  # fmt: skip
plain_form(2, "flat", "0.03,0.08 0.3,0 0.5,0.04* 0.5,0.3 0.28,0.6 0.02,0.98* 0.58,0.96", 0.5)

plain_form(
    3, "round", "0.05,0.13 0.22,0 0.43,0.05 0.46,0.26 0.33,0.43 0.2,0.47* 0.4,0.5 0.53,0.66 "
    "0.47,0.9 0.26,1 0.02,0.9", 4,
)  # fmt: skip
plain_form(3, "flat", "0.04,0.02 0.5,0* 0.22,0.39* 0.44,0.44 0.55,0.64 0.47,0.9 0.25,1 0,0.9", 2)
plain_form(
    3, "loop", "0.06,0.15 0.22,0 0.42,0.05 0.46,0.25 0.33,0.43 0.19,0.5 0.17,0.42 0.28,0.42 "
    "0.48,0.55 0.52,0.76 0.4,0.96 0.2,1 0.02,0.9", 1,
)  # fmt: skip

plain_form(4, "closed", "0.42,0* 0.2,0.3 0,0.66* 0.62,0.64|0.43,0.02 0.42,0.5 0.4,1", 2)
plain_form(4, "open", "0.14,0.02 0.1,0.25 0.02,0.56* 0.3,0.56 0.6,0.54|0.46,0.08 0.44,0.5 0.4,1", 3)
plain_form(4, "round", "0.05,0 0.02,0.3 0.08,0.5 0.25,0.55 0.5,0.46|0.5,0.02 0.48,0.5 0.44,1", 2)
plain_form(4, "low", "0.32,0 0.18,0.3 0,0.62* 0.3,0.62 0.62,0.62|0.4,0.34 0.37,0.7 0.34,1", 2)
plain_form(4, "sail", "0.42,1* 0.42,0* 0,0.64* 0.62,0.62", 1)


@form(5, "joined", 2)
def _(rng: Rng) -> list[Stroke]:
    """In one stroke: its bar short or long, its bowl open or nearly closed."""
    bar, tail = rng.uniform(0.42, 0.85), (rng.uniform(-0.04, 0.12), rng.uniform(0.72, 0.96))
    return parse_strokes(
        f"{bar},{rng.uniform(-0.06, 0.04)} 0.36,0.01 0.14,0* 0.08,0.42* "
        f"0.28,0.36 0.5,0.46 0.53,0.7 0.4,0.93 0.2,1 {tail[0]},{tail[1]}"
    )


@form(5, "loose-bar", 3)
def _(rng: Rng) -> list[Stroke]:
    body = "0.14,0.04 0.09,0.42* 0.28,0.36 0.48,0.46 0.52,0.7 0.4,0.93 0.2,1 0,0.9"
    start = rng.uniform(-0.14, 0.24)
    bar = np.array([[start, rng.uniform(-0.06, 0.05)], [start + rng.uniform(0.35, 0.5), 0.0]])
    return [*parse_strokes(body), bar]


@form(5, "tee", 0.8)
def _(rng: Rng) -> list[Stroke]:
    """A bar across the top of a stem that runs into the bowl without a corner."""
    body = "0.22,0.0 0.2,0.3 0.34,0.42 0.5,0.58 0.49,0.84 0.28,1 0.02,0.94"
    left, right = rng.uniform(-0.08, 0.14), rng.uniform(0.48, 0.75)
    tilt = rng.uniform(-0.06, 0.04)
    return [*parse_strokes(body), np.array([[left, -tilt / 2], [right, tilt]])]


@form(5, "pointed", 0.8)
def _(rng: Rng) -> list[Stroke]:
    """All corners, like a flash of lightning; its bar may be loose."""
    tip, end = rng.uniform(0.4, 0.85), rng.uniform(-0.3, 0.25)
    bar = [rng.uniform(0.45, 1.1), rng.uniform(-0.08, 0.04)]
    neck, corner = [0.14, 0.02], [0.12, rng.uniform(0.32, 0.55)]
    turn = [tip, corner[1] + rng.uniform(-0.05, 0.22)]
    body = np.array([neck, corner, corner, turn, turn, [end, 1.0]])
    if rng.random() < 0.4:
        return [np.array([[rng.uniform(0.02, 0.2), rng.uniform(-0.14, 0.02)], bar]), body]
    return [np.concatenate([[bar, neck], body])]


@form(5, "soft", 1)
def _(rng: Rng) -> list[Stroke]:
    """Without corners, as an S; its bar may be short."""
    bar = [rng.uniform(0.3, 0.58), rng.uniform(-0.04, 0.08)]
    body = "0.13,0.1 0.08,0.28 0.16,0.42 0.36,0.48 0.5,0.62 0.46,0.88 0.24,1 0.02,0.92"
    return [np.concatenate([[bar, [0.22, 0.04]], *parse_strokes(body)])]


@form(6, "curly", 3)
def _(rng: Rng) -> list[Stroke]:
    hook = np.array([[0.5, rng.uniform(0.06, 0.2)], [0.38, 0.0], [0.2, 0.1], [0.04, 0.4]])
    sweep = -rng.uniform(330, 375)
    return [np.concatenate([hook, arc((0.27, 0.7), (0.26, 0.29), 172, float(sweep))])]


@form(6, "straight", 3)
def _(rng: Rng) -> list[Stroke]:
    top = np.array([[rng.uniform(0.28, 0.5), 0.0], [0.16, 0.3]])
    height = rng.uniform(0.2, 0.3)
    sweep = -rng.uniform(330, 385)
    return [np.concatenate([top, arc((0.27, 1 - height), (0.26, height), 190, float(sweep))])]


@form(6, "roofed", 0.8)
def _(rng: Rng) -> list[Stroke]:
    """Its back begins far to the right."""
    roof = [[rng.uniform(0.5, 0.85), rng.uniform(-0.02, 0.06)], [0.3, 0.03], [0.06, 0.25]]
    height = rng.uniform(0.2, 0.27)
    sweep = -rng.uniform(320, 370)
    bowl = arc((0.27, 1 - height), (rng.uniform(0.26, 0.36), height), 190, float(sweep))
    return [np.concatenate([np.array(roof), bowl])]


def seven(rng: Rng, crossed: bool, hook: bool, low: bool = False) -> list[Stroke]:
    """Return a 7: its stem straight or bent, its bar flat, wavy or rising, its cross low or not."""
    left, bend = rng.uniform(0, 0.1), rng.uniform(-0.08, 0.1)
    start = rng.uniform(0.06, 0.27) if rng.random() < 0.35 else 0.02
    drop = left - rng.uniform(0, 0.1), rng.uniform(0.1, 0.4)
    head = [drop, [left, 0.02], [left, 0.02]] if hook else [[left, start]]
    foot = rng.uniform(0.08, 0.52)
    stem = [[0.58, 0.0], [0.58, 0.0], [(0.58 + foot) / 2 - bend, 0.5], [foot, 1.0]]
    strokes = [np.array([*head, [0.3, rng.uniform(-0.02, 0.05)], *stem])]
    if crossed:
        y = rng.uniform(0.58, 0.78) if low else rng.uniform(0.42, 0.58)
        middle = np.interp(y, [0.5, 1], [(0.58 + foot) / 2 - bend, foot])
        reach, rise = rng.uniform(0.14, 0.28), rng.normal(0.02, 0.03)
        strokes.append(np.array([[middle - reach, y + rise], [middle + reach, y - rise]]))
    return strokes


@form(7, "two-strokes", 0.6)
def _(rng: Rng) -> list[Stroke]:
    """A bar that may reach beyond its stem, or not reach it."""
    x, gap = rng.uniform(0.42, 0.6), rng.uniform(-0.02, 0.08)
    bar = np.array([[0.0, rng.uniform(-0.03, 0.08)], [x + rng.uniform(-0.06, 0.18), 0.0]])
    return [bar, np.array([[x, gap], [x - rng.uniform(0, 0.2), 0.5], [rng.uniform(0.08, x), 1]])]


FORMS[7]["plain"] = Form(3, lambda rng: seven(rng, crossed=False, hook=False))
FORMS[7]["crossed"] = Form(2.5, lambda rng: seven(rng, crossed=True, hook=False))
FORMS[7]["low-crossed"] = Form(
    0.8, lambda rng: seven(rng, crossed=True, hook=rng.random() < 0.5, low=True)
)
FORMS[7]["hook"] = Form(1.5, lambda rng: seven(rng, crossed=False, hook=True))
FORMS[7]["crossed-hook"] = Form(1, lambda rng: seven(rng, crossed=True, hook=True))


def eight(rng: Rng, way: float) -> list[Stroke]:
    """Return an 8 in one stroke, begun anywhere on it and so much of the way round."""
    begin = rng.uniform(0, 2 * np.pi) if rng.random() < 0.4 else rng.normal(0.6, 0.4)
    turn = np.linspace(begin, begin + 2 * np.pi * way, 17)
    if rng.random() < 0.5:
        turn = -turn
    upper = rng.uniform(0.18, 0.25)
    radius = np.where(np.cos(turn) > 0, upper, rng.uniform(0.24, 0.32))
    y = np.where(np.cos(turn) > 0, 0.46 - 0.46 * np.cos(turn), 0.46 - 0.54 * np.cos(turn))
    return [np.stack([0.3 + radius * np.sin(2 * turn), y], axis=1)]


FORMS[8]["crossing"] = Form(5, lambda rng: eight(rng, rng.uniform(0.95, 1.06)))
FORMS[8]["open"] = Form(1, lambda rng: eight(rng, rng.uniform(0.86, 0.95)))


@form(8, "circles", 2)
def _(rng: Rng) -> list[Stroke]:
    upper = rng.uniform(0.19, 0.24)
    middle = 2 * upper + rng.uniform(-0.02, 0.02)
    lower = (1 - middle) / 2
    return [
        oval(rng, (0.3, upper), (rng.uniform(0.17, 0.24), upper)),
        oval(rng, (0.3, 1 - lower), (rng.uniform(0.22, 0.3), lower)),
    ]


def nine(rng: Rng, tail: str) -> list[Stroke]:
    """Return a 9: a loop, from the right and against the clock, and the tail."""
    height = rng.uniform(0.2, 0.29)
    start = rng.uniform(-50, 0)
    closed = rng.uniform(320, 350) if rng.random() < 0.8 else rng.uniform(270, 320)
    loop = arc((0.27, height), (0.26, height), float(start), float(-closed - start))
    return [np.concatenate([loop, *parse_strokes(tail)])]


FORMS[9]["straight"] = Form(3, lambda rng: nine(rng, "0.53,0.16* 0.51,0.5 0.46,1"))
FORMS[9]["leaning"] = Form(2, lambda rng: nine(rng, "0.53,0.16* 0.42,0.6 0.26,1"))
FORMS[9]["hooked"] = Form(2, lambda rng: nine(rng, "0.53,0.16* 0.54,0.6 0.46,0.9 0.27,1 0.08,0.92"))
FORMS[9]["like-g"] = Form(
    1, lambda rng: nine(rng, "0.53,0.16* 0.53,0.7 0.45,0.96 0.25,1.04 0.06,0.98 0.03,0.86 0.2,0.8")
)


@form(9, "flat-foot", 0.5)
def _(rng: Rng) -> list[Stroke]:
    """Its tail turns a corner and runs out along the line."""
    x, end, rise = rng.uniform(0.46, 0.56), rng.uniform(-0.15, 0.2), rng.uniform(-0.05, 0.08)
    return nine(rng, f"0.53,0.16* {x},0.95 {x},1* {end},{1 - rise}")


@form(9, "swung", 0.7)
def _(rng: Rng) -> list[Stroke]:
    """Its tail swings far out to the left."""
    out, up = rng.uniform(0.05, 0.5), rng.uniform(0.68, 0.98)
    return nine(rng, f"0.53,0.16* 0.56,0.6 0.44,0.94 {0.2 - out / 2},1.03 {-out},{up}")
