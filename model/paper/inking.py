"""Ink from glyphs of any size: enlarged smoothly, with a pen as wide as wanted.

A glyph of MNIST is 20 pixels high. Enlarged by interpolation and cut at a level it looks like a
pen's stroke again; another pen writes along its skeleton.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.paper.scene import Mask

Glyph = NDArray[np.uint8]
BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC


def crop_glyph(glyph: Glyph, keep_rows: bool = False) -> Glyph:
    """Return the part of an H×W glyph that holds ink; with `keep_rows` only columns are cropped.

    Raises `ValueError` when there is none.
    """
    inked = glyph > 40
    columns, rows = np.flatnonzero(inked.any(axis=0)), np.flatnonzero(inked.any(axis=1))
    if len(columns) == 0:
        raise ValueError("The glyph holds no ink: give ink as 255 on 0.")
    glyph = glyph[:, columns[0] : columns[-1] + 1]
    return glyph if keep_rows else glyph[rows[0] : rows[-1] + 1]


def stroke_width(glyph: Glyph) -> float:
    """Return the mean width of the strokes in pixels: twice the area over the length of edges."""
    levels = np.pad(glyph, 1).astype(np.float32)
    across, down = np.diff(levels, axis=1)[:-1], np.diff(levels, axis=0)[:, :-1]
    edges = float(np.hypot(across, down).sum())
    return 2 * float(levels.sum()) / max(edges, 1.0)


def write_with_pen(glyphs: Sequence[Glyph], pen: float) -> list[Glyph]:
    """Return the glyphs written with another pen, `pen` wide per height of the glyph.

    Thinner ones are written anew along the skeleton; thicker ones grow, and their loops close.
    """
    thin = [i for i, each in enumerate(glyphs) if stroke_width(each) > 1.15 * pen * len(each)]
    written = list(glyphs)
    for i, glyph in zip(thin, retrace([glyphs[i] for i in thin], pen), strict=True):
        written[i] = glyph
    return [grow_stroke(glyph, pen) for glyph in written]


def grow_stroke(glyph: Glyph, pen: float) -> Glyph:
    """Return the glyph with strokes `pen` wide per height, if they were thinner."""
    height, width = glyph.shape
    missing = (pen * height - stroke_width(glyph)) / 2
    scale = max(1.0, 56 / height)
    steps = round(missing * scale)
    if steps < 1:
        return glyph
    pad = int(steps / scale) + 2
    size = (round((width + 2 * pad) * scale), round((height + 2 * pad) * scale))
    large = Image.fromarray(np.pad(glyph, pad)).resize(size, BICUBIC)
    if scale > 1:
        large = large.filter(ImageFilter.BoxBlur(scale * 0.45))
        large = sharpen_levels(large.filter(ImageFilter.BoxBlur(scale * 0.45)), 0.45, 0.6)
    return crop_glyph(grow_levels(np.asarray(large), steps))


def grow_levels(levels: Glyph, steps: int) -> Glyph:
    """Return each pixel's maximum over an octagon that reaches `steps` pixels."""
    grown = levels.copy()
    for step in range(steps):
        around = grown.copy()
        np.maximum(around[1:], grown[:-1], out=around[1:])
        np.maximum(around[:-1], grown[1:], out=around[:-1])
        wide = around if step % 2 else grown  # in turns a square and a cross
        sides = around.copy()
        np.maximum(sides[:, 1:], wide[:, :-1], out=sides[:, 1:])
        np.maximum(sides[:, :-1], wide[:, 1:], out=sides[:, :-1])
        grown = sides
    return grown


def retrace(glyphs: Sequence[Glyph], pen: float) -> list[Glyph]:
    """Return the glyphs written along their skeletons with a pen some three pixels wide."""
    if not glyphs:
        return []
    em = int(np.clip(4.2 / pen, 44, 112))
    large = []
    for glyph in glyphs:
        scale = em / max(glyph.shape)  # a minus is wide, not high
        size = tuple(max(3, round(side * scale)) for side in glyph.shape[::-1])
        blur = ImageFilter.GaussianBlur(em / 60)
        image = Image.fromarray(glyph).resize(size, BICUBIC).filter(blur)
        levels = np.asarray(image)
        large.append(levels > 0.43 * levels.max())  # fine strokes get pale when made small
    rows, columns = (max(mask.shape[axis] for mask in large) + 4 for axis in (0, 1))
    stack = np.zeros((len(large), rows, columns), bool)
    for layer, mask in zip(stack, large, strict=True):
        layer[2 : 2 + mask.shape[0], 2 : 2 + mask.shape[1]] = mask
    lines = skeletonize(stack)
    traced = []
    for line, mask in zip(lines, large, strict=True):
        part = line[: mask.shape[0] + 4, : mask.shape[1] + 4]
        if not part.any():  # a small dot has no skeleton
            part = np.pad(mask, 2)
        wide = Image.fromarray(part.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))
        smooth = sharpen_levels(wide.filter(ImageFilter.GaussianBlur(1.4)), 0.48, 0.4)
        if np.asarray(smooth).max() < 200:  # of a dot, the blur leaves too little
            smooth = wide
        traced.append(crop_glyph(np.asarray(smooth), keep_rows=True))
    return traced


