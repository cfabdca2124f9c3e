import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from admin.cards import crop_around
from model.database import Database
from model.labels import label_sample
from model.samples import find_kept_sample
from model.tables import NOT_A_DIGIT, Claim, Consent, LabelEvent, Labeller, Photo, Sample
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
    action = re.search('action="([^"]*)" class="decide"', page)[1].replace("&amp;", "&")
    return client.post(action, data={**data, "label": str(label)})


def save(client: FlaskClient, decisions: object, token: str | None = None):
    token = token or client.get("/review/next").get_json()["csrf"]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post("/review/decisions", json={"decisions": decisions}, headers=headers)


def queue(client: FlaskClient, query: str = "") -> list[dict]:
    """Return the cards that wait, from the start of the queue."""
    client.get("/grid")  # gives back what this operator had
    return client.get(f"/review/next{query}").get_json()["samples"]


def standing(database: Database) -> dict[int, tuple[int | None, Labeller | None]]:
    with database.read() as session:
        found = session.execute(select(Sample.id, Sample.label, Sample.labelled_by))
        return {sample_id: (label, by) for sample_id, label, by in found}


def test_shows_what_waits(operator: FlaskClient, ids: list[int]):
    page = operator.get("/review").text
    assert field(page, "sample") == str(ids[2])
    assert f'src="/samples/{ids[2]}.png"' in page
    assert "3 left" in page
    assert "3, as the network read" in page


def test_a_sample_asked_for_comes_first(operator: FlaskClient, ids: list[int]):
    assert field(operator.get(f"/review?sample={ids[1]}").text, "sample") == str(ids[1])


def test_enter_accepts_what_the_sender_says(
    operator: FlaskClient, database: Database, ids: list[int]
):
    with database.write() as session:
        label_sample(session, find_kept_sample(session, ids[0]), 9, Labeller.SENDER)
        label_sample(session, find_kept_sample(session, ids[1]), NOT_A_DIGIT, Labeller.SENDER)
    assert "9, as the sender says" in operator.get(f"/review?sample={ids[0]}").text
    assert "not a digit, as the sender says" in operator.get(f"/review?sample={ids[1]}").text
    cards = queue(operator)
    assert [card["id"] for card in cards] == [ids[1], ids[0], ids[2]]  # disputed ones first
    assert [card["accepts"] for card in cards] == [NOT_A_DIGIT, 9, 3]
    assert [card["sender"] for card in cards] == [NOT_A_DIGIT, 9, None]


def test_a_card_holds_what_the_page_shows(operator: FlaskClient, ids: list[int]):
    answer = operator.get("/review/next").get_json()
    assert answer["left"] == 3
    card = answer["samples"][1]
    assert card["id"] == ids[1]
    assert card["alike"] == []
    assert card["box"] == [130, 60, 60, 100]
    assert card["predicted"] == 2
    assert card["confidence"] == pytest.approx(0.9)
    assert sum(card["probabilities"]) == pytest.approx(1)
    assert (card["width"], card["height"]) == (320, 240)
    assert operator.get(card["image"]).mimetype == "image/png"
    assert operator.get(card["photo"]).mimetype == "image/jpeg"
    assert operator.get(card["page"]).status_code == 200


def test_where_more_wait_than_are_looked_through_it_is_said(
    operator: FlaskClient, ids: list[int], monkeypatch: pytest.MonkeyPatch
):
    words = "The first 10 000 that wait were looked through."
    assert words not in operator.get("/review?predicted=9").text  # three wait: all were
    monkeypatch.setattr("admin.review.COUNTED", 2)
    assert words in operator.get("/review?predicted=9").text
    assert words not in operator.get("/review").text


def test_the_form_works_without_scripts(operator: FlaskClient, database: Database, ids: list[int]):
    for label in (3, NOT_A_DIGIT, 7):
        page = operator.get("/review").text
        assert decide(operator, page, label).location == "/review?on=1"
    by = Labeller.OPERATOR
    assert standing(database) == {ids[0]: (7, by), ids[1]: (NOT_A_DIGIT, by), ids[2]: (3, by)}
    page = operator.get("/review").text
    assert "Everything is reviewed" in page
    token = {"csrf_token": field(page, "csrf_token")}
    for sample_id in ids:
        response = operator.post("/review/undo", data=token, follow_redirects=True)
        assert field(response.text, "sample") == str(sample_id)
        assert standing(database)[sample_id] == (None, None)
    response = operator.post("/review/undo", data=token, follow_redirects=True)
    assert "nothing to undo" in response.text


def test_skipping_goes_on_and_comes_back(operator: FlaskClient, ids: list[int]):
    page, seen = operator.get("/review").text, []
    for _ in ids:
        seen.append(int(field(page, "sample")))
        skip = re.search(r'id="skip" href="([^"]*)"', page)[1]
        page = operator.get(skip).text
    assert seen == ids[::-1]
    assert "What you skipped still waits" in page
    assert field(operator.get("/review").text, "sample") == str(ids[2])


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
    assert queue(operator) == []
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
        [{"sample": 1, "cause": CAUSE, "label": 1, "flag": True}],
        [{"sample": 1, "cause": CAUSE, "flag": 1}],
        [{"sample": 1, "cause": CAUSE, "remove": False}],
        [{"sample": 1, "cause": CAUSE, "remove": True, "label": 7}],
        [{"sample": 1, "cause": CAUSE, "flag": None}],
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


