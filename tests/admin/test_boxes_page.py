import re

import pytest
from flask.testing import FlaskClient

from model.database import Database
from model.recognizer import Recognizer
from model.samples import find_kept_photo
from tests.filling import Store, drawn_photo

NAMES = ("csrf_token", "cause")
PHOTO = drawn_photo("12", size=(320, 240))


@pytest.fixture
def box(store: Store, recognizer: Recognizer) -> dict[str, int]:
    """Where something stands in a stored photo of which the bot kept no digit."""
    store.photo(store.contributor(5), [], PHOTO)
    return dict(zip(("x0", "y0", "x1", "y1"), recognizer.read(PHOTO).digits[0].box, strict=True))


def add(client: FlaskClient, box: dict, **headers: str):
    page = client.get("/photos/1").text
    token = re.search('name="csrf_token" value="([^"]*)"', page)[1]
    return client.post("/photos/1/boxes", data={"csrf_token": token, **box}, headers=headers)


def test_a_drawn_box_becomes_a_sample(operator: FlaskClient, box: dict, database: Database):
    assert "The reader found no digit here." in operator.get("/photos/1").text
    response = add(operator, box)
    assert response.location == "/photos/1#sample-1"
    page = operator.get("/photos/1").text
    assert page.count('<rect class="box" data-sample="1"') == 1
    assert 'href="/samples/1"' in page
    assert operator.get("/samples/1.png").status_code == 200
    assert add(operator, box, Accept="application/json").get_json()["sample"] == 1
    with database.read() as session:
        assert len(find_kept_photo(session, 1).samples) == 1
    assert 'href="/photos/1#sample-1"' in operator.get("/samples/1").text


def test_a_drawn_box_is_deleted_and_brought_back(operator: FlaskClient, box: dict, store: Store):
    add(operator, box)
    (found,) = store.photo(1, [4])
    page = operator.get("/photos/1").text
    data = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in NAMES}
    assert operator.post("/samples/1/remove", data=data | {"cause": "-"}).status_code == 400
    assert operator.post("/samples/1/remove", data=data).location == "/photos/1"
    page = operator.get("/photos/1").text
    assert "The box is deleted. Undo brings it back." in page
    assert "data-sample" not in page
    assert operator.get("/samples/1.png").status_code == 404
    assert operator.post("/review/undo", data=data).location == "/review?on=1&sample=1"
    page = operator.get("/samples/1").text
    assert "box drawn" in page
    assert "box deleted" in page
    assert operator.post(f"/samples/{found}/remove", data=data).status_code == 422


def test_undoing_a_drawn_box_is_told(operator: FlaskClient, box: dict):
    add(operator, box)
    token = re.search('name="csrf_token" value="([^"]*)"', operator.get("/photos/1").text)[1]
    location = operator.post("/review/undo", data={"csrf_token": token}).location
    assert location == "/review?on=1"
    assert "the box that you drew is gone" in operator.get(location).text


def test_an_empty_box_is_told(operator: FlaskClient, box: dict):
    empty = {"x0": 1, "y0": 1, "x1": 20, "y1": 20}
    add(operator, empty)
    assert "There is no ink in that box" in operator.get("/photos/1").text
    response = add(operator, empty, Accept="application/json")
    assert response.status_code == 422
    assert "no ink" in response.get_json()["error"]


@pytest.mark.parametrize(
    "change", [{"x0": "x"}, {"x0": -1}, {"x1": 0}, {"y1": 1e99}, {"y0": "nan"}, {"x1": 2**40}]
)
def test_refuses_what_is_no_box(operator: FlaskClient, box: dict, change: dict):
    assert add(operator, {**box, **change}).status_code == 400


def test_a_photo_that_is_not_there(operator: FlaskClient):
    assert operator.get("/photos/9").status_code == 404
    assert operator.get("/photos/99999999999999999999").status_code == 404