def skeletonize(stack: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the skeletons, one pixel wide, of N×H×W masks with an empty border.

    Peels off the edges in turns until nothing can go (Zhang and Suen 1984).
    """
    mask = stack.copy()
    while True:
        before = int(mask.sum())
        for second in (False, True):
            mask[:, 1:-1, 1:-1] &= ~PEELABLE[int(second)][neighbours(mask)]
        if int(mask.sum()) == before:
            return mask


def neighbours(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the eight neighbours of each inner pixel as bits, from the one above, clockwise."""
    bits = mask.view(np.uint8)
    around = (
        bits[:, :-2, 1:-1], bits[:, :-2, 2:], bits[:, 1:-1, 2:], bits[:, 2:, 2:],
        bits[:, 2:, 1:-1], bits[:, 2:, :-2], bits[:, 1:-1, :-2], bits[:, :-2, :-2],
    )  # fmt: skip
    code = around[0].copy()
    for place, each in enumerate(around[1:], start=1):
        code |= each << np.uint8(place)
    return code


def peelable(second: bool) -> NDArray[np.bool_]:
    """Return for each of the 256 neighbourhoods whether its middle may be taken away."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1  # 256×8
    count = bits.sum(axis=1)
    changes = ((bits == 0) & (np.roll(bits, -1, axis=1) == 1)).sum(axis=1)
    north, east, south, west = bits[:, 0], bits[:, 2], bits[:, 4], bits[:, 6]
    if second:
        sides = (north * east * west == 0) & (north * south * west == 0)
    else:
        sides = (north * east * south == 0) & (east * south * west == 0)
    return np.asarray((count >= 2) & (count <= 6) & (changes == 1) & sides)


PEELABLE = (peelable(False), peelable(True))


def enlarge_ink(glyph: Glyph, height: int, width: int, turn: float) -> Mask:
    """Return the glyph drawn `height`×`width` pixels large and turned by degrees clockwise.

    The mask is as large as the turned glyph needs, with its middle in the middle.
    """
    source = Image.fromarray(np.pad(glyph, 2))
    down = min(1.0, max(height / glyph.shape[0], width / glyph.shape[1]))
    if down < 1:  # averaged first, or fine strokes would fall between the pixels
        small = (max(1, round(source.width * down)), max(1, round(source.height * down)))
        source = source.resize(small, Image.Resampling.BOX)
    scale_x, scale_y = width / glyph.shape[1] / down, height / glyph.shape[0] / down
    angle = np.radians(turn)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    full_width, full_height = width + 4 * scale_x * down, height + 4 * scale_y * down
    out_width = int(abs(full_width * cos) + abs(full_height * sin)) + 1
    out_height = int(abs(full_width * sin) + abs(full_height * cos)) + 1
    inverse = np.array([[cos / scale_x, sin / scale_x], [-sin / scale_y, cos / scale_y]])
    shift = np.array([source.width / 2, source.height / 2]) - inverse @ (
        np.array([out_width, out_height]) / 2
    )
    matrix = (*inverse[0], shift[0], *inverse[1], shift[1])
    up = float(np.sqrt(abs(scale_x * scale_y)))
    turned = source.transform((out_width, out_height), Image.Transform.AFFINE, matrix, BICUBIC)
    if up > 1.3:  # round off the steps of the source's pixels
        blur = ImageFilter.BoxBlur(up * 0.75)
        turned = turned.filter(blur).filter(blur)
    return np.asarray(sharpen_levels(turned, 0.45, min(0.9, max(0.12, 1 / up))))


def sharpen_levels(image: Image.Image, level: float, softness: float) -> Image.Image:
    """Cut a gray image at `level` (0..1): what lies within `softness` around it stays gray.

    `softness` is at most twice the level, or paper would not stay empty.
    """
    shades = (np.arange(256) / 255 - level) / softness + 0.5
    return image.point(np.clip(shades * 255, 0, 255).astype(np.uint8).tolist())
