import datetime
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import inbox
from bot.turns import open_rows
from model.database import Database, utc_now
from model.tables import InboxState, InboxUpdate

MESSAGE = {"chat": {"id": 5, "type": "private"}, "from": {"id": 6}, "text": "hi"}


def update(number: int, **more: Any) -> dict[str, Any]:
    return {"update_id": number, "message": MESSAGE | more}


def store(database: Database, *updates: Any, bot_id: int = 1) -> list[inbox.Place]:
    with database.write() as session:
        return inbox.store(session, bot_id, updates)


def waiting(database: Database) -> list[int]:
    with database.read() as session:
        return [row_id for row_id, _ in session.execute(open_rows(1))]


def test_an_update_is_stored_as_it_came(database: Database) -> None:
    sent = update(1, text="Ünïcode \ud83d", unknown_field=[1, None])
    (place,) = store(database, sent)
    with database.read() as session:
        row = session.get_one(InboxUpdate, place.row_id)
        assert json.loads(row.body) == sent
        assert (row.chat_id, row.user_id, row.update_id) == (5, 6, 1)


def test_a_resent_update_is_stored_once_in_any_order(database: Database) -> None:
    assert len(store(database, update(1), update(2), update(1))) == 2
    assert store(database, update(2), update(1)) == []
    assert len(waiting(database)) == 2


def test_an_id_given_anew_to_something_else_is_another_update(database: Database) -> None:
    store(database, update(1))
    assert len(store(database, update(1, text="a week later"))) == 1


def test_two_bots_have_two_inboxes(database: Database) -> None:
    store(database, update(1))
    assert len(store(database, update(1), bot_id=2)) == 1
    assert len(waiting(database)) == 1


@pytest.mark.parametrize(
    "strange",
    [
        {"update_id": 1},
        {"update_id": 2, "message": None},
        {"update_id": 3, "message": "text"},
        {"update_id": 4, "message": {"chat": 5, "from": []}},
        {"update_id": 5, "message": {"chat": {"id": "five"}, "from": {"id": 2**70}}},
        {"update_id": 6, "message": {"chat": {"id": True}}},
    ],
)
def test_whatever_has_an_id_is_stored(database: Database, strange: dict[str, Any]) -> None:
    assert store(database, strange) == [inbox.Place(1, None)]


@pytest.mark.parametrize("strange", [None, 7, [], {}, {"update_id": "1"}, {"update_id": True}])
def test_what_has_no_id_is_passed_over_and_its_neighbours_stored(
    database: Database, strange: Any
) -> None:
    assert len(store(database, update(1), strange, update(2))) == 2


def test_a_button_belongs_to_the_chat_of_its_message_and_to_who_pressed_it(
    database: Database,
) -> None:
    press = {"update_id": 1, "callback_query": {"from": {"id": 9}, "message": MESSAGE}}
    (place,) = store(database, press)
    assert place.chat_id == 5
    with database.read() as session:
        assert session.get_one(InboxUpdate, place.row_id).user_id == 9


def test_a_finished_update_holds_nothing_personal_and_is_still_known(database: Database) -> None:
    (place,) = store(database, update(1))
    with database.write() as session:
        inbox.finish(session, place.row_id)
    with database.read() as session:
        row = session.get_one(InboxUpdate, place.row_id)
        assert (row.body, row.chat_id, row.user_id) == ("", None, None)
        assert inbox.find_open(session, place.row_id) is None
    assert waiting(database) == []
    assert store(database, update(1)) == []


def test_an_update_that_fails_too_often_is_set_aside_with_its_error(database: Database) -> None:
    (place,) = store(database, update(1))
    for attempt in range(1, 4):
        assert waiting(database) == [place.row_id]
        with database.write() as session:
            row = inbox.fail(session, place.row_id, f"error {attempt}", allowed=3)
            assert row is not None
            assert row.attempts == attempt
    assert waiting(database) == []
    with database.write() as session:
        row = session.get_one(InboxUpdate, place.row_id)
        assert (row.state, row.error) == (InboxState.ASIDE, "error 3")
        assert inbox.fail(session, place.row_id, "late", allowed=3) is None


def test_old_rows_go_and_open_ones_stay(database: Database) -> None:
    done, aside, _ = store(database, update(1), update(2), update(3))
    with database.write() as session:
        inbox.finish(session, done.row_id)
        inbox.fail(session, aside.row_id, "error", allowed=1)
    now = utc_now()
    for later, left in ((47, 3), (49, 2), (24 * 31, 1)):
        with database.write() as session:
            inbox.drop_old(session, now + datetime.timedelta(hours=later))
            assert session.scalar(select(func.count()).select_from(InboxUpdate)) == left
