import base64
import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from model import export
from model.contributors import forget_contributor, record_consent
from model.database import Database
from model.dataset import Dataset, load_idx
from model.export import rows as export_rows
from model.export import save_export, write_export
from model.export.lines import csv_cell
from model.export.verify import DamagedExport, verify_export
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import (
    NOT_A_DIGIT,
    Consent,
    Contributor,
    Labeller,
    Split,
    VersionSample,
    Which,
)
from model.versions import freeze_version
from tests.filling import Store, drawn_photo


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export_rows, "BATCH", 2)
    monkeypatch.setattr("model.export.lines.BATCH", 2)


@pytest.fixture
def filled(database: Database, store: Store) -> Database:
    """Nine samples by four contributors, and a version of each kind; see `EXPECTED`."""
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
    for which in Which:
        with database.write() as session:
            assert freeze_version(session, which).id == NUMBERS[which]
    return database


NUMBERS = {Which.LABELLED: 1, Which.REVIEWED: 2, Which.ALL: 3}
EXPECTED = {
    Which.LABELLED: [(1, 1), (2, 0), (5, 5), (7, 9)],
    Which.REVIEWED: [(2, 0), (5, 5)],
    Which.ALL: [(1, 1), (2, 0), (4, 4), (5, 5), (7, 9), (9, 9)],
}
"""(id, label) of what each export holds, in order."""


def exported(database: Database, format_name: str, which: Which = Which.LABELLED) -> bytes:
    with database.read() as session:
        return b"".join(write_export(session, format_name, NUMBERS[which]))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def manifest(data: bytes) -> dict[str, object]:
    return dict(json.loads(members(data)["manifest.json"]))


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
    rows = read_csv(members(exported(filled, "csv", which))["samples.csv"])
    assert [(int(row["id"]), int(row["label"])) for row in rows] == EXPECTED[which]
    for row in rows:
        pixels = [int(row[f"p{index}"]) for index in range(784)]
        assert pixels == pixels_in(filled, int(row["id"])).ravel().tolist()
    said_by = {row["id"]: row["labelled_by"] for row in rows}
    assert {said_by[str(i)] for i, _ in EXPECTED[Which.REVIEWED]} == {"operator"}
    if which is Which.ALL:
        assert (said_by["1"], said_by["4"]) == ("sender", "network")
        assert (rows[1]["predicted"], rows[1]["confidence"]) == ("2", "0.900000")
        assert {row["weights"] for row in rows} == {"fingerprint"}
        people = [row["contributor"] for row in rows]
        assert [people.index(name) for name in people] == [0, 0, 0, 3, 4, 3]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_a_spreadsheet_would_run_are_escaped(first: str):
    escaped = f"'{first}1+1"
    assert csv_cell(f"{first}1+1") == (f'"{escaped}"' if first == "\r" else escaped)


def test_cells_with_quotes_and_commas_are_quoted():
    assert csv_cell('a "b", c') == '"a ""b"", c"'
    assert csv_cell("plain") == "plain"


def test_the_name_of_a_source_is_escaped(filled: Database):
    with filled.write() as session:
        session.get_one(Contributor, 1).source = "=HYPERLINK(1)"
    for name, member in (("csv", "samples.csv"), ("folders", "metadata.csv")):
        rows = read_csv(members(exported(filled, name))[member])
        assert [row["source"] for row in rows] == ["'=HYPERLINK(1)"] * 2 + ["telegram"] * 2


def test_json_lines_say_all_that_was_known(filled: Database):
    before = exported(filled, "jsonl")
    with filled.write() as session:  # what comes later is not in it
        label_sample(session, find_kept_sample(session, 1), 8, Labeller.OPERATOR)
    assert exported(filled, "jsonl") == before
    lines = [json.loads(line) for line in members(before)["samples.jsonl"].splitlines()]
    assert [(line["id"], line["label"]) for line in lines] == EXPECTED[Which.LABELLED]
    first = lines[0]
    assert base64.b64decode(first["pixels"]) == pixels_in(filled, 1).tobytes()
    assert first["box"] == [60, 60, 120, 160]
    (prediction,) = first["predictions"]
    assert (prediction["weights"], prediction["digit"]) == ("fingerprint", 1)
    (event,) = first["label_events"]
    assert (event["act"], event["label"], event["by"]) == ("label", 1, "sender")
    assert event["undone"] is False


def test_originals_are_the_photos_with_their_boxes(filled: Database):
    files = members(exported(filled, "originals", Which.ALL))
    boxes = read_csv(files["boxes.csv"])
    assert [(int(row["id"]), int(row["label"])) for row in boxes] == EXPECTED[Which.ALL]
    photos = {name: data for name, data in files.items() if name.startswith("photos/")}
    assert set(photos) == {row["file_name"] for row in boxes}
    assert [data.startswith(drawn_photo()) for data in photos.values()] == [True] * 4
    assert len(set(photos.values())) == 4
    assert boxes[1]["x0"] == "130"


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
    assert list(files)[-2:] == ["SHA256SUMS", "manifest.json"]
    table = read_csv(files.pop("metadata.csv"))
    assert [(int(row["id"]), int(row["label"])) for row in table] == EXPECTED[which]
    assert [row["file_name"] for row in table] == list(files)[:-2]
    for row in table:
        assert row["file_name"].startswith(f"{row['label']}/")
        with Image.open(io.BytesIO(files[row["file_name"]])) as image:
            assert image.mode == "L"
            assert (np.asarray(image) == pixels_in(filled, int(row["id"]))).all()


