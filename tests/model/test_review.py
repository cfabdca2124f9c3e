import pytest

from model.database import Database
from model.review import (
    SampleFilter,
    count_for_review,
    count_samples,
    find_kept_photo,
    find_kept_sample,
    find_pixels,
    list_contributors,
    newest_label,
    next_for_review,
    page_of_samples,
    sender_label,
)
from model.samples import UnknownSample, label_sample, undo_label
from model.tables import NOT_A_DIGIT, Consent, Labeller, Split
from tests.filling import Store

SENDER, OPERATOR = Labeller.SENDER, Labeller.OPERATOR


def label(database: Database, sample_id: int, digit: int, who: Labeller) -> None:
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), digit, who)


def ids(samples) -> list[int]:
    return [sample.id for sample in samples]


def test_the_queue_holds_what_no_operator_has_decided(database: Database, store: Store):
    first, second, third = store.photo(store.contributor(5), [1, 2, 3])
    label(database, first, 4, SENDER)
    label(database, second, 2, OPERATOR)
    with database.read() as session:
        assert ids(next_for_review(session, limit=9)) == [first, third]
        assert ids(next_for_review(session, after=first, limit=9)) == [third]
        assert ids(next_for_review(session, after=third, limit=9, first=second)) == [second]
        assert count_for_review(session) == 2


def test_what_is_not_consented_to_is_shown_nowhere(database: Database, store: Store):
    (sample_id,) = store.photo(store.contributor(5, Consent.ASKED), [7])
    with database.read() as session:
        assert next_for_review(session) == []
        assert page_of_samples(session, SampleFilter()) == []
        assert count_samples(session)["all"] == 0
        assert list_contributors(session) == []
        for find in (find_kept_sample, find_pixels, find_kept_photo):
            with pytest.raises(UnknownSample):
                find(session, sample_id)


def test_pages_go_on_where_the_last_one_ended(database: Database, store: Store):
    contributor = store.contributor(5)
    stored = store.photo(contributor, list(range(5)))
    with database.read() as session:
        first = ids(page_of_samples(session, SampleFilter(), limit=2))
    store.photo(contributor, [9, 9, 9])  # arrives between two pages
    with database.read() as session:
        second = ids(page_of_samples(session, SampleFilter(), before=first[-1], limit=2))
        third = ids(page_of_samples(session, SampleFilter(), before=second[-1], limit=2))
    assert first + second + third == stored[::-1]


def test_filters(database: Database, store: Store):
    ada, bob = store.contributor(5), store.contributor(6, split=Split.TEST)
    one, two, three = store.photo(ada, [1, 2, 3])
    (four,) = store.photo(bob, [1])
    label(database, one, 1, SENDER)
    label(database, two, 7, OPERATOR)
    label(database, three, NOT_A_DIGIT, SENDER)

    def found(**chosen) -> list[int]:
        with database.read() as session:
            return ids(page_of_samples(session, SampleFilter(**chosen)))

    assert found() == [four, three, two, one]
    assert found(predicted=1) == [four, one]
    assert found(label=7) == [two]
    assert found(label=NOT_A_DIGIT) == [three]
    assert found(contributor_id=ada) == [three, two, one]
    assert found(split=Split.TEST) == [four]
    assert found(status="unlabelled") == [four]
    assert found(status="by sender") == [three, one]
    assert found(status="reviewed") == [two]
    assert found(status="corrected") == [three, two]
    assert found(status="by sender", predicted=3, contributor_id=ada) == [three]
    assert found(label=0) == []
    with database.read() as session:
        assert count_samples(session) == {
            "all": 4,
            "unlabelled": 1,
            "by sender": 2,
            "reviewed": 1,
            "corrected": 2,
        }
        assert [person.id for person in list_contributors(session)] == [bob, ada]


def test_what_each_of_them_said(database: Database, store: Store):
    (sample_id,) = store.photo(store.contributor(5), [1])
    for digit in (3, 4):
        label(database, sample_id, digit, SENDER)
    label(database, sample_id, 5, OPERATOR)
    with database.write() as session:
        sample = find_kept_sample(session, sample_id)
        assert sender_label(sample) == 4
        assert newest_label(sample, OPERATOR) == 5
        undo_label(session, sample, SENDER)
        assert sender_label(sample) == 3
