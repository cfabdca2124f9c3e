"""One picture of a photo's whole way: every stage, what was read, what was taken for no digit."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from model.attempts import CRUMB, Attempt
from model.lettering import wrapped
from model.light import to_gray
from model.reading import Digit, Reading
from model.recognizer import Recognizer
from model.vision import Ink, Photo, open_photo

SIDE = 420
"""Longer side of each stage's picture, in pixels."""

MOST_DIGITS = 24
"""More digits than this are not drawn one by one."""

MOST_REFUSED = 12
"""Of what was taken for no digit those are drawn that come nearest to one, so many."""

SAME = 8
"""A picture whose colours lie no further from its gray, 0..255, needs no gray beside it."""

MARGIN, LINE = 12, 20
"""Pixels between all that is drawn, and of the height of a line of text."""

NARROWEST = 280
"""Room for each stage, in pixels: a title needs it over the narrowest picture."""

DIGIT = (216, 140)
"""Room for one digit with its probabilities: width and height, in pixels."""

GLYPH, ROW, BAR = 84, 11, 76
"""Side of a digit's picture, height of a bar's row, and length of a bar that says certain."""

INK, PAPER, MARK, EDGE, REFUSED = "#1b1f24", "#ffffff", "#c8102e", "#c9ced6", "#6e7781"

Stage = tuple[str, Image.Image]
"""What a stage is called, and its picture."""


@dataclass(frozen=True)
class Group:
    """Glyphs that are drawn together under a title."""

    title: str
    digits: Sequence[Digit]


def draw_way(data: bytes, recognizer: Recognizer) -> Image.Image:
    """Return the picture that explains how a photo is read; raises `UnreadablePhoto`."""
    photo = open_photo(data)
    attempt = recognizer.read_best(photo)
    refused, shown = judged_none(recognizer, attempt)
    groups = [
        Group(title_of_read(len(attempt.digits)), attempt.digits[:MOST_DIGITS]),
        Group(title_of_refused(len(refused), len(shown)), shown),
    ]
    stages = stages_of(photo, attempt, shown)
    return compose(stages, [group for group in groups if group.digits])


def judged_none(recognizer: Recognizer, attempt: Attempt) -> tuple[list[Digit], list[Digit]]:
    """Return what was taken for no digit, and what is shown of that, in the order it stands in.

    Specks say nothing: beside digits and letters they are as small as what `model.attempts` calls
    dirt. Of the rest what comes nearest to a digit is shown.
    """
    refused = [each for each in recognizer.judge_ink(turned_ink(attempt)) if each.no_digit > 0.5]
    sides = [longer_side(each) for each in refused]
    least = CRUMB * max(map(longer_side, attempt.digits or refused), default=0)
    large = [place for place, side in enumerate(sides) if side >= least]
    nearest = sorted(large, key=lambda place: refused[place].no_digit)[:MOST_REFUSED]
    return refused, [refused[place] for place in sorted(nearest)]


def longer_side(digit: Digit) -> int:
    """Return the longer side of a digit's box, in pixels."""
    x0, y0, x1, y1 = digit.box
    return max(x1 - x0, y1 - y0)


def turned_ink(attempt: Attempt) -> Ink:
    """Return the ink as it was read."""
    return attempt.ink.turned(attempt.turns)


def stages_of(photo: Photo, attempt: Attempt, refused: Sequence[Digit]) -> list[Stage]:
    """Return the stages, all of them turned the way the photo was read.

    Left out is what would be the same picture again: the gray of a gray photo, and the clean ink
    of one in which nothing had to be taken off.
    """
    ink, reading = turned_ink(attempt), attempt.reading(photo)
    pixels = np.ascontiguousarray(np.rot90(photo.pixels, attempt.turns))
    gray = np.rot90(np.clip(to_gray(photo.pixels), 0, 255).astype(np.uint8), attempt.turns)
    upright = Image.fromarray(pixels)
    stages = [(title_of_upright(reading), upright)]
    if np.abs(pixels.astype(np.int16) - gray[:, :, None]).max() > SAME:
        stages.append(("gray", Image.fromarray(np.ascontiguousarray(gray)).convert("RGB")))
    raw = ink.contrast if ink.raw is None else ink.raw
    stages.append(("one of two tones" if ink.two_tones else "light evened", as_paper(raw)))
    if not np.array_equal(raw, ink.contrast):
        stages.append(("cleaned", as_paper(ink.contrast)))
    stages.append(
        (title_of_ink(len(ink.pieces)), Image.fromarray(colour_pieces(ink.pieces.labels)))
    )
    stages.append((title_of(reading), draw_boxes(upright, attempt.digits, refused)))
    return stages


def as_paper(contrast: NDArray[np.float32]) -> Image.Image:
    """Return an H×W contrast, 0..1, as dark ink on white paper."""
    return Image.fromarray((255 * (1 - np.clip(contrast, 0, 1))).astype(np.uint8)).convert("RGB")


def title_of_upright(reading: Reading) -> str:
    """Return what the first stage is called: how sure the way up is stands where it was turned."""
    return f"upright: {reading.turn}" if reading.turned else "upright"


def title_of_ink(count: int) -> str:
    """Return how many pieces of ink there are, in words."""
    return "1 piece of ink" if count == 1 else f"{count} pieces of ink"


def title_of(reading: Reading) -> str:
    """Return what was read, in words."""
    return f"reads {reading.text or 'no digit'}"


