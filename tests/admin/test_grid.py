import datetime
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from model.database import Database, utc_now
from model.tables import Claim, LabelEvent, Labeller, Sample
from tests.admin.auth import Auth
from tests.filling import Store

CAUSE = "0123456789abcdef"


@pytest.fixture
def sevens(store: Store) -> list[int]:
    """Four samples read as 7, the first the surest."""
    person = store.contributor(5)
    store.photo(person, [1, 2])
    return [store.photo(person, [7], confidence=0.9 - 0.1 * n)[0] for n in range(4)]


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="shown" value="(\d+)"', page)]


def post(client: FlaskClient, page: str, path: str = "/grid?digit=7", **data):
    token = re.search('name="csrf_token" value="([^"]*)"', page)[1]
    return client.post(path, data={"csrf_token": token, "cause": CAUSE, **data})


def labels(database: Database, sample_ids: list[int]) -> list[int | None]:
    with database.read() as session:
        found = select(Sample.operator_label).where(Sample.id.in_(sample_ids))
        return list(session.scalars(found.order_by(Sample.id)))


def test_the_rest_is_accepted(operator: FlaskClient, database: Database, sevens: list[int]):
    page = operator.get("/grid?digit=7").text
    assert shown(page) == sevens
    response = post(operator, page, shown=sevens, wrong=[sevens[1]])
    assert response.location == "/grid?digit=7&on=1"
    assert labels(database, sevens) == [7, None, 7, 7]
    page = operator.get(response.location).text
    assert "3 accepted as 7. 1 you clicked: they come first in the review." in page
    assert "Nothing that is read as 7 waits" not in operator.get("/grid?digit=7").text
    review = operator.get("/review").text
    assert f'name="sample" value="{sevens[1]}"' in review


def test_sending_again_changes_nothing(
    operator: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    for _ in range(2):
        response = post(operator, page, shown=sevens)
        assert "4 accepted as 7.</" in operator.get(response.location).text
    with database.read() as session:
        events = session.scalars(select(Sample).where(Sample.id.in_(sevens))).all()
        assert [len(sample.events) for sample in events] == [1] * 4
        assert {sample.labelled_by for sample in events} == {Labeller.OPERATOR}


def test_undo_takes_back_the_whole_grid(
    operator: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    post(operator, page, shown=sevens)
    response = post(operator, page, "/grid/undo?digit=7")
    assert labels(database, sevens) == [None] * 4
    page = operator.get(response.location).text
    assert "Undone: 4 samples wait again." in page
    assert shown(page) == sevens
    response = post(operator, page, "/grid/undo?digit=7")
    assert "There is nothing to undo." in operator.get(response.location).text


def test_further_on_there_are_others(operator: FlaskClient, sevens: list[int], monkeypatch):
    monkeypatch.setattr("admin.grid.AT_ONCE", 3)
    assert shown(operator.get("/grid?digit=7").text) == sevens[:3]
    assert shown(operator.get("/grid?digit=7&on=1").text) == sevens[3:]
    assert "waits any further" in operator.get("/grid?digit=7&on=1").text


def test_fifty_are_shown_at_once(operator: FlaskClient, database: Database, store: Store):
    person = store.contributor(5)
    stored = [sample for _ in range(51) for sample in store.photo(person, [7])]
    page = operator.get("/grid?digit=7").text
    fifty = shown(page)
    assert len(set(fifty)) == page.count('class="pixels"') == 50
    response = post(operator, page, shown=fifty)
    page = operator.get(response.location).text
    assert "50 accepted as 7." in page
    assert "1 left</span>" in page
    assert {*shown(page)} == {*stored} - {*fifty}
    assert labels(database, shown(page)) == [None]


@pytest.mark.parametrize(
    "change",
    [{"shown": ["x"]}, {"shown": ["0"]}, {"shown": [str(2**63)]}, {"wrong": [""]}, {"cause": "!"}],
)
def test_refuses_what_is_no_grid(operator: FlaskClient, sevens: list[int], change: dict):
    page = operator.get("/grid?digit=7").text
    assert post(operator, page, **change).status_code == 400


def test_undo_takes_back_what_was_clicked_too(
    operator: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    post(operator, page, shown=sevens, wrong=[sevens[1]])
    assert worth(database, sevens[1]) > 1
    assert "clicked in a grid as wrong" in operator.get(f"/samples/{sevens[1]}").text
    response = post(operator, page, "/grid/undo?digit=7")
    assert "Undone: 4 samples wait again." in operator.get(response.location).text
    assert worth(database, sevens[1]) < 1


def test_a_grid_of_wrong_ones_alone_can_be_undone(
    operator: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    post(operator, page, shown=sevens[:1], wrong=sevens[:1])
    post(operator, page, "/grid/undo?digit=7")
    assert worth(database, sevens[0]) < 1


def worth(database: Database, sample_id: int) -> float:
    with database.read() as session:
        return session.get_one(Sample, sample_id).worth


# --- open for longer than the lease


@pytest.fixture
def bob(app: Flask) -> FlaskClient:
    """A second operator."""
    client = app.test_client()
    Auth(client).login()
    return client


def end_leases(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Claim).values(expires_at=utc_now() - datetime.timedelta(seconds=1)))


def decide(client: FlaskClient, *decisions: dict) -> None:
    headers = {"X-CSRFToken": client.get("/review/token").get_json()["csrf"]}
    decisions = [{"cause": "bobs-cause", **decision} for decision in decisions]
    reply = client.post("/review/decisions", json={"decisions": decisions}, headers=headers)
    assert reply.get_json()["saved"] == len(decisions)


def acts(database: Database, sample_id: int) -> list[str]:
    with database.read() as session:
        found = select(LabelEvent.act).where(LabelEvent.sample_id == sample_id)
        return [act.value for act in session.scalars(found.order_by(LabelEvent.id))]


def test_what_others_have_decided_meanwhile_stands(
    operator: FlaskClient, bob: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    end_leases(database)
    decide(bob, {"sample": sevens[0], "label": 1}, {"sample": sevens[1], "flag": True})
    response = post(operator, page, shown=sevens, wrong=[sevens[0], sevens[2]])
    assert labels(database, sevens) == [1, None, None, 7]
    assert acts(database, sevens[0]) == ["label"], "a click casts no doubt on it either"
    assert acts(database, sevens[1]) == ["flag"]
    page = operator.get(response.location).text
    assert "1 accepted as 7. 1 you clicked: they come first in the review. 2 left out" in page


def test_what_another_operator_has_on_the_screen_stays_there(
    operator: FlaskClient, bob: FlaskClient, database: Database, sevens: list[int]
):
    page = operator.get("/grid?digit=7").text
    end_leases(database)
    theirs = re.search(r'name="sample" value="(\d+)"', bob.get("/review?predicted=7").text)
    response = post(operator, page, shown=sevens)
    expected = [None if sample_id == int(theirs[1]) else 7 for sample_id in sevens]
    assert labels(database, sevens) == expected
    page = operator.get(response.location).text
    assert "3 accepted as 7. 1 left out: decided meanwhile, or on somebody else&#39;s" in page
    decide(bob, {"sample": int(theirs[1]), "label": 1})
    assert labels(database, [int(theirs[1])]) == [1]
