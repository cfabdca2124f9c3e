"""Which worker serves which chat: one at a time, so that a chat's updates stay in order.

A worker is a row that says until when it counts as alive; a turn is a chat that it serves, or the
asking for updates. With a worker's row go its turns: a dead one's chats are taken up by the others
once its lease is over. All of this is rows of the database; workers need nothing else between them.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.inbox import Place
from model.database import utc_now
from model.tables import BotWorker, InboxState, InboxUpdate, Turn

NO_CHAT = 0
"""Stands for the chat of updates that have none."""

POLLING = -(2**63)
"""The turn to ask for updates, which only one worker may at a time; no chat has this id."""

OPEN = (InboxState.WAITING, InboxState.ANSWERING)

CHAT: ColumnElement[int] = func.coalesce(InboxUpdate.chat_id, NO_CHAT)

GIVE_BACK = (
    delete(Turn)
    .where(
        Turn.bot_id == bindparam("of_bot"),
        Turn.chat_id == bindparam("chat"),
        Turn.worker_id == bindparam("worker"),
    )
    .returning(Turn.chat_id)
)


def new_worker_id() -> str:
    """Return an id for a worker's life: after a restart it is another one."""
    return secrets.token_hex(8)


def report(session: Session, worker: str, bot_id: int, lease: float) -> int:
    """Say that a worker is alive, and strike off those whose lease is over; return how many live.

    One that was struck off itself, as after a long sleep, goes on without the turns it had.
    """
    now = utc_now()
    until = now + datetime.timedelta(seconds=lease)
    mine = update(BotWorker).where(BotWorker.id == worker).values(alive_until=until)
    if session.execute(mine.returning(BotWorker.id)).first() is None:
        session.execute(insert(BotWorker).values(id=worker, bot_id=bot_id, alive_until=until))
    session.execute(delete(BotWorker).where(BotWorker.alive_until <= now))
    living = select(BotWorker.id).where(BotWorker.bot_id == bot_id)
    session.execute(delete(Turn).where(Turn.bot_id == bot_id, Turn.worker_id.not_in(living)))
    return session.scalar(select(func.count()).select_from(living.subquery())) or 0


def sign_off(session: Session, worker: str) -> None:
    """Give all of a worker's turns back: it ends."""
    session.execute(delete(Turn).where(Turn.worker_id == worker))
    session.execute(delete(BotWorker).where(BotWorker.id == worker))


def take(session: Session, worker: str, bot_id: int, chats: Iterable[int]) -> set[int]:
    """Take the turns that nobody has; return those of `chats` that this worker has then.

    What others have is locked until this transaction ends: who gives a turn back meanwhile then
    sees what is stored here, and goes on with it.
    """
    rows = [{"bot_id": bot_id, "chat_id": chat, "worker_id": worker} for chat in sorted(set(chats))]
    if not rows:
        return set()
    connection = session.connection()
    taken = connection.execute(take_free(connection.dialect.name), rows)
    return {chat for chat, holder in taken if holder == worker}


@cache
def take_free(dialect: str) -> ReturningInsert[int, str]:
    """Return the statement that takes turns that nobody has, and returns who has each."""
    upsert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = upsert(Turn).on_conflict_do_update(
        index_elements=[Turn.bot_id, Turn.chat_id],
        set_={"bot_id": Turn.bot_id},  # changes nothing, but locks the row
    )
    return statement.returning(Turn.chat_id, Turn.worker_id)


def give_back(session: Session, worker: str, bot_id: int, chat: int) -> list[Place]:
    """Give a turn back, unless the chat has open rows: then keep it, and return these."""
    turn = {"of_bot": bot_id, "chat": chat, "worker": worker}
    if session.connection().execute(GIVE_BACK, turn).first() is None:
        return []  # another took it up, this worker being thought dead
    left = find_open(session, bot_id, [chat])
    if left:
        take(session, worker, bot_id, [chat])
    return left


def find_open(session: Session, bot_id: int, chats: Iterable[int]) -> list[Place]:
    """Return the open rows of some chats, in the order they came."""
    which = {"of_bot": bot_id, "chats": list(chats)}
    return [Place(*row) for row in session.connection().execute(OPEN_OF_CHATS, which)]


def find_work(session: Session, worker: str, bot_id: int, room: int) -> list[Place]:
    """Take the turns of up to `room` chats that have open rows and are served by nobody.

    Returns all open rows of the chats that this worker serves, in the order they came. Rows that
    another worker is looking at in this moment are passed by.
    """
    unserved = open_rows(bot_id).where(~served(bot_id)).limit(4 * room)
    heads = session.execute(unserved.with_for_update(skip_locked=True)).all() if room > 0 else []
    chats = dict.fromkeys(chat_id or NO_CHAT for _, chat_id in heads)
    take(session, worker, bot_id, list(chats)[:room])
    ours = open_rows(bot_id).where(served(bot_id, worker))
    return [Place(*row) for row in session.execute(ours)]


def is_work_waiting(session: Session, bot_id: int) -> bool:
    """Return whether an open row's chat is served by nobody."""
    return session.execute(open_rows(bot_id).where(~served(bot_id)).limit(1)).first() is not None


def chat_of(place: Place) -> int:
    """Return the chat in whose turn a row is handled."""
    return place.chat_id or NO_CHAT


def open_rows(bot_id: int | BindParameter[int]) -> Select[int, int | None]:
    """Return the query for row and chat of what is to be handled or answered, in order."""
    return (
        select(InboxUpdate.id, InboxUpdate.chat_id)
        .where(InboxUpdate.bot_id == bot_id, InboxUpdate.state.in_(OPEN))
        .order_by(InboxUpdate.id)
    )


OPEN_OF_CHATS = open_rows(bindparam("of_bot")).where(CHAT.in_(bindparam("chats", expanding=True)))


def served(bot_id: int, worker: str | None = None) -> ColumnElement[bool]:
    """Return the condition that a row's chat is served: by this worker, or by any."""
    turn = select(Turn.chat_id).where(Turn.bot_id == bot_id, Turn.chat_id == CHAT)
    if worker is not None:
        turn = turn.where(Turn.worker_id == worker)
    return turn.exists()
