import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from admin.review import crop_around
from model.database import Database
from model.review import find_kept_sample
from model.samples import label_sample
from model.tables import NOT_A_DIGIT, Consent, LabelEvent, Labeller, Photo, Sample
from tests.admin.auth import Auth
from tests.filling import Store

CAUSE = "0123456789abcdef"


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Three samples of one photo, to be reviewed."""
    return store.photo(store.contributor(5), [1, 2, 3])


def field(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


def decide(client: FlaskClient, page: str, label: int):
    data = {name: field(page, name) for name in ("csrf_token", "sample", "cause")}
    return client.post("/review", data={**data, "label": str(label)})


def save(client: FlaskClient, decisions: object, token: str | None = None):
    token = token or client.get("/review/next").get_json()["csrf"]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post("/review/decisions", json={"decisions": decisions}, headers=headers)


def standing(database: Database) -> dict[int, tuple[int | None, Labeller | None]]:
    with database.read() as session:
        found = session.execute(select(Sample.id, Sample.label, Sample.labelled_by))
        return {sample_id: (label, by) for sample_id, label, by in found}


def test_shows_the_oldest_that_waits(operator: FlaskClient, ids: list[int]):
    page = operator.get("/review").text
    assert field(page, "sample") == str(ids[0])
    assert f'src="/samples/{ids[0]}.png"' in page
    assert "3 left" in page
    assert "1, as the network read" in page


def test_a_sample_asked_for_comes_first(operator: FlaskClient, ids: list[int]):
    assert field(operator.get(f"/review?sample={ids[1]}").text, "sample") == str(ids[1])


def test_enter_accepts_what_the_sender_says(
    operator: FlaskClient, database: Database, ids: list[int]
):
    with database.write() as session:
        label_sample(session, find_kept_sample(session, ids[0]), 9, Labeller.SENDER)
        label_sample(session, find_kept_sample(session, ids[1]), NOT_A_DIGIT, Labeller.SENDER)
    page = operator.get("/review").text
    assert "9, as the sender says" in page
    cards = operator.get("/review/next").get_json()["samples"]
    assert [card["accepts"] for card in cards] == [9, NOT_A_DIGIT, 3]
    assert [card["sender"] for card in cards] == [9, NOT_A_DIGIT, None]
    page = operator.get(f"/review?after={ids[0]}").text
    assert "not a digit, as the sender says" in page


def test_a_card_holds_what_the_page_shows(operator: FlaskClient, ids: list[int]):
    answer = operator.get(f"/review/next?after={ids[0]}").get_json()
    assert answer["left"] == 3
    card, _ = answer["samples"]
    assert card["id"] == ids[1]
    assert card["box"] == [130, 60, 60, 100]
    assert card["predicted"] == 2
    assert card["confidence"] == pytest.approx(0.9)
    assert sum(card["probabilities"]) == pytest.approx(1)
    assert (card["width"], card["height"]) == (320, 240)
    assert operator.get(card["image"]).mimetype == "image/png"
    assert operator.get(card["photo"]).mimetype == "image/jpeg"
    assert operator.get(card["page"]).status_code == 200


def test_the_form_works_without_scripts(operator: FlaskClient, database: Database, ids: list[int]):
    for label in (7, NOT_A_DIGIT, 3):
        page = operator.get("/review").text
        assert decide(operator, page, label).status_code == 302
    by = Labeller.OPERATOR
    assert standing(database) == {ids[0]: (7, by), ids[1]: (NOT_A_DIGIT, by), ids[2]: (3, by)}
    page = operator.get("/review").text
    assert "Everything is reviewed" in page
    token = {"csrf_token": field(page, "csrf_token")}
    for sample_id in reversed(ids):
        response = operator.post("/review/undo", data=token, follow_redirects=True)
        assert field(response.text, "sample") == str(sample_id)
        assert standing(database)[sample_id] == (None, None)
    response = operator.post("/review/undo", data=token, follow_redirects=True)
    assert "nothing to undo" in response.text


def test_skipping_goes_on_and_comes_back(operator: FlaskClient, ids: list[int]):
    page = operator.get("/review").text
    skip = re.search(r'id="skip" href="([^"]*)"', page)[1]
    assert field(operator.get(skip).text, "sample") == str(ids[1])
    end = operator.get(f"/review?after={ids[2]}").text
    assert "What you skipped still waits." in end


def test_saves_decisions_in_their_order(operator: FlaskClient, database: Database, ids: list[int]):
    response = save(
        operator,
        [
            {"sample": ids[0], "cause": f"{CAUSE}1", "label": 7},
            {"sample": ids[1], "cause": f"{CAUSE}2", "label": NOT_A_DIGIT},
            {"sample": ids[0], "cause": f"{CAUSE}1", "label": None},
            {"sample": ids[0], "cause": f"{CAUSE}3", "label": 4},
        ],
    )
    assert response.get_json() == {"saved": 4, "gone": []}
    by = Labeller.OPERATOR
    assert standing(database) == {ids[0]: (4, by), ids[1]: (NOT_A_DIGIT, by), ids[2]: (None, None)}


def test_sending_again_changes_nothing(operator: FlaskClient, database: Database, ids: list[int]):
    decisions = [{"sample": ids[0], "cause": CAUSE, "label": 7}]
    for _ in range(3):
        assert save(operator, decisions).status_code == 200
    undoing = [{"sample": ids[0], "cause": CAUSE, "label": None}]
    assert save(operator, undoing).status_code == 200
    assert save(operator, decisions).status_code == 200  # a retry that was late
    with database.read() as session:
        assert len(session.scalars(select(LabelEvent)).all()) == 1
    assert standing(database)[ids[0]] == (None, None)


def test_samples_that_are_gone_are_told(operator: FlaskClient, database: Database, ids: list[int]):
    with database.write() as session:
        session.execute(delete(Photo))
    response = save(operator, [{"sample": ids[0], "cause": CAUSE, "label": 7}])
    assert response.get_json() == {"saved": 0, "gone": [ids[0]]}


def test_nobody_labels_what_is_not_consented_to(
    operator: FlaskClient, store: Store, database: Database
):
    (pending,) = store.photo(store.contributor(6, Consent.ASKED), [7])
    assert operator.get("/review/next").get_json()["samples"] == []
    response = save(operator, [{"sample": pending, "cause": CAUSE, "label": 7}])
    assert response.get_json()["gone"] == [pending]
    assert operator.get(f"/samples/{pending}").status_code == 404
    assert operator.get(f"/samples/{pending}.png").status_code == 404
    assert operator.get("/photos/1.jpg").status_code == 404


@pytest.mark.parametrize(
    "decisions",
    [
        None,
        "label",
        [1],
        [{}],
        [{"sample": 1, "cause": CAUSE}],
        [{"sample": 1, "cause": CAUSE, "label": 11}],
        [{"sample": 1, "cause": CAUSE, "label": -1}],
        [{"sample": 1, "cause": CAUSE, "label": "7"}],
        [{"sample": 1, "cause": CAUSE, "label": True}],
        [{"sample": 1, "cause": CAUSE, "label": 1.5}],
        [{"sample": "1", "cause": CAUSE, "label": 7}],
        [{"sample": 0, "cause": CAUSE, "label": 7}],
        [{"sample": 2**63, "cause": CAUSE, "label": 7}],
        [{"sample": 1, "cause": "short", "label": 7}],
        [{"sample": 1, "cause": "inbox:123456", "label": 7}],
        [{"sample": 1, "cause": 5, "label": 7}],
        [{"sample": 1, "cause": CAUSE, "label": 7}, {}],
        [{"sample": 1, "cause": CAUSE, "label": 7}] * 101,
    ],
)
def test_refuses_what_is_no_decision(
    operator: FlaskClient, database: Database, ids: list[int], decisions: object
):
    response = save(operator, decisions)
    assert response.status_code == 422
    assert response.get_json()["error"]
    assert standing(database)[ids[0]] == (None, None)


@pytest.mark.parametrize(
    "change", [{"label": "11"}, {"label": "x"}, {"cause": "!"}, {"sample": " "}]
)
def test_refuses_a_form_that_is_no_decision(
    operator: FlaskClient, ids: list[int], change: dict[str, str]
):
    token = field(operator.get("/review").text, "csrf_token")
    data = {"csrf_token": token, "sample": str(ids[0]), "cause": CAUSE, "label": "1"} | change
    assert operator.post("/review", data=data).status_code == 400


def test_two_operators_lose_nothing_and_undo_only_their_own(
    app: Flask, database: Database, ids: list[int]
):
    clients = [app.test_client(), app.test_client()]
    for client in clients:
        Auth(client).login()
    tokens = [client.get("/review/next").get_json()["csrf"] for client in clients]

    def work(number: int) -> None:
        for round_ in range(4):
            for sample_id in ids:
                cause = f"{CAUSE}-{number}-{round_}"
                decision = {"sample": sample_id, "cause": cause, "label": number}
                assert save(clients[number], [decision], tokens[number]).status_code == 200

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        events = session.scalars(select(LabelEvent).order_by(LabelEvent.id)).all()
        assert len(events) == 2 * 4 * len(ids)
        assert all(event.undone_at is None for event in events)
    for round_ in range(4):
        for sample_id in ids:
            undoing = {"sample": sample_id, "cause": f"{CAUSE}-1-{round_}", "label": None}
            save(clients[1], [undoing], tokens[1])
    assert {label for label, _ in standing(database).values()} == {0}


def test_the_crop_is_around_the_digit_and_inside_the_photo_if_it_fits():
    sample = Sample(x0=60, y0=60, x1=120, y1=160)
    sample.photo = Photo(width=1000, height=220)
    assert crop_around(sample) == [0, 10, 200, 200]
    sample.photo = Photo(width=1000, height=100)
    assert crop_around(sample) == [0, -50, 200, 200]
    sample.x0, sample.x1 = 940, 1000
    assert crop_around(sample)[0] == 800
