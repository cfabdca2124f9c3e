"""Photos without a digit: blank paper, doodles, letters, print, and the world at large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from model.paper.marks import DOODLES, GREEK, LETTERS, SHAPES
from model.paper.pen import random_hand, smooth_curve
from model.paper.scene import Color, Scene, clouds, cut_noise, random_color
from model.paper.sheet import Sheet, finish, make_sheet, random_conditions
from model.paper.stationery import random_words
from model.paper.strokes import draw_other

Rng = np.random.Generator
Glyph = NDArray[np.uint8]

NEGATIVES = (
    "blank", "letters", "scribbles", "doodles", "print", "landscape", "foliage", "branches",
    "creature", "fingers",
)  # fmt: skip
"""branches: lines across such a world, as twigs, fences, cables; foliage: fine structure without
an order; creature: round shapes as of a face or a pet; fingers: a hand before a plain ground."""

MARKS = {
    "letters": (*LETTERS, *GREEK),
    "scribbles": tuple(SHAPES),
    "doodles": tuple(DOODLES),
}


def make_negative(
    rng: Rng, kind: str | None = None, size: tuple[int, int] = (900, 700), hardness: float = 1.0
) -> Sheet:
    """Make a photo that holds no digit: one of `NEGATIVES`, drawn by lot when None.

    `size` is width and height in pixels; random conditions apply as on any other sheet. Raises
    `KeyError` for an unknown kind.
    """
    if kind is None:
        kind = str(rng.choice(NEGATIVES))
    conditions = random_conditions(rng, hardness)
    if kind == "blank":
        return make_sheet([], [], rng, conditions, size=size)
    if kind in MARKS:
        glyphs = draw_marks(MARKS[kind], rng)
        return make_sheet(glyphs, [""] * len(glyphs), rng, conditions, size=size)
    draw = {
        "print": draw_print,
        "landscape": draw_landscape,
        "foliage": draw_foliage,
        "branches": draw_branches,
        "creature": draw_creature,
        "fingers": draw_fingers,
    }[kind]
    camera = {
        "focus_blur",
        "motion_blur",
        "noise",
        "jpeg",
        "underexposed",
        "yellow_lamp",
        "vignette",
    }
    kept = {name: strength for name, strength in conditions.items() if name in camera}
    scene = Scene(rng, *size, draw(rng, size))
    return finish(scene, kept, [], [])


def draw_marks(kinds: tuple[str, ...], rng: Rng) -> list[Glyph]:
    """Draw one to sixty marks by the same hand."""
    count = int(rng.choice([1, 1, 2, 3, 5, 8, 12, 30, 60]))  # sixty: a page of writing
    hand = random_hand(rng)
    return [draw_other(str(rng.choice(kinds)), rng, hand) for _ in range(count)]


def draw_print(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw a screenshot of text: letters only, with a heading, perhaps bars and buttons."""
    dark = rng.random() < 0.3
    ground = random_color(rng, (0, 0.1), (0.05, 0.2) if dark else (0.92, 1.0))
    ink = random_color(rng, (0, 0.4), (0.8, 1.0) if dark else (0.0, 0.35))
    page = Image.new("RGB", size, ground)
    pencil = ImageDraw.Draw(page)
    width, height = size
    if rng.random() < 0.5:
        bar = random_color(rng, (0.2, 0.9), (0.3, 0.8))
        pencil.rectangle((0, 0, width, int(height * rng.uniform(0.05, 0.12))), fill=bar)
    letter = int(rng.uniform(0.018, 0.05) * height)
    left, y = int(rng.uniform(0.03, 0.12) * width), int(rng.uniform(0.05, 0.2) * height)
    while y < height * rng.uniform(0.75, 1.3):
        large = letter * 2 if rng.random() < 0.1 else letter
        font = ImageFont.load_default(max(8, large))
        text = " ".join(random_words(rng, int(rng.integers(2, 14))))
        pencil.text((left, y), text, font=font, fill=ink)
        y += int(large * rng.uniform(1.3, 1.5))
        if rng.random() < 0.15:
            y += letter
    return page


