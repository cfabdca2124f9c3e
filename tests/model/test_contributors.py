import datetime
import json

import pytest
from sqlalchemy import func, select

from model.contributors import (
    PENDING_WINDOW,
    find_contributor,
    forget_contributor,
    forget_expired,
    forget_strangers,
    is_known,
    meet_contributor,
    record_consent,
)
from model.database import Database, utc_now
from model.decisions import decide
from model.labels import label_sample
from model.promotions import keep_weights
from model.review import claim
from model.samples import find_sample, make_sample
from model.tables import (
    Base,
    Consent,
    Contributor,
    InboxState,
    InboxUpdate,
    LabelEvent,
    Labeller,
    Photo,
    Prediction,
    Sample,
    Split,
    WeightsFile,
    Which,
)
from model.versions import freeze_version
from tests.filling import WEIGHTS, Store, made_reading
from tests.model.test_promotions import made_weights


def expiries(database: Database) -> list[datetime.datetime | None]:
    with database.read() as session:
        return list(session.scalars(select(Photo.expires_at).order_by(Photo.id)))


def consent(database: Database, contributor_id: int, answer: Consent) -> None:
    with database.write() as session:
        record_consent(session, session.get_one(Contributor, contributor_id), answer)


def add_update(database: Database, user_id: int, state: InboxState, number: int) -> int:
    with database.write() as session:
        row = InboxUpdate(
            bot_id=1,
            update_id=number,
            digest=str(number),
            chat_id=user_id,
            user_id=user_id,
            state=state,
            attempts=0,
            body='{"name": "Ada"}',
        )
        session.add(row)
        session.flush()
        return row.id


def test_who_never_said_yes_goes_with_the_last_photo(database: Database, store: Store) -> None:
    answers = (Consent.YES, Consent.NO, Consent.UNASKED, Consent.ASKED)
    people = [store.contributor(70 + n, consent, name="Ada") for n, consent in enumerate(answers)]
    asked_with_photo = store.contributor(80, Consent.ASKED, name="Ada")
    store.photo(asked_with_photo, [1])
    for later, left in ((23, people), (25, people[:2])):
        with database.write() as session:
            forget_strangers(session, utc_now() + datetime.timedelta(hours=later))
            found = {p.id: p.name for p in session.scalars(select(Contributor))}
        assert set(found) == {*left, asked_with_photo}
    assert found == {people[0]: "Ada", people[1]: "", asked_with_photo: "Ada"}


def test_a_person_keeps_their_split_and_gets_their_new_name(database: Database) -> None:
    with database.write() as session:
        first = meet_contributor(session, 1, 7, "Ada")
        split = first.split
    for _ in range(20):
        with database.write() as session:
            again = meet_contributor(session, 1, 7, "Ada Lovelace")
            assert (again.id, again.split, again.name) == (first.id, split, "Ada Lovelace")


def test_the_same_person_is_another_contributor_to_another_bot(database: Database) -> None:
    with database.write() as session:
        assert (
            meet_contributor(session, 1, 7, "Ada").id != meet_contributor(session, 2, 7, "Ada").id
        )


def test_about_eight_of_ten_people_are_for_training(database: Database) -> None:
    with database.write() as session:
        splits = [meet_contributor(session, 1, number, "").split for number in range(300)]
    assert 200 < splits.count(Split.TRAIN) < 280
    assert set(splits) == set(Split)


def test_without_an_answer_a_photo_expires_and_yes_keeps_it(
    database: Database, store: Store
) -> None:
    ada = store.contributor(7, Consent.ASKED)
    store.photo(ada, [4])
    (expiry,) = expiries(database)
    assert expiry is not None
    assert abs(expiry - utc_now() - PENDING_WINDOW) < datetime.timedelta(minutes=1)
    consent(database, ada, Consent.YES)
    assert expiries(database) == [None]


def test_no_starts_the_window_for_all_and_yes_within_it_takes_it_back(
    database: Database, store: Store
) -> None:
    ada = store.contributor(7)
    store.photo(ada, [4])
    consent(database, ada, Consent.NO)
    store.photo(ada, [5])
    assert None not in expiries(database)
    consent(database, ada, Consent.YES)
    assert expiries(database) == [None, None]


def test_a_second_no_does_not_prolong_the_window(database: Database, store: Store) -> None:
    ada = store.contributor(7, Consent.NO)
    store.photo(ada, [4])
    before = expiries(database)
    consent(database, ada, Consent.NO)
    assert expiries(database) == before


def test_what_has_expired_is_deleted_with_all_that_hangs_on_it(
    database: Database, store: Store
) -> None:
    kept = store.photo(store.contributor(7), [1, 2])
    store.photo(store.contributor(8, Consent.NO), [3])
    with database.write() as session:
        assert forget_expired(session, utc_now()) == 0
        assert forget_expired(session, utc_now() + PENDING_WINDOW) == 1
    with database.read() as session:
        assert list(session.scalars(select(Sample.id).order_by(Sample.id))) == kept
        assert session.scalar(select(func.count()).select_from(Prediction)) == 2


