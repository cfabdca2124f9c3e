"""The tables. Every moment is in UTC; every deletion of a parent takes its children along."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import Enum as EnumType
from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import BigInteger, Boolean, Float, Integer, SmallInteger, Text

from model.database import UTCDateTime, utc_now

NOT_A_DIGIT = 10
"""The label of a sample that is no digit; also the index of the network's eleventh output."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A key that counts up; SQLite does that for INTEGER alone."""

NEVER_REUSED = {"sqlite_autoincrement": True}
"""SQLite would give the id of a deleted last row to the next one: a button of a forgotten photo
would then point at another sample, and an update look as if it had been handled before."""


TELEGRAM = "telegram"
"""Where contributors come from who send photos to the bot."""


class Base(DeclarativeBase):
    """All tables, with constraint names that a migration can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def words(kind: type[enum.StrEnum]) -> EnumType:
    """Return a column type that stores an enumeration's words as plain text."""
    return EnumType(
        kind,
        native_enum=False,
        length=16,
        values_callable=lambda members: [m.value for m in members],
    )


class Consent(enum.StrEnum):
    """What a contributor answered when asked whether photos may be kept."""

    UNASKED = "unasked"
    ASKED = "asked"
    YES = "yes"
    NO = "no"


class Split(enum.StrEnum):
    """Which part of a data set a contributor's samples belong to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Labeller(enum.StrEnum):
    """Who said what a sample is."""

    SENDER = "sender"
    OPERATOR = "operator"


class InboxState(enum.StrEnum):
    """How far an update has come."""

    WAITING = "waiting"
    ANSWERING = "answering"  # its effect is stored, its answer not yet sent
    DONE = "done"
    ASIDE = "aside"  # handling failed each time; an operator looks at it


class Contributor(Base):
    """A person who sends photos to one bot."""

    __tablename__ = "contributors"
    __table_args__ = (UniqueConstraint("bot_id", "user_id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text, default="")
    consent: Mapped[Consent] = mapped_column(words(Consent), default=Consent.UNASKED)
    consent_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    split: Mapped[Split] = mapped_column(words(Split))
    source: Mapped[str] = mapped_column(  # or the name that an import was given
        String(64), default=TELEGRAM, server_default=TELEGRAM
    )
    created_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)


class Photo(Base):
    """An image as received; `expires_at` is set as long as its contributor hasn't said yes."""

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("bot_id", "chat_id", "message_id"),
        Index("ix_photos_chat_reply", "bot_id", "chat_id", "reply_message_id"),
        # Only of those that do expire: nearly all others are alike, and an index that held them
        # would tempt SQLite to start every list there and sort it whole.
        Index(
            "ix_photos_expires_at",
            "expires_at",
            sqlite_where=text("expires_at IS NOT NULL"),
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    contributor_id: Mapped[int] = mapped_column(
        ForeignKey("contributors.id", ondelete="CASCADE"), index=True
    )
    reply_message_id: Mapped[int | None] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)  # of the upright photo, in pixels
    height: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    image: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # last: rows are read past it

    contributor: Mapped[Contributor] = relationship()
    samples: Mapped[list[Sample]] = relationship(
        back_populates="photo", order_by="Sample.position", passive_deletes=True
    )
    album: Mapped[AlbumPhoto | None] = relationship(passive_deletes=True)


