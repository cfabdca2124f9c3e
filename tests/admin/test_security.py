import io
import re
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from model.database import Database
from model.export import FORMATS
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import Labeller
from model.versions import freeze_version
from tests.filling import Store

PAGES = [
    "/",
    "/review",
    "/grid?digit=7",
    "/agreement",
    "/photos/1",
    "/samples",
    "/samples/1",
    "/export",
    "/people",
    "/aside",
    "/try",
    "/privacy",
    "/nowhere",
]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "a" * 5000,
]


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_carries_the_headers(operator: FlaskClient, page: str):
    headers = operator.get(page).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_no_answer_may_be_taken_for_what_it_is_not(
    app: Flask, operator: FlaskClient, store: Store, database: Database
):
    """Photos, pictures, exports, JSON and files too."""
    store.photo(store.contributor(5), [7])
    with database.write() as session:
        freeze_version(session)
    kinds = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            address = re.sub("<format_name>", "csv", rule.rule).replace(
                "<path:filename>", "style.css"
            )
            answer = operator.get(re.sub("<[^>]+>", "1", address))
            assert answer.headers["X-Content-Type-Options"] == "nosniff", rule
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], rule
            kinds.add(answer.mimetype)
            answer.close()
    assert kinds >= {"text/html", "text/css", "application/zip", "image/jpeg", "image/png"}


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_inline_code_or_asks_another_machine(
    operator: FlaskClient, store: Store, page: str
):
    store.photo(store.contributor(5), [7])
    html = operator.get(page).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\s(style|on\w+)=", html)
    assert "<style" not in html
    for address in re.findall(r'\s(?:src|href|action)="([^"]*)"', html):
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//"), address


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_only_ever_text(
    operator: FlaskClient, store: Store, database: Database, name: str
):
    (sample_id,) = store.photo(store.contributor(5, name=name), [7])
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), 7, Labeller.SENDER)
    for page in PAGES:
        html = operator.get(page).text
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
        assert ">49<" not in html
    operator.get("/grid")  # gives back what the pages above have claimed
    card = operator.get("/review/next").get_json()["samples"][0]
    assert "\u202e" not in card["contributor"]
    assert operator.get("/samples/1").text.count("<bdi>") == 1
    with database.write() as session:
        version = freeze_version(session).id
    for kind in FORMATS:
        response = operator.get(f"/export/{version}/{kind}")
        assert response.status_code == 200
        assert not any(name.encode()[:20] in part for part in parts_of(response.data))


def parts_of(file: bytes) -> list[bytes]:
    """Return what is in an export: itself, or its members and their names."""
    if not file.startswith(b"PK"):
        return [file]
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return [part for item in archive.namelist() for part in (item.encode(), archive.read(item))]


def test_a_long_form_is_refused(operator: FlaskClient):
    response = operator.post("/login", data={"password": "x" * 300_000})
    assert response.status_code == 413
    assert "too large" in response.text
