import re

import pytest
from flask.testing import FlaskClient

from admin import people
from model.database import Database, utc_now
from model.limits import count_message, is_blocked
from model.tables import Consent
from tests.filling import Store


def token(client: FlaskClient) -> dict[str, str]:
    page = client.get("/people").text
    return {"csrf_token": re.search('name="csrf_token" value="([^"]*)"', page)[1]}


def blocked(database: Database, user_id: int) -> bool:
    with database.read() as session:
        return is_blocked(session, 1, user_id)


def test_an_empty_database_says_so(operator: FlaskClient):
    assert "Nobody has sent a photo yet." in operator.get("/people").text


def test_shows_who_writes_and_how_much(operator: FlaskClient, store: Store, database: Database):
    store.photo(store.contributor(71, name="Ada"), [4])
    store.contributor(72, Consent.NO, name="Bob")
    with database.write() as session:
        for _ in range(3):
            count_message(session, 1, 73, utc_now())
    page = operator.get("/people").text
    assert page.index("Somebody") < page.index("Bob") < page.index("Ada")
    for words in ("keeps photos here", "said no to keeping", "1 photo ", "3 messages today"):
        assert words in page
    assert 'href="/samples?contributor=1"' in page


def test_blocks_and_lets_in_again(operator: FlaskClient, store: Store, database: Database):
    store.contributor(71, name="Ada")
    form = {**token(operator), "bot": "1", "user": "71"}
    page = operator.post("/people/block", data=form, follow_redirects=True).text
    assert "71 is blocked" in page
    assert page.index("<h2>Blocked") < page.index("Ada")
    assert blocked(database, 71)
    assert operator.post("/people/block", data=form).status_code == 302
    page = operator.post("/people/unblock", data=form, follow_redirects=True).text
    assert "71 is let in again" in page
    assert "<h2>Blocked" not in page
    assert not blocked(database, 71)


def test_who_is_in_no_list_is_blocked_by_number(operator: FlaskClient, database: Database):
    operator.post("/people/block", data={**token(operator), "bot": "1", "user": " 99 "})
    assert blocked(database, 99)


@pytest.mark.parametrize("user", ["", "x", "-1", "1e3", "²", "9" * 30])
def test_refuses_what_is_no_number(operator: FlaskClient, user: str):
    data = {**token(operator), "bot": "1", "user": user}
    assert operator.post("/people/block", data=data).status_code == 400


def test_pages_go_on_by_key(operator: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(people, "ON_A_PAGE", 2)
    for number in range(3):
        store.contributor(70 + number, name=f"Person-{number}")
    page = operator.get("/people").text
    assert re.findall(r"Person-\d", page) == ["Person-2", "Person-1"]
    older = re.search(r'rel="next" href="([^"]*)"', page)[1]
    assert re.findall(r"Person-\d", operator.get(older).text) == ["Person-0"]


def test_needs_a_login_and_a_token(client: FlaskClient, operator: FlaskClient, database: Database):
    assert operator.post("/people/block", data={"bot": "1", "user": "7"}).status_code == 400
    operator.post("/logout", data=token(operator))
    assert client.get("/people").location.startswith("/login")
    assert not blocked(database, 7)
