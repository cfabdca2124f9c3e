"""A frozen version as a data set that a stranger can read, in one of `FORMATS`.

Every format holds the same digits in the same order, and the same version gives the same bytes,
but for what was withdrawn since: the manifest lists that, and counts the originals that were
deleted. All is streamed out of one transaction, a few thousand samples at a time, so that a million
need no more memory than a hundred and all members of an archive agree. No name of a person and no
Telegram id is in any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from model.database import Database
from model.export.archive import Archive
from model.export.arrays import write_idx, write_npz
from model.export.folders import png, write_folders
from model.export.lines import write_csv, write_jsonl
from model.export.originals import deleted_originals, write_originals
from model.export.rows import Source
from model.versions import find_version
from model.weights import written_whole
from model.zipstream import CHUNK

__all__ = ["FORMATS", "Format", "file_name", "png", "save_export", "write_export"]


def nothing_more(_: Source) -> dict[str, Any]:
    """Add nothing to the manifest."""
    return {}


class Format(NamedTuple):
    """How an export is written."""

    write: Callable[[Source, Archive], Iterator[bytes]]
    ending: str
    passes: int
    """How often it reads all samples."""
    more_facts: Callable[[Source], dict[str, Any]] = nothing_more
    """What its manifest says beside what all of them say."""


FORMATS = {
    "folders": Format(write_folders, "folders.zip", 2),
    "idx": Format(write_idx, "idx.zip", 2),
    "npz": Format(write_npz, "npz", 3),
    "csv": Format(write_csv, "csv.zip", 1),
    "jsonl": Format(write_jsonl, "jsonl.zip", 1),
    "originals": Format(write_originals, "originals.zip", 2, deleted_originals),
}
"""All of them are ZIP archives, and so is NumPy's NPZ."""


def silent(_: int) -> None:
    """Tell nobody."""


def file_name(format_name: str, number: int) -> str:
    """Return what an export is called: digitbot-v3.folders.zip."""
    return f"digitbot-v{number}.{FORMATS[format_name].ending}"


def write_export(
    session: Session, format_name: str, number: int, tell: Callable[[int], None] = silent
) -> Iterator[bytes]:
    """Yield an export piece by piece, some 64 KB each; raises `UnknownVersion`.

    `tell` hears how many samples were read, see `Format.passes`.

    The session must be new: on PostgreSQL its transaction is made one that sees a single moment,
    as SQLite's do anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    source = Source(session, find_version(session, number), tell)
    pieces: list[bytes] = []
    size = 0
    for piece in write_archive(source, format_name):
        pieces.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


def write_archive(source: Source, format_name: str) -> Iterator[bytes]:
    """Yield an export as it comes."""
    with closing(Archive()) as archive:
        format_ = FORMATS[format_name]
        yield from format_.write(source, archive)
        yield from archive.end(format_name, source.facts() | format_.more_facts(source))


def save_export(
    database: Database,
    path: Path,
    format_name: str,
    number: int,
    tell: Callable[[int], None] = silent,
) -> None:
    """Write an export to a file; see `write_export`.

    Written beside and renamed: the name stands for a whole export or for none.
    """
    with database.read() as session, written_whole(path) as file:
        for piece in write_export(session, format_name, number, tell):
            file.write(piece)
