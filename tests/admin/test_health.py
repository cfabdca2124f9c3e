from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from admin import create_app
from model.database import Database
from model.recognizer import Recognizer
from model.settings import Settings
from tests.admin.auth import PASSWORD
from tests.filling import WEIGHTS


def test_a_healthy_desk(client: FlaskClient):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.get_json() == {"status": "ok", "database": "ok", "weights": WEIGHTS}
    assert "Set-Cookie" not in response.headers


def test_an_old_database(client: FlaskClient, database: Database):
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.get_json()["database"] == "old revision"


def test_a_database_out_of_reach(recognizer: Recognizer, tmp_path):
    (tmp_path / "folder").mkdir()
    database = Database(f"sqlite:///{tmp_path}/folder")
    app: Flask = create_app(Settings(admin_password=PASSWORD), database, recognizer)
    response = app.test_client().get("/healthz")
    assert response.status_code == 503
    assert response.get_json()["database"] == "unreachable"


def test_the_privacy_policy_says_who_runs_the_bot(database: Database, recognizer: Recognizer):
    settings = Settings(admin_password="x", developer_info="Ada <b>\nada@example.org")
    page = create_app(settings, database, recognizer).test_client().get("/privacy").text
    assert "Ada &lt;b&gt;\nada@example.org" in page


def test_the_privacy_policy_needs_no_login(client: FlaskClient):
    page = client.get("/privacy")
    assert page.status_code == 200
    for promise in ("/forget", "24 hours", "48 hours"):
        assert promise in page.text
