"""The admin page over an empty database, as in Flask's tutorial: app, client, auth."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin import create_app, try_it
from admin.throttle import Throttle
from model.database import Database
from model.recognizer import Recognizer
from model.settings import Settings
from tests.admin.auth import PASSWORD, Auth

SETTINGS = Settings(admin_password=PASSWORD, api_key="key")


@pytest.fixture(autouse=True)
def _fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test asked for shall not slow down the next."""
    monkeypatch.setattr(try_it, "READS", Throttle(try_it.READS.rate, try_it.READS.burst))


@pytest.fixture(scope="session")
def shared_app(shared_database: Database, recognizer: Recognizer) -> Flask:
    """One application for all tests: it remembers the templates that it has compiled."""
    return create_app(SETTINGS, shared_database, recognizer)


@pytest.fixture
def app(shared_app: Flask, database: Database) -> Flask:
    """The application over this test's empty database."""
    shared_app.testing = True
    return shared_app


@pytest.fixture
def own_app(database: Database, recognizer: Recognizer) -> Flask:
    """An application that a test may add pages to."""
    return create_app(SETTINGS, database, recognizer)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def auth(client: FlaskClient) -> Auth:
    return Auth(client)


@pytest.fixture
def operator(client: FlaskClient, auth: Auth) -> FlaskClient:
    """A client that is logged in."""
    auth.login()
    return client
