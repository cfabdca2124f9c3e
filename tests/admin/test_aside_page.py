import json
import re

import pytest
from flask.testing import FlaskClient

from admin import aside
from model.database import Database
from model.tables import InboxState, InboxUpdate
from tests.filling import set_aside


def add(database: Database, count: int = 1, error: str = "ZeroDivisionError: a defect") -> None:
    with database.write() as session:
        for number in range(count):
            session.add(
                set_aside(
                    number,
                    error,
                    body=json.dumps({"message": {"photo": [], "caption": "a secret"}}),
                )
            )


def states(database: Database) -> list[InboxState]:
    with database.read() as session:
        rows = session.query(InboxUpdate).order_by(InboxUpdate.id)
        return [row.state for row in rows]


def token(client: FlaskClient) -> dict[str, str]:
    page = client.get("/people").text
    return {"csrf_token": re.search('name="csrf_token" value="([^"]*)"', page)[1]}


def test_with_nothing_set_aside_there_is_no_link_to_it(operator: FlaskClient):
    assert "Set aside" not in operator.get("/review").text
    assert "Nothing is set aside" in operator.get("/aside").text


def test_every_page_links_to_it_with_a_count(operator: FlaskClient, database: Database):
    add(database, 2)
    for path in ("/", "/review", "/samples", "/nowhere"):
        page = operator.get(path).text
        assert re.search(r'href="/aside"[^>]*>Set aside <b>2</b>', page), path


def test_shows_the_error_but_nothing_that_was_written(operator: FlaskClient, database: Database):
    add(database, error="<b>KeyError</b>")
    page = operator.get("/aside").text
    assert "A photo" in page
    assert "&lt;b&gt;KeyError" in page
    assert "tried 5 times" in page
    assert "a secret" not in page


def test_one_is_tried_again(operator: FlaskClient, database: Database):
    add(database, 2)
    response = operator.post("/aside/1/again", data=token(operator), follow_redirects=True)
    assert "tries it again within seconds" in response.text
    assert states(database) == [InboxState.WAITING, InboxState.ASIDE]
    response = operator.post("/aside/1/again", data=token(operator))
    assert response.status_code == 404
    assert "Row 1 is not set aside" in response.text


def test_all_are_tried_again(operator: FlaskClient, database: Database):
    add(database, 3)
    response = operator.post("/aside/again", data=token(operator), follow_redirects=True)
    assert "tries all 3 again" in response.text
    assert states(database) == [InboxState.WAITING] * 3
    response = operator.post("/aside/again", data=token(operator), follow_redirects=True)
    assert "nothing to try" in response.text


def test_pages_go_on_by_key(
    operator: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(aside, "ON_A_PAGE", 2)
    add(database, 3)
    page = operator.get("/aside").text
    assert re.findall(r"row (\d)", page)[0] == "3"
    older = re.search(r'rel="next" href="([^"]*)"', page)[1]
    assert "row 1," in operator.get(older).text


def test_needs_a_login_and_a_token(client: FlaskClient, operator: FlaskClient, database: Database):
    add(database)
    assert operator.post("/aside/again").status_code == 400
    operator.post("/logout", data=token(operator))
    assert client.get("/aside").location.startswith("/login")
    assert "Set aside" not in client.get("/try").text
    assert states(database) == [InboxState.ASIDE]
