"""Weights that no retraining has judged: the shipped ones, as everybody has them first."""

import json

import pytest

from model.database import Database
from model.promotions import find_weights, keep_weights, read_network
from model.retraining import measuring
from model.retraining.judging import score_on
from model.retraining.measuring import measure
from model.settings import Settings
from model.tables import Split
from model.versions import freeze_version
from tests.filling import Store
from tests.model.retraining.hands import correct
from tests.model.test_promotions import made_weights

SETTINGS = Settings()


@pytest.fixture
def two(database: Database) -> list[str]:
    """Two weights files that nobody has judged."""
    with database.write() as session:
        return [keep_weights(session, made_weights(seed)).fingerprint for seed in (1, 2)]


def scores_of(database: Database, fingerprint: str) -> dict[str, dict[str, object]]:
    with database.read() as session:
        found: dict[str, dict[str, object]] = json.loads(find_weights(session, fingerprint).scores)
    return found


def test_weights_are_judged_once_on_the_old_digits(database: Database, two: list[str]):
    assert measure(database, SETTINGS) == 2
    for seed, fingerprint in zip((1, 2), two, strict=True):
        scores = scores_of(database, fingerprint)
        network = read_network(made_weights(seed))
        assert scores == {"mnist": score_on(network, measuring.old_digits(SETTINGS).test)}
        assert scores["mnist"]["n"] == 1500
    assert measure(database, SETTINGS) == 0


def test_and_on_collected_samples_as_soon_as_a_version_holds_testers(
    database: Database, store: Store, two: list[str]
):
    correct(database, store, Split.TRAIN, 1, 2)
    with database.write() as session:
        freeze_version(session)
    measure(database, SETTINGS)
    assert "test" not in scores_of(database, two[0])
    correct(database, store, Split.TEST, 2, 3)
    with database.write() as session:
        freeze_version(session)
    assert measure(database, SETTINGS) == 2
    scores = scores_of(database, two[0])
    assert (scores["test"]["n"], scores["test"]["version"]) == (9, 2)
    assert scores["mnist"]["n"] == 1500
    assert measure(database, SETTINGS) == 0


def test_what_a_retraining_has_stored_meanwhile_stands(
    database: Database, two: list[str], monkeypatch: pytest.MonkeyPatch
):
    theirs = [{"mnist": {"n": 7}, "test": {"n": 8}}]

    def judged_elsewhere(*given):
        while theirs:  # just once, as the first is being judged here
            with database.write() as session:
                find_weights(session, two[0]).scores = json.dumps(theirs.pop())
        return score_on(*given)

    monkeypatch.setattr(measuring, "score_on", judged_elsewhere)
    measure(database, SETTINGS)
    assert scores_of(database, two[0]) == {"mnist": {"n": 7}, "test": {"n": 8}}
    assert scores_of(database, two[1])["mnist"]["n"] == 1500


def test_one_that_is_cut_short_leaves_what_is_done_and_is_done_again(
    database: Database, two: list[str]
):
    asked: list[int] = []

    def after_one() -> bool:
        asked.append(len(asked))
        return len(asked) > 1

    assert measure(database, SETTINGS, after_one) == 1
    assert [bool(scores_of(database, each)) for each in two] == [True, False]
    assert measure(database, SETTINGS) == 1
