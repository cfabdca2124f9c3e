"""What is committed on an update's way: each step is one transaction, to be called in a thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from bot import inbox
from bot.conversation import Answer, Conversation
from bot.gate import Gate
from bot.languages import texts_for
from bot.messages import Incoming, PhotoSent
from model.database import Database, utc_now
from model.limits import Blocked, Exceeded, count_message
from model.metrics import STAGES
from model.reading import Reading
from model.tables import InboxState, Photo

Replies = dict[int, int]
"""From a photo's id to the message that answers it."""

ANSWERED = update(Photo).where(Photo.id == bindparam("photo_id"))
"""Sets the columns that are given with `photo_id`."""


class Overtaken(RuntimeError):
    """The update is not open any more: its sender said /forget in another chat."""


class Found(NamedTuple):
    """An open update."""

    state: InboxState
    update_id: int
    message: Incoming | None
    """What it says to the bot, None if nothing."""
    user_id: int | None
    """Who wrote or pressed."""
    shut_out: Blocked | Exceeded | None
    """Why it isn't let in."""


class Steps:
    """The steps of one bot's updates; `parse` makes a message of what was stored."""

    def __init__(
        self,
        database: Database,
        conversation: Conversation,
        gate: Gate,
        parse: Callable[[dict[str, Any]], Incoming | None],
    ) -> None:
        self.database = database
        self.conversation = conversation
        self.gate = gate
        self.parse = parse

    def load(self, row_id: int) -> Found | None:
        """Return an update, None if it is not open any more; raises `UnparsableUpdate`."""
        with self.database.read() as session:
            row = inbox.find_open(session, row_id)
            if row is None:
                return None
            message, shut_out = self.parse(json.loads(row.body)), None
            if message is not None and row.user_id is not None and is_new(row.state):
                try:
                    self.gate.check(session, message, row.user_id)
                except (Blocked, Exceeded) as reason:
                    shut_out = reason
            return Found(row.state, row.update_id, message, row.user_id, shut_out)

    def apply(
        self,
        message: Incoming,
        row_id: int,
        change: Callable[[Session], Photo | None],
        reading: Reading | None = None,
    ) -> Answer | None:
        """Make a change, and in the same transaction say that only the answer is missing.

        Returns the answer to a photo that came alone and was stored by the change: it is worked
        out in passing, from what is at hand.
        """
        with STAGES.labels("store").time(), self.database.write() as session:
            state = inbox.lock_open(session, row_id)
            if state is None:
                raise Overtaken
            if not is_new(state):  # another worker, which was thought dead, has been here
                return None
            photo = change(session)
            inbox.mark_answering(session, row_id)
            if photo is None or not isinstance(message, PhotoSent) or message.album:
                return None
            texts = texts_for(message.sender.language)
            return self.conversation.answer_stored(session, photo, message, texts, reading)

    def work_out(self, message: Incoming, row_id: int) -> Answer:
        """Return the answer to a message."""
        with self.database.read() as session:
            return self.conversation.answer(session, message, row_id)

    def remember(self, replies: Replies) -> None:
        """Store which messages answer which photos."""
        with self.database.write() as session:
            remember_replies(session, replies)

    def finish(
        self,
        row_id: int,
        replies: Replies,
        counted_for: int | None = None,
        at_end: Callable[[Session], None] | None = None,
    ) -> None:
        """Mark an update as done, store which messages answer which photos, and count it."""
        with self.database.write() as session:
            remember_replies(session, replies)
            if counted_for is not None:
                count_message(session, self.conversation.bot_id, counted_for, utc_now())
            inbox.finish(session, row_id)
            if at_end is not None:
                at_end(session)


def is_new(state: InboxState) -> bool:
    """Return whether nothing has been done for an update yet."""
    return state is InboxState.WAITING


def remember_replies(session: Session, replies: Replies) -> None:
    """Store which messages answer which photos; those deleted meanwhile are passed over."""
    for photo_id, message_id in replies.items():
        answered = {"photo_id": photo_id, "reply_message_id": message_id}
        session.connection().execute(ANSWERED, answered)
