"""Pens, inks and grounds: the conditions decided before anything is written, and the writing."""

from __future__ import annotations

import numpy as np
from PIL import Image

from model.paper.scene import Color, Mask, Scene, condition, cut_noise, random_color

ALIKE = 0.7
"""From this strength on coloured ink is as bright as coloured paper."""

COLOURED = 0.25
"""Saturation from which on paper has a hue of its own: a yellow note, kraft, not cream."""

BRIGHTEST = 150.0
"""Of such paper: as bright as pastel, ink of another hue would be nearly white."""


@condition("plan")
def coloured_paper(scene: Scene, strength: float) -> None:
    """Cream, recycled, kraft, a yellow note, or any pastel."""
    kinds: list[Color] = [(236, 226, 196), (196, 192, 180), (186, 160, 124), (246, 232, 120)]
    if scene.rng.random() < 0.5:
        scene.paper = kinds[int(scene.rng.integers(len(kinds)))]
    else:
        scene.paper = random_color(scene.rng, (0.1, 0.1 + 0.5 * strength), (0.75, 1.0))
        if brightness(scene.paper) < 130:  # deep blue: dark ink would not show
            scene.paper = darker(scene.paper, 130 / brightness(scene.paper))


@condition("plan")
def coloured_ink(scene: Scene, strength: float) -> None:
    """Ink of any hue; the stronger, the lighter it may be.

    From `ALIKE` on it is as bright as the paper, where that is coloured: by its hue alone it shows.
    """
    scene.ink = random_color(scene.rng, (0.6, 1.0), (0.35, 0.5 + 0.45 * strength))
    if strength >= ALIKE and saturation(scene.paper) >= COLOURED:
        scene.paper = darker(scene.paper, min(1.0, BRIGHTEST / brightness(scene.paper)))
        scene.ink = ink_as_bright_as(scene.paper, scene.ink)
        return
    most = brightness(scene.paper) - 75  # yellow on white nobody reads
    if brightness(scene.ink) > most:
        scene.ink = darker(scene.ink, most / brightness(scene.ink))


@condition("plan")
def chalkboard(scene: Scene, strength: float) -> None:
    """Chalk on a black, green or blue board."""
    boards: list[Color] = [(44, 46, 46), (36, 62, 50), (40, 52, 72)]
    scene.paper = boards[int(scene.rng.integers(len(boards)))]
    chalk = random_color(scene.rng, (0.0, 0.4), (0.85, 1.0))
    scene.ink = chalk
    scene.opacity = 1 - 0.25 * strength
    scene.grain = 0.15 + 0.3 * strength


@condition("plan")
def tablet(scene: Scene, strength: float) -> None:
    """Drawn on a screen: flat colours, dark or light ground, no grain and no noise."""
    scene.flat = True
    if scene.rng.random() < strength:
        scene.paper = random_color(scene.rng, (0.0, 0.6), (0.0, 0.2))
        scene.ink = random_color(scene.rng, (0.0, 0.8), (0.85, 1.0))
    else:
        scene.paper = (255, 255, 255)
        scene.ink = random_color(scene.rng, (0.0, 1.0), (0.0, 0.5))
    scene.opacity = 1.0


@condition("plan")
def faint_pencil(scene: Scene, strength: float) -> None:
    """A pencil so light that a global threshold loses it."""
    level = int(scene.draw(70, 110))
    scene.ink = (level, level, level + 4)
    scene.opacity = 0.8 - 0.48 * strength
    scene.grain = 0.15 + 0.2 * strength
    scene.pen = scene.draw(0.035, 0.065)


@condition("plan")
def thin_pen(scene: Scene, strength: float) -> None:
    """A ball pen, on large digits as thin as a hair."""
    scene.pen = scene.draw(0.9, 1.1) * (0.075 - 0.045 * strength)


@condition("plan")
def felt_pen(scene: Scene, strength: float) -> None:
    """A felt pen so thick that loops close."""
    scene.pen = scene.draw(0.95, 1.05) * (0.13 + 0.1 * strength)


@condition("plan")
def dry_pen(scene: Scene, strength: float) -> None:
    """A drying pen or brush: streaks, and strokes broken into pieces."""
    scene.dryness = 0.1 + 0.3 * strength


