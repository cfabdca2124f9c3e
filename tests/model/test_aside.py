import json
from typing import Any

import pytest
from sqlalchemy import text

from model.aside import NotAside, count_aside, kind_of, list_aside, try_again, try_all_again
from model.database import Database, utc_now
from model.tables import InboxState, InboxUpdate


def add(database: Database, state: InboxState = InboxState.ASIDE, **message: Any) -> int:
    """Store an update and return its row's id."""
    with database.write() as session:
        row = InboxUpdate(
            bot_id=1,
            update_id=1,
            digest=str(utc_now()),
            chat_id=5,
            user_id=6,
            state=state,
            attempts=5,
            error="ZeroDivisionError: a defect",
            finished_at=utc_now(),
            body=json.dumps({"message": message}),
        )
        session.add(row)
        session.flush()
        return row.id


def test_those_set_aside_are_listed_the_newest_first_page_by_page(database: Database) -> None:
    ids = [add(database, photo=[]) for _ in range(3)]
    add(database, InboxState.WAITING)
    add(database, InboxState.DONE)
    with database.read() as session:
        assert count_aside(session) == 3
        first, second = list_aside(session, limit=2)
        (third,) = list_aside(session, before=second.row_id)
    assert [first.row_id, second.row_id, third.row_id] == ids[::-1]
    assert (first.kind, first.error, first.attempts) == (
        "a photo",
        "ZeroDivisionError: a defect",
        5,
    )


def test_another_try_opens_one_or_all(database: Database) -> None:
    one, two, three = (add(database, text="hi") for _ in range(3))
    done = add(database, InboxState.DONE)
    with database.write() as session:
        try_again(session, two)
    with database.write() as session:
        row = session.get_one(InboxUpdate, two)
        assert (row.state, row.attempts, row.error) == (InboxState.WAITING, 0, None)
        assert row.finished_at is None
        for gone in (two, done, 99):
            with pytest.raises(NotAside, match=str(gone)):
                try_again(session, gone)
    with database.write() as session:
        assert try_all_again(session) == 2
        assert try_all_again(session) == 0
    with database.read() as session:
        states = [session.get_one(InboxUpdate, key).state for key in (one, three, done)]
    assert states == [InboxState.WAITING, InboxState.WAITING, InboxState.DONE]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"callback_query": {}}, "a press of a button"),
        ({"message": {"document": {}, "caption": "secret"}}, "a file"),
        ({"edited_message": {"text": "secret"}}, "a text"),
        ({"message": {"dice": {}}}, "a message"),
        ({"message": "secret"}, "something unknown"),
        ({"poll": {}}, "something unknown"),
        ([], "no update"),
    ],
)
def test_an_update_is_named_without_what_stands_in_it(body: Any, kind: str) -> None:
    assert kind_of(json.dumps(body)) == kind
    assert kind_of("{") == "no update"


@pytest.mark.sqlite("it asks SQLite how it would look")
def test_the_few_are_found_without_looking_through_the_many(database: Database) -> None:
    with database.read() as session:
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT count(inbox.id) FROM inbox WHERE inbox.state = 'aside'")
        ).all()
    assert "SEARCH inbox USING COVERING INDEX ix_inbox_aside" in str(plan)