def draw_landscape(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw a sky and a few ridges, each with its own structure."""
    width, height = size
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, low = (np.array(random_color(rng, (0.1, 0.6), (0.5, 1.0)), np.float32) for _ in "ab")
    sky = top + (low - top) * down + np.zeros((1, width, 1), np.float32)
    pixels = sky + full_clouds(rng, size)[..., None] * rng.uniform(5, 30)
    levels = np.sort(rng.uniform(0.3, 0.95, int(rng.integers(1, 5))))
    y = np.arange(height, dtype=np.float32)[:, None]
    for level in levels:
        ridge = clouds(1, width, rng, octaves=7)[0] * rng.uniform(0.02, 0.12) + level
        cover = np.clip(y - ridge * height + 0.5, 0, 1)[..., None]
        color = np.array(random_color(rng, (0.1, 0.7), (0.1, 0.7)), np.float32)
        rough = full_clouds(rng, size, 7)[..., None] * rng.uniform(10, 50)
        pixels += cover * (color + rough - pixels)
    return to_image(pixels)


def draw_foliage(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw leaves, gravel or fur: fine structure between two or three colours."""
    width, height = size
    fine = cut_noise("coarse", height, width, rng)
    if rng.random() < 0.4:
        fine = fine + 0.8 * cut_noise("streak", height, width, rng)
    amount = fine * rng.uniform(0.15, 0.5) + full_clouds(rng, size, 7) * rng.uniform(0.5, 1)
    colors = [np.array(random_color(rng, (0.1, 0.8), (0.05, 0.9)), np.float32) for _ in range(3)]
    share = (0.5 + 0.5 * np.tanh(amount * rng.uniform(1, 3)))[..., None]
    pixels = colors[0] + (colors[1] - colors[0]) * share
    pixels += np.clip(full_clouds(rng, size)[..., None], 0, 1) * (colors[2] - pixels)
    return to_image(pixels)


def draw_branches(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw twigs, cables or a fence, some out of focus, before foliage or a landscape."""
    page = draw_foliage(rng, size) if rng.random() < 0.5 else draw_landscape(rng, size)
    for blur in (6, 2, 0):
        veil = Image.new("L", size)
        pencil = ImageDraw.Draw(veil)
        for _ in range(int(rng.integers(2, 10))):
            start = rng.uniform(-0.2, 1.2, 2)
            steps = np.cumsum(rng.normal(0, 0.05, (8, 2)) + rng.normal(0, 0.09, 2), axis=0)
            points = smooth_curve((start + steps) * size)
            thick = int(rng.uniform(0.003, 0.02) * size[0]) + 1
            pencil.line([tuple(each) for each in points.tolist()], 255, thick, joint="curve")
        color = random_color(rng, (0.0, 0.5), (0.02, 0.5) if rng.random() < 0.7 else (0.7, 1.0))
        page.paste(color, (0, 0), veil.filter(ImageFilter.BoxBlur(blur + 0.6)))
    return page


def draw_creature(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw round shapes within each other, soft and furred: a head, ears, eyes, a mouth."""
    page = draw_foliage(rng, size) if rng.random() < 0.5 else draw_landscape(rng, size)
    page = page.filter(ImageFilter.BoxBlur(int(rng.integers(2, 12))))
    width, height = size
    middle = np.array([width, height]) * rng.uniform(0.35, 0.65, 2)
    radius = float(rng.uniform(0.2, 0.42) * min(size))
    coat = random_color(rng, (0.1, 0.6), (0.2, 0.95))
    dark: Color = (30, 24, 22)
    ears = rng.uniform(0.5, 0.9)
    parts = [(-ears, -0.8, 0.35, 0.45, coat), (ears, -0.8, 0.35, 0.45, coat),
             (0, 1.6, 1.3, 1.1, coat), (0, 0, 1, rng.uniform(0.85, 1.25), coat)]  # fmt: skip
    for side in (-1, 1):
        parts.append((side * 0.4, -0.2, 0.17, 0.12, (240, 236, 226)))
        parts.append((side * 0.4, -0.2, 0.09, 0.1, dark))
    parts += [(0, 0.22, 0.13, 0.09, dark), (0, 0.6, rng.uniform(0.2, 0.45), 0.05, dark)]
    for x, y, wide, high, color in parts:
        spot = Image.new("L", size)
        box = [middle[0] + (x - wide) * radius, middle[1] + (y - high) * radius,
               middle[0] + (x + wide) * radius, middle[1] + (y + high) * radius]  # fmt: skip
        ImageDraw.Draw(spot).ellipse(box, fill=255)
        page.paste(color, (0, 0), spot.filter(ImageFilter.BoxBlur(radius * 0.03)))
    fur = 1 + 0.2 * full_clouds(rng, size, 6) + cut_noise("soft", height, width, rng, 0.06)
    return to_image(np.asarray(page) * fur[..., None])


def draw_fingers(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Draw a hand from the wrist up, some of its fingers stretched, on a sheet or a wall."""
    skin = np.array(random_color(rng, (0.25, 0.6), (0.25, 0.9)), np.float32)
    skin = np.sort(skin)[::-1]  # red before green before blue
    ground = np.array(random_color(rng, (0, 0.15), (0.3, 1.0)), np.float32)
    veil = Image.new("L", size)
    pencil = ImageDraw.Draw(veil)
    palm = float(rng.uniform(0.12, 0.2) * min(size))
    middle = np.array([size[0] * rng.uniform(0.4, 0.6), size[1] * rng.uniform(0.55, 0.7)])
    thick, down = palm * rng.uniform(0.38, 0.46), np.array([0, palm])
    draw_capsule(pencil, middle, middle + 20 * down, 1.3 * palm)  # the arm
    draw_capsule(pencil, middle - down / 4, middle + 0.4 * down, 2 * palm)
    for place in range(5):
        angle = np.radians(-55 + 27 * place + rng.normal(0, 5))
        way = np.array([np.sin(angle), -np.cos(angle)])
        length = palm * (rng.uniform(2, 2.7) if rng.random() < 0.6 else rng.uniform(0.9, 1.2))
        draw_capsule(pencil, middle + 0.5 * palm * way, middle + length * way, thick)
    veil = veil.rotate(float(rng.normal(0, 20)), center=tuple(middle.tolist()))
    share = np.asarray(veil.filter(ImageFilter.BoxBlur(1.5)), np.float32)[..., None] / 255
    round_off = np.asarray(veil.filter(ImageFilter.BoxBlur(thick / 2)), np.float32)[..., None] / 255
    hand = skin * (0.45 + 0.6 * round_off) * (1 + 0.05 * full_clouds(rng, size, 7)[..., None])
    wall = ground * (1 + 0.06 * full_clouds(rng, size)[..., None])
    return to_image(wall + (hand - wall) * share)


def draw_capsule(
    pencil: ImageDraw.ImageDraw,
    start: NDArray[np.floating],
    end: NDArray[np.floating],
    thick: float,
) -> None:
    """Draw a thick line with round ends."""
    pencil.line([tuple(start.tolist()), tuple(end.tolist())], 255, round(thick))
    for x, y in (start, end):
        reach = thick / 2
        pencil.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def full_clouds(rng: Rng, size: tuple[int, int], octaves: int = 5) -> NDArray[np.float32]:
    """Return fractal noise of the picture's size, computed at half of it."""
    small = Image.fromarray(clouds(size[1] // 2, size[0] // 2, rng, octaves))
    return np.asarray(small.resize(size, Image.Resampling.BILINEAR))


def to_image(pixels: NDArray[np.floating]) -> Image.Image:
    """Return H×W×3 levels as a picture."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
