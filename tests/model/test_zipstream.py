import io
import os
import zipfile

import pytest

from model import zipstream
from model.zipstream import ZipStream


def archive_of(*members: tuple[str, bytes | list[bytes]]) -> bytes:
    archive = ZipStream()
    pieces: list[bytes] = []
    for name, content in members:
        if isinstance(content, bytes):
            pieces += archive.stored(name, content)
        else:
            pieces += archive.deflated(name, content)
    pieces += archive.end()
    return b"".join(pieces)


def test_zipfile_reads_it_back():
    random = os.urandom(300_000)
    data = archive_of(("7/ü.png", b"image"), ("table.csv", [b"a" * 90_000, b"b"]), ("r", [random]))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["7/ü.png", "table.csv", "r"]
        assert opened.read("7/ü.png") == b"image"
        assert opened.read("table.csv") == b"a" * 90_000 + b"b"
        assert opened.read("r") == random
        assert opened.getinfo("table.csv").compress_size < 1000


def test_it_is_read_from_the_front_too():
    """The sizes are where a reader without the table of contents looks for them."""
    data = archive_of(("a", b"image"), ("b", [b"x" * 100]))
    assert data.startswith(b"PK\x03\x04")
    assert data.count(b"PK\x07\x08") == 1  # the descriptor after the compressed member


def test_an_archive_without_members():
    with zipfile.ZipFile(io.BytesIO(archive_of())) as opened:
        assert opened.namelist() == []


def test_more_members_than_sixteen_bits_count():
    data = archive_of(*((f"{number}", b"") for number in range(65_540)))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert len(opened.namelist()) == 65_540


def test_members_beyond_the_limit_of_32_bits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipstream, "LARGE", 0xFFFFFFFF)
    archive = ZipStream()
    archive.offset = 5_000_000_000  # as if so much stood before
    data = b"".join([*archive.stored("late", b"content"), *archive.end()])
    padded = io.BytesIO(data)
    with zipfile.ZipFile(padded) as opened:  # zipfile allows for bytes in front
        assert opened.getinfo("late").file_size == 7


def test_the_same_content_gives_the_same_bytes():
    members = (("a", b"image"), ("b", [b"x" * 100, b"y"]))
    assert archive_of(*members) == archive_of(*members)
