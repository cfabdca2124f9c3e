"""Samples as a data set that a stranger can read: NPZ, CSV, MNIST's IDX, or folders of PNGs.

Every format holds the same samples in the same order, and the same data gives the same bytes. All
is streamed out of one transaction, a few thousand samples at a time, so that a million need no
more memory than a hundred and all members of an archive agree. No name and no Telegram id is in
any of them: contributors are numbered as they come.
"""

from __future__ import annotations

import enum
import io
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.format import write_array_header_1_0
from PIL import Image
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from model.contributors import kept
from model.database import Database
from model.tables import NOT_A_DIGIT, Contributor, Labeller, Photo, Sample, Split
from model.zipstream import CHUNK, ZipStream

BATCH = 2000
"""Samples that are in memory at a time."""

IDX_NAMES = {Split.TRAIN: "train", Split.VALIDATION: "validation", Split.TEST: "t10k"}
"""What MNIST calls its parts; it has no validation part, so that one keeps its own name."""

COLUMNS = ("id", "label", "labelled_by", "predicted", "confidence", "split", "contributor")
NUMBERS = [str(value) for value in range(256)]


class Which(enum.StrEnum):
    """Which samples an export holds."""

    LABELLED = "labelled"
    """Those that their sender or an operator labelled."""
    REVIEWED = "reviewed"
    """Those that an operator labelled."""
    ALL = "all"
    """The others too, with the digit predicted and labelled by "network"."""


class Row(NamedTuple):
    """One sample of an export."""

    id: int
    label: int
    labelled_by: str
    predicted: int
    confidence: float
    split: Split
    contributor: int
    pixels: bytes


LABEL = func.coalesce(Sample.label, Sample.predicted)


def conditions(which: Which) -> list[ColumnElement[bool]]:
    """Return what a sample must meet: consent, a digit for a label, and what `which` says."""
    met = [kept(), LABEL < NOT_A_DIGIT]
    if which is Which.LABELLED:
        met.append(Sample.labelled_by.is_not(None))
    if which is Which.REVIEWED:
        met.append(Sample.labelled_by == Labeller.OPERATOR)
    return met


def chosen(which: Which, *columns: Any) -> Select[Any]:
    """Return the query for columns of the samples that an export holds."""
    query = select(*columns).select_from(Sample).join(Sample.photo).join(Photo.contributor)
    return query.where(*conditions(which))


def count_by_split(session: Session, which: Which) -> dict[Split, int]:
    """Return how many samples an export holds, for each split."""
    query = chosen(which, Contributor.split, func.count()).group_by(Contributor.split)
    found = {split: count for split, count in session.execute(query)}  # noqa: C416  # rows to a dict
    return {split: found.get(split, 0) for split in Split}


def count_by_label(session: Session, which: Which) -> dict[int, int]:
    """Return how many samples an export holds, for each digit."""
    query = chosen(which, LABEL, func.count()).group_by(LABEL)
    found = {label: count for label, count in session.execute(query)}  # noqa: C416  # rows to a dict
    return {digit: found.get(digit, 0) for digit in range(10)}


def batches(session: Session, query: Select[Any]) -> Iterator[Any]:
    """Yield a query's rows by the samples' ids, which come first in each row.

    Continued from the last id: a sort of everything would need memory for everything.
    """
    last = 0
    while rows := session.execute(
        query.where(Sample.id > last).order_by(Sample.id).limit(BATCH)
    ).all():
        yield rows
        last = rows[-1][0]


def read_rows(session: Session, which: Which) -> Iterator[Row]:
    """Yield the whole samples of an export in order."""
    query = chosen(
        which,
        Sample.id,
        LABEL,
        Sample.labelled_by,
        Sample.predicted,
        Sample.confidence,
        Contributor.split,
        Contributor.id,
        Sample.pixels,
    )
    numbers: dict[int, int] = {}
    for rows in batches(session, query):
        for row in rows:
            sample, label, labelled_by, predicted, confidence, split, contributor, pixels = row
            number = numbers.setdefault(contributor, len(numbers) + 1)
            said_by = labelled_by or "network"
            yield Row(sample, label, said_by, predicted, confidence, split, number, pixels)


# --- formats ----------------------------------------------------------------------------------


def write_npz(session: Session, which: Which) -> Iterator[bytes]:
    """NumPy's archive: images uint8 N×28×28, labels uint8 N, splits N words."""
    count = sum(count_by_split(session, which).values())
    archive = ZipStream()
    yield from archive.deflated(
        "images.npy", npy("|u1", (count, 28, 28), images_of(session, which))
    )
    yield from archive.deflated("labels.npy", npy("|u1", (count,), labels_of(session, which)))
    yield from archive.deflated("splits.npy", npy("<U10", (count,), splits_of(session, which)))
    yield from archive.end()