def title_of_read(count: int) -> str:
    """Return what stands over the digits, with how many of them are shown where that isn't all."""
    some = "" if count <= MOST_DIGITS else f", the first {MOST_DIGITS} of {count}"
    return f"read as digits{some}"


def title_of_refused(count: int, shown: int) -> str:
    """Return what stands over what was taken for no digit."""
    some = "" if count == shown else f", {shown} of {count}: no specks, what comes nearest to one"
    return f"taken for no digit{some}"


def colour_pieces(labels: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return H×W×3 with every piece in a colour of its own on white."""
    hues = np.arange(labels.max() + 1) * 0.618034 % 1  # golden ratio: neighbours differ
    table = np.array([colorsys.hsv_to_rgb(hue, 0.9, 0.75) for hue in hues]) * 255
    table[0] = 255
    return table.astype(np.uint8)[labels]


def draw_boxes(
    picture: Image.Image, digits: Sequence[Digit], refused: Sequence[Digit]
) -> Image.Image:
    """Return the picture as it was read with a box around each digit, and around what is none."""
    marked = picture.copy()
    pen, width = ImageDraw.Draw(marked), max(1, max(picture.size) // 200)
    for colour, found in ((REFUSED, refused), (MARK, digits)):
        for digit in found:
            pen.rectangle(digit.box, outline=colour, width=width)
    return marked


def compose(stages: Sequence[Stage], groups: Sequence[Group]) -> Image.Image:
    """Return the stages side by side, and below them each group's glyphs with their chances."""
    upper = draw_stages(stages)
    parts = [upper, *(draw_group(group, upper.width) for group in groups)]
    sheet, top = Image.new("RGB", (upper.width, sum(part.height for part in parts))), 0
    for part in parts:
        sheet.paste(part, (0, top))
        top += part.height
    return sheet


def draw_stages(stages: Sequence[Stage]) -> Image.Image:
    """Return the stages in rows, each under its title: two in a row, or three that are narrow."""
    font, pictures = ImageFont.load_default(15), [resized(picture) for _, picture in stages]
    wide = max(NARROWEST, *(picture.width for picture in pictures))
    across = 3 if wide <= 0.75 * SIDE and len(stages) > 4 else 2
    titles = [wrapped(title, font, wide) for title, _ in stages]
    starts = range(0, len(stages), across)
    heads = [LINE * max(map(len, titles[start : start + across])) for start in starts]
    high = max(picture.height for picture in pictures)
    size = MARGIN + across * (wide + MARGIN), sum(heads) + len(heads) * (high + MARGIN) + MARGIN
    sheet = Image.new("RGB", size, PAPER)
    pen, top = ImageDraw.Draw(sheet), MARGIN
    for start, head in zip(starts, heads, strict=True):
        for column, place in enumerate(range(start, min(start + across, len(stages)))):
            left, lines = MARGIN + column * (wide + MARGIN), titles[place]
            for number, line in enumerate(lines, -len(lines)):
                pen.text((left, top + head + number * LINE), line, INK, font)
            paste_framed(sheet, pictures[place], left, top + head)
        top += head + high + MARGIN
    return sheet


def draw_group(group: Group, width: int) -> Image.Image:
    """Return a group's glyphs under its title, as wide a picture as asked for."""
    columns = (width - MARGIN) // DIGIT[0]
    head, rows = LINE + MARGIN // 2, -(-len(group.digits) // columns)
    sheet = Image.new("RGB", (width, head + rows * DIGIT[1]), PAPER)
    ImageDraw.Draw(sheet).text((MARGIN, 0), group.title, INK, ImageFont.load_default(15))
    for place, digit in enumerate(group.digits):
        x, y = place % columns * DIGIT[0], place // columns * DIGIT[1]
        draw_digit(sheet, digit, MARGIN + x, head + y)
    return sheet


def resized(picture: Image.Image) -> Image.Image:
    """Return the picture at the size of a stage."""
    ratio = SIDE / max(picture.size)
    return picture.resize(
        (max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio)))
    )


def paste_framed(sheet: Image.Image, picture: Image.Image, left: int, top: int) -> None:
    """Paste a picture with a thin frame around it: much of it is white on white."""
    sheet.paste(picture, (left, top))
    box = (left - 1, top - 1, left + picture.width, top + picture.height)
    ImageDraw.Draw(sheet).rectangle(box, outline=EDGE)


def draw_digit(sheet: Image.Image, digit: Digit, left: int, top: int) -> None:
    """Draw what the network saw, with a bar for each probability and for no digit."""
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    glyph = Image.fromarray(255 - digit.pixels).resize((GLYPH, GLYPH), Image.Resampling.NEAREST)
    paste_framed(sheet, glyph, left, top)
    refused = digit.no_digit > 0.5
    name, sure = ("none", digit.no_digit) if refused else (str(digit.digit), digit.confidence)
    pen.text((left, top + GLYPH + 4), f"{name}, {100 * sure:.0f} %", INK, font)
    shares = [(str(i), float(p), MARK) for i, p in enumerate(digit.probabilities)]
    shares.append(("none", digit.no_digit, INK))
    for row, (name, share, colour) in enumerate(shares):
        y = top + row * ROW
        pen.text((left + GLYPH + 8, y - 3), name, INK, font)
        if share >= 0.01:
            bar = left + GLYPH + 42
            pen.rectangle((bar, y, bar + round(BAR * share), y + ROW - 4), colour)
