import datetime
import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Column, LargeBinary, delete, event

from admin import samples
from model.contributors import forget_contributor
from model.database import Database, utc_now
from model.labels import label_sample, undo_label
from model.limits import block, count_message
from model.originals import drop_originals
from model.promotions import keep_weights, promote, write_network
from model.recognizer import Recognizer
from model.samples import find_kept_sample, pixels_of
from model.sources import NO_BOT
from model.tables import (
    NOT_A_DIGIT,
    Base,
    Claim,
    Consent,
    Contributor,
    Labeller,
    Promotion,
    Retraining,
    RunState,
    Split,
)
from model.versions import freeze_version
from tests.admin.auth import Auth
from tests.filling import Store, drawn_photo, set_aside
from tests.model.test_promotions import made_weights
from tests.patience import wait_until


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li><a href="/samples/(\d+)"', page)]


def token(client: FlaskClient) -> dict[str, str]:
    page = client.get("/samples").text
    return {"csrf_token": re.search('name="csrf_token" value="([^"]*)"', page)[1]}


def older(page: str) -> str | None:
    found = re.search(r'rel="next" href="([^"]*)"', page)
    return found and found[1].replace("&amp;", "&")


def test_pages_go_on_by_key_while_samples_arrive(
    operator: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(samples, "ON_A_PAGE", 2)
    contributor = store.contributor(5)
    stored = store.photo(contributor, [1, 2, 1, 1, 1])
    path: str | None = "/samples?predicted=1"
    found: list[int] = []
    while path:
        page = operator.get(path).text
        found += shown(page)
        path = older(page)
        store.photo(contributor, [1])
    assert found == [stored[4], stored[3], stored[2], stored[0]]


def test_filters_stand_in_the_address_and_the_form(
    operator: FlaskClient, store: Store, database: Database
):
    contributor = store.contributor(5, name="Ada")
    (one,) = store.photo(contributor, [1], confidence=0.95)
    (two,) = store.photo(contributor, [2], confidence=0.7)
    today = utc_now().date()
    yesterday, tomorrow = (today + datetime.timedelta(days=days) for days in (-1, 1))
    with database.write() as session:
        label_sample(session, find_kept_sample(session, one), NOT_A_DIGIT, Labeller.SENDER)
    for query, expected in {
        "label=10": [one],
        "label=3": [],
        "predicted=2": [two],
        "status=by+sender": [one],
        "split=train": [two, one],
        f"contributor={contributor}&status=unlabelled": [two],
        "contributor=77": [],
        "label=&predicted=&status=&split=&contributor=": [two, one],
        "source=telegram": [two, one],
        "source=school": [],
        "weights=fingerprint": [two, one],
        "weights=others": [],
        f"since={today}": [two, one],
        f"since={tomorrow}": [],
        f"until={today}": [two, one],
        f"until={yesterday}": [],
        "least=90": [one],
        "most=89": [two],
        "order=newest": [two, one],
        "order=unsure&least=60": [two, one],
        "order=unsure&predicted=1": [one],
    }.items():
        page = operator.get(f"/samples?{query}").text
        assert shown(page) == expected, query
    page = operator.get(f"/samples?label=10&contributor={contributor}").text
    assert '<option value="10" selected>not a digit</option>' in page
    assert f'<option value="{contributor}" selected>{contributor}: Ada</option>' in page
    assert "No sample fits." in operator.get("/samples?label=3").text


def test_who_has_labelled_is_said_in_words(operator: FlaskClient, store: Store, database: Database):
    """The colour of a line alone would not tell those who can't see it."""
    one, two, three = store.photo(store.contributor(5), [1, 2, 3])
    with database.write() as session:
        label_sample(session, find_kept_sample(session, one), 1, Labeller.SENDER)
        label_sample(session, find_kept_sample(session, two), 2, Labeller.OPERATOR)
    page = operator.get("/samples").text
    assert f'alt="Sample {one}, labelled by its sender"' in page
    assert f'alt="Sample {two}, labelled by an operator"' in page
    assert f'alt="Sample {three}"' in page


LISTS = (
    "/samples", "/samples?order=unsure", "/samples?status=by+sender",
    "/samples?weights=fingerprint", "/review", "/review/next", "/review/next?order=newest",
    "/grid?digit=7", "/people", "/aside", "/export?which=all", "/weights", "/agreement", "/",
)  # fmt: skip

BLOBS = [
    column
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary)
]

SHOWN = {
    "/review": {"probabilities"},
    "/review/next": {"probabilities"},
    "/review/next?order=newest": {"probabilities"},
}
"""The review shows how likely each digit is: 40 bytes of each sample."""


