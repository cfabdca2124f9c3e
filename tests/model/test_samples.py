import threading

import numpy as np
import pytest
from sqlalchemy import func, select

from model.database import Database
from model.labels import label_sample, undo_cause, undo_label
from model.samples import (
    PhotoKey,
    UnknownSample,
    find_kept_sample,
    find_photo,
    find_sample,
    pixels_of,
    probabilities_of,
    store_photo,
)
from model.tables import (
    NOT_A_DIGIT,
    Consent,
    Contributor,
    LabelEvent,
    Labeller,
    Photo,
    Sample,
)
from tests.filling import WEIGHTS, Store, drawn_photo, made_reading

SENDER, OPERATOR = Labeller.SENDER, Labeller.OPERATOR


@pytest.fixture
def sample_id(store: Store) -> int:
    return store.photo(store.contributor(5), [7])[0]


def label(database: Database, sample_id: int, digit: int, who: Labeller, cause: str | None = None):
    with database.write() as session:
        label_sample(session, find_sample(session, sample_id), digit, who, cause)


def standing(database: Database, sample_id: int) -> tuple[int | None, Labeller | None]:
    with database.read() as session:
        sample = find_sample(session, sample_id)
        return sample.label, sample.labelled_by


def test_stores_a_photo_with_its_samples_and_predictions(database: Database, store: Store):
    contributor = store.contributor(5)
    image = drawn_photo()
    key = PhotoKey(1, 5, 10)
    with database.write() as session:
        person = session.get_one(Contributor, contributor)
        store_photo(session, key, person, image, made_reading([4, 0]), WEIGHTS)
    with database.read() as session:
        photo = find_photo(session, key)
        assert photo is not None
        assert photo.image == image
        assert (photo.width, photo.height, photo.expires_at) == (320, 240, None)
        first, second = photo.samples
        assert [first.predicted, second.predicted] == [4, 0]
        assert (first.x0, first.y0, first.x1, first.y1) == (60, 60, 120, 160)
        assert (pixels_of(first) == made_reading([4, 0]).digits[0].pixels).all()
        (prediction,) = first.predictions
        assert prediction.weights == WEIGHTS
        assert probabilities_of(prediction).argmax() == 4
        assert probabilities_of(prediction).sum() == pytest.approx(1)


def test_storing_a_photo_twice_stores_it_once(database: Database, store: Store):
    contributor = store.contributor(5)
    for _ in range(2):
        with database.write() as session:
            person = session.get_one(Contributor, contributor)
            key = PhotoKey(1, 5, 10)
            store_photo(session, key, person, drawn_photo(), made_reading([4]), WEIGHTS)
    with database.read() as session:
        assert session.scalar(select(func.count(Photo.id))) == 1
        assert session.scalar(select(func.count(Sample.id))) == 1


@pytest.mark.parametrize("consent", [Consent.UNASKED, Consent.ASKED, Consent.NO])
def test_a_photo_without_a_yes_expires(store: Store, database: Database, consent: Consent):
    (sample_id,) = store.photo(store.contributor(5, consent), [7])
    with database.read() as session:
        assert find_sample(session, sample_id).photo.expires_at is not None


def test_an_unknown_sample_has_a_name(database: Database):
    with database.read() as session, pytest.raises(UnknownSample, match="no sample 99"):
        find_sample(session, 99)


def test_an_operators_label_counts_more_than_a_later_one_of_the_sender(
    database: Database, sample_id: int
):
    label(database, sample_id, 1, SENDER)
    assert standing(database, sample_id) == (1, SENDER)
    label(database, sample_id, 2, OPERATOR)
    label(database, sample_id, 3, SENDER)
    assert standing(database, sample_id) == (2, OPERATOR)


def test_undoing_an_operators_label_brings_the_senders_back(database: Database, sample_id: int):
    label(database, sample_id, 1, SENDER)
    label(database, sample_id, 2, OPERATOR)
    with database.write() as session:
        assert undo_label(session, find_sample(session, sample_id), OPERATOR)
    assert standing(database, sample_id) == (1, SENDER)
    with database.write() as session:
        assert not undo_label(session, find_sample(session, sample_id), OPERATOR)
    assert standing(database, sample_id) == (1, SENDER)


def test_nothing_said_is_ever_overwritten(database: Database, sample_id: int):
    for digit in (1, 2):
        label(database, sample_id, digit, SENDER)
    with database.write() as session:
        undo_label(session, find_sample(session, sample_id), SENDER)
    with database.read() as session:
        events = session.scalars(select(LabelEvent).order_by(LabelEvent.id)).all()
        assert [(event.label, event.undone_at is None) for event in events] == [
            (1, True),
            (2, False),
        ]


def test_the_same_cause_labels_once_even_after_its_undoing(database: Database, sample_id: int):
    label(database, sample_id, 1, OPERATOR, "review:a")
    label(database, sample_id, 1, OPERATOR, "review:a")
    with database.write() as session:
        assert undo_cause(session, find_sample(session, sample_id).photo, "review:a")
        assert not undo_cause(session, find_sample(session, sample_id).photo, "review:a")
    label(database, sample_id, 1, OPERATOR, "review:a")
    assert standing(database, sample_id) == (None, None)
    with database.read() as session:
        assert session.scalar(select(func.count(LabelEvent.id))) == 1


def test_undoing_a_cause_reaches_every_sample_of_the_photo(database: Database, store: Store):
    ids = store.photo(store.contributor(5), [4, 0, 7])
    for sample_id, digit in zip(ids, [4, 0, 1], strict=True):
        label(database, sample_id, digit, SENDER, "inbox:1")
    label(database, ids[0], 9, SENDER, "inbox:2")
    with database.write() as session:
        undo_cause(session, find_sample(session, ids[0]).photo, "inbox:1")
    assert [standing(database, i)[0] for i in ids] == [9, None, None]


@pytest.mark.parametrize("wrong", [-1, NOT_A_DIGIT + 1])
def test_refuses_what_is_no_label(database: Database, sample_id: int, wrong: int):
    with pytest.raises(ValueError, match="no label"):
        label(database, sample_id, wrong, SENDER)
    assert standing(database, sample_id) == (None, None)


def test_labels_from_many_threads_are_all_kept(database: Database, sample_id: int):
    def work(digit: int) -> None:
        for number in range(5):
            label(database, sample_id, digit, OPERATOR, f"review:{digit}-{number}")

    threads = [threading.Thread(target=work, args=(digit,)) for digit in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        events = session.scalars(select(LabelEvent).order_by(LabelEvent.id)).all()
        assert len(events) == 20
        assert find_sample(session, sample_id).label == events[-1].label


def test_doubt_is_the_missing_margin(database: Database, store: Store):
    (sample_id,) = store.photo(store.contributor(5), [1], confidence=0.6)
    with database.read() as session:
        sample = find_kept_sample(session, sample_id)
        assert sample.doubt == pytest.approx(1 - (0.6 - np.float32(0.4 / 9)), abs=1e-6)
        assert sample.worth == sample.doubt
