import json
import re
from dataclasses import replace

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin import create_app
from model.database import Database
from model.network import Network
from model.promotions import find_weights, keep_weights, promoted, write_network
from model.recognizer import Recognizer
from model.retraining import rows
from model.retraining.judging import score
from model.retraining.learning import Lap
from model.retraining.run import carry_out
from model.retraining.start import enter_retraining
from model.settings import Settings
from model.tables import RunState, Split
from model.versions import freeze_version
from tests.admin.auth import PASSWORD, Auth
from tests.filling import Store
from tests.model.retraining.hands import correct, settings_for
from tests.model.test_promotions import made_weights
from tests.patience import wait_until


@pytest.fixture
def two(database: Database) -> list[str]:
    with database.write() as session:
        return [keep_weights(session, made_weights(seed)).fingerprint for seed in (1, 2)]


def press(operator: FlaskClient, path: str, **form: str) -> str:
    data = {"csrf_token": Auth(operator).token(), **form}
    return operator.post(path, data=data, follow_redirects=True).text


def test_weights_are_promoted_and_rolled_back(
    operator: FlaskClient, database: Database, two: list[str]
):
    assert "Roll back" not in operator.get("/weights").text
    for fingerprint in two:
        assert f"The weights {fingerprint} are now in use." in press(
            operator, f"/weights/{fingerprint}/promote"
        )
    page = press(operator, "/weights/rollback")
    assert "The weights used before are in use again." in page
    assert "undone" in page
    with database.read() as session:
        assert promoted(session) == two[0]
    press(operator, "/weights/rollback")
    assert "No promotion stands." in press(operator, "/weights/rollback")


def test_a_retraining_is_started_watched_and_cancelled(
    database: Database, store: Store, recognizer: Recognizer, tmp_path
):
    correct(database, store, Split.TRAIN, 1, 8)
    correct(database, store, Split.TEST, 2, 3)
    settings = settings_for(database, tmp_path, admin_password=PASSWORD)
    client = create_app(settings, database, recognizer).test_client()
    Auth(client).login()
    answer = client.post("/weights/retrain", data={"csrf_token": Auth(client).token()})
    assert answer.headers["Location"] == "/weights/retrainings/1"
    page = client.get("/weights/retrainings/1").text
    assert 'data-state="running"' in page
    assert "live.js" in page
    again = client.post("/weights/retrain", data={"csrf_token": Auth(client).token()})
    assert again.headers["Location"] == "/weights"
    assert "A retraining runs: watch it" in client.get("/weights").text
    press(client, "/weights/retrainings/1/cancel")
    wait_until(lambda: 'data-state="running"' not in client.get("/weights/retrainings/1").text)
    assert "nothing of it is kept" in client.get("/weights/retrainings/1").text


def test_the_card_of_a_candidate(
    operator: FlaskClient, database: Database, store: Store, tmp_path, monkeypatch
):
    monkeypatch.setattr("model.retraining.keeping.PARTS", (1.0,))
    correct(database, store, Split.TRAIN, 1, 8)
    tested = correct(database, store, Split.TEST, 2, 3)
    carry_out(settings_for(database, tmp_path), enter_retraining(database))
    page = operator.get("/weights/retrainings/1").text
    link = re.search(r"/weights/([0-9a-f]{16})", page)
    assert link is not None
    card = operator.get(link[0]).text
    assert "24 samples of version 1" in card
    assert "McNemar" in card
    assert card.count('class="matrix"') == 2
    for sample in tested:
        assert f'href="/samples/{sample}"' in card
    assert "better" in card
    base = re.search(r"starting from <a href=\"(/weights/[0-9a-f]{16})\"", card)
    assert base is not None
    assert "Against the weights it comes from" not in operator.get(base[1]).text


