from model.database import Database
from model.labels import label_sample, newest_label, sender_label, undo_label
from model.lists import Listing, Order, SampleFilter
from model.samples import find_kept_sample
from model.tables import Labeller
from tests.filling import Store

SENDER, OPERATOR = Labeller.SENDER, Labeller.OPERATOR
QUEUE = Listing(SampleFilter(), Order.NEWEST, due=True)
BY_WORTH = Listing(SampleFilter(), Order.WORTH, due=True)


def label(database: Database, sample_id: int, digit: int, who: Labeller) -> None:
    with database.write() as session:
        label_sample(session, find_kept_sample(session, sample_id), digit, who)


def test_what_each_of_them_said(database: Database, store: Store):
    (sample_id,) = store.photo(store.contributor(5), [1])
    for digit in (3, 4):
        label(database, sample_id, digit, SENDER)
    label(database, sample_id, 5, OPERATOR)
    with database.write() as session:
        sample = find_kept_sample(session, sample_id)
        assert (sample.sender_label, sample.operator_label) == (4, 5)
        assert sender_label(sample) == 4
        assert newest_label(sample, OPERATOR) == 5
        undo_label(session, sample, SENDER)
        assert sender_label(sample) == 3
        undo_label(session, sample, OPERATOR)
        assert (sample.label, sample.operator_label, sample.due) == (3, None, True)
