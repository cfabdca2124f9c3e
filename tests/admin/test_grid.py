import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from model.database import Database
from model.tables import Labeller, Sample
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
        post(operator, page, shown=sevens)
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
