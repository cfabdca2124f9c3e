"""The picture in an answer: what the network saw of each digit, and what it read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from model.samples import pixels_of
from model.tables import Sample

PAPER, INK = 255, 32
MOST_COLUMNS = 12
MOST_ROWS = 100
"""Telegram takes pictures at most 20 times as high as wide, both together 10,000 pixels."""


@dataclass(frozen=True)
class Grid:
    """Where the cells stand: `side` pixels of a glyph, and a label below each."""

    columns: int
    rows: int
    side: int

    @property
    def gap(self) -> int:
        """Pixels between cells, and around them all."""
        return max(4, self.side // 10)

    @property
    def label(self) -> int:
        """Pixels of the height below a glyph that its digit is written in."""
        return max(16, self.side * 2 // 5)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, in pixels."""
        width = self.columns * (self.side + self.gap) + self.gap
        height = self.rows * (self.side + self.label + self.gap) + self.gap
        return max(width, 280), height

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Return the upper left corner of a cell; a single narrow row is centred."""
        width = self.columns * (self.side + self.gap) + self.gap
        left = (self.size[0] - width) // 2 + self.gap
        top = self.gap + row * (self.side + self.label + self.gap)
        return left + column * (self.side + self.gap), top


def draw_samples(samples: Sequence[Sample]) -> bytes:
    """Return a PNG with each sample's 28x28 pixels enlarged, and the digit read under it."""
    rows = rows_of(samples)[:MOST_ROWS]
    grid = make_grid(rows)
    picture = Image.new("L", grid.size, PAPER)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(grid.label * 4 // 5)
    for number, row in enumerate(rows):
        for column, sample in enumerate(row):
            left, top = grid.corner(number, column)
            glyph = Image.fromarray(pixels_of(sample))
            picture.paste(
                glyph.resize((grid.side, grid.side), Image.Resampling.NEAREST), (left, top)
            )
            middle = left + grid.side / 2, top + grid.side + grid.label / 2
            draw.text(middle, str(sample.predicted), fill=INK, font=font, anchor="mm")
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)  # large areas of one gray: small all the same
    return file.getvalue()


def rows_of(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Return the samples by lines of writing, long lines broken."""
    rows: list[list[Sample]] = []
    for sample in samples:
        fits = rows and rows[-1][0].line == sample.line and len(rows[-1]) < MOST_COLUMNS
        if fits:
            rows[-1].append(sample)
        else:
            rows.append([sample])
    return rows


def make_grid(rows: list[list[Sample]]) -> Grid:
    """Return a grid for so many rows; the more there are, the smaller the glyphs."""
    columns = max(len(row) for row in rows)
    times = 8 if columns <= 2 else 5 if columns <= 7 else 3
    if len(rows) > 12:
        times = 1
    return Grid(columns, len(rows), 28 * times)
