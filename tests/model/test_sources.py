"""An import is removed again as a whole."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from model import sources
from model.database import Database
from model.export.rows import Source
from model.imports import import_file
from model.lists import Listing, SampleFilter, page_of_samples
from model.recognizer import Recognizer
from model.sources import UnknownSource, list_imported, remove_imported
from model.tables import Contributor, LabelEvent, Photo, Sample, VersionSample, Which
from model.versions import find_version, freeze_version
from tests.filling import Store


def archive(path: Path, shift: int, count: int = 3) -> Path:
    """Write a ZIP of folders with so many pictures."""
    with zipfile.ZipFile(path, "w") as made:
        for number in range(count):
            pixels = np.zeros((28, 28), np.uint8)
            pixels[5:23, 8 + shift + number : 12 + shift + number] = 255
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            made.writestr(f"{number}/a.png", file.getvalue())
    return path


@pytest.fixture
def imported(database: Database, store: Store, recognizer: Recognizer, tmp_path: Path) -> Path:
    """Two imports beside a photo that somebody sent."""
    store.photo(store.contributor(5), [7])
    import_file(database, recognizer, archive(tmp_path / "a.zip", 0), "school")
    import_file(database, recognizer, archive(tmp_path / "b.zip", 3), "club")
    return tmp_path / "a.zip"


def counts(database: Database) -> list[int | None]:
    with database.read() as session:
        tables = (Contributor, Photo, Sample, LabelEvent)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_what_was_imported_is_listed(database: Database, imported: Path):
    with database.read() as session:
        found = list_imported(session)
    assert [(each.source, each.people, each.samples) for each in found] == [
        ("club", 1, 3),
        ("school", 1, 3),
    ]


def test_it_is_removed_whole_and_only_it(
    database: Database, imported: Path, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sources, "AT_ONCE", 2)
    with database.write() as session:
        version = freeze_version(session, Which.ALL).id
    told: list[int] = []
    assert remove_imported(database, "school", told.append) == 3
    assert told == [2, 1]
    assert counts(database) == [2, 4, 4, 3]
    with database.read() as session:
        withdrawn = Source(session, find_version(session, version)).facts()["withdrawn"]
        assert withdrawn == [2, 3, 4]
        frozen = select(VersionSample.label).order_by(VersionSample.sample_id)
        assert session.scalars(frozen).all()[1:] == [None] * 3 + [0, 1, 2]
    with pytest.raises(UnknownSource, match="these were: club"):
        remove_imported(database, "school")
    assert import_file(database, recognizer, imported, "school") == (3, 0)  # and may come back


def test_stopped_in_between_it_is_hidden_and_goes_on(
    database: Database, imported: Path, monkeypatch: pytest.MonkeyPatch
):
    def stop(count: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        remove_imported(database, "school", stop)
    with database.read() as session:
        listed = page_of_samples(session, Listing(SampleFilter())).samples
        assert {sample.source for sample in listed} == {"telegram", "club"}
    assert remove_imported(database, "school") == 2


@pytest.mark.parametrize("name", ["telegram", "nothing"])
def test_only_imports_can_be_removed(database: Database, imported: Path, name: str):
    with pytest.raises(UnknownSource):
        remove_imported(database, name)
    assert counts(database)[0] == 3
