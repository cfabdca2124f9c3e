"""Pictures of a network and its training, drawn with Pillow: curves, images, a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.network import Array

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"]
"""Told apart by colour-blind people, too (Okabe and Ito)."""
INK, PALE, PAPER = "#222222", "#dddddd", "#ffffff"
MARGIN = (64, 40, 20, 46)
"""Around a chart: left, top, right, bottom, in pixels."""

Curve = tuple[str, Sequence[float], Sequence[float]]
"""A name, its x and its y."""
Log = Sequence[Mapping[str, Any]]
"""A run's epochs, as `model.runs.read_log` gives them."""


def draw_curves(
    title: str,
    curves: Sequence[Curve],
    across: str,
    log: bool = False,
    size: tuple[int, int] = (640, 400),
    log_across: bool = False,
) -> Image.Image:
    """Lines in one chart; `log` draws y by its logarithm, `log_across` x. What is not finite is
    left out.
    """
    picture = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(picture)
    left, top = MARGIN[0], MARGIN[1]
    right, bottom = size[0] - MARGIN[2], size[1] - MARGIN[3]
    draw.text((left, 8), title, INK, font(15))
    draw.text(((left + right) / 2, size[1] - 8), across, INK, font(12), anchor="ms")
    cleaned = [(name, *finite(x, y, log_across, log)) for name, x, y in curves]
    drawn = [curve for curve in cleaned if len(curve[1])]
    if not drawn:
        return picture
    xs, ys = (np.concatenate([curve[axis] for curve in drawn]) for axis in (1, 2))
    x_range, y_range = span(xs if log_across else np.append(xs, 0.0)), span(ys)
    for value, label in labelled_ticks(x_range, log_across):
        at = scaled(value, x_range, left, right)
        draw.line([(at, top), (at, bottom)], PALE)
        draw.text((at, bottom + 4), label, INK, font(11), anchor="ma")
    for value, label in labelled_ticks(y_range, log):
        at = scaled(value, y_range, bottom, top)
        draw.line([(left, at), (right, at)], PALE)
        draw.text((left - 6, at), label, INK, font(11), anchor="rm")
    for number, (name, x, y) in enumerate(drawn):
        colour = COLOURS[number % len(COLOURS)]
        points = [
            (scaled(a, x_range, left, right), scaled(b, y_range, bottom, top))
            for a, b in zip(x, y, strict=True)
        ]
        draw.line(points, colour, 2)
        draw.text((right - 6, top + 4 + 16 * number), name, colour, font(12), anchor="ra")
    return picture


def draw_losses(logs: Mapping[str, Log]) -> Image.Image:
    """The loss of each run, by name, over its epochs."""
    curves = [
        (name, [line["epoch"] for line in log], [line["loss"] for line in log])
        for name, log in logs.items()
    ]
    title = "Loss of the training images, as each recipe shows and counts them"
    return draw_curves(title, curves, "epoch", log=True, log_across=len(logs) > 1)


def draw_errors(logs: Mapping[str, Log]) -> Image.Image:
    """The errors of each run, by name, over the minutes that it took."""
    curves = [
        (name, [line["seconds"] / 60 for line in log], [errors_of(line) for line in log])
        for name, log in logs.items()
    ]
    title = "Errors on validation images, %"
    return draw_curves(title, curves, "minutes", log=True, log_across=len(logs) > 1)


def errors_of(line: Mapping[str, Any]) -> float:
    """The errors of an epoch in percent; NaN where there were no validation images."""
    accuracy = line["accuracy"]
    return np.nan if accuracy is None else 100 * (1 - accuracy)


def draw_run(name: str, log: Log) -> Image.Image:
    """One run's loss, and its errors below."""
    charts = [draw_losses({name: log}), draw_errors({name: log})]
    picture = Image.new("RGB", (charts[0].width, sum(chart.height for chart in charts)), PAPER)
    for number, chart in enumerate(charts):
        picture.paste(chart, (0, number * charts[0].height))
    return picture


def draw_images(
    images: Array, columns: int, captions: Sequence[str] = (), zoom: int = 3
) -> Image.Image:
    """A sheet of N x 28 x 28 uint8 images (ink bright), drawn dark on white, with captions."""
    side = 28 * zoom
    height = side + (18 if captions else 4)
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (side + 4) + 4, rows * height + 4), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, image in enumerate(images):
        x, y = 4 + number % columns * (side + 4), 4 + number // columns * height
        sheet.paste(
            Image.fromarray(255 - image).resize((side, side), Image.Resampling.NEAREST), (x, y)
        )
        if captions:
            draw.text((x + side / 2, y + side + 1), captions[number], INK, font(12), anchor="ma")
    return sheet


