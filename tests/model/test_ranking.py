import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select, update

from model import ranking
from model.database import Database
from model.labels import label_sample
from model.likeness import signature
from model.lists import Listing, Order, SampleFilter, page_of_samples
from model.paper.forms import FORMS
from model.paper.strokes import draw_digit
from model.ranking import rank
from model.samples import find_kept_sample
from model.tables import Consent, Labeller, Sample
from tests.filling import Store, drawn_photo
from tests.model.test_suspicion import drawn


def paint(database: Database, sample_id: int, pixels: np.ndarray) -> None:
    with database.write() as session:
        values = {"pixels": pixels.tobytes(), "signature": signature(pixels.reshape(28, 28))}
        session.execute(update(Sample).filter_by(id=sample_id).values(values))


def written(digit: int, rng: np.random.Generator) -> np.ndarray:
    """Return a digit in its usual form and a hand of its own, like no other: 784 uint8."""
    ink = Image.fromarray(draw_digit(digit, rng, form=next(iter(FORMS[digit]))))
    ink.thumbnail((20, 20))
    sample = Image.new("L", (28, 28))
    sample.paste(ink, ((28 - ink.width) // 2, (28 - ink.height) // 2))
    return np.asarray(sample).ravel()


def groups(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Sample.group_id).order_by(Sample.id)))


def test_near_duplicates_are_grouped(database: Database, store: Store):
    rng = np.random.default_rng(1)
    contributor = store.contributor(5)
    ids = [store.photo(contributor, [1])[0] for _ in range(4)]
    five, two = drawn(5, rng), drawn(2, rng)
    again = np.clip(five.astype(int) + rng.integers(-8, 9, 784), 0, 255).astype(np.uint8)
    for sample_id, pixels in zip(ids, (five, two, again, five), strict=True):
        paint(database, sample_id, pixels)
    assert rank(database).grouped == 4
    assert groups(database) == [ids[0], ids[1], ids[0], ids[0]]
    assert rank(database).grouped == 0
    (later,) = store.photo(contributor, [1])
    paint(database, later, two)
    assert rank(database).grouped == 1
    assert groups(database)[-1] == ids[1]


def test_the_same_file_sent_again_is_grouped_however_it_was_read(database: Database, store: Store):
    """Newer weights may see other pixels in the same place, and another digit."""
    rng = np.random.default_rng(2)
    contributor, image = store.contributor(5), drawn_photo("3")
    first, second = store.photo(contributor, [1, 5], image), store.photo(contributor, [7, 5], image)
    (other,) = store.photo(contributor, [1], drawn_photo("4"))
    for sample_id in (*first, *second, other):
        paint(database, sample_id, drawn(sample_id % 10, rng))
    rank(database)
    assert groups(database) == [*first, *first, other]


def test_near_duplicates_are_judged_without_each_other(database: Database, store: Store):
    """A wrong label on a picture that was sent twice must not vouch for itself."""
    rng = np.random.default_rng(3)
    contributor, five = store.contributor(5), drawn(5, rng)
    ids = [store.photo(contributor, [1])[0] for _ in range(7)]
    for sample_id in (ids[0], ids[6]):
        paint(database, sample_id, five)
    with database.write() as session:
        for sample_id in ids:
            label_sample(session, find_kept_sample(session, sample_id), 1, Labeller.SENDER)
    rank(database)
    with database.read() as session:
        rows = session.execute(ranking.labelled().order_by(Sample.id)).all()
    folds = ranking.labels_of(rows).folds
    assert folds[0] == folds[6]
    assert len(set(folds)) > 1


def test_what_may_not_be_kept_is_not_compared(database: Database, store: Store):
    store.photo(store.contributor(5, Consent.ASKED), [1])
    assert rank(database).grouped == 0
    assert groups(database) == [None]


def test_samples_of_an_older_digitbot_are_completed(database: Database, store: Store):
    (one,) = store.photo(store.contributor(5), [1], confidence=0.6)
    with database.read() as session:
        sample = find_kept_sample(session, one)
        expected = (sample.signature, sample.doubt, sample.contributor_id, sample.source)
    empty = {"signature": None, "doubt": None, "contributor_id": None, "source": None}
    with database.write() as session:
        session.execute(update(Sample).values(worth=0, **empty))
    assert rank(database).completed == 1
    with database.read() as session:
        sample = find_kept_sample(session, one)
        assert (sample.signature, sample.doubt, sample.contributor_id, sample.source) == expected
        assert sample.worth == sample.doubt


def test_wrong_labels_come_first(database: Database, store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ranking, "READ", 150)
    rng = np.random.default_rng(5)
    truth = [number % 10 for number in range(400)]
    contributor = store.contributor(5)
    photos = [store.photo(contributor, list(range(10)), b"%d" % number) for number in range(40)]
    ids = [sample_id for photo in photos for sample_id in photo]
    wrong = {ids[30], ids[77], ids[141]}
    with database.write() as session:
        for sample_id, digit in zip(ids, truth, strict=True):
            sample = session.get_one(Sample, sample_id)
            sample.pixels = written(digit, rng).tobytes()
            label = (digit + 3) % 10 if sample_id in wrong else digit
            sample.predicted = label  # the network is wrong in the same way
            label_sample(session, sample, label, Labeller.SENDER)
    assert rank(database, steps=500).judged == 400
    with database.read() as session:
        worth = Listing(SampleFilter(), Order.WORTH, due=True)
        assert {sample.id for sample in page_of_samples(session, worth, limit=3).samples} == wrong
        suspected = Listing(SampleFilter(status="suspected"))
        assert wrong <= {sample.id for sample in page_of_samples(session, suspected).samples}
    assert rank(database, steps=500).judged == 0  # each label once
    with database.write() as session:
        sample = find_kept_sample(session, min(wrong))
        label_sample(session, sample, truth[30], Labeller.OPERATOR)
        assert sample.suspicion is None  # that was another label's
    assert rank(database, steps=500).judged == 1
    with database.read() as session:
        suspicion = find_kept_sample(session, min(wrong)).suspicion
        assert suspicion is not None
        assert suspicion < 0.5


def test_a_round_ends_early_when_it_is_stopped(database: Database, store: Store):
    store.photo(store.contributor(5), [1])
    assert rank(database, stopped=lambda: True).grouped == 0
