"""Charts as SVG, made here: readable without colour, and the numbers stand in a table besides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 420, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 22, 32
"""Margins of a chart, in its own units; a phone shows some nine tenths of them as pixels."""

DASHES = ("none", "7 4", "2 3")
"""What tells lines apart that have the same colour to somebody's eye."""


@dataclass(frozen=True)
class Line:
    """A named line through points (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    """A moment that is marked across the chart, hollow if it is over."""

    x: float
    name: str
    hollow: bool = False


@dataclass(frozen=True)
class Frame:
    """How values become places in a chart."""

    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, value: float) -> float:
        """Return where an x lies, in the chart's units."""
        share = (value - self.x0) / ((self.x1 - self.x0) or 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """Return where a y lies, in the chart's units."""
        share = (value - self.y0) / ((self.y1 - self.y0) or 1)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def line_chart(
    title: str,
    lines: Sequence[Line],
    ticks: Sequence[tuple[float, str]],
    percent: bool = False,
    marks: Sequence[Mark] = (),
) -> Markup:
    """Return lines over an axis with these ticks (x, word); empty where there is no point."""
    points = [point for line in lines for point in line.points]
    if not points:
        return Markup("")
    xs = [x for x, _ in points] + [x for x, _ in ticks]
    frame = Frame(min(xs), max(xs), *around([y for _, y in points], percent))
    drawn = [axes(frame, ticks, percent)]
    for mark in marks:
        at, sign = frame.x(mark.x), "▽" if mark.hollow else "▼"
        drawn.append(
            Markup(
                '<line class="mark" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
                '<text class="mark" x="{0}" y="{3}" text-anchor="middle">{4}'
                "<title>{5}</title></text>"
            ).format(at, TOP, HEIGHT - BOTTOM, TOP - 2, sign, mark.name)
        )
    for number, line in enumerate(lines):
        drawn.append(draw_line(frame, line, number))
    return svg(title, drawn)


def draw_line(frame: Frame, line: Line, number: int) -> Markup:
    """Return one line with its points, and its name, if it has one, where it ends."""
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    if not places:
        return Markup("")
    path = " ".join(f"{x},{y}" for x, y in places)
    drawn = Markup('<polyline class="line" stroke-dasharray="{}" points="{}"/>').format(
        DASHES[number % len(DASHES)], path
    )
    if len(places) <= 40:
        drawn += Markup("").join(
            Markup('<circle class="dot" cx="{}" cy="{}" r="2.5"/>').format(x, y) for x, y in places
        )
    if not line.name:
        return drawn
    x, y = places[0 if number else -1]  # names at both ends don't meet
    above = y - 6 if y > TOP + 14 else y + 14
    return drawn + Markup('<text class="name" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        x, above, "start" if number else "end", line.name
    )


def bar_chart(
    title: str, bars: Sequence[tuple[float, str]], ticks: Sequence[tuple[float, str]]
) -> Markup:
    """Return bars of the values (height, what the pointer says), one beside the other."""
    if not bars:
        return Markup("")
    count = len(bars)
    frame = Frame(0, count, 0, nice(max(value for value, _ in bars)))
    drawn = [axes(frame, [(x + 0.5, word) for x, word in ticks], False)]
    for number, (value, words) in enumerate(bars):
        left, right = frame.x(number + 0.1), frame.x(number + 0.9)
        top = frame.y(value)
        drawn.append(
            Markup(
                '<rect class="bar" x="{}" y="{}" width="{:.1f}" height="{:.1f}">'
                "<title>{}</title></rect>"
            ).format(left, top, max(right - left, 0.8), HEIGHT - BOTTOM - top, words)
        )
    return svg(title, drawn)


def axes(frame: Frame, ticks: Sequence[tuple[float, str]], percent: bool) -> Markup:
    """Return the grid with its numbers."""
    drawn = Markup("")
    for number in range(5):
        value = frame.y0 + (frame.y1 - frame.y0) * number / 4
        y = frame.y(value)
        word = f"{100 * value:.3g} %" if percent else f"{value:.3g}" if value < 1000 else si(value)
        drawn += Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT, WIDTH - RIGHT, y, y, LEFT - 5, y + 4, word)
    for value, word in ticks:
        drawn += Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            min(max(frame.x(value), LEFT + 6), WIDTH - 24), HEIGHT - BOTTOM + 18, word
        )
    return drawn


def svg(title: str, parts: Sequence[Markup]) -> Markup:
    """Return the whole picture."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, title, Markup("").join(parts))


def around(values: Sequence[float], percent: bool) -> tuple[float, float]:
    """Return round ends that hold all values; shares stay within 0 and 1."""
    low, high = min(values), max(values)
    step = nice((high - low) or (0.02 if percent else 1)) / 4
    start, end = math.floor(low / step) * step, math.ceil(high / step) * step
    end = max(end, start + step)
    if percent:
        start, end = max(start, 0.0), min(end, 1.0)
    return (start, end) if end > start else (start - step, end)


def nice(value: float) -> float:
    """Return the next 1, 2, 4 or 8 times a power of ten, which four steps divide well."""
    if value <= 0:
        return 4.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((power * part for part in (1, 2, 4, 8) if power * part >= value), power * 10)


def si(value: float) -> str:
    """Return a large number with k or M."""
    return f"{value / 1000:.3g} k" if value < 1_000_000 else f"{value / 1_000_000:.3g} M"


def shade(count: int, most: int) -> str:
    """Return the class that shades a cell of a matrix: deeper the more there are, by logarithm."""
    if not count:
        return "heat-0"
    return f"heat-{1 + round(4 * math.log1p(count) / math.log1p(max(most, 1)))}"
