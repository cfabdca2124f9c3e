"""The files Telegram keeps, and the four sizes it makes of every photo."""

import functools
import hashlib
import struct
import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from tests.bot_api.errors import ApiError, bad_request

MEGABYTE = 1024 * 1024
MOST_TO_BOT = 20 * MEGABYTE
MOST_FROM_BOT = 50 * MEGABYTE
MOST_OF_PHOTO = 10 * MEGABYTE
PHOTO_WIDTHS = (90, 320, 800)  # of the smaller copies; the biggest keeps its own size


@dataclass(frozen=True)
class StoredFile:
    """A file by its id and by the path it is downloaded from."""

    file_id: str
    path: str
    data: bytes
    name: str = ""
    sized: bool = True
    """Whether its size is told: Telegram need not."""

    def as_json(self) -> dict[str, Any]:
        """Return the part that PhotoSize, Document, Voice ... have in common."""
        unique = hashlib.sha256(self.file_id.encode()).hexdigest()[:16]
        size = {"file_size": len(self.data)} if self.sized else {}
        return {"file_id": self.file_id, "file_unique_id": unique, **size}


class Files:
    """Everything uploaded by senders and by the bot."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._photos: dict[str, list[dict[str, Any]]] = {}

    def add(self, folder: str, data: bytes, name: str, sized: bool = True) -> StoredFile:
        """Keep a file; `folder` is photos, documents ... as in Telegram's file paths."""
        number = len(self._by_id)
        file_id = "BQACAgIAAxkB" + hashlib.sha256(f"{folder}{number}".encode()).hexdigest()[:48]
        path = f"{folder}/file_{number}{PurePath(name).suffix}"
        file = StoredFile(file_id, path, data, name, sized)
        self._by_id[file_id] = self._by_path[path] = file
        return file

    def add_photo(self, data: bytes) -> list[dict[str, Any]]:
        """Keep a photo; return its PhotoSizes, biggest last.

        Only the biggest holds the photo. The smaller ones download as blank pictures, so that a
        bot that takes the wrong one is found out.
        """
        width, height = picture_size(data) or (1280, 960)
        sizes = []
        for narrow in [w for w in PHOTO_WIDTHS if w < max(width, 91)]:
            low = max(1, narrow * height // width)
            small = self.add("photos", blank_png(narrow, low), "small.jpg")
            sizes.append(small.as_json() | {"width": narrow, "height": low})
        biggest = self.add("photos", data, "photo.jpg")
        sizes.append(biggest.as_json() | {"width": width, "height": height})
        for size in sizes:
            self._photos[size["file_id"]] = sizes
        return sizes

    def find(self, file_id: str) -> StoredFile | None:
        """Return the file of this id."""
        return self._by_id.get(file_id)

    def find_photo(self, file_id: str) -> list[dict[str, Any]] | None:
        """Return all sizes of the photo that this id is one size of."""
        return self._photos.get(file_id)

    def get(self, file_id: str) -> dict[str, Any]:
        """Answer getFile."""
        file = self._by_id.get(file_id)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if len(file.data) > MOST_TO_BOT:
            raise bad_request("file is too big")
        return file.as_json() | {"file_path": file.path}

    def download(self, path: str) -> bytes:
        """Answer GET /file/bot<token>/<path>."""
        file = self._by_path.get(path)
        if file is None:
            raise ApiError(404, "Not Found")
        return file.data


def check_photo_of_bot(data: bytes) -> None:
    """Raise ApiError when Telegram would not take these bytes as a photo.

    It takes at most 10 MB, width and height of at most 10,000 together, and a ratio of at most 20.
    """
    size = picture_size(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(data) > MOST_OF_PHOTO:
        raise bad_request("file is too big for a photo")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height from the head of a PNG or JPEG; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return (width, height) if width and height else None
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a start of frame
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return (width, height) if width and height else None
        place += 2 + length
    return None


@functools.cache  # of every photo there are three, and a benchmark sends thousands
def blank_png(width: int, height: int) -> bytes:
    """Draw a white picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits of gray
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
