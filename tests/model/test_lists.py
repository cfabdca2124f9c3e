import datetime
from itertools import combinations

import pytest
from sqlalchemy import update

from model import lists
from model.database import Database, utc_now
from model.decisions import flag
from model.labels import label_sample
from model.lists import (
    Listing,
    Order,
    SampleFilter,
    WrongCursor,
    list_contributors,
    list_sources,
    list_weights,
    page_of_samples,
)
from model.samples import find_kept_sample
from model.tables import NOT_A_DIGIT, Consent, Labeller, Prediction, Sample, Split
from tests.filling import Store

SENDER, OPERATOR = Labeller.SENDER, Labeller.OPERATOR


def label(database: Database, sample_id: int, digit: int, who: Labeller) -> None:
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), digit, who)


def pages(database: Database, listing: Listing, limit: int = 2) -> list[list[int]]:
    """Return the ids on every page of a list."""
    found, cursor = [], None
    while True:
        with database.read() as session:
            page = page_of_samples(session, listing, cursor, limit)
        found.append([sample.id for sample in page.samples])
        cursor = page.next
        if cursor is None:
            return found


def ids(database: Database, order: Order = Order.NEWEST, **chosen) -> list[int]:
    listing = Listing(SampleFilter(**chosen), order)
    return [sample_id for page in pages(database, listing) for sample_id in page]


def test_pages_go_on_where_the_last_one_ended(database: Database, store: Store):
    contributor = store.contributor(5)
    stored = store.photo(contributor, list(range(5)))
    listing = Listing(SampleFilter())
    with database.read() as session:
        first = page_of_samples(session, listing, limit=2)
    store.photo(contributor, [9, 9, 9])  # arrives between two pages
    with database.read() as session:
        second = page_of_samples(session, listing, first.next, limit=9)
    assert second.next is None
    assert [sample.id for sample in [*first.samples, *second.samples]] == stored[::-1]


def test_a_page_looks_through_a_window_and_says_where_to_go_on(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lists, "WINDOW", 3)
    contributor = store.contributor(5, split=Split.TEST)
    first = store.photo(store.contributor(6), [1])
    store.photo(contributor, [1] * 7)
    assert pages(database, Listing(SampleFilter(split=Split.TRAIN))) == [[], [], first]


def test_filters(database: Database, store: Store):
    ada, bob = store.contributor(5), store.contributor(6, split=Split.TEST)
    one, two, three = store.photo(ada, [1, 2, 3])
    (four,) = store.photo(bob, [1], confidence=0.5)
    store.photo(store.contributor(7, Consent.ASKED), [1])
    label(database, one, 1, SENDER)
    label(database, two, 7, OPERATOR)
    label(database, three, NOT_A_DIGIT, SENDER)
    with database.write() as session:
        flag(session, find_kept_sample(session, four), True, "flagged", "ada")
        session.add(
            Prediction(
                sample_id=one, weights="newer", digit=1, confidence=1, no_digit=0, probabilities=b""
            )
        )
    today = utc_now().date()
    tomorrow = today + datetime.timedelta(days=1)
    expected = {
        ("label", 7): [two],
        ("label", NOT_A_DIGIT): [three],
        ("label", 0): [],
        ("predicted", 1): [four, one],
        ("sender", 1): [one],
        ("contributor_id", ada): [three, two, one],
        ("source", "telegram"): [four, three, two, one],
        ("source", "elsewhere"): [],
        ("split", Split.TEST): [four],
        ("weights", "newer"): [one],
        ("weights", "none"): [],
        ("status", "unlabelled"): [four],
        ("status", "by sender"): [three, one],
        ("status", "reviewed"): [two],
        ("status", "corrected"): [three, two],
        ("status", "flagged"): [four],
        ("since", today): [four, three, two, one],
        ("since", tomorrow): [],
        ("until", today): [four, three, two, one],
        ("least", 0.6): [three, two, one],
        ("most", 0.6): [four],
    }
    everything = [four, three, two, one]
    assert ids(database) == everything
    for (name, value), found in expected.items():
        assert ids(database, **{name: value}) == found, name
        assert sorted(ids(database, Order.UNSURE, **{name: value})) == found[::-1], name
    for (one_, found), (other, rest) in combinations(expected.items(), 2):
        if one_[0] != other[0]:
            both = [sample_id for sample_id in everything if sample_id in {*found} & {*rest}]
            assert ids(database, **dict([one_, other])) == both, (one_, other)


def test_the_least_sure_come_first(database: Database, store: Store):
    contributor = store.contributor(5)
    stored = [store.photo(contributor, [1], confidence=c)[0] for c in (0.7, 0.5, 0.9, 0.5)]
    assert pages(database, Listing(SampleFilter(), Order.UNSURE)) == [
        [stored[1], stored[3]],
        [stored[0], stored[2]],
    ]


def test_what_is_worth_most_comes_first_of_what_waits(database: Database, store: Store):
    contributor = store.contributor(5)
    stored = [store.photo(contributor, [1], confidence=c)[0] for c in (0.7, 0.5, 0.9)]
    label(database, stored[1], 1, OPERATOR)
    listing = Listing(SampleFilter(), Order.WORTH, due=True)
    assert pages(database, listing, 1) == [[stored[0]], [stored[2]]]


def test_days_are_followed_whatever_the_order_of_arrival(database: Database, store: Store):
    stored = store.photo(store.contributor(5), [1, 2, 3])
    with database.write() as session:
        for day, sample_id in zip((3, 1, 2), stored, strict=True):
            moment = datetime.datetime(2026, 1, day, 12, tzinfo=datetime.UTC)
            session.execute(update(Sample).filter_by(id=sample_id).values(created_at=moment))
    since, until = datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)
    assert pages(database, Listing(SampleFilter(since=since)), 1) == [[i] for i in (1, 3, 2)]
    assert ids(database, since=since, until=until) == [stored[2], stored[1]]


@pytest.mark.parametrize("cursor", ["x", "", "1~2", "-1", "²", "1.5", str(2**63), "0.5~x"])
def test_refuses_what_is_no_cursor(database: Database, cursor: str):
    with database.read() as session, pytest.raises(WrongCursor):
        page_of_samples(session, Listing(SampleFilter()), cursor)


def test_the_weights_that_have_read_something(database: Database, store: Store):
    (one,) = store.photo(store.contributor(5), [1])
    with database.write() as session:
        for weights in ("b", "a"):
            session.add(
                Prediction(
                    sample_id=one,
                    weights=weights,
                    digit=1,
                    confidence=1,
                    no_digit=0,
                    probabilities=b"",
                )
            )
    with database.read() as session:
        assert list_weights(session) == ["a", "b", "fingerprint"]
        assert list_sources(session) == ["telegram"]


def test_contributors_of_something_that_is_kept(database: Database, store: Store):
    ada, bob = store.contributor(5), store.contributor(6)
    store.contributor(7)
    for contributor in (ada, bob, store.contributor(8, Consent.ASKED)):
        store.photo(contributor, [1])
    with database.read() as session:
        assert [person.id for person in list_contributors(session)] == [bob, ada]
