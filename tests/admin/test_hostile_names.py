"""Every page over rows with hostile names, wherever a name can stand: each is only ever text."""

import json
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin import create_app
from model.boxes import add_box
from model.database import Database, utc_now
from model.decisions import flag
from model.labels import label_sample
from model.limits import block, count_message
from model.recognizer import Recognizer
from model.samples import PhotoKey, find_kept_photo, find_kept_sample, store_photo
from model.settings import Settings
from model.sources import NO_BOT
from model.tables import (
    Contributor,
    Labeller,
    Retraining,
    RunState,
    WeightsFile,
    Which,
)
from model.versions import freeze_version
from tests.admin.auth import PASSWORD, Auth
from tests.filling import Store, drawn_photo, made_reading, set_aside


def hostile(what: str) -> str:
    """Return a name that ends SQL's strings and HTML's attributes, and runs from right to left."""
    return f"'\" onload=x><img src=x onerror={what}()>\u202e;DROP TABLE samples--"


PERSON, SOURCE, WEIGHTS = hostile("person"), hostile("source"), hostile("weights")

PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "overview.show": {"/": ("person",)},
    "agreement.show": {"/agreement": ()},
    "review.show": {
        "/review": ("person", "source", "weights"),
        "/review?status=flagged": ("person", "source", "weights"),
        f"/review?source={quote(SOURCE)}": ("person", "source", "weights"),
    },
    "review.send_next": {"/review/next": ("person",)},
    "grid.show": {"/grid?digit=7": ()},
    "samples.page": {
        "/samples": ("person", "source", "weights"),
        "/samples?label=10": ("person", "source", "weights"),
        f"/samples?source={quote(SOURCE)}&weights={quote(WEIGHTS)}": ("person", "source"),
        f"/samples?weights={quote(hostile('asked'))}": ("asked",),
    },
    "samples.show": {"/samples/1": ("person",), "/samples/6": ("person", "weights")},
    "boxes.show": {"/photos/1": ("person",)},
    "export.show": {"/export?which=all": ("source",)},
    "weights.show": {"/weights": ("recipe", "step")},
    "weights.one": {"/weights/fingerprint": ("data",)},
    "weights.retraining": {"/weights/retrainings/1": ("step",)},
    "people.show": {"/people": ("person", "blocked", "busy")},
    "aside.show": {"/aside": ("error",)},
    "privacy.show": {"/privacy": ("developer",)},
    "try_it.show": {"/try": ()},
}
"""Each page with the names that must stand in it: without such a row it would prove nothing."""

NO_PAGES = {
    "static", "login.show", "health.show", "metrics.show", "review.send_token", "samples.picture",
    "samples.photo", "samples.way", "export.download",
}  # fmt: skip
"""What sends pictures, files and numbers; the login knows no name."""


class Elements(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def named(database: Database, store: Store) -> None:
    """Rows with a hostile name in every list that shows one."""
    person = store.contributor(5, name=PERSON)
    one, two, three = store.photo(person, [7, 3, 7])
    imported = store.contributor(6, name=PERSON)
    store.contributor(7, name=hostile("blocked"))
    store.contributor(8, name=hostile("busy"))
    with database.write() as session:
        contributor = session.get_one(Contributor, imported)
        contributor.bot_id, contributor.source = NO_BOT, SOURCE
        store_photo(
            session, PhotoKey(1, 6, 99), contributor, drawn_photo(), made_reading([7, 7]), WEIGHTS
        )
        for sample_id, label, who in (
            (one, 10, Labeller.SENDER),
            (one, 10, Labeller.OPERATOR),
            (three, 1, Labeller.SENDER),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)
        flag(session, find_kept_sample(session, two), True, "aside", "ada")
        add_box(
            session,
            find_kept_photo(session, 1),
            made_reading([1, 1, 1, 1]).digits[3],
            WEIGHTS,
            "ada",
        )
        block(session, 1, 7)
        count_message(session, 1, 8, utc_now())
        add_wheel(session)


def add_wheel(session: Session) -> None:
    """Add a version, weights whose card was written elsewhere, and what failed."""
    freeze_version(session, Which.ALL)
    card = {
        "recipe": {"name": hostile("recipe")},
        "data": [{"source": hostile("data"), "images": 1, "fingerprint": "d"}],
    }
    session.add_all(
        [
            WeightsFile(fingerprint="fingerprint", card=json.dumps(card), content=b""),
            Retraining(state=RunState.FAILED, step=hostile("step")),
            set_aside(error=hostile("error")),
        ]
    )  # fmt: skip


@pytest.fixture
def client(database: Database, recognizer: Recognizer) -> FlaskClient:
    """A client that is logged in, where the developer has a hostile name, too."""
    settings = Settings(admin_password=PASSWORD, developer_info=hostile("developer"))
    client = create_app(settings, database, recognizer).test_client()
    Auth(client).login()
    return client


def test_every_page_is_listed(app: Flask):
    rules = [rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert sorted({*rules}) == sorted({*PAGES, *NO_PAGES})


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("path", "names"), [page for paths in PAGES.values() for page in paths.items()]
)
def test_a_name_is_only_ever_text(client: FlaskClient, path: str, names: tuple[str, ...]):
    answer = client.get(path)
    assert answer.status_code == 200
    for name in names:
        assert f"onerror={name}()" in answer.text, f"no row of {path} has the name of a {name}"
    if answer.mimetype == "text/html":
        for tag, attributes in Elements(answer.text).found:
            assert attributes.get("src") != "x", tag
            assert not any(name.startswith("on") for name in attributes), tag
