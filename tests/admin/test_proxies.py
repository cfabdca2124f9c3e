"""Several admin processes behind a proxy: they are one desk."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin import create_app
from admin.desk import EXTENSION
from model.database import Database
from model.logins import ATTEMPTS_PER_ADDRESS
from model.promotions import LOOK_AGAIN, keep_weights, write_network
from model.recognizer import Recognizer
from model.retraining.rows import AlreadyRetraining, begin, find_running
from model.settings import Settings
from model.tables import Retraining, Split, Which
from model.versions import freeze_version
from tests.admin.auth import PASSWORD, Auth
from tests.filling import WEIGHTS, Store
from tests.model.retraining.hands import correct, settings_for
from tests.patience import wait_until

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


def token_of(client: FlaskClient) -> str:
    page = client.get("/try", base_url="https://desk.example.org").text
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def log_in(client: FlaskClient, password: str = PASSWORD):
    return client.post(
        "/login",
        data={"csrf_token": token_of(client), "password": password},
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
    other.post(
        "/logout",
        data={"csrf_token": token_of(other)},
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


def test_a_retraining_begun_at_one_is_watched_and_cancelled_at_the_other(
    shared: Database, recognizer: Recognizer, tmp_path: Path
):
    correct(shared, Store(shared), Split.TRAIN, 1, 8)
    databases = [Database(shared.url) for _ in range(2)]
    clients = []
    for database in databases:
        settings = settings_for(database, tmp_path, admin_password=PASSWORD)
        clients.append(create_app(settings, database, recognizer).test_client())
        Auth(clients[-1]).login()
    one, other = clients
    begun = one.post("/weights/retrain", data={"csrf_token": Auth(one).token()})
    page = begun.headers["Location"]
    assert 'data-state="running"' in other.get(page).text
    other.post("/weights/retrain", data={"csrf_token": Auth(other).token()})
    assert "A retraining runs: watch it" in other.get("/weights").text
    other.post(f"{page}/cancel", data={"csrf_token": Auth(other).token()})
    wait_until(lambda: 'data-state="running"' not in one.get(page).text)
    assert "nothing of it is kept" in one.get(page).text
    for database in databases:
        database.close()


def test_weights_promoted_at_one_are_read_with_at_all(
    shared: Database, processes: list[Flask], recognizer: Recognizer
):
    network = replace(recognizer.network, card={"made": "elsewhere"})
    with shared.write() as session:
        fingerprint = keep_weights(session, write_network(network)).fingerprint
    readers = [app.extensions[EXTENSION] for app in processes]
    assert [reader.recognizer for reader in readers] == [recognizer, recognizer]
    client = client_of(processes[0], "198.51.100.7")
    log_in(client)
    assert LOOK_AGAIN < 1
    for path, weights in ((f"{fingerprint}/promote", fingerprint), ("rollback", WEIGHTS)):
        client.post(
            f"/weights/{path}",
            data={"csrf_token": token_of(client)},
            base_url="https://desk.example.org",
            headers={"Referer": "https://desk.example.org/weights"},
        )
        time.sleep(LOOK_AGAIN)
        assert [reader.recognizer.weights for reader in readers] == [weights, weights]
