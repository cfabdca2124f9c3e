"""One picture of a photo's whole way: upright, light evened, ink, boxes, 28×28, probabilities."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.recognizer import Digit, Reading, Recognizer
from model.vision import find_inks, open_photo

SIDE = 420
"""Longer side of each stage's picture, in pixels."""

MOST_DIGITS = 24
"""More digits than this are not drawn one by one."""

MARGIN = 12
INK, PAPER, MARK = "#1b1f24", "#ffffff", "#c8102e"


def draw_way(data: bytes, recognizer: Recognizer) -> Image.Image:
    """Return the picture that explains how a photo is read; raises `UnreadablePhoto`."""
    photo = open_photo(data)
    attempt = recognizer.read_best(find_inks(photo))
    ink, reading = attempt.ink, attempt.reading(photo)
    upright = Image.fromarray(photo.pixels)
    contrast = Image.fromarray((255 * (1 - np.clip(ink.contrast, 0, 1))).astype(np.uint8))
    stages = [
        ("upright", upright),
        ("light evened", contrast.convert("RGB")),
        (f"{len(ink.pieces)} pieces of ink", Image.fromarray(colour_pieces(ink.pieces.labels))),
        (title_of(reading), draw_boxes(upright, reading)),
    ]
    return compose(stages, reading.digits[:MOST_DIGITS])


def title_of(reading: Reading) -> str:
    """Return what was read, in words."""
    turned = f", turned by {90 * reading.turned}°" if reading.turned else ""
    return f"reads {reading.text or 'no digit'}{turned}"


def colour_pieces(labels: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return H×W×3 with every piece in a colour of its own on white."""
    hues = np.arange(labels.max() + 1) * 0.618034 % 1  # golden ratio: neighbours differ
    table = np.array([colorsys.hsv_to_rgb(hue, 0.9, 0.75) for hue in hues]) * 255
    table[0] = 255
    return table.astype(np.uint8)[labels]


def draw_boxes(picture: Image.Image, reading: Reading) -> Image.Image:
    """Return the picture with a box around every digit read."""
    marked = picture.copy()
    pen, ratio = ImageDraw.Draw(marked), picture.width / reading.width
    for digit in reading.digits:
        box = tuple(round(value * ratio) for value in digit.box)
        pen.rectangle(box, outline=MARK, width=max(1, picture.width // 200))
    return marked


def compose(stages: list[tuple[str, Image.Image]], digits: tuple[Digit, ...]) -> Image.Image:
    """Return the stages side by side, and below them each digit with its probabilities."""
    pictures = [resized(picture) for _, picture in stages]
    height = max(picture.height for picture in pictures)
    width = sum(picture.width + MARGIN for picture in pictures) + MARGIN
    columns = max(1, (width - MARGIN) // 220)
    rows = -(-len(digits) // columns)
    sheet = Image.new("RGB", (width, height + 45 + rows * 130), PAPER)
    pen, font, left = ImageDraw.Draw(sheet), ImageFont.load_default(14), MARGIN
    for (title, _), picture in zip(stages, pictures, strict=True):
        pen.text((left, 8), title, INK, font)
        sheet.paste(picture, (left, 30))
        pen.rectangle((left - 1, 29, left + picture.width, 30 + picture.height), outline="#c9ced6")
        left += picture.width + MARGIN
    for place, digit in enumerate(digits):
        draw_digit(
            sheet, digit, MARGIN + place % columns * 220, height + 45 + place // columns * 130
        )
    return sheet


def resized(picture: Image.Image) -> Image.Image:
    """Return the picture at the size of a stage."""
    ratio = SIDE / max(picture.size)
    return picture.resize((round(picture.width * ratio), round(picture.height * ratio)))


def draw_digit(sheet: Image.Image, digit: Digit, left: int, top: int) -> None:
    """Draw what the network saw, with a bar for each probability and for no digit."""
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    sample = Image.fromarray(255 - digit.pixels).resize((84, 84), Image.Resampling.NEAREST)
    sheet.paste(sample, (left, top))
    pen.text((left, top + 88), f"{digit.digit}, {100 * digit.confidence:.0f} %", INK, font)
    shares = [(str(i), float(p)) for i, p in enumerate(digit.probabilities)]
    shares.append(("none", digit.no_digit))
    for row, (name, share) in enumerate(shares):
        y = top + row * 10
        pen.text((left + 92, y - 2), name, INK, font)
        pen.rectangle((left + 120, y, left + 120 + round(80 * share), y + 7), MARK)
