import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin.desk import EXTENSION
from admin.login import public


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/samples/99", 404),
        ("/samples/99.png", 404),
        ("/photos/99.jpg", 404),
        ("/samples/9999999999999999999999", 404),
        ("/photos/9999999999999999999999.jpg", 404),
        ("/samples/-1", 404),
        ("/export/passwd", 404),
        ("/static/../__init__.py", 404),
        ("/samples?label=eleven", 400),
        ("/samples?label=11", 400),
        ("/samples?before=9999999999999999999999", 400),
        ("/samples?before=²", 400),
        ("/samples?status=lost", 400),
        ("/samples?split=all", 400),
        ("/samples?contributor=1%27--", 400),
        ("/export?which=none", 400),
        ("/export/1/csv", 404),
        ("/review?sample=x", 400),
        ("/review?sample=99", 404),
        ("/review?since=yesterday", 400),
        ("/review?since=0001-01-01", 400),
        ("/review?order=random", 400),
        ("/review?most=101", 400),
        ("/grid?digit=10", 400),
        ("/logout", 405),
    ],
)
def test_says_what_to_do(operator: FlaskClient, path: str, status: int):
    response = operator.get(path)
    assert response.status_code == status
    assert "<h1>" in response.text
    assert ">Go on</a>" in response.text
    response = operator.get(path, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.get_json()["error"]


def test_a_defect_shows_no_traceback(own_app: Flask):
    @own_app.get("/defect")
    @public
    def defect() -> str:
        raise RuntimeError("secret detail")

    response = own_app.test_client().get("/defect")
    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret detail" not in response.text


def test_the_parts_are_the_ones_given(app: Flask, recognizer):
    assert app.extensions[EXTENSION].recognizer is recognizer
