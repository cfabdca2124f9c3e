import csv
import io
import zipfile

import numpy as np
import pytest
from flask.testing import FlaskClient

from model import export
from model.database import Database
from model.export import Which, write_export
from model.review import find_kept_sample
from model.samples import label_sample
from model.tables import NOT_A_DIGIT, Consent, Labeller
from tests.filling import Store

FILES = ["samples.npz", "samples.csv", "idx.zip", "folders.zip"]


@pytest.fixture(autouse=True)
def _filled(store: Store, database: Database) -> None:
    one, two, three, _ = store.photo(store.contributor(5), [1, 2, 3, 4])
    store.photo(store.contributor(6, Consent.NO), [5])
    with database.write() as session:
        for sample_id, label, who in (
            (one, 1, Labeller.SENDER),
            (two, 7, Labeller.OPERATOR),
            (three, NOT_A_DIGIT, Labeller.OPERATOR),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", [1, 7]),
        ("?which=labelled", [1, 7]),
        ("?which=reviewed", [7]),
        ("?which=all", [1, 7, 4]),
    ],
)
def test_every_format_holds_the_same(operator: FlaskClient, query: str, labels: list[int]):
    npz = np.load(io.BytesIO(operator.get(f"/export/samples.npz{query}").data))
    assert npz["labels"].tolist() == labels
    rows = csv.DictReader(io.StringIO(operator.get(f"/export/samples.csv{query}").text))
    assert [int(row["label"]) for row in rows] == labels
    with zipfile.ZipFile(io.BytesIO(operator.get(f"/export/idx.zip{query}").data)) as archive:
        assert archive.read("train-labels-idx1-ubyte")[8:] == bytes(labels)
    with zipfile.ZipFile(io.BytesIO(operator.get(f"/export/folders.zip{query}").data)) as archive:
        assert [int(name[0]) for name in archive.namelist()[:-1]] == labels


@pytest.mark.parametrize("file", FILES)
def test_a_download_is_streamed_and_the_same_twice(
    operator: FlaskClient, database: Database, file: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export, "CHUNK", 1)
    response = operator.get(f"/export/{file}", buffered=False)
    assert response.headers["Content-Disposition"] == f"attachment; filename={file}"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in response.headers  # chunked: an end that never comes is seen
    pieces = list(response.iter_encoded())
    assert len(pieces) > 3
    assert b"".join(pieces) == operator.get(f"/export/{file}").data
    name = next(name for name, found in export.FORMATS.items() if found.file_name == file)
    with database.read() as session:  # and the command line's
        assert b"".join(write_export(session, name, Which.LABELLED)) == b"".join(pieces)


def test_a_download_given_up_ends_its_transaction(operator: FlaskClient, database: Database):
    response = operator.get("/export/samples.csv", buffered=False)
    next(response.iter_encoded())
    response.close()
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool


def test_the_page_counts_what_would_be_in_it(operator: FlaskClient):
    page = operator.get("/export").text
    assert '<span class="figure">2</span> samples' in page
    for file in FILES:
        assert f"/export/{file}?which=labelled" in page
    page = operator.get("/export?which=reviewed").text
    assert '<span class="figure">1</span> sample:' in page
    assert "/export/samples.npz?which=reviewed" in page
