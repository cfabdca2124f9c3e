"""The webhook is the same bot: only the way in differs."""

import hmac
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import inbox, shared_inbox
from bot.inbox import Place
from bot.languages import ENGLISH
from bot.shared_inbox import SharedInbox
from bot.webhook import LARGEST_BODY, Webhook, webhook_server
from model.database import Database
from model.tables import InboxUpdate
from tests.bot.chosen_reader import made_photo
from tests.bot.running import RunningBot
from tests.bot_api import BotApi, Sender
from tests.patience import PATIENCE
from tests.ports import free_port

SECRET = "only_Telegram-knows"
UPDATE = {"update_id": 5, "message": {"chat": {"id": 1}}}


@dataclass
class Served:
    port: int
    handed_on: list[Place]

    def post(
        self, body: bytes = json.dumps(UPDATE).encode(), method: str = "POST", **headers: str
    ) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        all_headers = {"Content-Type": "application/json", "secret": SECRET} | headers
        all_headers["X-Telegram-Bot-Api-Secret-Token"] = all_headers.pop("secret")
        try:
            connection.request(method, "/any/path", body, all_headers)
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture
def served(database: Database) -> Iterator[Served]:
    handed_on: list[Place] = []
    port = free_port()
    shared = SharedInbox(database, 1, lease=10, most_open=3)
    webhook = Webhook(shared, SECRET, lambda stored: handed_on.extend(stored.ours), print)
    with webhook_server(webhook, "127.0.0.1", port):
        yield Served(port, handed_on)


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(InboxUpdate)) or 0


def test_an_update_is_stored_handed_on_and_answered_with_200(
    served: Served, database: Database
) -> None:
    assert served.post() == 200
    assert served.handed_on == [Place(1, 1)]
    assert served.post() == 200, "sent again, it is known"
    assert served.handed_on == [Place(1, 1)]
    assert stored(database) == 1


@pytest.mark.parametrize(
    "charset", ["; charset=UTF-8", "; charset=utf-8", ';charset="utf-8"', "; charset=iso-8859-1"]
)
def test_a_charset_in_the_content_type_is_fine(
    served: Served, database: Database, charset: str
) -> None:
    assert served.post(**{"Content-Type": f"application/json{charset}"}) == 200
    assert stored(database) == 1, "and it was stored before that was answered"


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 200), ("wrong", 403), ("", 403)])
def test_every_secret_is_compared_in_constant_time(
    served: Served, monkeypatch: pytest.MonkeyPatch, secret: str, status: int
) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, true: bytes) -> bool:
        compared.append(given)
        return compare_digest(given, true)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert served.post(secret=secret) == status
    assert compared == [secret.encode()]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"secret": "wrong"}, 403),
        ({"secret": ""}, 403),
        ({"secret": "ü"}, 403),
        ({"method": "GET"}, 405),
        ({"Content-Type": "text/html"}, 415),
        ({"body": b"{"}, 400),
        ({"body": b"[1]"}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b"\xff\xfe"}, 400),
        ({"body": b""}, 400),
        ({"Content-Length": str(LARGEST_BODY + 1)}, 413),
    ],
)
def test_what_is_no_update_from_telegram_is_refused(
    served: Served, database: Database, request_: dict[str, Any], status: int
) -> None:
    assert served.post(**request_) == status
    assert stored(database) == 0
    assert served.handed_on == []


def test_what_cannot_be_stored_is_not_acknowledged(
    served: Served, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(database, "write", lambda: 1 / 0)
        assert served.post() == 500
    assert served.post() == 200


def test_the_whole_bot_works_by_webhook(api: BotApi, ann: Sender, stopped_bot: RunningBot) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    api.webhook.content_type = "application/json; charset=utf-8"
    photo = ann.photo(made_photo("7"))
    with stopped_bot.running(webhook_url=url, webhook_secret=SECRET, webhook_port=port):
        answer = ann.wait_answer(to=photo)
        ann.press(answer, "4")
        ann.wait_answer(lambda m: m is answer and ": 4" in m.text)
        assert api.webhook.secret_token == SECRET
    assert api.calls_of("getUpdates") == []
    text = ann.text("hi")
    with stopped_bot.running():  # and back to polling
        ann.wait_answer(lambda m: m.text == ENGLISH.send_a_photo)
    assert text


def test_a_full_inbox_leaves_what_comes_with_telegram(
    served: Served, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_inbox, "LOOK_AGAIN", 0)
    update = {"message": {"chat": {"id": 1}}}
    bodies = [json.dumps(update | {"update_id": number}).encode() for number in range(5)]
    assert [served.post(body) for body in bodies] == [200, 200, 200, 503, 503]
    assert stored(database) == 3
    with database.write() as session:
        inbox.finish(session, 1)
    assert [served.post(body) for body in bodies[3:]] == [200, 503]