def npy(kind: str, shape: tuple[int, ...], chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an array in NumPy's format, given its bytes."""
    header = io.BytesIO()
    write_array_header_1_0(header, {"descr": kind, "fortran_order": False, "shape": shape})
    yield header.getvalue()
    yield from chunks


def write_idx(session: Session, which: Which) -> Iterator[bytes]:
    """MNIST's own format: a file of images and one of labels for each split."""
    archive = ZipStream()
    for split, count in count_by_split(session, which).items():
        name = IDX_NAMES[split]
        head = struct.pack(">IIII", 0x803, count, 28, 28)
        images = images_of(session, which, split)
        yield from archive.deflated(f"{name}-images-idx3-ubyte", chain_bytes(head, images))
        head = struct.pack(">II", 0x801, count)
        labels = labels_of(session, which, split)
        yield from archive.deflated(f"{name}-labels-idx1-ubyte", chain_bytes(head, labels))
    yield from archive.end()


def chain_bytes(head: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `head`, then the chunks."""
    yield head
    yield from chunks


def images_of(session: Session, which: Which, split: Split | None = None) -> Iterator[bytes]:
    """Yield the samples' pixels, 784 bytes each."""
    for rows in batches(session, part(chosen(which, Sample.id, Sample.pixels), split)):
        yield b"".join(pixels for _, pixels in rows)


def labels_of(session: Session, which: Which, split: Split | None = None) -> Iterator[bytes]:
    """Yield the samples' labels, one byte each."""
    for rows in batches(session, part(chosen(which, Sample.id, LABEL), split)):
        yield bytes(label for _, label in rows)


def splits_of(session: Session, which: Which) -> Iterator[bytes]:
    """Yield the samples' splits, 10 characters of 4 bytes each."""
    for rows in batches(session, chosen(which, Sample.id, Contributor.split)):
        yield np.array([split.value for _, split in rows], "<U10").tobytes()


def part(query: Select[Any], split: Split | None) -> Select[Any]:
    """Narrow a query down to one split."""
    return query if split is None else query.where(Contributor.split == split)


def write_csv(session: Session, which: Which) -> Iterator[bytes]:
    """A line for each sample: `COLUMNS`, then p0 to p783, row by row from the top.

    Only numbers and our own words stand in it: nothing that a spreadsheet takes for a formula.
    """
    pixels = ",".join(f"p{index}" for index in range(784))
    yield f"{','.join(COLUMNS)},{pixels}\r\n".encode()
    for row in read_rows(session, which):
        values = ",".join([NUMBERS[value] for value in row.pixels])
        yield f"{facts(row)},{values}\r\n".encode()


def facts(row: Row) -> str:
    """Return what stands in `COLUMNS` for a sample."""
    return (
        f"{row.id},{row.label},{row.labelled_by},{row.predicted},{row.confidence:.6f},"
        f"{row.split},{row.contributor}"
    )


def write_folders(session: Session, which: Which) -> Iterator[bytes]:
    """A folder for each digit, a PNG for each sample; metadata.csv says the rest.

    The table comes last in the archive and is read anew: nothing has to be remembered for it.
    """
    archive = ZipStream()
    for row in read_rows(session, which):
        yield from archive.stored(file_name(row), png(row.pixels))
    yield from archive.deflated("metadata.csv", metadata(session, which))
    yield from archive.end()


def metadata(session: Session, which: Which) -> Iterator[bytes]:
    """Yield the table of the PNGs."""
    yield f"file_name,{','.join(COLUMNS)}\r\n".encode()
    for row in read_rows(session, which):
        yield f"{file_name(row)},{facts(row)}\r\n".encode()


def file_name(row: Row) -> str:
    """Return a sample's name among the folders: 7/000042.png."""
    return f"{row.label}/{row.id:06}.png"


def png(pixels: bytes) -> bytes:
    """Return 784 bytes as a PNG of 28x28, ink white on black as MNIST has it."""
    file = io.BytesIO()
    Image.frombytes("L", (28, 28), pixels).save(file, "PNG")
    return file.getvalue()


# --- the whole --------------------------------------------------------------------------------


class Format(NamedTuple):
    """How an export is written."""

    write: Callable[[Session, Which], Iterator[bytes]]
    file_name: str
    media_type: str


FORMATS = {
    "npz": Format(write_npz, "samples.npz", "application/zip"),
    "csv": Format(write_csv, "samples.csv", "text/csv; charset=utf-8"),
    "idx": Format(write_idx, "idx.zip", "application/zip"),
    "folders": Format(write_folders, "folders.zip", "application/zip"),
}


def write_export(
    session: Session, format_name: str, which: Which = Which.LABELLED
) -> Iterator[bytes]:
    """Yield an export piece by piece, some 64 KB each; `format_name` is one of `FORMATS`.

    The session must be new: on PostgreSQL its transaction is made one that sees a single moment,
    as SQLite's do anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    pieces: list[bytes] = []
    size = 0
    for piece in FORMATS[format_name].write(session, which):
        pieces.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


def save_export(
    database: Database, path: Path, format_name: str, which: Which = Which.LABELLED
) -> int:
    """Write an export to a file and return how many samples it holds.

    Written beside and renamed: the name stands for a whole export or for none.
    """
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file, database.read() as session:
            for piece in write_export(session, format_name, which):
                file.write(piece)
            count = sum(count_by_split(session, which).values())
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    return count
