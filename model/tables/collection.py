"""What is collected: contributors, their photos, the digits in them, and what is said of those."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import BigInteger, Boolean, Float, Integer, SmallInteger, Text

from model.database import UTCDateTime, utc_now
from model.tables.base import NEVER_REUSED, Base, BigId, words

NOT_A_DIGIT = 10
"""The label of a sample that is no digit; also the index of the network's eleventh output."""

TELEGRAM = "telegram"
"""Where contributors come from who send photos to the bot."""


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


class Act(enum.StrEnum):
    """What somebody did about a sample."""

    LABEL = "label"
    FLAG = "flag"  # put aside for a second look
    UNFLAG = "unflag"
    DRAW = "draw"  # as a box that the reader had not found; undone, it is gone
    REMOVE = "remove"  # a box that was drawn
    DOUBT = "doubt"  # clicked in a grid: not the digit that it is read as


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
        Index(
            "ix_photos_original_received_at",
            "received_at",
            sqlite_where=text("sha256 <> ''"),
            postgresql_where=text("sha256 <> ''"),
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
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # empty: the image is deleted
    received_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    expires_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    image: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # last: rows are read past it

    contributor: Mapped[Contributor] = relationship()
    samples: Mapped[list[Sample]] = relationship(
        back_populates="photo",
        primaryjoin="and_(Photo.id == Sample.photo_id, Sample.removed_at.is_(None))",
        order_by="Sample.position",
        passive_deletes=True,
    )
    album: Mapped[AlbumPhoto | None] = relationship(passive_deletes=True)

    @property
    def has_original(self) -> bool:
        """Whether the image itself is still here; told without reading it."""
        return self.sha256 != ""


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
    `operator_label` repeat the newest standing one of each. One with `removed_at` repeats nothing
    and is shown nowhere; it stays for as long as its photo, so that its removal can be undone.
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
    removed_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
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
    """Somebody said what a sample is, or did something else about it.

    Never changed but for `undone_at`, set once.
    """

    __tablename__ = "label_events"
    __table_args__ = (
        UniqueConstraint("sample_id", "cause"),
        Index("ix_label_events_operator_id", "operator", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    act: Mapped[Act] = mapped_column(words(Act), default=Act.LABEL, server_default=Act.LABEL.value)
    label: Mapped[int | None] = mapped_column(SmallInteger)  # 0-9, or NOT_A_DIGIT; of a label
    labelled_by: Mapped[Labeller] = mapped_column(words(Labeller))
    cause: Mapped[str | None] = mapped_column(String(64))  # the update; makes a retry harmless
    operator: Mapped[str | None] = mapped_column(String(16))  # which login, for stepping back
    created_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    undone_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)

    sample: Mapped[Sample] = relationship(back_populates="events")
