from sqlalchemy import select, update

from model.alike import list_alike
from model.database import Database
from model.decisions import accept_all, can_step_back, decide, flag, step_back, take_back
from model.labels import label_sample
from model.lists import Listing, Order, SampleFilter
from model.review import (
    next_for_review,
    release_claims,
)
from model.samples import find_kept_sample
from model.tables import LabelEvent, Labeller, Sample
from tests.filling import Store

SENDER, OPERATOR = Labeller.SENDER, Labeller.OPERATOR
QUEUE = Listing(SampleFilter(), Order.NEWEST, due=True)
BY_WORTH = Listing(SampleFilter(), Order.WORTH, due=True)


def label(database: Database, sample_id: int, digit: int, who: Labeller) -> None:
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), digit, who)


def handed(
    database: Database, operator: str = "ada", listing: Listing = QUEUE, limit: int = 9
) -> list[int]:
    """Return what an operator gets next."""
    with database.write() as session:
        return [sample.id for sample in next_for_review(session, operator, listing, limit)]


def group(database: Database, *sample_ids: int) -> None:
    with database.write() as session:
        chosen = update(Sample).where(Sample.id.in_(sample_ids))
        session.execute(chosen.values(group_id=min(sample_ids)))


def labels(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Sample.label).order_by(Sample.id)))


def test_one_decision_counts_for_near_duplicates(database: Database, store: Store):
    contributor = store.contributor(5)
    one, two, three = (store.photo(contributor, [7])[0] for _ in range(3))
    (other,) = store.photo(contributor, [7])
    group(database, one, two, three)
    label(database, two, 4, OPERATOR)
    assert sorted(handed(database)) == [one, other]
    with database.write() as session:
        sample = find_kept_sample(session, one)
        assert list_alike(session, [sample]) == {one: [three]}
        decide(session, sample, 7, "grouped", "ada")
    assert labels(database) == [7, 4, 7, None]
    with database.write() as session:
        take_back(session, find_kept_sample(session, one), "grouped")
    assert labels(database) == [None, 4, None, None]


def test_stepping_back_goes_through_all_that_a_login_said(database: Database, store: Store):
    stored = store.photo(store.contributor(5), [1, 2, 3])
    with database.write() as session:
        for number, sample_id in enumerate(stored):
            decide(session, find_kept_sample(session, sample_id), 9, f"cause-{number}", "ada")
        decide(session, find_kept_sample(session, stored[1]), 8, "other", "bob")
    undone = []
    with database.write() as session:
        while can_step_back(session, "ada"):
            undone += step_back(session, "ada")
        assert step_back(session, "ada") == []
    assert undone == stored[::-1]
    assert labels(database) == [None, 8, None]
    with database.read() as session:
        assert len(session.scalars(select(LabelEvent)).all()) == 4  # all of it is still there


def test_a_grid_is_one_decision(database: Database, store: Store):
    stored = store.photo(store.contributor(5), [7, 7, 7, 7])
    with database.write() as session:
        accepted = accept_all(session, [*stored, 999], {stored[1]}, 7, "grid", "ada")
    assert accepted == 3
    assert labels(database) == [7, None, 7, 7]
    assert handed(database, listing=BY_WORTH) == [stored[1]]
    with database.write() as session:
        assert step_back(session, "ada") == [stored[0], stored[2], stored[3]]
    assert labels(database) == [None] * 4
    assert handed(database, "bob", BY_WORTH)[0] != stored[1]


def test_a_flag_puts_aside_until_it_is_decided(database: Database, store: Store):
    one, two = store.photo(store.contributor(5), [1, 2])
    with database.write() as session:
        flag(session, find_kept_sample(session, one), flagged=True)
    assert handed(database) == [two]
    aside = Listing(SampleFilter(status="flagged"), Order.WORTH)
    assert handed(database, listing=aside) == [one]
    with database.write() as session:
        decide(session, find_kept_sample(session, one), 1, "decided", "ada")
        release_claims(session, "ada")
    assert handed(database, listing=aside) == []
