import datetime

import pytest
from sqlalchemy import func, select

from model import overview
from model.contributors import forget_contributor
from model.database import Database
from model.labels import label_sample
from model.overview import Overview, count_samples, look_at_versions, names_of
from model.samples import find_kept_sample
from model.tables import NOT_A_DIGIT, Consent, Labeller, Tally, Which
from tests.filling import Store
from tests.patience import wait_until


def look(database: Database) -> tuple[Overview | None, datetime.datetime | None]:
    with database.read() as session:
        return overview.look(database, session)


def first_look(database: Database) -> tuple[Overview, datetime.datetime]:
    """Return the numbers as soon as they are counted."""
    wait_until(lambda: look(database)[0] is not None)
    wait_for_renewing()
    found, counted_at = look(database)
    assert found is not None
    assert counted_at is not None
    return found, counted_at


@pytest.fixture
def filled(database: Database, store: Store) -> Database:
    ann = store.contributor(5, name="Ann")
    one, two, three, _ = store.photo(ann, [1, 2, 3, 4])
    store.photo(store.contributor(6, Consent.NO), [5])
    (six,) = store.photo(store.contributor(7, name="Bob"), [6])
    with database.write() as session:
        for sample_id, label, who in (
            (one, 1, Labeller.SENDER),
            (one, 1, Labeller.OPERATOR),
            (two, 7, Labeller.SENDER),
            (two, 2, Labeller.OPERATOR),
            (three, 3, Labeller.OPERATOR),
            (six, 6, Labeller.SENDER),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)
    return database


def test_it_counts_what_may_be_kept(filled: Database):
    found, _ = look(filled)
    assert found["counts"]["all"] == 5
    ((_, samples, said, right),) = found["days"]
    assert (samples, said, right) == (5, 3, 2)
    assert found["confusion"][2][2] == 1  # the operator's word counts
    assert (found["said"][1][1], found["said"][7][2]) == (1, 1)
    assert (found["people"], [row[1:] for row in found["most"]]) == (2, [[4, 0], [1, 0]])
    with filled.read() as session:
        assert set(names_of(session, [row[0] for row in found["most"]]).values()) == {"Ann", "Bob"}


def test_a_small_database_is_counted_for_every_look(filled: Database, store: Store):
    before, _ = look(filled)
    store.photo(1, [9])
    assert look(filled)[0]["counts"]["all"] == before["counts"]["all"] + 1


def test_a_slow_count_is_kept_and_renewed_aside(
    filled: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(overview, "SMALL", 0)
    assert look(filled) == (None, None)  # no page waits for that
    before, counted_at = first_look(filled)
    store.photo(1, [9])
    assert look(filled) == (before, counted_at)  # a minute may pass
    with filled.write() as session:
        session.get_one(Tally, 1).counted_at -= 2 * overview.RENEW
    old, _ = look(filled)
    assert old == before
    wait_until(lambda: look(filled)[0] != before)
    assert look(filled)[0]["counts"]["all"] == before["counts"]["all"] + 1
    with filled.read() as session:
        assert session.scalar(select(func.count()).select_from(Tally)) == 1
    wait_for_renewing()


def wait_for_renewing() -> None:
    """No thread may write into the next test's database."""
    with overview.RENEWING:
        pass


def test_no_name_is_kept_in_the_count(filled: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(overview, "SMALL", 0)
    found, _ = first_look(filled)
    with filled.write() as session:
        assert "Ann" not in session.get_one(Tally, 1).body
        forget_contributor(session, 1, 5, asked_by=0)
    with filled.read() as session:
        names = names_of(session, [row[0] for row in found["most"]])
    assert list(names.values()) == ["Bob"]


def test_counts(database: Database, store: Store):
    one, two, three = store.photo(store.contributor(5), [1, 2, 3])
    store.photo(store.contributor(6), [1])
    with database.write() as session:
        for sample_id, label, who in (
            (one, 1, Labeller.SENDER),
            (two, 7, Labeller.OPERATOR),
            (three, NOT_A_DIGIT, Labeller.SENDER),
        ):
            label_sample(session, find_kept_sample(session, sample_id), label, who)
    with database.read() as session:
        counts = count_samples(session)
    expected = {"all": 4, "unlabelled": 1, "by sender": 2, "reviewed": 1, "corrected": 2}
    assert expected.items() <= counts.items()


def test_what_a_version_would_hold_comes_from_the_count_of_many(
    filled: Database, monkeypatch: pytest.MonkeyPatch
):
    def held() -> list[int | None]:
        with filled.read() as session:
            return [look_at_versions(filled, session, which)[0] for which in Which]

    assert held() == [4, 3, 5]
    monkeypatch.setattr(overview, "SMALL", 0)
    assert held() == [None] * 3
    first_look(filled)
    assert held() == [4, 3, 5]
