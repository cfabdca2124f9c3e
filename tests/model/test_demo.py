import json
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, select

from model import demo, suspicion
from model.aside import list_aside
from model.database import Database, utc_now
from model.demo import fill
from model.demo.school import PUPILS, SOURCE
from model.people import blocked_people
from model.promotions import list_promotions, list_weights, promoted
from model.recognizer import Recognizer
from model.retraining import rows
from model.settings import Settings
from model.sources import list_imported
from model.tables import Contributor, LabelEvent, RunState, Sample
from model.versions import find_version


@pytest.fixture(scope="module")
def reader() -> Recognizer:
    return Recognizer.load(Settings().weights)


def count(database: Database, *which: ColumnElement[bool]) -> int:
    with database.read() as session:
        query = select(func.count()).select_from(Sample).where(Sample.removed_at.is_(None), *which)
        return session.scalar(query) or 0


def test_an_empty_database_is_filled(
    database: Database, reader: Recognizer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "STEPS", 60)
    monkeypatch.setattr(suspicion, "FEWEST", 50)  # else it would take a minute to fill
    told: list[int] = []
    fill(database, reader, Path(Settings().weights).read_bytes(), 12, told.append)
    sent, samples = count(database, Sample.source != SOURCE), count(database)
    assert sum(told) == sent >= 6
    assert samples - sent == 10 * len(PUPILS)
    assert count(database, Sample.label == Sample.predicted) > samples / 3  # the truth is found
    assert count(database, Sample.flagged_at.is_not(None)) == 3
    assert count(database, Sample.suspicion.is_not(None)) >= 60
    with database.read() as session:
        assert (session.scalar(select(func.count()).select_from(LabelEvent)) or 0) > 0
        assert len(session.scalars(select(Contributor)).all()) > len(PUPILS)
        assert promoted(session) == reader.weights
        assert find_version(session).samples > 0
        assert {update.kind for update in list_aside(session)} == {
            "a photo", "a file", "a press of a button",
        }  # fmt: skip
        assert blocked_people(session, utc_now())
        assert [imported.source for imported in list_imported(session)] == [SOURCE]
    check_the_wheel(database)


def check_the_wheel(database: Database) -> None:
    """Fail unless a retraining was learned, judged and shown beside the weights in use."""
    with database.read() as session:
        in_use, made, first = list_weights(session)
        (run,) = rows.list_retrainings(session)
        assert (run.state, run.weights_id) == (RunState.DONE, made.id)
        assert len(rows.list_epochs(session, run.id)) == run.epochs
        assert made.parent == first.fingerprint
        promotions = [fingerprint for _, fingerprint in list_promotions(session)]
        assert promotions == [in_use.fingerprint, first.fingerprint]
        for weights in (in_use, made, first):
            scores = json.loads(weights.scores)
            assert (scores["mnist"]["n"], scores["test"]["n"] > 0) == (1500, True)
        against = json.loads(made.scores)["against"]
    assert against["mnist"]["changed"] > 0