def draw_weights(W: Array, columns: int, zoom: int = 3) -> Image.Image:
    """Each neuron's 784 weights as an image: blue what speaks for it, orange what against."""
    return draw_signed(W.reshape(-1, 28, 28), columns, zoom)


def draw_signed(fields: Array, columns: int, zoom: int = 3) -> Image.Image:
    """N x h x w numbers, each image by its own largest: positive blue, negative orange."""
    strength = fields / np.maximum(np.abs(fields).max(axis=(1, 2), keepdims=True), 1e-9)
    ends = np.array([[0x00, 0x72, 0xB2], [0xD5, 0x5E, 0x00]])
    colour = np.where(strength[..., np.newaxis] > 0, ends[0], ends[1])
    shade = 255 - np.abs(strength)[..., np.newaxis] * (255 - colour)
    count, high, wide = fields.shape
    rows = -(-count // columns)
    sheet = Image.new("RGB", (columns * (wide * zoom + 4) + 4, rows * (high * zoom + 4) + 4), PAPER)
    for number, pixels in enumerate(shade.astype(np.uint8)):
        tile = Image.fromarray(pixels).resize((wide * zoom, high * zoom), Image.Resampling.NEAREST)
        at = (4 + number % columns * (wide * zoom + 4), 4 + number // columns * (high * zoom + 4))
        sheet.paste(tile, at)
    return sheet


def draw_confusion(labels: Array, answers: Array, size: int = 440) -> Image.Image:
    """How often each digit (row) was read as each (column); the errors are what is shaded."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, answers), 1)
    errors = matrix * (1 - np.eye(10, dtype=int))
    picture = Image.new("RGB", (size, size), PAPER)
    draw = ImageDraw.Draw(picture)
    cell, at = (size - 60) / 10, 56
    draw.text((at, 6), "columns: read as", INK, font(12))
    draw.text((6, 24), "rows: written", INK, font(12))
    for row, column in np.ndindex(10, 10):
        x, y = at + column * cell, at + row * cell
        share = errors[row, column] / max(1, errors.max())
        shade = tuple(int(255 - share * (255 - part)) for part in (0xD5, 0x5E, 0x00))
        draw.rectangle([x, y, x + cell, y + cell], shade, PALE)
        if matrix[row, column]:
            text = str(matrix[row, column])
            draw.text((x + cell / 2, y + cell / 2), text, INK, font(12), anchor="mm")
    for digit in range(10):
        middle = at + (digit + 0.5) * cell
        draw.text((middle, at - 4), str(digit), INK, font(13), anchor="ms")
        draw.text((at - 6, middle), str(digit), INK, font(13), anchor="rm")
    return picture


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, so that pictures look the same on every machine."""
    return ImageFont.load_default(size)


def finite(x: Sequence[float], y: Sequence[float], log_x: bool, log_y: bool) -> tuple[Array, Array]:
    """The points that can be drawn, as logarithms to base ten where that is asked."""
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        xs, ys = np.log10(xs) if log_x else xs, np.log10(ys) if log_y else ys
    kept = np.isfinite(xs) & np.isfinite(ys)
    return xs[kept], ys[kept]


def span(values: Array) -> tuple[float, float]:
    """From the least to the largest, and never nothing."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def labelled_ticks(span: tuple[float, float], log: bool) -> list[tuple[float, str]]:
    """Where an axis is marked, and with what."""
    if log:
        return [(value, f"{10**value:.3g}") for value in log_ticks(*span)]
    return [(value, f"{value:g}") for value in ticks(*span)]


def ticks(low: float, high: float) -> list[float]:
    """About five round numbers from low to high."""
    rough = (high - low) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough)
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [round(float(n * step), 10) for n in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """The logarithms of 1, 2 and 5 times powers of ten from low to high."""
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    values = [power + float(np.log10(part)) for power in powers for part in (1, 2, 5)]
    return [value for value in values if low <= value <= high]


def scaled(value: float, span: tuple[float, float], start: float, end: float) -> float:
    """Where a value lies between two ends of an axis, in pixels."""
    return start + (value - span[0]) / (span[1] - span[0]) * (end - start)
