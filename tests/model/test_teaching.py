from model.database import Database
from model.labels import label_sample, undo_label
from model.samples import find_sample
from model.tables import NOT_A_DIGIT, Labeller
from model.teaching import Teaching, teaching_of
from tests.filling import Store


def taught(database: Database, user_id: int = 7) -> Teaching:
    with database.read() as session:
        return teaching_of(session, 1, user_id)


def test_who_sent_nothing_has_taught_nothing(database: Database) -> None:
    assert taught(database) == Teaching(0, 0, 0, 0)
    assert taught(database).agreement is None


def test_only_what_a_person_said_themselves_counts(database: Database, store: Store) -> None:
    ids = store.photo(store.contributor(7), [1, 2, 3, 4, 5])
    store.photo(store.contributor(7), [])
    (others,) = store.photo(store.contributor(8), [6])
    with database.write() as session:
        samples = [find_sample(session, sample_id) for sample_id in [*ids, others]]
        for sample, label in zip(samples, (1, 7, NOT_A_DIGIT, 9, 5, 6), strict=True):
            label_sample(session, sample, label, Labeller.SENDER)
        label_sample(session, samples[0], 8, Labeller.OPERATOR)  # changes nothing of it
        label_sample(session, samples[3], 4, Labeller.SENDER)  # the newest counts
        undo_label(session, samples[4], Labeller.SENDER)
    assert taught(database) == Teaching(photos=2, digits=5, confirmed=2, corrected=2)
    assert taught(database).agreement == 0.5
    assert taught(database, 8) == Teaching(1, 1, 1, 0)
