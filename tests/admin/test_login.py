import hmac
import re
import threading
from dataclasses import replace
from hmac import compare_digest

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from admin import create_app
from admin.desk import EXTENSION
from admin.login import local_path
from model.database import Database, utc_now
from model.logins import ATTEMPTS_PER_ADDRESS
from model.recognizer import Recognizer
from model.settings import Settings, WrongSetting
from model.tables import OperatorLogin
from tests.admin.auth import PASSWORD, Auth

PUBLIC = {"/healthz", "/login", "/metrics", "/privacy", "/try", "/static/<path:filename>"}
"""What answers a GET without a login; /metrics asks for a token of its own."""


def test_the_right_password_opens_the_desk(client: FlaskClient, auth: Auth):
    assert auth.login().location == "/"
    assert client.get("/").status_code == 200
    assert client.get("/login").location == "/"


def test_a_wrong_password_does_not(client: FlaskClient, auth: Auth):
    response = auth.login("wrong")
    assert response.status_code == 403
    assert "That is not the password." in response.text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("password", ["", "correct hors", "correct horse ", "Ünïcödé", "\x00"])
def test_nothing_but_the_password_counts(auth: Auth, password: str):
    assert auth.login(password).status_code == 403


@pytest.mark.parametrize(
    ("given", "status"), [(PASSWORD, 302), ("wrong", 403), ("", 403), (PASSWORD[:-1], 403)]
)
def test_whatever_is_given_is_compared_in_constant_time(
    auth: Auth, monkeypatch: pytest.MonkeyPatch, given: str, status: int
):
    """Nothing shorter, emptier or more alike is answered sooner, or by another comparison."""
    compared = []

    def compare(*words: bytes) -> bool:
        compared.append(words)
        return compare_digest(*words)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert auth.login(given).status_code == status
    assert compared.count((given.encode(), PASSWORD.encode())) == 1


def test_every_page_but_the_public_ones_asks_for_a_login(app: Flask, client: FlaskClient):
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule in PUBLIC:
            continue
        path = re.sub("<[^>]+>", "1", rule.rule)
        response = client.get(path)
        assert response.status_code == 302, rule
        assert response.location.startswith("/login?next="), rule
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401, rule


def test_no_change_without_a_login(app: Flask, client: FlaskClient, auth: Auth):
    token = auth.token()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        path = re.sub("<[^>]+>", "1", rule.rule)
        if path in ("/login", "/try/read", "/api/predict"):
            continue
        response = client.post(path, data={"csrf_token": token})
        assert response.status_code == 302, rule
        assert response.location.startswith("/login"), rule


def test_every_change_asks_for_the_token(app: Flask, operator: FlaskClient):
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule == "/api/predict":
            continue
        path = re.sub("<[^>]+>", "1", rule.rule)
        for data in ({}, {"csrf_token": "forged"}):
            response = operator.post(path, data=data)
            assert response.status_code == 400, rule
            assert "too old" in response.text, rule


def test_after_the_login_it_goes_on_where_it_was_asked_for(client: FlaskClient, auth: Auth):
    asked = client.get("/samples?label=3&before=9")
    assert asked.location == "/login?next=/samples?label%3D3%26before%3D9"
    page = client.get(asked.location).text
    assert 'value="/samples?label=3&amp;before=9"' in page
    assert auth.login(goal="/samples?label=3&before=9").location == "/samples?label=3&before=9"


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "evil",
        "",
        "/\t/evil.example",
        "/\n/evil",
        None,
    ],
)
def test_it_goes_on_nowhere_else(goal: str | None):
    assert local_path(goal) == "/"


def test_a_login_that_goes_elsewhere_goes_home(auth: Auth):
    assert auth.login(goal="//evil.example/path").location == "/"


def test_guessing_is_slowed_down(app: Flask, client: FlaskClient, auth: Auth):
    for _ in range(ATTEMPTS_PER_ADDRESS):
        assert auth.login("wrong").status_code == 403
    response = auth.login(PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 901
    assert "Try again in 15 minutes" in response.text
    restarted = create_app(
        app.extensions[EXTENSION].settings,
        app.extensions[EXTENSION].database,
        app.extensions[EXTENSION].recognizer,
    )
    assert Auth(restarted.test_client()).login(PASSWORD).status_code == 429


def test_guessing_at_once_gets_no_more_attempts(app: Flask):
    statuses = []

    def guess() -> None:
        statuses.append(Auth(app.test_client()).login("wrong").status_code)

    threads = [threading.Thread(target=guess) for _ in range(3 * ATTEMPTS_PER_ADDRESS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(403) == ATTEMPTS_PER_ADDRESS


def test_logging_out_ends_copies_of_the_cookie_too(app: Flask, client: FlaskClient, auth: Auth):
    auth.login()
    cookie = client.get_cookie("digitbot")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("digitbot", cookie.value)
    assert thief.get("/").status_code == 200
    answer = auth.logout()
    assert answer.location == "/login"
    assert answer.headers["Clear-Site-Data"] == '"cache"', "no picture stays in the browser"
    assert client.get("/").status_code == 302
    assert thief.get("/").status_code == 302


def test_a_login_ends_by_itself(operator: FlaskClient, database: Database):
    with database.write() as session:
        session.execute(update(OperatorLogin).values(expires_at=utc_now()))
    assert operator.get("/").status_code == 302


def test_a_login_clears_what_the_cookie_held_before(client: FlaskClient, auth: Auth):
    before = auth.token()
    auth.login()
    assert client.post("/logout", data={"csrf_token": before}).status_code == 400


def test_the_cookie_is_kept_from_scripts_and_other_sites(auth: Auth):
    cookie = auth.login().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie


def test_a_changed_password_ends_the_logins(database: Database, recognizer: Recognizer):
    settings = Settings(admin_password=PASSWORD, secret_key="s" * 32)
    client = create_app(settings, database, recognizer).test_client()
    Auth(client).login()
    cookie = client.get_cookie("digitbot")
    assert cookie is not None
    for changed, status in ((settings, 200), (replace(settings, admin_password="new"), 302)):
        other = create_app(changed, database, recognizer).test_client()
        other.set_cookie("digitbot", cookie.value)
        assert other.get("/").status_code == status


def test_without_a_password_there_is_no_desk(database: Database, recognizer: Recognizer):
    with pytest.raises(WrongSetting, match="ADMIN_PASSWORD is missing"):
        create_app(Settings(), database, recognizer)
