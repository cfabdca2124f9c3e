"""The way of the pixels: from a photo's bytes to what may be its digits, line by line.

photo      bytes -> upright RGB picture, no larger than needed
desk       -> of a sheet on a dark desk, the sheet alone
light      -> contrast: 0 on paper, towards 1 in ink, whatever lamp, shadow or paper
ink        -> pieces: connected strokes, each held against its own strength; found anew once
clouds     -> what is left of light and smudges, broader than the strokes, is taken off
ruling     -> so are the lines of squared and ruled paper
frames     -> and the boxes of forms
ruling     -> and lines once more, which boxes or the dark edge of a sheet had hidden
underlines -> and lines that digits stand on
tones      -> or, where strokes fill the picture: one of two tones against the other
layout     -> lines of writing, and in each the candidates for one digit
glyphs     -> each candidate as 28x28 in the form of MNIST's samples
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.clouds import remove_clouds
from model.desk import find_desk
from model.frames import remove_frames
from model.glyphs import normalize
from model.ink import Pieces, find_pieces, ink_threshold
from model.layout import Candidate, candidates, cut_wide
from model.light import darkness_of_ink, even_light, to_gray
from model.lines import Slice, find_lines
from model.photo import Photo, UnreadablePhoto, open_photo
from model.regions import Labels
from model.ruling import FEWEST, remove_ruling
from model.tones import contrasts_of_two_tones, least_darkness
from model.underlines import remove_underlines

__all__ = [
    "Ink",
    "Line",
    "Photo",
    "UnreadablePhoto",
    "find_broad_inks",
    "find_inks",
    "find_lines_of_glyphs",
    "open_photo",
]

Floats = NDArray[np.float32]

DOUBT = 0.1
"""How far from even chances dark and light ink must be before only one of them is tried."""

MANY_PIECES = 120
"""So many pieces of ink may be the broken lines of squared paper."""

RULED_SHARE = 0.5
"""Ruling may be where so many columns of the picture, or rows, cross `FEWEST` strokes or more."""

PALEST = 0.55
"""Where a pen presses less its ink counts as darker: it is held against the strength that it has
there, or against this share of the strongest if that is more."""


@dataclass(frozen=True, eq=False)
class Line:
    """A line of writing: its slices of ink and every candidate that they can make up."""

    slices: list[Slice]
    candidates: list[Candidate]
    glyphs: NDArray[np.uint8]
    """N×28×28, one for each candidate: ink 255 on 0."""


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a photo, before anyone asks what is written there."""

    contrast: Floats
    """H×W, 0..1."""
    pieces: Pieces
    raw: Floats | None = None
    """H×W; the contrast before clouds, ruling, frames and underlines were taken off, to show it."""
    two_tones: bool = False
    """Whether that is one of two tones against the other, and no light was evened."""

    def turned(self, quarters: int) -> Ink:
        """Return the ink as it stands after so many quarter turns against the clock."""
        turned = self
        for _ in range(quarters):
            width = turned.contrast.shape[1]
            x0, y0, x1, y1 = turned.pieces.boxes.T
            boxes = np.stack([y0, width - x1, y1, width - x0], axis=1)
            pieces = replace(
                turned.pieces,
                labels=np.rot90(turned.pieces.labels),
                pressed=np.rot90(turned.pieces.pressed),
                boxes=boxes,
            )
            raw = None if turned.raw is None else np.rot90(turned.raw)
            turned = replace(turned, contrast=np.rot90(turned.contrast), pieces=pieces, raw=raw)
        return turned


def find_inks(photo: Photo) -> Iterator[Ink]:
    """Yield the ink of an upright photo, at the scale of `photo.pixels`.

    Dark ink, or light ink on dark ground; both, the likelier first, where that is in doubt.
    """
    gray = to_gray(photo.pixels)
    darkness = darkness_of_ink(gray)
    in_doubt = abs(darkness - 0.5) <= DOUBT
    likely = darkness >= (least_darkness(gray) if in_doubt else 0.5)
    desk = find_desk(gray) if likely or in_doubt else None
    if desk is not None:
        yield from find_inks_beside(desk, gray)
        return
    yield find_ink(even_light(gray, likely))
    if in_doubt:
        yield find_ink(even_light(gray, not likely))


