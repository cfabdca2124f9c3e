import datetime

from model.contributors import forget_contributor
from model.database import Database, utc_now
from model.limits import block, count_message
from model.people import blocked_people, busiest_people, page_of_people
from model.tables import Consent
from tests.filling import Store

NOW = utc_now()


def write(database: Database, user_id: int, count: int, at: datetime.datetime = NOW) -> None:
    with database.write() as session:
        for _ in range(count):
            count_message(session, 1, user_id, at)


def test_everybody_is_listed_the_newest_first_with_what_is_known(
    database: Database, store: Store
) -> None:
    ada = store.contributor(7, name="Ada")
    bob = store.contributor(8, Consent.NO, name="Bob")
    store.photo(ada, [1, 2])
    store.photo(ada, [3])
    write(database, 7, 3)
    with database.write() as session:
        block(session, 1, 8)
        block(session, 2, 7)  # another bot's
    with database.read() as session:
        first, second = page_of_people(session, NOW)
        assert page_of_people(session, NOW, before=first.contributor_id) == [second]
        assert len(page_of_people(session, NOW, limit=1)) == 1
    assert (first.name, first.consent, first.photos, first.today) == ("Bob", Consent.NO, 0, 0)
    assert first.blocked_at is not None
    assert first.contributor_id == bob
    assert (second.name, second.photos, second.today) == ("Ada", 2, 3)
    assert second.blocked_at is None


def test_who_writes_most_today_is_found(database: Database, store: Store) -> None:
    store.contributor(7, name="Ada")
    write(database, 7, 2)
    write(database, 8, 5)  # a stranger, of whom nothing is kept
    write(database, 9, 9, NOW - datetime.timedelta(hours=25))
    with database.read() as session:
        found = busiest_people(session, NOW)
        assert len(busiest_people(session, NOW, limit=1)) == 1
    assert [(p.user_id, p.name, p.today, p.photos) for p in found] == [
        (8, None, 5, 0),
        (7, "Ada", 2, 0),
    ]


def test_the_blocked_are_listed_even_when_forgotten(database: Database, store: Store) -> None:
    store.contributor(7, name="Ada")
    with database.write() as session:
        block(session, 1, 7)
        forget_contributor(session, 1, 7, asked_by=0)
    with database.read() as session:
        (person,) = blocked_people(session, NOW)
        assert page_of_people(session, NOW) == []
    assert (person.user_id, person.name) == (7, None)
    assert person.blocked_at is not None
