"""/metrics at the admin page."""

from dataclasses import replace

import pytest

from admin import create_app
from model.database import Database
from model.recognizer import Recognizer
from model.settings import Settings

SETTINGS = Settings(admin_password="swordfish", metrics_token="watcher")


@pytest.mark.parametrize(
    ("token", "authorization", "status"),
    [
        ("watcher", "Bearer watcher", 200),
        ("watcher", "Bearer other", 401),
        ("watcher", "", 401),
        (None, "Bearer watcher", 404),
    ],
)
def test_metrics_are_there_for_who_has_the_token(
    database: Database, recognizer: Recognizer, token: str | None, authorization: str, status: int
) -> None:
    client = create_app(replace(SETTINGS, metrics_token=token), database, recognizer).test_client()
    answer = client.get("/metrics", headers={"Authorization": authorization})
    assert answer.status_code == status
    assert ("digitbot_inbox" in answer.text) == (status == 200)
    if status == 200:
        assert answer.content_type.startswith("text/plain; version=")
