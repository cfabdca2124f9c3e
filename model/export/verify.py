"""Whether an export is whole and as it was written."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from model.export.archive import MANIFEST, SUMS


class DamagedExport(ValueError):
    """The file is no whole export; the message says what is wrong with it and what to do."""


def verify_export(path: Path) -> dict[str, Any]:
    """Return an export's manifest if every byte is as it was written; raises `DamagedExport`."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return verify_archive(path, archive)
    except FileNotFoundError as error:
        raise DamagedExport(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        with path.open("rb") as file:
            begun = file.read(4) == b"PK\x03\x04"
        if begun and isinstance(error, zipfile.BadZipFile) and "not a zip" in str(error).lower():
            raise DamagedExport(
                f"{path} is cut off: its end is missing. Export it again."
            ) from error
        what = (
            f"is damaged ({error})" if begun else "is no export of digitbot: it is no ZIP archive"
        )
        raise DamagedExport(f"{path} {what}.") from error


def verify_archive(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    """Hold every member against the list of hashes, and that list against the manifest."""
    names = archive.namelist()
    if names[-2:] != [SUMS, MANIFEST]:
        raise DamagedExport(f"{path} has no manifest at its end: it is no export of digitbot.")
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if digest_of(archive, SUMS) != manifest["sha256sums"]:
        raise DamagedExport(f"{path}: {SUMS} is not the one that was written.")
    left = set(names[:-2])
    with archive.open(SUMS) as sums:
        for line in sums:
            digest, name = line.decode().rstrip("\n").split("  ", 1)
            if name not in left:
                raise DamagedExport(f"{path}: {name} is missing.")
            left.discard(name)
            if digest_of(archive, name) != digest:
                raise DamagedExport(f"{path}: {name} is not as it was written.")
    if left:
        raise DamagedExport(f"{path}: {min(left)} was added afterwards.")
    return manifest


def digest_of(archive: zipfile.ZipFile, name: str) -> str:
    """Return the SHA-256 of a member."""
    with archive.open(name) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads
