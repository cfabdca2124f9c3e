import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model import export
from model.database import Database
from model.dataset import Dataset, load_idx
from model.export import Which, count_by_label, count_by_split, save_export, write_export
from model.review import find_kept_sample
from model.samples import label_sample
from model.tables import NOT_A_DIGIT, Consent, Labeller, Sample, Split
from tests.filling import Store


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "BATCH", 2)


@pytest.fixture
def filled(database: Database, store: Store) -> Database:
    """Nine samples by four contributors; see `EXPECTED`."""
    train = store.contributor(1, split=Split.TRAIN, name="=cmd|' /C calc'!A0")
    test = store.contributor(2, split=Split.TEST)
    validation = store.contributor(3, split=Split.VALIDATION)
    pending = store.contributor(4, Consent.ASKED)
    a, b, c, d = store.photo(train, [1, 2, 3, 4])
    (e,) = store.photo(test, [5])
    (f,) = store.photo(pending, [6])
    g, h = store.photo(validation, [7, 8])
    (i,) = store.photo(test, [9])
    with database.write() as session:
        for sample_id, label, who in (
            (a, 1, Labeller.SENDER),
            (b, 0, Labeller.OPERATOR),
            (c, NOT_A_DIGIT, Labeller.OPERATOR),
            (e, 5, Labeller.OPERATOR),
            (g, 9, Labeller.SENDER),
            (h, NOT_A_DIGIT, Labeller.SENDER),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)
    assert (d, f, i) == (4, 6, 9)
    return database


EXPECTED = {
    Which.LABELLED: [(1, 1), (2, 0), (5, 5), (7, 9)],
    Which.REVIEWED: [(2, 0), (5, 5)],
    Which.ALL: [(1, 1), (2, 0), (4, 4), (5, 5), (7, 9), (9, 9)],
}
"""(id, label) of what each export holds, in order."""


def exported(database: Database, format_name: str, which: Which = Which.LABELLED) -> bytes:
    with database.read() as session:
        return b"".join(write_export(session, format_name, which))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def pixels_in(database: Database, sample_id: int) -> np.ndarray:
    with database.read() as session:
        raw = find_kept_sample(session, sample_id).pixels
    return np.frombuffer(raw, np.uint8).reshape(28, 28)


@pytest.mark.parametrize("which", Which)
def test_npz(filled: Database, tmp_path: Path, which: Which):
    path = tmp_path / "samples.npz"
    path.write_bytes(exported(filled, "npz", which))
    data = Dataset.load(path)
    expected = EXPECTED[which]
    assert data.images.shape == (len(expected), 28, 28)
    assert data.labels.tolist() == [label for _, label in expected]
    for image, (sample_id, _) in zip(data.images, expected, strict=True):
        assert (image == pixels_in(filled, sample_id)).all()
    if which is Which.LABELLED:
        assert data.splits.tolist() == ["train", "train", "test", "validation"]


@pytest.mark.parametrize("which", Which)
def test_csv(filled: Database, which: Which):
    rows = read_csv(exported(filled, "csv", which))
    assert [(int(row["id"]), int(row["label"])) for row in rows] == EXPECTED[which]
    for row in rows:
        pixels = [int(row[f"p{index}"]) for index in range(784)]
        assert pixels == pixels_in(filled, int(row["id"])).ravel().tolist()
    said_by = {row["id"]: row["labelled_by"] for row in rows}
    assert {said_by[str(i)] for i, _ in EXPECTED[Which.REVIEWED]} == {"operator"}
    if which is Which.ALL:
        assert (said_by["1"], said_by["4"]) == ("sender", "network")
        assert rows[1]["predicted"] == "2"
        assert rows[1]["confidence"] == "0.900000"
        assert [row["contributor"] for row in rows] == ["1", "1", "1", "2", "3", "2"]


