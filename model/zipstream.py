"""ZIP archives written piece by piece, in constant memory however many members they have.

The standard library's `zipfile` keeps an object for each member until the end: some 500 MB for
a million small files. Here the table of contents waits in a temporary file. Every member has the
same date, so that the same content gives the same bytes. Format: PKWARE's APPNOTE.TXT 6.3.10,
sections 4.3 and 4.5.3.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator

DATE = 33
"""1980-01-01 as MS-DOS counts, the first day there is; the time is 0."""
NAMES_IN_UTF8 = 0x800
SIZES_FOLLOW = 0x8
STORED, DEFLATED = 0, 8
LARGE = 0xFFFFFFFF
"""In place of a size or an offset: the ZIP64 field has it."""

CHUNK = 1 << 16


class ZipStream:
    """Yields an archive's bytes: `stored` and `deflated` members, then `end`."""

    def __init__(self) -> None:
        self.offset = 0
        self.count = 0
        self.contents = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the archive

    def stored(self, name: str, content: bytes) -> Iterator[bytes]:
        """Yield a small member, as it is."""
        checksum, size = zlib.crc32(content), len(content)
        start = self.offset
        yield self.passed(header(name, 20, NAMES_IN_UTF8, STORED, checksum, size, size))
        yield self.passed(content)
        self.note(name, NAMES_IN_UTF8, STORED, checksum, size, size, start)

    def deflated(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a member of unknown size, compressed; its sizes follow it."""
        flags = NAMES_IN_UTF8 | SIZES_FOLLOW
        start = self.offset
        room = struct.pack("<HHQQ", 1, 16, 0, 0)  # says that the sizes below have 64 bits
        yield self.passed(header(name, 45, flags, DEFLATED, 0, LARGE, LARGE, room))
        compressor = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        checksum = size = 0
        begin = self.offset
        for chunk in chunks:
            checksum, size = zlib.crc32(chunk, checksum), size + len(chunk)
            yield self.passed(compressor.compress(chunk))
        yield self.passed(compressor.flush())
        packed = self.offset - begin
        yield self.passed(struct.pack("<4sIQQ", b"PK\x07\x08", checksum, packed, size))
        self.note(name, flags, DEFLATED, checksum, packed, size, start)

    def end(self) -> Iterator[bytes]:
        """Yield the table of contents and the archive's end."""
        start = self.offset
        self.contents.seek(0)
        while chunk := self.contents.read(CHUNK):
            yield self.passed(chunk)
        self.contents.close()
        size, end = self.offset - start, self.offset
        yield self.passed(
            struct.pack(
                "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, self.count, self.count, size, start
            )
        )
        yield self.passed(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
        count = min(self.count, 0xFFFF)
        yield self.passed(
            struct.pack(
                "<4sHHHHIIH",
                b"PK\x05\x06",
                0,
                0,
                count,
                count,
                min(size, LARGE),
                min(start, LARGE),
                0,
            )
        )

    def passed(self, data: bytes) -> bytes:
        """Count what goes out."""
        self.offset += len(data)
        return data

    def note(
        self, name: str, flags: int, method: int, checksum: int, packed: int, size: int, start: int
    ) -> None:
        """Put a member into the table of contents."""
        large = max(packed, size, start) >= LARGE
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, start) if large else b""
        needs = 45 if large or flags & SIZES_FOLLOW else 20
        encoded = name.encode()
        self.count += 1
        self.contents.write(
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                b"PK\x01\x02",
                3 << 8 | 45,  # made on Unix, so that the permissions below count
                needs,
                flags,
                method,
                0,
                DATE,
                checksum,
                LARGE if large else packed,
                LARGE if large else size,
                len(encoded),
                len(extra),
                0,
                0,
                0,
                0o100644 << 16,
                LARGE if large else start,
            )
            + encoded
            + extra
        )


def header(
    name: str,
    needs: int,
    flags: int,
    method: int,
    checksum: int,
    packed: int,
    size: int,
    extra: bytes = b"",
) -> bytes:
    """Return what stands before a member's bytes."""
    encoded = name.encode()
    fields = (needs, flags, method, 0, DATE, checksum, packed, size, len(encoded), len(extra))
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *fields) + encoded + extra