def test_two_operators_never_see_the_same_sample(app: Flask, ids: list[int]):
    ada, bob = app.test_client(), app.test_client()
    for client in (ada, bob):
        Auth(client).login()
    ours = field(ada.get("/review").text, "sample")
    theirs = [card["id"] for card in bob.get("/review/next").get_json()["samples"]]
    assert sorted([int(ours), *theirs]) == ids
    assert ada.get("/review/next").get_json()["samples"] == []


def test_what_is_looked_at_by_its_number_or_after_undo_is_nobody_elses(
    app: Flask, database: Database, ids: list[int]
):
    ada, bob = app.test_client(), app.test_client()
    for client in (ada, bob):
        Auth(client).login()
    ada.get(f"/review?sample={ids[0]}")
    assert [card["id"] for card in queue(bob)] == [ids[2], ids[1]]
    bob.get("/grid")  # gives back what it had
    save(ada, [{"sample": ids[0], "cause": CAUSE, "label": 3}])
    with database.write() as session:
        session.execute(delete(Claim))  # as when the lease is over
    token = ada.get("/review/token").get_json()["csrf"]
    undone = ada.post("/review/undo", headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert [card["id"] for card in undone.get_json()["samples"]] == [ids[0]]
    assert [card["id"] for card in queue(bob)] == [ids[2], ids[1]]


def test_a_flagged_sample_waits_aside(operator: FlaskClient, database: Database, ids: list[int]):
    decision = {"sample": ids[2], "cause": CAUSE}
    assert save(operator, [{**decision, "flag": True}]).get_json()["saved"] == 1
    assert [card["id"] for card in queue(operator)] == [ids[1], ids[0]]
    assert [card["id"] for card in queue(operator, "?status=flagged")] == [ids[2]]
    save(operator, [{**decision, "cause": CAUSE + "-2", "flag": False}])
    assert len(queue(operator)) == 3
    save(operator, [{**decision, "cause": CAUSE + "-2", "label": None}])  # undone
    assert len(queue(operator)) == 2
    save(operator, [{**decision, "label": None}])
    assert len(queue(operator)) == 3
    page = operator.get("/review").text
    data = {name: field(page, name) for name in ("csrf_token", "sample", "cause")}
    operator.post("/review", data={**data, "flag": "1"})  # the form without scripts
    assert len(queue(operator)) == 2


def test_the_filter_goes_along(operator: FlaskClient, ids: list[int]):
    page = operator.get("/review?predicted=2&most=95").text
    assert field(page, "sample") == str(ids[1])
    assert 'data-next="/review/next?predicted=2&amp;most=95"' in page
    assert decide(operator, page, 2).location == "/review?on=1&predicted=2&most=95"
    assert "No sample fits" in operator.get("/review?predicted=2&most=95").text


def test_undo_goes_back_beyond_what_the_page_remembers(
    operator: FlaskClient, database: Database, ids: list[int]
):
    for number, sample_id in enumerate(ids):
        save(operator, [{"sample": sample_id, "cause": f"{CAUSE}{number}", "label": 5}])
    token = operator.get("/review/token").get_json()["csrf"]
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    for sample_id in ids[::-1]:
        answer = operator.post("/review/undo", headers=headers).get_json()
        assert answer["undone"] == 1
        assert answer["samples"][0]["id"] == sample_id
    assert operator.post("/review/undo", headers=headers).get_json() == {
        "samples": [],
        "undone": 0,
    }
    assert set(standing(database).values()) == {(None, None)}


def test_undo_ends_with_the_login_but_for_the_samples_own_page(
    operator: FlaskClient, auth: Auth, database: Database, ids: list[int]
):
    save(operator, [{"sample": ids[0], "cause": CAUSE, "label": 5}])
    auth.logout()
    auth.login()
    data = {"csrf_token": auth.token()}
    for path in ("/review/undo", "/grid/undo"):
        response = operator.post(path, data=data, follow_redirects=True)
        assert "There is nothing to undo." in response.text
    assert standing(database)[ids[0]] == (5, Labeller.OPERATOR)
    operator.post(f"/samples/{ids[0]}/undo", data=data)
    assert standing(database)[ids[0]] == (None, None)


def test_near_duplicates_are_shown_and_decided_together(
    operator: FlaskClient, store: Store, database: Database, ids: list[int]
):
    (again,) = store.photo(store.contributor(5), [3])
    with database.write() as session:
        alike = update(Sample).where(Sample.id.in_([ids[2], again]))
        session.execute(alike.values(group_id=ids[2]))
    cards = queue(operator)
    assert [card["id"] for card in cards] == ids[::-1]
    assert cards[0]["alike"] == [f"/samples/{again}.png"]
    save(operator, [{"sample": ids[2], "cause": CAUSE, "label": 8}])
    assert standing(database)[again] == (8, Labeller.OPERATOR)
    save(operator, [{"sample": ids[2], "cause": CAUSE, "label": None}])
    assert standing(database)[again] == (None, None)


def test_the_crop_is_around_the_digit_and_inside_the_photo_if_it_fits():
    sample = Sample(x0=60, y0=60, x1=120, y1=160)
    sample.photo = Photo(width=1000, height=220)
    assert crop_around(sample) == [0, 10, 200, 200]
    sample.photo = Photo(width=1000, height=100)
    assert crop_around(sample) == [0, -50, 200, 200]
    sample.x0, sample.x1 = 940, 1000
    assert crop_around(sample)[0] == 800
