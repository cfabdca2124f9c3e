import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from model.database import Database
from model.dataset import WrongDataset
from model.export import save_export
from model.imports import WrongImport, import_file
from model.labels import label_sample
from model.recognizer import Recognizer
from model.samples import find_kept_sample
from model.tables import Contributor, Labeller, Sample, Split, Which
from model.versions import freeze_version
from tests.filling import Store, drawn_photo

Come = tuple[int, Labeller | None, Split, str, bytes]


def all_samples(database: Database) -> list[Come]:
    """Return (label, by, split, source, pixels) of every sample."""
    with database.read() as session:
        query = select(Sample, Contributor).join(Sample.photo).join(Contributor)
        return [
            (
                sample.label if sample.label is not None else -1,
                sample.labelled_by,
                person.split,
                person.source,
                sample.pixels,
            )
            for sample, person in session.execute(query.order_by(Sample.id))
        ]


def png_of(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def digit(ink: int = 255, ground: int = 0) -> np.ndarray:
    pixels = np.full((28, 28), ground, np.uint8)
    pixels[5:23, 12:16] = ink
    return pixels


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def elsewhere(store: Store, database: Database) -> None:
    """A database with samples of two people, some labelled, and a version of all."""
    one, two, _ = store.photo(store.contributor(5, split=Split.TRAIN), [1, 2, 3])
    (four,) = store.photo(store.contributor(6, split=Split.TEST), [4])
    with database.write() as session:
        for sample_id, label, who in (
            (one, 1, Labeller.SENDER),
            (two, 7, Labeller.OPERATOR),
            (four, 4, Labeller.SENDER),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)
        freeze_version(session, Which.ALL)


@pytest.mark.usefixtures("elsewhere")
def test_another_digitbots_folders_come_in_as_they_were(
    database: Database, recognizer: Recognizer, tmp_path: Path
):
    before = all_samples(database)
    path = tmp_path / "folders.zip"
    save_export(database, path, "folders", 1)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite")
    other.upgrade()
    assert import_file(other, recognizer, path, "the school") == (4, 0)
    assert import_file(other, recognizer, path, "the school") == (0, 4)  # here already
    came = sorted(all_samples(other), key=lambda each: each[4])
    expected = sorted(before, key=lambda each: each[4])
    assert [(label, by, split, pixels) for label, by, split, _, pixels in came] == [
        (label, by, split, pixels) for label, by, split, _, pixels in expected
    ]
    assert {source for _, _, _, source, _ in came} == {"the school"}
    with other.read() as session:
        assert len(session.scalars(select(Contributor)).all()) == 2
    other.close()


@pytest.mark.usefixtures("elsewhere")
def test_idx_files_come_in(database: Database, recognizer: Recognizer, tmp_path: Path):
    path = tmp_path / "idx.zip"
    save_export(database, path, "idx", 1)
    other = Database(f"sqlite:///{tmp_path}/other.sqlite")
    other.upgrade()
    told: list[int] = []
    assert import_file(other, recognizer, path, "idx", told.append) == (4, 0)
    assert sum(told) == 4
    assert sorted((label, split) for label, _, split, _, _ in all_samples(other)) == [
        (1, Split.TRAIN), (3, Split.TRAIN), (4, Split.TEST), (7, Split.TRAIN),
    ]  # fmt: skip
    other.close()


def test_folders_made_by_hand(database: Database, recognizer: Recognizer, tmp_path: Path):
    """No table; the split among the folders; ink dark on light, and a photo of some size."""
    files = {
        "digits/train/1/a.png": png_of(digit()),
        "digits/test/1/b.png": png_of(digit(ink=0, ground=255)),
        "digits/train/7/photo.jpg": drawn_photo("7"),
        "digits/train/3/empty.png": png_of(np.full((90, 90), 255, np.uint8)),
        "digits/readme.txt": b"hello",
    }
    path = zipped(tmp_path / "digits.zip", files)
    taken, passed = import_file(database, recognizer, path, "by hand")
    assert taken + passed == 4
    came = all_samples(database)
    assert [(label, split) for label, _, split, _, _ in came[:2]] == [
        (1, Split.TRAIN), (1, Split.TEST),
    ]  # fmt: skip
    assert came[0][4] == came[1][4] == digit().tobytes()
    assert {by for _, by, _, _, _ in came} == {Labeller.SENDER}


def test_gzipped_idx_of_mnists_own_names(
    database: Database, recognizer: Recognizer, tmp_path: Path
):
    images = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (1, 28, 28))
    files = {
        "t10k-images-idx3-ubyte.gz": gzip.compress(images + digit().tobytes()),
        "t10k-labels-idx1-ubyte.gz": gzip.compress(b"\0\0\x08\x01\0\0\0\x01\x09"),
    }
    assert import_file(database, recognizer, zipped(tmp_path / "m.zip", files), "m") == (1, 0)
    ((label, _, split, _, pixels),) = all_samples(database)
    assert (label, split, pixels) == (9, Split.TEST, digit().tobytes())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "nothing to import"),
        ({"x/a.png": png_of(digit())}, "expected a folder 0 to 9"),
        ({"a.png": b"x", "metadata.csv": b"name,label\na.png,1\n"}, "a column file_name"),
        ({"train-images-idx3-ubyte": b"x"}, "has no train-labels"),
        ({"1/a.png": b"no picture"}, None),
    ],
)
def test_what_can_not_be_imported_is_said(
    database: Database, recognizer: Recognizer, tmp_path: Path, files: dict[str, bytes],
    words: str | None,
):  # fmt: skip
    path = zipped(tmp_path / "file.zip", files)
    if words is None:
        assert import_file(database, recognizer, path, "s") == (0, 1)
        return
    with pytest.raises(WrongImport, match=words):
        import_file(database, recognizer, path, "s")


def test_broken_files_and_names(database: Database, recognizer: Recognizer, tmp_path: Path):
    with pytest.raises(WrongImport, match="no file"):
        import_file(database, recognizer, tmp_path / "missing.zip", "s")
    (tmp_path / "text.zip").write_bytes(b"text")
    with pytest.raises(WrongImport, match="no whole ZIP"):
        import_file(database, recognizer, tmp_path / "text.zip", "s")
    cut = {"train-images-idx3-ubyte": b"\0\0\x08\x03", "train-labels-idx1-ubyte": b""}
    with pytest.raises(WrongDataset, match="cut off"):
        import_file(database, recognizer, zipped(tmp_path / "cut.zip", cut), "s")
    for source in ("", "telegram", "x" * 65):
        with pytest.raises(WrongImport, match="needs a name"):
            import_file(database, recognizer, tmp_path / "text.zip", source)
