"""Where a photo itself has been deleted, every page says so and goes on with its digits."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from admin import create_app
from model.database import Database, utc_now
from model.originals import drop_originals
from model.recognizer import Recognizer
from tests.admin.auth import Auth
from tests.admin.conftest import SETTINGS
from tests.filling import Store

SAID = "The photo itself has been deleted"


@pytest.fixture
def gone(store: Store, database: Database) -> list[int]:
    """The samples of one photo that has been deleted; the other one is here."""
    person = store.contributor(5)
    ids = store.photo(person, [4, 2])
    with database.write() as session:
        drop_originals(session, utc_now())
    store.photo(person, [7])
    return ids


def test_in_its_place_stand_its_digits(operator: FlaskClient, gone: list[int]):
    response = operator.get("/photos/1.jpg")
    assert response.status_code == 200
    sheet = np.asarray(Image.open(io.BytesIO(response.data)).convert("L"))
    assert sheet.shape == (240, 320)
    assert (sheet[60:160, 60:120] < 100).mean() > 0.3, "the first one's box holds ink"
    assert (sheet[60:160, 130:190] < 100).mean() > 0.3, "the second one's too"
    assert sheet[:50].min() > 240, "the rest is paper"


def test_the_pages_say_so_and_offer_no_more_than_there_is(operator: FlaskClient, gone: list[int]):
    for path in (f"/samples/{gone[0]}", "/photos/1"):
        page = operator.get(path).text
        assert SAID in page, path
        for needless in ("/way.png", "Drag over", "A new box", "new box: arrows"):
            assert needless not in page, (path, needless)
    for path in ("/samples/3", "/photos/2"):
        assert SAID not in operator.get(path).text, path
    cards = operator.get("/review/next").get_json()["samples"]
    assert {card["id"]: card["original"] for card in cards} == {1: False, 2: False, 3: True}


@pytest.mark.parametrize(("sample", "hidden"), [(1, ""), (3, " hidden")])
def test_the_review_says_so(operator: FlaskClient, gone: list[int], sample: int, hidden: str):
    page = operator.get(f"/review?sample={sample}").text
    assert f'<span class="no-original"{hidden}>' in page


def test_reading_it_again_is_refused_kindly(operator: FlaskClient, gone: list[int]):
    assert operator.get("/photos/2/way.png").status_code == 200
    token = re.search('name="csrf_token" value="([^"]*)"', operator.get("/photos/1").text)[1]
    box = {"csrf_token": token, "x0": 60, "y0": 60, "x1": 120, "y1": 160}
    for response in (
        operator.get("/photos/1/way.png"),
        operator.post("/photos/1/boxes", data=box),
        operator.post("/photos/1/boxes", data=box, headers={"Accept": "application/json"}),
    ):
        assert response.status_code == 410
        assert "The original of photo 1 has been deleted" in response.text
        assert "Its digits are here" in response.text


def test_the_policy_and_the_exports_say_how_long(database: Database, recognizer: Recognizer):
    for days, words in ((None, "until you say"), (1, "1 day after"), (30, "30 days after")):
        app = create_app(replace(SETTINGS, keep_originals_days=days), database, recognizer)
        client = app.test_client()
        assert words in client.get("/privacy").text
        Auth(client).login()
        page = client.get("/export").text
        assert ("Those older than 30 days have been deleted" in page) == (days == 30)