def is_named(column: Column[Any], statement: str) -> bool:
    """Return whether a statement has to do with a column, by whatever name of its table."""
    return re.search(rf"\b{column.name}\b", statement) is not None


def add_rows(database: Database, store: Store, numbers: range) -> None:
    """Add as many of everything as lists show: people, imports, versions, weights, …"""
    for number in numbers:
        person = store.contributor(100 + number)
        (sample_id,) = store.photo(person, [7], confidence=0.9 - number / 100)
        with database.write() as session:
            sample = find_kept_sample(session, sample_id)
            sample.group_id = sample_id
            label_sample(session, sample, 7, Labeller.SENDER)
            label_sample(session, sample, 7, Labeller.OPERATOR)
            undo_label(session, sample, Labeller.OPERATOR)  # it waits again
            if number % 2:
                block(session, 1, 100 + number)
            count_message(session, 1, 100 + number, utc_now())
            weights, version = keep_weights(session, made_weights(number)), freeze_version(session)
            session.add_all([
                Contributor(
                    bot_id=NO_BOT, user_id=number, name="", source=f"school {number}",
                    consent=Consent.YES, split=Split.TRAIN,
                ),
                Promotion(weights_id=weights.id, by="operator", undone_at=utc_now()),
                Retraining(version_id=version.id, weights_id=weights.id, state=RunState.DONE),
                set_aside(number),
            ])  # fmt: skip


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def asked_by_lists(
    client: FlaskClient, database: Database, statements: list[str]
) -> dict[str, int]:
    """Return how many statements each list takes; fails where one reads a blob."""
    counts = {}
    for path in LISTS:
        with database.write() as session:
            session.execute(delete(Claim))  # what one list hands out shall not lack in the next
        statements.clear()
        assert client.get(path).status_code == 200
        read = {column.name for column in BLOBS for said in statements if is_named(column, said)}
        assert read == SHOWN.get(path, set()), path
        counts[path] = len(statements)
    return counts