def test_idx(filled: Database, tmp_path: Path):
    for name, content in members(exported(filled, "idx")).items():
        (tmp_path / name).write_bytes(content)
    found = {}
    for part in ("train", "validation", "t10k"):
        found[part] = load_idx(
            tmp_path / f"{part}-images-idx3-ubyte", tmp_path / f"{part}-labels-idx1-ubyte"
        )
    labels = {part: data.labels.tolist() for part, data in found.items()}
    assert labels == {"train": [1, 0], "validation": [9], "t10k": [5]}
    assert (found["t10k"].images[0] == pixels_in(filled, 5)).all()


@pytest.mark.parametrize("which", Which)
def test_folders(filled: Database, which: Which):
    files = members(exported(filled, "folders", which))
    table = read_csv(files.pop("metadata.csv"))
    assert [(int(row["id"]), int(row["label"])) for row in table] == EXPECTED[which]
    assert [row["file_name"] for row in table] == list(files)
    for row in table:
        assert row["file_name"].startswith(f"{row['label']}/")
        with Image.open(io.BytesIO(files[row["file_name"]])) as image:
            assert image.mode == "L"
            assert (np.asarray(image) == pixels_in(filled, int(row["id"]))).all()


def test_no_name_and_no_formula_leaves(filled: Database):
    for format_name in export.FORMATS:
        data = exported(filled, format_name, Which.ALL)
        content = b"".join(members(data).values()) if data.startswith(b"PK") else data
        assert b"cmd" not in content
        assert b"Ada" not in content
    for cell in exported(filled, "csv", Which.ALL).decode().replace("\r\n", ",").split(","):
        assert cell[:1] not in {"=", "+", "-", "@", "\t"}


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_the_same_data_gives_the_same_bytes(filled: Database, format_name: str):
    assert exported(filled, format_name) == exported(filled, format_name)


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_an_export_of_nothing_is_readable(database: Database, format_name: str, tmp_path: Path):
    data = exported(database, format_name)
    if format_name == "csv":
        assert read_csv(data) == []
    elif format_name == "npz":
        (tmp_path / "empty.npz").write_bytes(data)
        assert len(Dataset.load(tmp_path / "empty.npz")) == 0
    else:
        assert members(data)


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_an_export_sees_one_moment(
    filled: Database, store: Store, format_name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export, "CHUNK", 1)
    before = exported(filled, format_name, Which.ALL)
    with filled.read() as session:
        stream = write_export(session, format_name, Which.ALL)
        begun = [next(stream), next(stream)]
        store.photo(1, [3, 3])  # somebody sends a photo while the export runs
        assert b"".join([*begun, *stream]) == before
    assert exported(filled, format_name, Which.ALL) != before


def test_counts(filled: Database):
    with filled.read() as session:
        by_label = count_by_label(session, Which.LABELLED)
        assert {label for label, count in by_label.items() if count} == {0, 1, 5, 9}
        assert list(by_label) == list(range(10))
        assert count_by_split(session, Which.ALL) == {
            Split.TRAIN: 3,
            Split.VALIDATION: 1,
            Split.TEST: 2,
        }


def test_saving_writes_the_whole_or_nothing(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "samples.csv"
    assert save_export(filled, path, "csv") == 4
    whole = path.read_bytes()
    assert whole == exported(filled, "csv")

    def broken(*_: object):
        yield b"begun"
        raise OSError("disk full")

    monkeypatch.setitem(export.FORMATS, "csv", export.FORMATS["csv"]._replace(write=broken))
    with pytest.raises(OSError, match="disk full"):
        save_export(filled, path, "csv")
    assert path.read_bytes() == whole
    assert list(folder.iterdir()) == [path]


def test_no_batch_sorts_the_whole_table(filled: Database):
    """Otherwise an export's time would grow with the square of the samples."""
    with filled.read() as session:
        for which in Which:
            query = export.chosen(which, Sample.id, Sample.pixels).where(Sample.id > 0)
            compiled = query.order_by(Sample.id).limit(9).compile(session.get_bind())
            values = tuple(compiled.params[name] for name in compiled.positiontup)
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
            assert "TEMP B-TREE" not in str(plan.all())
