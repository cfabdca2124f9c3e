import csv
import http.client
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from admin.desk import EXTENSION
from model import export, sources
from model.database import Database
from model.export import write_export
from model.labels import label_sample
from model.processes import start_process
from model.samples import find_kept_sample
from model.sources import NO_BOT
from model.tables import NOT_A_DIGIT, Consent, Contributor, Labeller, Sample
from tests.admin.auth import Auth
from tests.filling import Store
from tests.patience import PATIENCE
from tests.serving import serving


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


def freeze(operator: FlaskClient, which: str = "labelled") -> str:
    data = {"csrf_token": Auth(operator).token(), "which": which}
    return operator.post("/export", data=data, follow_redirects=True).text


@pytest.mark.parametrize(
    ("which", "labels"), [("labelled", [1, 7]), ("reviewed", [7]), ("all", [1, 7, 4])]
)
def test_a_version_is_frozen_and_handed_out(operator: FlaskClient, which: str, labels: list[int]):
    assert "No version is frozen yet." in operator.get("/export").text
    page = freeze(operator, which)
    assert "Version 1 is frozen." in page
    for format_name in export.FORMATS:
        assert f'"/export/1/{format_name}"' in page
    data = operator.get("/export/1/csv").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("samples.csv").decode()))
        assert [int(row["label"]) for row in rows] == labels


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_a_download_is_streamed_and_the_same_twice(
    operator: FlaskClient, database: Database, format_name: str, monkeypatch: pytest.MonkeyPatch
):
    freeze(operator)
    monkeypatch.setattr(export, "CHUNK", 1)
    response = operator.get(f"/export/1/{format_name}", buffered=False)
    name = export.file_name(format_name, 1)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in response.headers  # chunked: an end that never comes is seen
    pieces = list(response.iter_encoded())
    assert len(pieces) > 3
    assert b"".join(pieces) == operator.get(f"/export/1/{format_name}").data
    with database.read() as session:  # and the command line's
        assert b"".join(write_export(session, format_name, 1)) == b"".join(pieces)


def fetch(operator: FlaskClient, port: int, path: str) -> bytes:
    """Return what a program gets that brings an operator's cookie, over a real connection."""
    cookie = operator.get_cookie("digitbot")
    assert cookie is not None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": f"digitbot={cookie.value}"})
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("format_name", export.FORMATS)
def test_who_downloads_is_told_of_a_break(
    operator: FlaskClient, format_name: str, monkeypatch: pytest.MonkeyPatch
):
    freeze(operator)
    monkeypatch.setattr(export, "CHUNK", 1)

    def break_off(*given: Any) -> Iterator[bytes]:
        yield from itertools.islice(write_export(*given), 3)
        raise OSError("the database is gone")

    path = f"/export/1/{format_name}"
    with serving(operator.application) as server:
        whole = fetch(operator, server.port, path)
        monkeypatch.setattr("admin.export.write_export", break_off)
        with pytest.raises(http.client.IncompleteRead) as broken:
            fetch(operator, server.port, path)
    assert 0 < len(broken.value.partial) < len(whole)
    assert whole.startswith(broken.value.partial)
    assert "broken off" in operator.get("/export").text


def test_a_download_given_up_ends_its_transaction(operator: FlaskClient, database: Database):
    freeze(operator)
    response = operator.get("/export/1/csv", buffered=False)
    next(response.iter_encoded())
    response.close()
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool


@pytest.mark.parametrize("path", ["/export/2/csv", "/export/1/exe", f"/export/{2**64}/csv"])
def test_what_is_not_there_is_not_found(operator: FlaskClient, path: str):
    freeze(operator)
    assert operator.get(path).status_code == 404


def test_the_page_counts_what_would_be_in_it(operator: FlaskClient):
    assert '<span class="figure">3</span> samples' in operator.get("/export").text
    page = operator.get("/export?which=reviewed").text
    assert '<span class="figure">2</span> samples' in page
    assert operator.get("/export?which=none").status_code == 400


def test_an_export_needs_a_login(client: FlaskClient):
    assert client.get("/export/1/csv").status_code == 302
    assert client.post("/export").status_code in (302, 400)


def test_an_import_is_removed(
    operator: FlaskClient, database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    started = []
    monkeypatch.setattr(
        sources, "start_process", lambda *given: started.append(start_process(*given))
    )
    assert "What was imported" not in operator.get("/export").text
    (sample_id,) = store.photo(store.contributor(9), [8])
    with database.write() as session:
        person = session.get_one(Contributor, 3)
        person.bot_id, person.source = NO_BOT, "<i>school"
        session.get_one(Sample, sample_id).source = person.source
    page = operator.get("/export").text
    assert "&lt;i&gt;school" in page
    assert "1 sample of 1 person" in page
    data = {"csrf_token": Auth(operator).token(), "source": "<i>school"}
    page = operator.post("/export/remove", data=data, follow_redirects=True).text
    assert "&lt;i&gt;school is being deleted." in page
    assert started.pop().wait(PATIENCE) == 0
    assert "What was imported" not in operator.get("/export").text
    assert operator.get(f"/samples/{sample_id}").status_code == 404
    assert operator.post("/export/remove", data=data).status_code == 404


def test_while_an_import_is_removed_the_page_says_how_much_is_left(
    operator: FlaskClient, database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    started: list[list[str]] = []
    monkeypatch.setattr(sources, "start_process", lambda words, _: started.append(words))
    (sample_id,) = store.photo(store.contributor(9), [8])
    with database.write() as session:
        person = session.get_one(Contributor, 3)
        person.bot_id, person.source = NO_BOT, "school"
        session.get_one(Sample, sample_id).source = person.source
    data = {"csrf_token": Auth(operator).token(), "source": "school"}
    page = operator.post("/export/remove", data=data, follow_redirects=True).text
    assert "<b>Being deleted</b>: 1 sample is left." in page
    assert 'id="imported" data-state="running"' in page
    operator.post("/export/remove", data=data)  # goes on where one was stopped
    assert started == [["digitbot", "import", "--remove=school"]] * 2


def test_the_page_shows_how_far_a_download_is(operator: FlaskClient, monkeypatch):
    freeze(operator, "all")
    monkeypatch.setattr(export, "CHUNK", 1)
    operator.application.extensions[EXTENSION].downloads.known.clear()
    assert 'id="downloads" data-state="idle"' in operator.get("/export").text
    response = operator.get("/export/1/jsonl", buffered=False)
    pieces = response.iter_encoded()
    for _ in range(3):
        next(pieces)
    page = operator.get("/export").text
    assert "JSON Lines of version 1" in page
    assert 'id="downloads" data-state="running"' in page
    assert re.search(r"[1-9]\d* % of 4 read", page)
    for _ in pieces:
        pass
    assert "sent whole" in operator.get("/export").text
    response = operator.get("/export/1/csv", buffered=False)
    next(response.iter_encoded())
    response.close()
    page = operator.get("/export").text
    assert "broken off" in page
    assert 'data-state="over"' in page
    operator.head("/export/1/csv")  # begins nothing
    assert 'data-state="running"' not in operator.get("/export").text