def test_a_list_reads_no_images_and_asks_no_oftener_for_many_rows_than_for_few(
    operator: FlaskClient,
    store: Store,
    database: Database,
    statements: list[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("model.promotions.LOOK_AGAIN", 0.0)  # else now and then one more
    add_rows(database, store, range(3))
    few = asked_by_lists(operator, database, statements)
    add_rows(database, store, range(3, 60))
    many = asked_by_lists(operator, database, statements)
    assert {path: count for path, count in many.items() if count > few[path]} == {}
    assert all(2 <= count <= 16 for count in few.values()), few


def test_a_sample_shows_everything_about_it(
    operator: FlaskClient, store: Store, database: Database
):
    one, two = store.photo(store.contributor(5, name="Ada"), [4, 2])
    with database.write() as session:
        sample = find_kept_sample(session, one)
        label_sample(session, sample, 9, Labeller.SENDER)
        label_sample(session, sample, 4, Labeller.OPERATOR)
    page = operator.get(f"/samples/{one}").text
    for words in ("Sample 1: 4", "Ada", "the sender", "an operator", "(in use)", "90 %", "train"):
        assert words in page
    assert f'href="/samples/{two}"' in page
    assert page.count('class="box') == 2


def test_relabelling_and_undoing(operator: FlaskClient, store: Store, database: Database):
    (sample_id,) = store.photo(store.contributor(5), [4])
    form = token(operator)
    path = f"/samples/{sample_id}"
    for label in ("7", "10"):
        response = operator.post(f"{path}/label", data={**form, "label": label})
        assert response.location == path
    assert "not a digit" in operator.get(path).text
    operator.post(f"{path}/undo", data=form)
    with database.read() as session:
        sample = find_kept_sample(session, sample_id)
        assert (sample.label, sample.labelled_by) == (7, Labeller.OPERATOR)
        assert [event.undone_at is None for event in sample.events] == [True, False]
    operator.post(f"{path}/undo", data=form)
    response = operator.post(f"{path}/undo", data=form, follow_redirects=True)
    assert "There is nothing to undo." in response.text


@pytest.mark.parametrize("label", ["11", "-1", "", "x", "1.0", "²"])
def test_refuses_what_is_no_label(operator: FlaskClient, store: Store, label: str):
    (sample_id,) = store.photo(store.contributor(5), [4])
    data = {**token(operator), "label": label}
    assert operator.post(f"/samples/{sample_id}/label", data=data).status_code == 400


def test_labelling_what_is_gone(operator: FlaskClient):
    response = operator.post("/samples/9/label", data={**token(operator), "label": "1"})
    assert response.status_code == 404
    assert "There is no sample 9" in response.text


def test_a_thumbnail_is_what_the_network_saw(
    operator: FlaskClient, store: Store, database: Database
):
    (sample_id,) = store.photo(store.contributor(5), [4])
    response = operator.get(f"/samples/{sample_id}.png")
    assert response.headers["Cache-Control"] == "private, no-cache"
    with Image.open(io.BytesIO(response.data)) as image, database.read() as session:
        assert (np.asarray(image) == pixels_of(find_kept_sample(session, sample_id))).all()


PICTURES = ("/samples/1.png", "/photos/1.jpg", "/photos/1/way.png")


def ask_again(client: FlaskClient, path: str, etag: str) -> int:
    """Return how a browser's question is answered whether its picture may still be shown."""
    response = client.get(path, headers={"If-None-Match": etag})
    assert (response.status_code == 304) == (response.data == b"")
    return response.status_code


@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_that_is_kept_is_asked_for_each_time(
    operator: FlaskClient, store: Store, database: Database, path: str
):
    store.photo(store.contributor(5), [4], drawn_photo("4"))
    first = operator.get(path)
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert len(first.data) == first.content_length > 0
    assert ask_again(operator, path, etag) == 304
    assert ask_again(operator, path, '"another"') == 200
    stranger = operator.application.test_client()
    assert ask_again(stranger, path, etag) == 302
    with database.write() as session:
        forget_contributor(session, 1, 5, 1)
    assert ask_again(operator, path, etag) == 404


def test_the_picture_of_a_deleted_photo_is_another(
    operator: FlaskClient, store: Store, database: Database
):
    store.photo(store.contributor(5), [4])
    etag = operator.get("/photos/1.jpg").headers["ETag"]
    with database.write() as session:
        drop_originals(session, utc_now())
    other = operator.get("/photos/1.jpg", headers={"If-None-Match": etag})
    assert other.status_code == 200
    assert ask_again(operator, "/photos/1.jpg", other.headers["ETag"]) == 304


def test_the_way_is_another_with_other_weights(
    own_app: Flask, store: Store, database: Database, recognizer: Recognizer
):
    operator, path = own_app.test_client(), "/photos/1/way.png"
    Auth(operator).login()
    store.photo(store.contributor(5), [4], drawn_photo("4"))
    etag = operator.get(path).headers["ETag"]
    with database.write() as session:
        promote(session, keep_weights(session, write_network(recognizer.network)))
    wait_until(lambda: ask_again(operator, path, etag) == 200)


def test_a_photo_is_sent_upright_and_without_its_secrets(operator: FlaskClient, store: Store):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    file = io.BytesIO()
    with Image.open(io.BytesIO(drawn_photo(size=(640, 480)))) as image:
        image.save(file, "JPEG", exif=exif)
    store.photo(store.contributor(5), [4], file.getvalue())
    response = operator.get("/photos/1.jpg")
    assert response.headers["Cache-Control"].startswith("private")
    with Image.open(io.BytesIO(response.data)) as image:
        assert image.size == (480, 640)
        assert not image.getexif()
    assert b"taken at home" not in response.data


def test_the_way_of_a_photo_is_drawn(operator: FlaskClient, store: Store):
    (one,) = store.photo(store.contributor(5), [4], drawn_photo("4"))
    page = operator.get(f"/samples/{one}").text
    path = re.search(r'<img src="(/photos/[^"]*)" loading="lazy"', page)[1]
    response = operator.get(path)
    assert response.mimetype == "image/png"
    with Image.open(io.BytesIO(response.data)) as image:
        assert image.width > 800  # two stages side by side
    assert operator.get("/photos/99/way.png").status_code == 404


def test_an_empty_database_says_so(operator: FlaskClient):
    assert "There are no samples yet." in operator.get("/samples").text
    assert "No samples yet" in operator.get("/").text
    assert "Everything is reviewed" in operator.get("/review").text


def test_the_overview_counts(operator: FlaskClient, store: Store, database: Database):
    one, _, _ = store.photo(store.contributor(5), [1, 2, 3])
    assert "samples wait" in operator.get("/").text
    with database.write() as session:
        label_sample(session, find_kept_sample(session, one), 9, Labeller.OPERATOR)
    page = operator.get("/").text
    assert re.search(r'<span class="figure">2</span> samples wait', page)
    assert re.search(r'status=corrected">1</a>', page)
