import threading

import pytest
from sqlalchemy import event, select, update

from model.agreement import count_agreement
from model.alike import list_alike
from model.boxes import add_box, drawn_in
from model.database import Database
from model.decisions import (
    Accepted,
    NotDrawn,
    accept_all,
    can_step_back,
    decide,
    flag,
    remove_box,
    step_back,
    take_back,
)
from model.export.rows import Source
from model.labels import label_sample
from model.lists import Listing, Order, SampleFilter, page_of_samples
from model.overview import count_samples
from model.retraining.material import read_part, still_kept
from model.review import (
    next_for_review,
    release_claims,
)
from model.samples import UnknownSample, find_kept_photo, find_kept_sample, find_pixels, find_sample
from model.tables import Act, LabelEvent, Labeller, Sample, Split, Which
from model.versions import count_to_freeze, find_version, freeze_version
from tests.filling import Store, made_reading

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
        grid = accept_all(session, [*stored, 999], {stored[1]}, 7, "grid", "ada")
    assert grid == (3, 1, 0)
    assert labels(database) == [7, None, 7, 7]
    assert handed(database, listing=BY_WORTH) == [stored[1]]
    with database.write() as session:
        assert step_back(session, "ada") == [stored[1], stored[0], *stored[2:]]
    assert labels(database) == [None] * 4
    assert handed(database, "bob", BY_WORTH)[0] != stored[1]


def test_a_large_grid_asks_no_oftener_than_a_small_one(database: Database, store: Store):
    contributor = store.contributor(1)
    few, many = store.photo(contributor, [7] * 3), store.photo(contributor, [7] * 30)
    asked: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", note := lambda *given: asked.append(given[2])
    )
    counts = []
    for number, shown in enumerate((few, many)):
        asked.clear()
        with database.write() as session:
            accept_all(session, shown, set(), 7, f"grid {number}", "ada")
        with database.write() as session:
            assert sorted(step_back(session, "ada")) == sorted(shown)
        counts.append(sum(not statement.startswith("INSERT") for statement in asked))
    event.remove(database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1], asked


def test_what_is_clicked_is_not_accepted_with_its_near_duplicate(database: Database, store: Store):
    one, two, other = store.photo(store.contributor(5), [7, 7, 7])
    group(database, one, two)  # found after both were shown
    with database.write() as session:
        grid = accept_all(session, [one, two, other], {two}, 7, "grid", "ada")
    assert grid == (2, 1, 0)
    assert labels(database) == [7, None, 7]


def test_a_grid_waits_for_who_decides_at_the_same_moment(database: Database, store: Store):
    one, two = store.photo(store.contributor(5), [7, 7])
    found: list[Accepted] = []

    def accept() -> None:
        with database.write() as session:
            found.append(accept_all(session, [one, two], set(), 7, "grid", "ada"))

    thread = threading.Thread(target=accept)
    with database.write() as session:
        decide(session, find_kept_sample(session, one), 1, "alone", "bob")
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert found == [(1, 0, 1)]
    assert labels(database) == [1, 7]


def test_a_flag_puts_aside_until_it_is_decided(database: Database, store: Store):
    one, two = store.photo(store.contributor(5), [1, 2])
    with database.write() as session:
        flag(session, find_kept_sample(session, one), True, "aside", "ada")
    assert handed(database) == [two]
    aside = Listing(SampleFilter(status="flagged"), Order.WORTH)
    assert handed(database, listing=aside) == [one]
    with database.write() as session:
        decide(session, find_kept_sample(session, one), 1, "decided", "ada")
        release_claims(session, "ada")
    assert handed(database, listing=aside) == []


def test_flags_are_in_the_log_and_stepped_back_through(database: Database, store: Store):
    (one,) = store.photo(store.contributor(5), [1])

    with database.write() as session:
        sample = find_kept_sample(session, one)
        flag(session, sample, True, "aside", "ada")
        flag(session, sample, True, "aside", "ada")  # sent again
        flag(session, sample, False, "back", "ada")
        flag(session, sample, True, "again", "ada")
        decide(session, sample, 7, "said", "ada")
        assert (sample.flagged_at, sample.due) == (None, False)
    states = []
    with database.write() as session:
        while step_back(session, "ada"):
            states.append(find_kept_sample(session, one).flagged_at is not None)
    assert states == [True, False, True, False]
    with database.read() as session:
        acts = session.scalars(select(LabelEvent.act).order_by(LabelEvent.id)).all()
    assert acts == [Act.FLAG, Act.UNFLAG, Act.FLAG, Act.LABEL]


@pytest.fixture
def drawn(database: Database, store: Store) -> int:
    """A box that ada drew behind two that the reader found."""
    store.photo(store.contributor(5), [1, 2])
    with database.write() as session:
        digit = made_reading([7, 7, 7]).digits[2]
        return add_box(session, find_kept_photo(session, 1), digit, "weights", "ada").id


def remove(database: Database, sample_id: int) -> None:
    with database.write() as session:
        remove_box(session, find_kept_sample(session, sample_id), "removed", "ada")


def test_a_box_drawn_by_mistake_is_deleted_and_comes_back(
    database: Database, store: Store, drawn: int
):
    label(database, drawn, 9, SENDER)
    with database.write() as session:
        version = freeze_version(session, Which.ALL).id
    remove(database, drawn)
    with database.read() as session:
        assert [sample.id for sample in find_kept_photo(session, 1).samples] == [1, 2]
        for find in (find_kept_sample, find_pixels, find_sample):
            with pytest.raises(UnknownSample):
                find(session, drawn)
        assert count_samples(session) | {"all": 2, "by sender": 0} == count_samples(session)
        assert count_to_freeze(session, Which.ALL) == 2
        assert count_agreement(session).samples == 0
        listed = page_of_samples(session, Listing(SampleFilter()), limit=2).samples
        assert [sample.id for sample in listed] == [2, 1]
        assert still_kept(session, [1, drawn]) == {1}
        assert read_part(session, version, Split.TRAIN)[0] == [1, 2]
        assert Source(session, find_version(session, version)).facts()["withdrawn"] == [drawn]
    assert handed(database) == [2, 1]
    with database.write() as session:
        assert step_back(session, "ada") == [drawn]
        sample = find_kept_sample(session, drawn)
        assert (sample.label, sample.sender_label, sample.due) == (9, 9, True)
        assert read_part(session, version, Split.TRAIN)[0] == [1, 2, drawn]


def test_stepping_back_over_the_drawing_takes_the_box_away(database: Database, drawn: int):
    with database.write() as session:
        assert drawn_in(session, find_kept_photo(session, 1)) == {drawn}
        assert step_back(session, "ada") == [drawn]
        assert [sample.id for sample in find_kept_photo(session, 1).samples] == [1, 2]
        digit = made_reading([7, 7, 7]).digits[2]
        again = add_box(session, find_kept_photo(session, 1), digit, "weights", "ada")
        assert (again.id, again.position) == (drawn + 1, 3)


def test_what_the_reader_found_can_not_be_deleted(database: Database, drawn: int):
    with pytest.raises(NotDrawn, match="if it is no digit"):
        remove(database, 1)