class AlbumPhoto(Base):
    """A photo that was sent together with others: they are answered as one.

    A table of its own: in `photos` a new column would stand behind the images.
    """

    __tablename__ = "album_photos"

    photo_id: Mapped[int] = mapped_column(
        ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[str] = mapped_column(String(64), index=True)  # Telegram's media_group_id


class Sample(Base):
    """One digit found in a photo, with what is known of it by now.

    `label` and `labelled_by` repeat the newest standing label event, an operator's before a
    sender's, so that lists and exports need not look through the events. `sender_label` and
    `operator_label` repeat the newest standing one of each.
    """

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("photo_id", "position"),
        Index("ix_samples_labelled_by_id", "labelled_by", "id"),
        Index("ix_samples_label_id", "label", "id"),
        Index("ix_samples_predicted_id", "predicted", "id"),
        Index("ix_samples_contributor_id_id", "contributor_id", "id"),
        Index("ix_samples_source_id", "source", "id"),
        Index("ix_samples_created_at_id", "created_at", "id"),
        Index("ix_samples_confidence_id", "confidence", "id"),
        Index("ix_samples_due_id", "due", "id"),
        Index("ix_samples_due_worth_id", "due", "worth", "id"),
        Index("ix_samples_due_predicted_worth_id", "due", "predicted", "worth", "id"),
        Index("ix_samples_both_labels", "sender_label", "operator_label"),
        Index("ix_samples_suspicion_id", "suspicion", "id"),
        Index(
            "ix_samples_unjudged",
            "id",
            sqlite_where=text("suspicion IS NULL AND label IS NOT NULL"),
            postgresql_where=text("suspicion IS NULL AND label IS NOT NULL"),
        ),
        Index("ix_samples_flagged_at_id", "flagged_at", "id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)  # reading order, from 0
    line: Mapped[int] = mapped_column(SmallInteger)  # line of writing, from 0
    x0: Mapped[int] = mapped_column(Integer)  # box in pixels of the upright photo
    y0: Mapped[int] = mapped_column(Integer)
    x1: Mapped[int] = mapped_column(Integer)
    y1: Mapped[int] = mapped_column(Integer)
    predicted: Mapped[int] = mapped_column(SmallInteger)  # when it was first read
    confidence: Mapped[float] = mapped_column(Float)
    label: Mapped[int | None] = mapped_column(SmallInteger)  # 0-9, or NOT_A_DIGIT
    labelled_by: Mapped[Labeller | None] = mapped_column(words(Labeller))
    sender_label: Mapped[int | None] = mapped_column(SmallInteger)
    operator_label: Mapped[int | None] = mapped_column(SmallInteger)
    contributor_id: Mapped[int | None] = mapped_column(BigId)  # the photo's, for lists
    source: Mapped[str | None] = mapped_column(String(64))  # the contributor's, for lists
    flagged_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)  # put aside
    due: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())  # for review
    doubt: Mapped[float | None] = mapped_column(Float)  # 1 - margin of the two likeliest digits
    suspicion: Mapped[float | None] = mapped_column(Float)  # that its label is wrong, 0..1
    worth: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")  # of a review
    signature: Mapped[int | None] = mapped_column(BigInteger, index=True)  # see model/likeness.py
    group_id: Mapped[int | None] = mapped_column(BigId, index=True)  # first of its near-duplicates
    created_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    pixels: Mapped[bytes] = mapped_column(LargeBinary(784), deferred=True)  # 28x28 uint8

    photo: Mapped[Photo] = relationship(back_populates="samples")
    predictions: Mapped[list[Prediction]] = relationship(passive_deletes=True)
    events: Mapped[list[LabelEvent]] = relationship(
        order_by="LabelEvent.id", passive_deletes=True, back_populates="sample"
    )


class Prediction(Base):
    """What certain weights say of a sample."""

    __tablename__ = "predictions"
    __table_args__ = (
        UniqueConstraint("sample_id", "weights"),
        Index("ix_predictions_weights_sample_id", "weights", "sample_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    weights: Mapped[str] = mapped_column(String(64))  # fingerprint of the weights file
    digit: Mapped[int] = mapped_column(SmallInteger)
    confidence: Mapped[float] = mapped_column(Float)
    no_digit: Mapped[float] = mapped_column(Float)  # chance that it is no digit
    probabilities: Mapped[bytes] = mapped_column(LargeBinary(40))  # 10 float32, little-endian
    created_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)


class LabelEvent(Base):
    """Somebody said what a sample is. Never changed but for `undone_at`, set once."""

    __tablename__ = "label_events"
    __table_args__ = (
        UniqueConstraint("sample_id", "cause"),
        Index("ix_label_events_operator_id", "operator", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    label: Mapped[int] = mapped_column(SmallInteger)  # 0-9, or NOT_A_DIGIT
    labelled_by: Mapped[Labeller] = mapped_column(words(Labeller))
    cause: Mapped[str | None] = mapped_column(String(64))  # the update; makes a retry harmless
    operator: Mapped[str | None] = mapped_column(String(16))  # which login, for stepping back
    created_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    undone_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)

    sample: Mapped[Sample] = relationship(back_populates="events")


class Claim(Base):
    """A sample is on an operator's screen, or on its way there: nobody else gets it meanwhile."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_operator", "operator"),)

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    operator: Mapped[str] = mapped_column(String(16))  # which login
    expires_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)


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


class LoginAttempt(Base):
    """A failed attempt to log in to the admin page; only the last minutes' are kept."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, index=True)


class OperatorLogin(Base):
    """Somebody is logged in to the admin page; the row goes when they log out."""

    __tablename__ = "operator_logins"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the token
    expires_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)