def test_forgetting_leaves_others_alone_and_nothing_of_the_person(
    database: Database, store: Store
) -> None:
    (sample_id,) = store.photo(store.contributor(7, name="Ada"), [4])
    other = store.photo(store.contributor(8, name="Bob"), [5])
    with database.write() as session:
        label_sample(session, find_sample(session, sample_id), 9, Labeller.SENDER, "inbox:1")
    add_update(database, 7, InboxState.ASIDE, 1)
    asked_by = add_update(database, 7, InboxState.WAITING, 2)
    later = add_update(database, 7, InboxState.WAITING, 3)
    with database.write() as session:
        forget_contributor(session, 1, 7, asked_by)
    with database.read() as session:
        assert find_contributor(session, 1, 7) is None
        assert list(session.scalars(select(Sample.id))) == other
        assert session.scalar(select(func.count()).select_from(LabelEvent)) == 0
        rows = session.scalars(select(InboxUpdate).order_by(InboxUpdate.id)).all()
        assert [(row.body == "", row.user_id, row.state.value) for row in rows] == [
            (True, None, "done"),
            (False, 7, "waiting"),
            (False, 7, "waiting"),
        ]
        assert rows[-1].id == later


SAMPLE = 987654321
"""A number that nothing else has, wherever it stands."""


def places_of(database: Database, number: int) -> set[tuple[str, str]]:
    """Return the tables and columns in which a number stands, as it is or in a text."""
    with database.read() as session:
        return {
            (table.name, column.name)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for column, value in zip(table.columns, row, strict=True)
            if str(number) in str(value)
        }


def add_all_about(database: Database, contributor_id: int, others: list[int]) -> None:
    """Store `SAMPLE` of a person's, and whatever else keeps numbers of samples."""
    with database.write() as session:
        photo = session.scalars(select(Photo).filter_by(contributor_id=contributor_id)).one()
        sample = make_sample(1, made_reading([1, 2]).digits[1], WEIGHTS)
        sample.id = SAMPLE
        photo.samples.append(sample)
        for alike in (sample, *session.scalars(select(Sample).where(Sample.id.in_(others)))):
            alike.group_id = SAMPLE
        session.flush()
        decide(session, sample, 7, "review:0123456789", "ada")
        claim(session, "bob", [SAMPLE])
        version = freeze_version(session, Which.ALL)
        against = {"version": version.id, "changed": [[SAMPLE, 7, 2, 7], [others[0], 5, 1, 5]]}
        weights = keep_weights(session, made_weights(1), version_id=version.id)
        weights.scores = json.dumps({"test": {"n": 2}, "against": against})
        keep_weights(session, made_weights(2))  # which were held against none


@pytest.mark.parametrize("forgotten", ["asked for", "expired"])
def test_no_row_knows_a_forgotten_sample_but_versions_its_number(
    database: Database, store: Store, forgotten: str
) -> None:
    ada = store.contributor(7, name="Ada")
    store.photo(ada, [1])
    others = store.photo(store.contributor(8, name="Bob"), [5, 5])
    add_all_about(database, ada, others)
    assert places_of(database, SAMPLE) > {("weights_files", "scores"), ("samples", "group_id")}
    consent(database, ada, Consent.NO)
    with database.write() as session:
        if forgotten == "expired":
            forget_expired(session, utc_now() + PENDING_WINDOW)
        else:
            forget_contributor(session, 1, 7, 1)
    assert places_of(database, SAMPLE) == {("version_samples", "sample_id")}
    with database.read() as session:
        judged = session.scalars(select(WeightsFile).order_by(WeightsFile.id)).first()
        assert judged is not None
        scores = json.loads(judged.scores)
        assert list(session.scalars(select(Sample.group_id))) == [others[0], others[0]]
    against = {"version": 1, "changed": [[others[0], 5, 1, 5]]}
    assert scores == {"test": {"n": 2}, "against": against}


def test_an_update_set_aside_is_also_something_kept(database: Database) -> None:
    with database.read() as session:
        assert not is_known(session, 1, 7)
    add_update(database, 7, InboxState.ASIDE, 1)
    with database.read() as session:
        assert is_known(session, 1, 7)


@pytest.mark.parametrize("table", ["contributors", "photos", "samples", "inbox"])
def test_an_id_is_never_given_twice(database: Database, store: Store, table: str) -> None:
    """Buttons of deleted photos, and causes of old labels, would mean something else."""

    def newest() -> int:
        store.photo(store.contributor(7), [4])
        add_update(database, 7, InboxState.DONE, 1)
        with database.read() as session:
            return session.scalar(select(func.max(Base.metadata.tables[table].c.id))) or 0

    before = newest()
    with database.write() as session:
        for name in ("contributors", "inbox"):
            session.execute(Base.metadata.tables[name].delete())
    assert newest() > before