def find_broad_inks(photo: Photo) -> Iterator[Ink]:
    """Yield dark ink and light ink of a picture in two tones, whose strokes may fill it.

    Where the dark tone may be a desk, only light ink: a large light digit looks like a sheet.
    """
    gray = to_gray(photo.pixels)
    contrasts = contrasts_of_two_tones(gray)
    if "dark" in contrasts and find_desk(gray) is not None:
        del contrasts["dark"]
    for contrast in contrasts.values():
        yield replace(find_ink(contrast), two_tones=True)


def find_inks_beside(desk: NDArray[np.bool_], gray: Floats) -> Iterator[Ink]:
    """Yield the dark ink of the sheet on a desk, and what may be light ink after all.

    Light ink's ground is dark itself: a large light digit looks like a sheet.
    """
    sheet = np.where(desk, np.median(gray[~desk]), gray)
    likely = darkness_of_ink(sheet) >= 0.5
    for dark_ink in (likely, not likely):
        contrast = even_light(sheet if dark_ink else gray, dark_ink)
        if dark_ink:
            contrast[desk] = 0
        yield find_ink(contrast)


def find_ink(contrast: Floats) -> Ink:
    """Return the pieces of an H×W contrast, once ruling and form boxes are taken off.

    Boxes on squared paper stand free only without its lines; and the dark edge of a sheet, which is
    taken off like a box, may have hidden lines that are fainter.
    """
    raw, pieces = contrast, find_pieces(contrast)
    for remove in (remove_clouds, remove_lines, remove_frames, remove_lines, remove_underlines):
        bare = remove(contrast, pieces)
        if bare is not contrast:
            contrast, pieces = bare, find_pieces(bare)
    return Ink(contrast, pieces, raw)


def remove_lines(contrast: Floats, pieces: Pieces) -> Floats:
    """Return the contrast without ruling; the same array if there is none."""
    return remove_ruling(contrast, ink_threshold(contrast)) if may_be_ruled(pieces) else contrast


def may_be_ruled(pieces: Pieces) -> bool:
    """Tell whether there are many pieces, or several strokes one above the other everywhere.

    Looking for lines takes longer than all the rest, and few photos have any.
    """
    if len(pieces) > MANY_PIECES:
        return True
    ink = (pieces.labels > 0).view(np.uint8)
    down = np.add.reduce(ink[1:] > ink[:-1], axis=0, dtype=np.uint16)
    across = np.add.reduce(ink[:, 1:] > ink[:, :-1], axis=1, dtype=np.uint16)
    return any(np.mean(strokes >= FEWEST) > RULED_SHARE for strokes in (down, across))


def find_lines_of_glyphs(ink: Ink) -> list[Line]:
    """Return the lines of writing that the ink stands in."""
    rows, labels = cut_wide(find_lines(ink.pieces), ink.pieces.labels)
    lines = []
    for slices in rows:
        found = candidates(slices)
        glyphs = [
            normalize(crop_ink(ink, labels, slices[choice.first : choice.last], choice.box))
            for choice in found
        ]
        lines.append(Line(slices, found, np.stack(glyphs)))
    return lines


def crop_ink(
    ink: Ink, labels: Labels, slices: list[Slice], box: tuple[int, int, int, int]
) -> Floats:
    """Return the ink, 0..1, that the slices leave in their box; other pieces are blanked.

    `labels` tell the slices' pixels.
    """
    x0, y0, x1, y1 = box
    pieces = ink.pieces
    marked = labels[y0:y1, x0:x1]
    ours = np.zeros(int(marked.max()) + 1, bool)
    ours[[0, *(part.label for part in slices)]] = True
    strongest = max(float(pieces.strengths[part.piece]) for part in slices)
    pressed = pieces.pressed[y0:y1, x0:x1]
    strength = np.where(pressed > 0, np.clip(pressed, PALEST * strongest, strongest), strongest)
    share = np.clip((ink.contrast[y0:y1, x0:x1] / strength - 0.3) / 0.5, 0, 1)
    return np.where(ours[marked], share, np.float32(0))
