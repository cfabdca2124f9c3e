"""A folder for each digit with a PNG for each sample, and one table: what most programs open.

`metadata.csv` is what Hugging Face's `datasets` looks for beside the pictures of an imagefolder.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from model.export.archive import Archive
from model.export.lines import FACTS, csv_line, facts
from model.export.rows import Row, Source


def write_folders(source: Source, archive: Archive) -> Iterator[bytes]:
    """A folder for each digit, a PNG for each sample; metadata.csv says the rest.

    The table comes after the pictures and is read anew: nothing has to be remembered for it.
    """
    for row in source.rows():
        yield from archive.stored(file_name(row), png(row.pixels))
    yield from archive.deflated("metadata.csv", metadata(source))


def metadata(source: Source) -> Iterator[bytes]:
    """Yield the table of the PNGs."""
    yield csv_line("file_name", *FACTS)
    for row in source.rows():
        yield csv_line(file_name(row), *facts(row))


def file_name(row: Row) -> str:
    """Return a sample's name among the folders: 7/000042.png."""
    return f"{row.label}/{row.id:06}.png"


def png(pixels: bytes) -> bytes:
    """Return 784 bytes as a PNG of 28x28, ink white on black as MNIST has it."""
    file = io.BytesIO()
    Image.frombytes("L", (28, 28), pixels).save(file, "PNG")
    return file.getvalue()