@condition("plan")
def pressure(scene: Scene, strength: float) -> None:
    """A light hand: strokes get paler where it presses less, on the way up and at their ends."""
    scene.lightness = 0.35 + 0.4 * strength


@condition("plan")
def two_pens(scene: Scene, strength: float) -> None:
    """Every second row in a paler pen; which one is the dark one is left to chance."""
    pens = (1.0, 1 - 0.6 * strength)
    scene.pens = pens if scene.rng.random() < 0.5 else pens[::-1]


@condition("plan")
def tilt(scene: Scene, strength: float) -> None:
    """The page lies at an angle, up to 30 degrees."""
    scene.tilt = 30 * strength * scene.draw(0.7, 1) * (1 if scene.rng.random() < 0.5 else -1)


def lay_ink(scene: Scene) -> None:
    """Write the glyphs on the page with the scene's ink."""
    mask = np.zeros((scene.height, scene.width), np.uint8)
    for one in scene.placed:
        x, y = one.corner
        left, top = max(0, -x), max(0, -y)
        part = one.mask[top : scene.height - y, left : scene.width - x]
        if part.size:
            part = press(scene, part, one.row)
            target = mask[y + top : y + top + part.shape[0], x + left : x + left + part.shape[1]]
            np.maximum(target, part, out=target)
    if scene.grain or scene.dryness:
        mask = wear_ink(scene, mask)
    scene.paint(mask, scene.ink, scene.opacity)


def press(scene: Scene, mask: Mask, row: int) -> Mask:
    """Return the ink that a hand leaves of a glyph, pressing unevenly with its row's pen."""
    pen = scene.pens[row % len(scene.pens)]
    if not scene.lightness:
        return mask if pen == 1 else (mask * pen).astype(np.uint8)
    corners = 1 - scene.lightness * scene.rng.random((4, 3)) ** 2  # mostly it presses well
    image = Image.fromarray((255 * pen * corners).astype(np.uint8))
    field = np.asarray(image.resize(mask.shape[::-1], Image.Resampling.BICUBIC))
    return (mask * (field / np.float32(255))).astype(np.uint8)


def wear_ink(scene: Scene, mask: Mask) -> Mask:
    """Return the ink that grain and a drying pen leave."""
    height, width = mask.shape
    left = np.ones(mask.shape, np.float32)
    if scene.grain:
        noise = cut_noise("soft", height, width, scene.rng)
        if scene.digit_height > 120:  # seen from near, the grain is coarse
            noise = 0.6 * noise + 0.5 * cut_noise("coarse", height, width, scene.rng)
        left = np.clip(1.1 + 0.3 * noise - scene.grain, 0.2, 1)
    if scene.dryness:
        if scene.rng.random() < 0.5:
            streaks = cut_noise("streak", height, width, scene.rng)
        else:
            streaks = cut_noise("streak", width, height, scene.rng).T
        patches = cut_noise("coarse", height, width, scene.rng)
        worn = 0.6 * streaks + 0.6 * patches
        left = left * np.clip((worn - 2.1 * scene.dryness + 1.35) * 1.6, 0.12, 1)
    return np.asarray(mask * left).astype(np.uint8)


def brightness(color: Color) -> float:
    """Return 0..255."""
    return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]


def darker(color: Color, factor: float) -> Color:
    """Return the colour with its levels multiplied."""
    red, green, blue = (min(255, int(level * factor)) for level in color)
    return red, green, blue


def saturation(color: Color) -> float:
    """Return 0 for gray to 1."""
    return 1 - min(color) / max(*color, 1)


def ink_as_bright_as(paper: Color, hue: Color) -> Color:
    """Return the strongest colour as bright as the paper: of this hue, or of the opposite one.

    Which of the two lies farther from the paper's.
    """
    level, away = brightness(paper), np.array(hue) - brightness(hue)  # away from gray
    if away @ (np.array(paper) - level) > 0:
        away = -away
    room = np.where(away > 0, 255 - level, level) / np.maximum(np.abs(away), 1)
    red, green, blue = (int(each) for each in level + away * room.min())
    return red, green, blue