def test_a_card_says_when_how_long_and_how_good_by_digit(operator: FlaskClient, database: Database):
    facts = {"made": "2026-02-03T04:05:06+00:00", "seconds": 61.4}
    network = Network.create((784, 4, 11), rng=np.random.default_rng(1))
    answers, sure = np.array([3, 8, 7, 7]), np.array([0.97, 0.55, 0.999, 0.97])
    with database.write() as session:
        weights = keep_weights(session, write_network(replace(network, card=facts)))
        weights.scores = json.dumps({"mnist": score(np.array([3, 3, 7, 7]), answers, sure)})
        address = f"/weights/{weights.fingerprint}"
    card = operator.get(address).text
    assert "<dd>2026-02-03 04:05 UTC, in 61 s</dd>" in card
    assert re.search("75.00 %</span> of 4 right", card)
    shares = re.findall(r'<th scope="row">(\d)</th>.*?<td>([\d.]+ %)</td></tr>', card, re.DOTALL)
    assert shares == [("3", "50.0 %"), ("7", "100.0 %")]
    assert card.count('role="img" aria-label="Right answers by stated confidence"') == 1
    curve = card.split("The curve as numbers")[1]
    assert "<td>50 to 60 %</td><td>1</td><td>55.0 %</td><td>0.0 %</td>" in curve
    assert "<td>95 to 99 %</td><td>2</td><td>97.0 %</td><td>100.0 %</td>" in curve
    assert "Not measured yet: that is done as soon as a version holds samples of testers" in card
    assert "<small>in use</small>" not in card


def test_a_card_without_scores_says_that_they_come(operator: FlaskClient, two: list[str]):
    assert "Not measured yet: that is being done" in operator.get(f"/weights/{two[0]}").text


def test_what_is_promoted_is_said_to_be_in_use(operator: FlaskClient, two: list[str]):
    address = f"/weights/{two[1]}"
    press(operator, f"{address}/promote")
    wait_until(lambda: "<small>in use</small>" in operator.get(address).text)
    assert f"{address}/promote" not in operator.get(address).text
    assert "<small>in use</small>" not in operator.get(f"/weights/{two[0]}").text
    rows_of = operator.get("/weights").text.split("<tr>")
    assert [two[1] in row for row in rows_of if "<b>in use</b>" in row] == [True]


def test_a_page_of_a_retraining_draws_its_curve(operator: FlaskClient, database: Database):
    with database.write() as session:
        number = rows.begin(session, freeze_version(session).id, 8).id
        for epoch in (1, 2):
            lap = Lap(epoch, 1 / epoch, None, 2.0 * epoch)  # type: ignore[arg-type]  # not stored
            rows.note_lap(session, number, lap, 0.5)
    page = operator.get(f"/weights/retrainings/{number}").text
    assert page.count("<polyline") == 2
    assert "epoch 2 of 8; 12 s left" in page
    with database.write() as session:
        rows.end(session, number, RunState.FAILED, "NothingToLearn: <b>no</b>")
    page = operator.get(f"/weights/retrainings/{number}").text
    assert "&lt;b&gt;no" in page
    assert "retraining.js" not in page


@pytest.mark.parametrize(
    "path", ["/weights/0123456789abcdef", "/weights/0", "/weights/retrainings/9",
             f"/weights/retrainings/{2**64}"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(operator: FlaskClient, path: str, two: list[str]):
    assert operator.get(path).status_code == 404


def test_a_forgotten_sample_is_not_shown_any_more(
    operator: FlaskClient, database: Database, two: list[str]
):
    with database.write() as session:
        weights = find_weights(session, two[1])
        counts = {"n": 1, "before": 0, "after": 1, "gained": 1, "lost": 0, "p": 1.0, "changed": 1}
        against = {"weights": two[0], "changed": [[77, 8, 1, 8]], "test": counts, "mnist": counts}
        weights.scores = json.dumps({"against": against})
    assert "/samples/77" not in operator.get(f"/weights/{two[1]}").text


def test_the_pages_need_a_login(own_app: Flask):
    client = own_app.test_client()
    for path in ("/weights", "/weights/retrainings/1"):
        assert client.get(path).status_code == 302
    assert Settings().auto_promote is False
