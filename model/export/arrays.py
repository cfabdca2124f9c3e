"""NumPy's archive, and MNIST's own format."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.format import write_array_header_1_0

from model.export.archive import Archive
from model.export.rows import Source
from model.tables import Split

IDX_NAMES = {Split.TRAIN: "train", Split.VALIDATION: "validation", Split.TEST: "t10k"}
"""What MNIST calls its parts; it has no validation part, so that one keeps its own name."""


def write_npz(source: Source, archive: Archive) -> Iterator[bytes]:
    """NumPy's archive: images uint8 N×28×28, labels uint8 N, splits N words."""
    count = sum(source.count_by_split().values())
    yield from archive.deflated("images.npy", npy("|u1", (count, 28, 28), source.images()))
    yield from archive.deflated("labels.npy", npy("|u1", (count,), source.labels()))
    words = (np.array(splits, "<U10").tobytes() for splits in source.splits())
    yield from archive.deflated("splits.npy", npy("<U10", (count,), words))


def npy(kind: str, shape: tuple[int, ...], chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an array in NumPy's format, given its bytes."""
    header = io.BytesIO()
    write_array_header_1_0(header, {"descr": kind, "fortran_order": False, "shape": shape})
    yield header.getvalue()
    yield from chunks


def write_idx(source: Source, archive: Archive) -> Iterator[bytes]:
    """MNIST's own format: a file of images and one of labels for each split."""
    for split, count in source.count_by_split().items():
        name = IDX_NAMES[split]
        images = idx(source.images(split), 0x803, count, 28, 28)
        yield from archive.deflated(f"{name}-images-idx3-ubyte", images)
        labels = idx(source.labels(split), 0x801, count)
        yield from archive.deflated(f"{name}-labels-idx1-ubyte", labels)


def idx(chunks: Iterable[bytes], *head: int) -> Iterator[bytes]:
    """Yield an IDX file: its mark and sizes, then its bytes."""
    yield struct.pack(f">{len(head)}I", *head)
    yield from chunks
