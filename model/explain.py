"""One picture of a photo's whole way: upright, light evened, ink, boxes, 28×28, probabilities."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.reading import Digit, Reading
from model.recognizer import Recognizer
from model.vision import open_photo

SIDE = 420
"""Longer side of each stage's picture, in pixels."""

MOST_DIGITS = 24
"""More digits than this are not drawn one by one."""

MARGIN, TITLE = 12, 30
DIGIT = (216, 130)
"""Room for one digit with its probabilities: width and height, in pixels."""

INK, PAPER, MARK = "#1b1f24", "#ffffff", "#c8102e"


def draw_way(data: bytes, recognizer: Recognizer) -> Image.Image:
    """Return the picture that explains how a photo is read; raises `UnreadablePhoto`."""
    photo = open_photo(data)
    attempt = recognizer.read_best(photo)
    ink, reading = attempt.ink, attempt.reading(photo)
    upright = Image.fromarray(photo.pixels)
    contrast = Image.fromarray((255 * (1 - np.clip(ink.contrast, 0, 1))).astype(np.uint8))
    stages = [
        ("upright", upright),
        ("light evened", contrast.convert("RGB")),
        (title_of_ink(len(ink.pieces)), Image.fromarray(colour_pieces(ink.pieces.labels))),
        (title_of(reading), draw_boxes(upright, reading)),
    ]
    return compose(stages, reading.digits[:MOST_DIGITS])


def title_of_ink(count: int) -> str:
    """Return how many pieces of ink there are, in words."""
    return "1 piece of ink" if count == 1 else f"{count} pieces of ink"


def title_of(reading: Reading) -> str:
    """Return what was read, in words."""
    turn = f", {reading.turn}" if reading.turned else ""
    return f"reads {reading.text or 'no digit'}{turn}"


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
    """Return the stages two by two, and below them each digit with its probabilities."""
    pictures = [resized(picture) for _, picture in stages]
    wide = max(picture.width for picture in pictures) + MARGIN
    high = max(picture.height for picture in pictures) + TITLE
    width = max(2 * wide + MARGIN, MARGIN + DIGIT[0])
    columns = (width - MARGIN) // DIGIT[0]
    top = 2 * high + MARGIN
    sheet = Image.new("RGB", (width, top + -(-len(digits) // columns) * DIGIT[1]), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for place, ((title, _), picture) in enumerate(zip(stages, pictures, strict=True)):
        x, y = MARGIN + place % 2 * wide, TITLE + place // 2 * high
        pen.text((x, y - 22), title, INK, font)
        sheet.paste(picture, (x, y))
        pen.rectangle((x - 1, y - 1, x + picture.width, y + picture.height), outline="#c9ced6")
    for place, digit in enumerate(digits):
        x, y = place % columns * DIGIT[0], place // columns * DIGIT[1]
        draw_digit(sheet, digit, MARGIN + x, top + y)
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
        if share >= 0.01:
            pen.rectangle((left + 124, y, left + 124 + round(76 * share), y + 7), MARK)
