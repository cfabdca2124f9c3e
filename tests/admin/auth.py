"""Logs a client in and out."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse"


class Auth:
    """Logs a client in and out, and finds the token that forms carry."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def token(self) -> str:
        page = self.client.get("/try").text
        return page.split('name="csrf-token" content="')[1].split('"')[0]

    def login(self, password: str = PASSWORD, goal: str = "") -> TestResponse:
        data = {"csrf_token": self.token(), "password": password, "next": goal}
        return self.client.post("/login", data=data)

    def logout(self) -> TestResponse:
        return self.client.post("/logout", data={"csrf_token": self.token()})