def test_a_manifest_counts(filled: Database):
    found = manifest(exported(filled, "folders"))
    assert found["format"] == "digitbot folders"
    assert (found["version"], found["which"], found["samples"]) == (1, "labelled", 4)
    assert found["labels"] == {str(digit): int(digit in (0, 1, 5, 9)) for digit in range(10)}
    assert found["splits"] == {"train": 2, "validation": 1, "test": 1}
    assert (found["no_digit_left_out"], found["withdrawn"], found["files"]) == (2, [], 5)


def test_no_name_leaves(filled: Database):
    for format_name in export.FORMATS:
        for content in members(exported(filled, format_name, Which.ALL)).values():
            assert b"cmd" not in content
            assert b"Ada" not in content


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_a_version_gives_the_same_bytes_whatever_happens_later(
    filled: Database, store: Store, format_name: str
):
    before = exported(filled, format_name)
    store.photo(1, [3, 3])
    with filled.write() as session:
        label_sample(session, find_kept_sample(session, 2), 5, Labeller.OPERATOR)
        label_sample(session, find_kept_sample(session, 4), 4, Labeller.SENDER)
    assert exported(filled, format_name) == before


def test_contributors_have_another_pseudonym_in_every_version(filled: Database):
    names = [
        {
            row["contributor"]
            for row in read_csv(members(exported(filled, "csv", which))["samples.csv"])
        }
        for which in (Which.LABELLED, Which.ALL)
    ]
    assert [len(found) for found in names] == [3, 3]
    assert not names[0] & names[1]


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_what_is_forgotten_is_withdrawn_and_said_so(filled: Database, format_name: str):
    with filled.write() as session:
        forget_contributor(session, 1, 1, asked_by=0)
    data = exported(filled, format_name, Which.ALL)
    found = manifest(data)
    assert found["withdrawn"] == [1, 2, 3, 4]  # also what is no digit
    assert (found["samples"], found["no_digit_left_out"]) == (3, 1)
    assert exported(filled, format_name, Which.ALL) == data
    with filled.read() as session:  # nothing is known of them any more but their numbers
        rows = session.scalars(select(VersionSample).where(VersionSample.sample_id <= 4)).all()
        assert {(row.label, row.split, row.predicted, row.weights) for row in rows} == {
            (None, None, None, None)
        }


def test_consent_taken_back_withdraws_at_once_and_given_again_restores(filled: Database):
    before = exported(filled, "npz")
    for consent in (Consent.NO, Consent.YES):
        with filled.write() as session:
            record_consent(session, session.get_one(Contributor, 2), consent)
        found = manifest(exported(filled, "npz"))
        assert found["withdrawn"] == ([5] if consent is Consent.NO else [])
    assert exported(filled, "npz") == before


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_an_export_of_nothing_is_readable(database: Database, format_name: str, tmp_path: Path):
    with database.write() as session:
        freeze_version(session)
    path = tmp_path / "empty.npz"
    save_export(database, path, format_name, 1)
    assert verify_export(path)["samples"] == 0
    if format_name == "npz":
        assert len(Dataset.load(path)) == 0


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_an_export_sees_one_moment(
    filled: Database, format_name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export, "CHUNK", 1)
    before = exported(filled, format_name, Which.ALL)
    with filled.read() as session:
        stream = write_export(session, format_name, NUMBERS[Which.ALL])
        begun = [next(stream), next(stream)]
        with filled.write() as writing:  # somebody is forgotten while the export runs
            forget_contributor(writing, 1, 3, asked_by=0)
        assert b"".join([*begun, *stream]) == before
    assert exported(filled, format_name, Which.ALL) != before


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_verifying_tells_whole_from_cut_off_and_altered(
    filled: Database, format_name: str, tmp_path: Path
):
    path = tmp_path / "export.zip"
    told: list[int] = []
    save_export(filled, path, format_name, 3, told.append)
    whole = path.read_bytes()
    assert sum(told) >= export.FORMATS[format_name].passes * 6
    assert verify_export(path)["samples"] == 6
    for cut in (len(whole) - 1, len(whole) // 2, 30):
        path.write_bytes(whole[:cut])
        with pytest.raises(DamagedExport, match="cut off"):
            verify_export(path)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        first = archive.infolist()[0]
    middle = 50 + len(first.filename) + first.compress_size // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(DamagedExport):
        verify_export(path)


def test_verifying_names_what_was_exchanged_or_added(filled: Database, tmp_path: Path):
    files = members(exported(filled, "folders"))
    path = tmp_path / "altered.zip"

    def verified(altered: dict[str, bytes]) -> str:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in altered.items():
                archive.writestr(name, content)
        with pytest.raises(DamagedExport) as caught:
            verify_export(path)
        return str(caught.value)

    assert "1/000001.png is not as it was written" in verified({**files, "1/000001.png": b"x"})
    assert "1/000001.png is missing" in verified(
        {name: content for name, content in files.items() if name != "1/000001.png"}
    )
    assert "x.png was added" in verified({"x.png": b"x", **files})
    assert "SHA256SUMS is not the one" in verified({**files, "SHA256SUMS": b""})
    assert "no manifest" in verified({"a": b"b"})


@pytest.mark.parametrize(("content", "word"), [(b"text", "no ZIP archive"), (None, "no file")])
def test_verifying_what_is_no_export(tmp_path: Path, content: bytes | None, word: str):
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DamagedExport, match=word):
        verify_export(path)


def test_saving_writes_the_whole_or_nothing(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "samples.zip"
    save_export(filled, path, "csv", 1)
    whole = path.read_bytes()
    assert whole == exported(filled, "csv")

    def broken(*_: object):
        yield b"begun"
        raise OSError("disk full")

    monkeypatch.setitem(export.FORMATS, "csv", export.FORMATS["csv"]._replace(write=broken))
    with pytest.raises(OSError, match="disk full"):
        save_export(filled, path, "csv", 1)
    assert path.read_bytes() == whole
    assert list(folder.iterdir()) == [path]
