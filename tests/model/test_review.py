import datetime
import threading
from itertools import pairwise

import pytest
from sqlalchemy import update

from model.database import Database, utc_now
from model.labels import label_sample, settle_review
from model.lists import Listing, Order, SampleFilter
from model.overview import count_samples
from model.review import (
    COUNTED,
    Candidate,
    count_for_review,
    next_for_review,
    release_claims,
    renew_claims,
    spread,
)
from model.samples import UnknownSample, find_kept_photo, find_kept_sample, find_pixels
from model.tables import Claim, Consent, Labeller
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


def test_the_queue_holds_what_no_operator_has_decided(database: Database, store: Store):
    first, second, third = store.photo(store.contributor(5), [1, 2, 3])
    label(database, first, 4, SENDER)
    label(database, second, 2, OPERATOR)
    assert handed(database) == [third, first]
    with database.read() as session:
        assert count_for_review(session) == 2


def test_what_few_samples_fit_is_looked_for_in_few_and_growing_windows(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    stored = store.photo(store.contributor(5), [7, *[1] * 9])
    sevens = Listing(SampleFilter(sender=3), Order.NEWEST, due=True)
    label(database, stored[0], 3, SENDER)  # the last of ten to be looked at
    monkeypatch.setattr("model.review.WINDOWS", (2, 3, 4))
    assert handed(database, listing=sevens) == []
    monkeypatch.setattr("model.review.WINDOWS", (2, 3, 5))
    assert handed(database, listing=sevens) == stored[:1]


def test_more_than_can_be_counted_at_once_is_told_as_more(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("model.review.COUNTED", 2)
    assert COUNTED > 2
    store.photo(store.contributor(5), [1, 2, 3, 4])
    with database.read() as session:
        assert count_for_review(session) == 3


def test_what_is_not_consented_to_is_shown_nowhere(database: Database, store: Store):
    (sample_id,) = store.photo(store.contributor(5, Consent.ASKED), [7])
    assert handed(database) == []
    with database.read() as session:
        assert count_samples(session)["all"] == 0
        assert count_for_review(session) == 0
        for find in (find_kept_sample, find_pixels, find_kept_photo):
            with pytest.raises(UnknownSample):
                find(session, sample_id)


def test_no_sample_is_handed_out_twice(database: Database, store: Store):
    stored = store.photo(store.contributor(5), [1, 2, 3, 4])
    ours, theirs = handed(database, "ada", limit=2), handed(database, "bob", limit=2)
    assert sorted(ours + theirs) == stored
    assert handed(database, "ada") == []
    with database.write() as session:
        release_claims(session, "ada")
    assert sorted(handed(database, "bob")) == sorted(ours)


def test_a_lease_ends_by_itself(database: Database, store: Store):
    stored = store.photo(store.contributor(5), [1, 2])
    handed(database, "ada")
    with database.write() as session:
        session.execute(update(Claim).values(expires_at=utc_now() - datetime.timedelta(seconds=1)))
    assert sorted(handed(database, "bob")) == stored


def test_operators_who_ask_at_once_get_different_samples(database: Database, store: Store):
    contributor = store.contributor(5)
    stored = [number for _ in range(8) for number in store.photo(contributor, [1, 2, 3])]
    got: list[int] = []

    def work(operator: str) -> None:
        for _ in range(4):
            got.extend(handed(database, operator, limit=2))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ada", "bob", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == stored


def test_what_is_worth_most_comes_first(database: Database, store: Store):
    contributor = store.contributor(5)
    (sure,) = store.photo(contributor, [1], confidence=0.99)
    (unsure,) = store.photo(contributor, [2], confidence=0.5)
    (disputed,) = store.photo(contributor, [3], confidence=0.99)
    (suspected,) = store.photo(contributor, [4], confidence=0.99)
    label(database, disputed, 9, SENDER)
    with database.write() as session:
        sample = find_kept_sample(session, suspected)
        label_sample(session, sample, 4, SENDER)
        sample.suspicion = 0.9
        settle_review(sample)
    assert handed(database, listing=BY_WORTH) == [disputed, suspected, unsure, sure]


def test_the_grid_begins_with_what_is_surest(database: Database, store: Store):
    contributor = store.contributor(5)
    (unsure,) = store.photo(contributor, [7], confidence=0.6)
    (sure,) = store.photo(contributor, [7], confidence=0.99)
    store.photo(contributor, [1])
    listing = Listing(SampleFilter(predicted=7), Order.SUREST, due=True)
    assert handed(database, listing=listing) == [sure, unsure]


def test_look_alikes_do_not_come_in_a_row():
    same = [Candidate(number, 1, 0b1011) for number in range(50)]
    others = [Candidate(100 + number, number % 10, number << 20) for number in range(30)]
    chosen = spread([*same, *others], 24)
    assert chosen[0].id == 0
    places = [place for place, row in enumerate(chosen) if row.id < 100]
    assert all(after - before > 6 for before, after in pairwise(places))
    assert len({row.id for row in chosen}) == 24


@pytest.mark.parametrize("at_once", [1, 8])
@pytest.mark.parametrize("saves", [False, True], ids=["only looks", "saves"])
def test_look_alikes_do_not_come_in_a_row_where_more_is_fetched(
    database: Database, store: Store, at_once: int, saves: bool
):
    contributor = store.contributor(5)
    for _ in range(6):
        for digit in (0, 2, 3, 4, 5, 6, 7, 8):
            store.photo(contributor, [digit], confidence=0.9)
    ones = [store.photo(contributor, [1], confidence=0.5)[0] for _ in range(6)]  # worth most
    shown: list[int] = []
    for _ in range(40 // at_once):
        shown += handed(database, listing=BY_WORTH, limit=at_once)
        if saves:
            with database.write() as session:
                renew_claims(session, "ada")
    places = [place for place, sample_id in enumerate(shown) if sample_id in ones]
    assert places == [0, 7, 14, 21, 28, 35]


def test_a_filter_narrows_the_queue(database: Database, store: Store):
    ada, bob = store.contributor(5), store.contributor(6)
    one, two = store.photo(ada, [1, 2])
    (three,) = store.photo(bob, [1])
    label(database, two, 2, OPERATOR)

    def found(**chosen) -> list[int]:
        listing = Listing(SampleFilter(**chosen), Order.WORTH, due="status" not in chosen)
        with database.write() as session:
            release_claims(session, "ada")
        return handed(database, listing=listing)

    assert found(contributor_id=ada) == [one]
    assert sorted(found(predicted=1)) == [one, three]
    assert found(weights="other") == []
    assert found(contributor_id=bob, weights="fingerprint") == [three]
    assert found(status="reviewed") == [two]
    assert found(since=utc_now().date(), contributor_id=ada) == [one]
