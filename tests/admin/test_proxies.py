"""Several admin processes behind a proxy: they are one desk."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin import create_app
from admin.desk import EXTENSION
from model import promotions
from model.database import Database
from model.logins import ATTEMPTS_PER_ADDRESS
from model.promotions import keep_weights, promote, write_network
from model.recognizer import Recognizer
from model.retraining.rows import AlreadyRetraining, begin, find_running
from model.settings import Settings
from model.tables import Retraining, Which
from model.versions import freeze_version
from tests.admin.auth import PASSWORD, Auth
from tests.filling import Store

BEHIND_ONE = Settings(admin_password=PASSWORD, secret_key="same", admin_proxies=1)
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example.org"}


@pytest.fixture(params=["database", "postgres_database"])
def shared(request: pytest.FixtureRequest) -> Database:
    """The database that the processes share, of either kind."""
    found: Database = request.getfixturevalue(request.param)
    found.upgrade()
    return found


@pytest.fixture
def processes(shared: Database, recognizer: Recognizer) -> Iterator[list[Flask]]:
    """Two applications that have nothing in common but settings and database server."""
    databases = [Database(shared.url) for _ in range(2)]
    yield [create_app(BEHIND_ONE, database, recognizer) for database in databases]
    for database in databases:
        database.close()


def client_of(app: Flask, address: str, **more: str) -> FlaskClient:
    client = app.test_client()
    headers = {**HTTPS, "X-Forwarded-For": address, **more}
    for name, value in headers.items():
        client.environ_base["HTTP_" + name.upper().replace("-", "_")] = value
    client.environ_base["wsgi.url_scheme"] = "http"
    return client


def log_in(client: FlaskClient, password: str = PASSWORD):
    page = client.get("/try", base_url="https://desk.example.org").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    return client.post(
        "/login",
        data={"csrf_token": token, "password": password},
        base_url="https://desk.example.org",
        headers={"Referer": "https://desk.example.org/login"},
    )


def test_a_login_at_one_counts_at_the_other_until_logged_out(processes: list[Flask]):
    one, other = (client_of(app, "198.51.100.7") for app in processes)
    response = log_in(one)
    assert response.status_code == 302
    cookie = response.headers["Set-Cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    value = cookie.split("digitbot=")[1].split(";")[0]
    other.set_cookie("digitbot", value, domain="desk.example.org", secure=True)
    assert other.get("/", base_url="https://desk.example.org").status_code == 200
    page = other.get("/try", base_url="https://desk.example.org").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    other.post(
        "/logout",
        data={"csrf_token": token},
        base_url="https://desk.example.org",
        headers={"Referer": "https://desk.example.org/"},
    )
    assert one.get("/", base_url="https://desk.example.org").status_code == 302


def test_wrong_passwords_are_counted_over_all_by_the_senders_address(processes: list[Flask]):
    for number in range(ATTEMPTS_PER_ADDRESS):
        forged = f"203.0.113.{number}, 198.51.100.7"  # the first part is what the sender claims
        client = client_of(processes[number % 2], forged)
        assert log_in(client, "wrong").status_code == 403
    for app in processes:
        assert log_in(client_of(app, "198.51.100.7")).status_code == 429
        assert log_in(client_of(app, "198.51.100.8")).status_code == 302


def test_without_the_setting_nobody_can_name_an_address(app: Flask, auth: Auth):
    for number in range(ATTEMPTS_PER_ADDRESS):
        auth.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}"
        assert auth.login("wrong").status_code == 403
    assert auth.login("wrong").status_code == 429
    assert "Secure" not in auth.client.get("/try").headers.get("Set-Cookie", "")


def test_of_retrainings_begun_at_once_one_runs(shared: Database, store: Store):
    with shared.write() as session:
        version = freeze_version(session, Which.ALL).id
    others = [Database(shared.url) for _ in range(4)]
    outcomes: list[str] = []
    ready = threading.Barrier(len(others))

    def start(database: Database) -> None:
        ready.wait()
        try:
            with database.write() as session:
                begin(session, version, 1)
            outcomes.append("runs")
        except AlreadyRetraining:
            outcomes.append("refused")

    threads = [threading.Thread(target=start, args=(database,)) for database in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in others:
        database.close()
    assert sorted(outcomes) == ["refused"] * 3 + ["runs"]
    with shared.read() as session:
        assert find_running(session) is not None
        assert session.query(Retraining).count() == 1


def test_promoted_weights_reach_every_process(
    shared: Database,
    processes: list[Flask],
    recognizer: Recognizer,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(promotions, "LOOK_AGAIN", 0.0)
    network = replace(recognizer.network, card={"made": "elsewhere"})
    with shared.write() as session:
        weights = keep_weights(session, write_network(network))
        promote(session, weights)
        fingerprint = weights.fingerprint
    for app in processes:
        with app.app_context():
            assert app.extensions[EXTENSION].recognizer.weights == fingerprint
