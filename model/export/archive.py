"""An archive that can be checked: every member's SHA-256, and a manifest, which comes last.

`SHA256SUMS` is the list that `sha256sum -c` reads; `manifest.json` counts the samples and has the
hash of that list. A file that was cut off has neither.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from model.zipstream import CHUNK, ZipStream

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"


class Archive:
    """Yields an archive's bytes: `stored` and `deflated` members, then `end`."""

    def __init__(self) -> None:
        self.zip = ZipStream()
        self.files = 0
        self.sums = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the archive

    def stored(self, name: str, content: bytes) -> Iterator[bytes]:
        """Yield a small member, as it is."""
        self.note(name, hashlib.sha256(content).hexdigest())
        yield from self.zip.stored(name, content)

    def deflated(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a member of unknown size, compressed."""
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for chunk in chunks:
                digest.update(chunk)
                yield chunk

        yield from self.zip.deflated(name, hashed())
        self.note(name, digest.hexdigest())

    def note(self, name: str, digest: str) -> None:
        """Remember a member's hash, on the disk: there may be a million of them."""
        self.files += 1
        self.sums.write(f"{digest}  {name}\n".encode())

    def end(self, format_name: str, facts: dict[str, Any]) -> Iterator[bytes]:
        """Yield the hashes, the manifest and the archive's end."""
        digest = hashlib.sha256()

        def listed() -> Iterator[bytes]:
            self.sums.seek(0)
            while chunk := self.sums.read(CHUNK):
                digest.update(chunk)
                yield chunk

        yield from self.zip.deflated(SUMS, listed())
        about = {"format": f"digitbot {format_name}", **facts, "files": self.files}
        about["sha256sums"] = digest.hexdigest()
        yield from self.zip.stored(MANIFEST, (json.dumps(about, indent=1) + "\n").encode())
        yield from self.zip.end()

    def close(self) -> None:
        """Give back the temporary files, however far it came."""
        self.sums.close()
        self.zip.contents.close()
