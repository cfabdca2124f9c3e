"""No path out of a request touches the disk, whatever page is asked with it."""

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from model.database import Database
from model.retraining.rows import AlreadyRetraining
from model.versions import freeze_version
from tests.filling import Store

PATHS = {
    "upwards": "../../etc/passwd",
    "encoded": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "encoded twice": "%252e%252e%252fetc%252fpasswd",
    "backwards": "..%5C..%5Cetc%5Cpasswd",
    "absolute": "/etc/passwd",
    "a name": "passwd",
    "with a NUL": "passwd%00.zip",
    "of a home": "~root%5Cpasswd",
}
NEEDLE = "passwd"
QUERY = ("source", "weights", "before", "next", "which", "status", "since", "order")
"""What an address may hold that is no number."""


class Watch:
    """Notes whatever the interpreter audits (open, os.listdir, …) that has to do with the needle.

    A hook can't be taken off again: it is there once, and looks only while it is told to.
    """

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []

    def look(self, event: str, given: tuple[object, ...]) -> None:
        if self.on and NEEDLE in str(given):
            self.seen.append(event)


@pytest.fixture(scope="session")
def hook() -> Watch:
    watch = Watch()
    sys.addaudithook(watch.look)
    return watch


@pytest.fixture
def touched(hook: Watch) -> Iterator[list[str]]:
    """What has been done on the disk with a name that holds the needle."""
    hook.seen, hook.on = [], True
    yield hook.seen
    hook.on = False


@pytest.fixture
def client(operator: FlaskClient, store: Store, database: Database) -> FlaskClient:
    """A client that is logged in; there is a version to export."""
    store.photo(store.contributor(5), [7])
    with database.write() as session:
        freeze_version(session)
    return operator


def test_it_would_be_seen(touched: list[str]):
    for look in (Path.read_bytes, lambda path: list(path.iterdir())):
        with suppress(OSError):
            look(Path("/nowhere") / NEEDLE)
    assert touched == ["open", "os.listdir"]


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_no_path_in_an_address_touches_the_disk(
    app: Flask, client: FlaskClient, touched: list[str], path: str
):
    headers = {"X-CSRFToken": client.get("/review/token").get_json()["csrf"]}
    asked = 0
    for rule in app.url_map.iter_rules():
        address = re.sub("<int:[^>]+>", "1", rule.rule)
        if "<" not in address:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            address = re.sub("<[^>]+>", lambda _: path, address)
            answer = client.open(address, method=method, headers=headers, follow_redirects=True)
            assert answer.status_code in (404, 405), address
            asked += 1
    assert asked >= 4
    assert touched == []


@pytest.mark.parametrize("path", ["../../etc/passwd", "passwd\0.zip"], ids=["upwards", "a NUL"])
def test_no_path_in_a_query_touches_the_disk(
    app: Flask, client: FlaskClient, touched: list[str], path: str
):
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    for rule in rules:
        address = re.sub("<[^>]+>", "1", rule.rule)
        for name in QUERY:
            answer = client.get(address, query_string={name: path})
            assert answer.status_code < 500, (address, name)
    assert touched == []


FORM = ("next", "which", "version", "cause", "label", "sample", "shown", "wrong", "x0", "password")
"""What a form or a JSON body may hold."""


@pytest.mark.parametrize("path", ["../../etc/passwd", "passwd\0.zip"], ids=["upwards", "a NUL"])
def test_no_path_in_a_body_touches_the_disk(
    app: Flask,
    client: FlaskClient,
    touched: list[str],
    path: str,
    monkeypatch: pytest.MonkeyPatch,
):
    def already(*_: object) -> int:
        raise AlreadyRetraining("One runs already.")

    monkeypatch.setattr("admin.weights.start_retraining", already)  # else a process starts
    body = dict.fromkeys(FORM, path)
    asked = 0
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.endswith("log_out"):
            continue
        address = re.sub("<[^>]+>", "1", rule.rule)
        headers = {"X-CSRFToken": client.get("/review/token").get_json()["csrf"]}
        for sent in ({"data": body}, {"json": body}, {"json": {"decisions": [body]}}):
            answer = client.post(address, headers=headers, **sent)
            assert answer.status_code < 500, address
            asked += 1
    assert asked >= 30
    assert touched == []
