"""What comes in at the bot: updates, how much a person asks, who is shut out."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Integer, SmallInteger, Text

from model.database import UTCDateTime, utc_now
from model.tables.base import NEVER_REUSED, Base, BigId, words


class InboxState(enum.StrEnum):
    """How far an update has come."""

    WAITING = "waiting"
    ANSWERING = "answering"  # its effect is stored, its answer not yet sent
    DONE = "done"
    ASIDE = "aside"  # handling failed each time; an operator looks at it


class InboxUpdate(Base):
    """An update as Telegram sent it, stored before it is acknowledged.

    Identity is the id together with the content: Telegram draws update ids anew after a quiet
    week, and a resent update has the same of both.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id", "digest"),
        Index("ix_inbox_state_id", "bot_id", "state", "id"),
        Index(
            "ix_inbox_aside",
            "state",
            "id",
            sqlite_where=text("state = 'aside'"),
            postgresql_where=text("state = 'aside'"),
        ),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of `body`
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    state: Mapped[InboxState] = mapped_column(words(InboxState), default=InboxState.WAITING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    finished_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    body: Mapped[str] = mapped_column(Text)  # JSON


class Usage(Base):
    """How much a person asked of a bot lately, and when they were told that it was too much."""

    __tablename__ = "usage"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    minute_began: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    in_minute: Mapped[int] = mapped_column(Integer, default=0)
    day_began: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now, index=True)
    in_day: Mapped[int] = mapped_column(Integer, default=0)
    slow_told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    full_told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    queue_told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)


class Block(Base):
    """A person whom an operator shut out of a bot; /forget leaves it, or it would be of no use."""

    __tablename__ = "blocks"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    blocked_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    told_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)


class BotWorker(Base):
    """A bot process that handles updates; it says again and again that it is alive."""

    __tablename__ = "bot_workers"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # drawn anew at each start
    bot_id: Mapped[int] = mapped_column(BigInteger)
    alive_until: Mapped[datetime.datetime] = mapped_column(UTCDateTime)


class Turn(Base):
    """A chat is served by one worker; or that one is whoever asks Telegram for updates.

    No foreign key: a worker that was thought dead and is not may still write here.
    """

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_worker_id", "worker_id"),)

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    worker_id: Mapped[str] = mapped_column(String(16))
