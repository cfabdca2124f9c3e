"""What Prometheus is told, read back with its own parser."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import inbox
from model.database import Database
from model.metrics import FAULTS, PHOTOS, expose, is_watcher

Found = dict[tuple[str, str], float]


def read(database: Database) -> Found:
    """Return every value by the sample's name and the value of its first label."""
    families = text_string_to_metric_families(expose(database).decode())
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, next(iter(s.labels.values()), "")): s.value for s in samples}


def test_what_is_counted_is_told(database: Database) -> None:
    before = read(database)
    PHOTOS.inc()
    FAULTS.labels("TimedOut").inc(2)
    after = read(database)
    key = "digitbot_photos_total", ""
    assert after[key] - before[key] == 1
    key = "digitbot_faults_total", "TimedOut"
    assert after[key] - before.get(key, 0) == 2


def test_the_queue_is_read_in_the_database_whoever_filled_it(database: Database) -> None:
    assert read(database)["digitbot_inbox", "waiting"] == 0
    assert read(database)["digitbot_inbox_oldest_seconds", ""] == 0
    with database.write() as session:
        updates = [{"update_id": n, "message": {"chat": {"id": n}}} for n in range(4)]
        places = inbox.store(session, 1, updates)
        inbox.fail(session, places[0].row_id, "error", allowed=1)
        inbox.finish(session, places[1].row_id)
    found = read(database)
    assert found["digitbot_inbox", "waiting"] == 2
    assert found["digitbot_inbox", "aside"] == 1
    assert 0 < found["digitbot_inbox_oldest_seconds", ""] < 60
    assert found["digitbot_database_up", ""] == 1


def test_without_a_database_the_rest_is_still_told(database: Database) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE inbox")
    found = read(database)
    assert found["digitbot_database_up", ""] == 0
    assert ("digitbot_photos_total", "") in found


@pytest.mark.parametrize(
    ("authorization", "token", "let_in"),
    [
        ("Bearer secret", "secret", True),
        ("Bearer secret2", "secret", False),
        ("Bearer ü", "secret", False),
        ("secret", "secret", False),
        ("", "secret", False),
        ("Bearer None", None, False),
    ],
)
def test_only_the_token_lets_in(authorization: str, token: str | None, let_in: bool) -> None:
    assert is_watcher(authorization, token) is let_in
