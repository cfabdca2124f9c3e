"""The page: its surface, its ruling, and what else is on it beside the digits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from model.paper.pen import smooth_curve
from model.paper.pens import brightness, darker
from model.paper.scene import Floats, Mask, Scene, clouds, condition, cut_noise, random_color

LETTERS = tuple("abcdefhkmnprtuvwxyACEFHKLMNPRTUVWXY")


@condition("page")
def texture(scene: Scene, strength: float) -> None:
    """Rough paper: fibres, or the relief of drawing paper, lit from a side."""
    rng = scene.rng
    if rng.random() < 0.5:
        grain = cut_noise("coarse", scene.height + 2, scene.width + 2, rng)
        grain = (grain[2:, 2:] - grain[:-2, :-2]) * (6 + 14 * strength)  # relief
    else:
        grain = cut_noise("soft", scene.height, scene.width, rng) * (3 + 9 * strength)
    add_gray(scene, grain)


@condition("page")
def blotches(scene: Scene, strength: float) -> None:
    """Patches where paper is stained, or a board was wiped."""
    patches = clouds(scene.height // 6 + 2, scene.width // 6 + 2, scene.rng, octaves=5)
    add_gray(scene, scene.enlarge(patches) * (6 + 16 * strength))


def add_gray(scene: Scene, levels: Floats) -> None:
    """Add H×W levels to the picture, the same to each channel."""
    pixels = np.asarray(scene.page, dtype=np.float32) + levels[..., None]
    scene.page = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@condition("page")
def show_through(scene: Scene, strength: float) -> None:
    """The writing on the back shines through, mirrored and blurred."""
    if not scene.placed:
        return
    back = Image.new("L", (scene.width, scene.height))
    for one in scene.placed:
        x, y = one.corner
        shift = round(scene.draw(0.3, 0.9) * one.mask.shape[0])
        mirrored = Image.fromarray(one.mask[:, ::-1])
        back.paste(255, (scene.width - x - mirrored.width, y + shift), mirrored)
    blur = max(1.0, 0.02 * scene.digit_height)
    levels = np.asarray(back.filter(ImageFilter.BoxBlur(blur)))
    scene.paint(levels, scene.ink, (0.04 + 0.11 * strength) * scene.opacity)


@condition("page")
def ruled(scene: Scene, strength: float) -> None:
    """Lines."""
    rule(scene, strength, "lines")


@condition("page")
def squared(scene: Scene, strength: float) -> None:
    """Squares."""
    rule(scene, strength, "squares")


@condition("page")
def dotted(scene: Scene, strength: float) -> None:
    """A grid of dots."""
    rule(scene, strength, "dots")


def rule(scene: Scene, strength: float, kind: str) -> None:
    """Print lines, squares or dots in any colour, mostly along the writing, at times at any angle.

    The stronger, the darker and wider.
    """
    rng = scene.rng
    share = {"lines": (0.9, 2.2), "squares": (0.3, 1.3), "dots": (0.3, 0.8)}[kind]
    period = max(9.0, scene.digit_height * scene.draw(*share))
    period = min(period, scene.height / 3)
    turned = rng.uniform(0, 180) if rng.random() < 0.1 else scene.tilt + rng.normal(0, 1.5)
    angle = np.float32(np.radians(turned))
    width = np.clip(period * 0.012, 0.6, 4) * (0.6 + strength)
    x, y = scene.coordinates()
    along = x * np.cos(angle) + y * np.sin(angle) + np.float32(rng.uniform(0, period))
    across = y * np.cos(angle) - x * np.sin(angle) + np.float32(rng.uniform(0, period))
    if kind == "dots":
        distance = np.hypot(to_nearest(along, period), to_nearest(across, period)) - width * 1.2
    elif kind == "squares":
        distance = np.minimum(to_nearest(along, period), to_nearest(across, period)) - width / 2
    else:
        distance = to_nearest(across, period) - width / 2
    lines = (np.clip(0.5 - distance, 0, 1) * 255).astype(np.uint8)
    color = random_color(rng, (0.2, 0.9), (0.45, 0.75))
    if brightness(scene.paper) < 128:
        color = random_color(rng, (0.0, 0.4), (0.6, 0.9))
    scene.paint(lines, color, 0.2 + 0.5 * strength)


def to_nearest(way: Floats, period: float) -> Floats:
    """Return the distance of each coordinate to the nearest multiple of the period."""
    part = way / np.float32(period)
    return np.asarray(np.abs(part - np.round(part)) * np.float32(period))


@condition("page")
def form_boxes(scene: Scene, strength: float) -> None:
    """A printed box around each digit, as on forms; neighbours share a side."""
    margin = scene.draw(0.14, 0.3) * scene.digit_height
    paths: list[NDArray[np.floating]] = []
    for row in sorted({one.row for one in scene.placed}):
        quads = np.stack([one.quad for one in scene.placed if one.row == row])  # N×4×2
        paths += row_of_cells(quads, margin)
    draw_paths(scene, paths, strength)


def row_of_cells(quads: NDArray[np.floating], margin: float) -> list[NDArray[np.floating]]:
    """Return the outlines of cells, 5×2 points each, around the quads of a row from the left."""
    along = quads[-1].mean(axis=0) - quads[0].mean(axis=0)
    if not along.any():
        along = quads[0, 1] - quads[0, 0]
    along = along / np.linalg.norm(along)
    down = np.array([-along[1], along[0]])
    left, right = (quads @ along).min(axis=1), (quads @ along).max(axis=1)  # N
    top, bottom = (quads @ down).min() - margin, (quads @ down).max() + margin
    narrow = np.maximum((bottom - top) * 0.6 - (right - left) - 2 * margin, 0) / 2  # a thin 1's
    left, right = left - margin - narrow, right + margin + narrow
    for here in range(len(quads) - 1):
        if right[here] > left[here + 1]:
            right[here] = left[here + 1] = (right[here] + left[here + 1]) / 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    sides = [x[:, None] * along + y * down for x, y in corners]
    return list(np.stack(sides, axis=1))


@condition("page")
def underline(scene: Scene, strength: float) -> None:
    """A line under each row, by hand, a little wavy."""
    paths = []
    for row in sorted({one.row for one in scene.placed}):
        quads = np.stack([one.quad for one in scene.placed if one.row == row])
        start, end = quads[0, 3], quads[-1, 2]
        way = np.linspace(-0.1, 1.1, 9)[:, None]
        down = quads[:, 3] - quads[:, 0]
        down = down[int(np.argmax(np.linalg.norm(down, axis=1)))]
        gap = scene.draw(0.12, 0.3)
        wave = scene.rng.normal(0, 0.012, (9, 1)) * float(np.linalg.norm(down))
        paths.append(smooth_curve(start + (end - start) * way + down * gap + wave))
    draw_paths(scene, paths, strength)


def draw_paths(scene: Scene, paths: Sequence[NDArray[np.floating]], strength: float) -> None:
    """Draw lines, anti-aliased, in the ink or a printed colour; stronger is wider and darker."""
    fine = 2
    image = Image.new("L", (scene.width * fine, scene.height * fine))
    pencil = ImageDraw.Draw(image)
    width = max(1.0, scene.digit_height * (0.012 + 0.03 * strength))
    for path in paths:
        points = [(x * fine, y * fine) for x, y in path.tolist()]
        pencil.line(points, fill=255, width=max(2, round(width * fine)), joint="curve")
    mask = np.asarray(image.reduce(fine))
    own = scene.rng.random() < 0.5 or brightness(scene.paper) < 128
    color = scene.ink if own else random_color(scene.rng, (0.0, 0.8), (0.2, 0.6))
    scene.paint(mask, color, scene.opacity * (0.5 + 0.5 * strength))


@condition("page")
def dirt(scene: Scene, strength: float) -> None:
    """Specks and crumbs, each much smaller than a digit."""
    mask = Image.new("L", (scene.width, scene.height))
    pencil = ImageDraw.Draw(mask)
    count = int(4 + 30 * strength)
    largest = max(1.0, 0.035 * scene.digit_height)
    for x, y, size, long in scene.rng.random((count, 4)):
        x, y, radius = x * scene.width, y * scene.height, 0.6 + size**3 * largest
        pencil.ellipse((x - radius, y - radius, x + radius * (1 + long), y + radius), fill=255)
    levels = np.asarray(mask.filter(ImageFilter.BoxBlur(0.6)))
    scene.paint(levels, darker(scene.ink, scene.draw(0.5, 1.5)), 0.4 + 0.4 * strength)


@condition("page")
def print_elsewhere(scene: Scene, strength: float) -> None:
    """Printed words, where no digit stands; they hold letters only."""
    size = int(max(10, 0.018 * scene.height * (1 + strength)))
    font = ImageFont.load_default(size)
    pencil = ImageDraw.Draw(scene.page)
    for _ in range(1 + int(4 * strength)):
        text = " ".join(random_words(scene.rng, int(scene.rng.integers(1, 5))))
        x, y = scene.draw(0, 0.8) * scene.width, scene.draw(0, 0.96) * scene.height
        left, top, right, foot = pencil.textbbox((x, y), text, font=font)
        boxes = scene.boxes
        room = size
        apart = (boxes[:, 0] > right + room) | (boxes[:, 2] < left - room)
        apart |= (boxes[:, 1] > foot + room) | (boxes[:, 3] < top - room)
        if apart.all():
            pencil.text((x, y), text, font=font, fill=darker(scene.ink, 0.9))


def random_words(rng: np.random.Generator, count: int) -> list[str]:
    """Return words of random letters."""
    return ["".join(rng.choice(LETTERS, int(rng.integers(2, 9)))) for _ in range(count)]


@condition("page")
def holes(scene: Scene, strength: float) -> None:
    """The holes of a spiral or a binder, along the left edge or the top."""
    fine = 3
    image = Image.new("L", (scene.width * fine, scene.height * fine))
    pencil = ImageDraw.Draw(image)
    upright = scene.rng.random() < 0.6
    length = scene.height if upright else scene.width
    count = int(scene.draw(8, 20)) if scene.rng.random() < 0.7 else 2
    pitch = length / count
    radius = min(scene.draw(0.15, 0.28) * pitch, 0.022 * length * (0.6 + strength))
    edge = radius * scene.draw(1.2, 2.2)
    for place in np.arange(count) * pitch + pitch / 2:
        x, y = (edge, place) if upright else (place, edge)
        hole = (x - radius, y - radius, x + radius, y + radius)
        pencil.ellipse([each * fine for each in hole], fill=255)
    scene.paint(cut_out_glyphs(scene, np.asarray(image.reduce(fine))), (40, 36, 34), 0.95)


def cut_out_glyphs(scene: Scene, mask: Mask) -> Mask:
    """Return the mask without what would cover a glyph."""
    kept = mask.copy()
    room = np.array([-4, -4, 4, 4])
    for x0, y0, x1, y1 in np.clip(scene.boxes + room, 0, None).astype(int).tolist():
        kept[y0:y1, x0:x1] = 0
    return kept
