"""The tables of the wheel: what was frozen, the weights that came of it, and which are in use."""

from __future__ import annotations

import datetime
import enum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Float, Integer, SmallInteger, Text

from model.database import UTCDateTime, utc_now
from model.tables.base import NEVER_REUSED, Base, BigId, words
from model.tables.collection import Labeller, Split


class Which(enum.StrEnum):
    """Which samples a version holds."""

    LABELLED = "labelled"
    """Those that their sender or an operator labelled."""
    REVIEWED = "reviewed"
    """Those that an operator labelled."""
    ALL = "all"
    """The others too, with the digit predicted and labelled by nobody."""


class Version(Base):
    """A data set as it stood at one moment; its number is its id."""

    __tablename__ = "versions"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    frozen_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    which: Mapped[Which] = mapped_column(words(Which))
    pseudonym_key: Mapped[str] = mapped_column(String(64))  # contributors' names in this version
    samples: Mapped[int] = mapped_column(Integer, default=0)  # when it was frozen
    train: Mapped[int] = mapped_column(Integer, default=0)
    validation: Mapped[int] = mapped_column(Integer, default=0)
    test: Mapped[int] = mapped_column(Integer, default=0)


class VersionSample(Base):
    """A sample as a version holds it.

    No foreign key to the sample: what its sender forgets is still listed here as withdrawn, by
    its number alone; every other column is emptied then.
    """

    __tablename__ = "version_samples"
    __table_args__ = (Index("ix_version_samples_sample_id", "sample_id"),)

    version_id: Mapped[int] = mapped_column(
        ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True
    )
    sample_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    label: Mapped[int | None] = mapped_column(SmallInteger)  # 0-9, or NOT_A_DIGIT
    labelled_by: Mapped[Labeller | None] = mapped_column(words(Labeller))
    split: Mapped[Split | None] = mapped_column(words(Split))
    predicted: Mapped[int | None] = mapped_column(SmallInteger)
    confidence: Mapped[float | None] = mapped_column(Float)
    weights: Mapped[str | None] = mapped_column(String(64))  # that predicted


class WeightsFile(Base):
    """A weights file with all its bytes, so that every process and every machine has it."""

    __tablename__ = "weights_files"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)  # of the file's bytes
    added_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    parent: Mapped[str | None] = mapped_column(String(64))  # the fingerprint it was trained from
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    card: Mapped[str] = mapped_column(Text)  # JSON, as in the file
    scores: Mapped[str] = mapped_column(Text, default="{}")  # JSON, see model.judgement
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Promotion(Base):
    """Weights were put into use; the newest that is not undone says which are used now."""

    __tablename__ = "promotions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    weights_id: Mapped[int] = mapped_column(ForeignKey("weights_files.id", ondelete="CASCADE"))
    promoted_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(16))  # "operator", or "itself"
    undone_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)


class RunState(enum.StrEnum):
    """How far a retraining has come."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Retraining(Base):
    """One retraining, from its start to the weights it made."""

    __tablename__ = "retrainings"
    __table_args__ = (
        Index(  # one at a time, whichever process starts it
            "uq_retrainings_running",
            "state",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="SET NULL"))
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.RUNNING)
    step: Mapped[str] = mapped_column(Text, default="")  # what it does now, or why it ended
    started_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    alive_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime, default=utc_now)
    finished_at: Mapped[datetime.datetime | None] = mapped_column(UTCDateTime)
    epochs: Mapped[int] = mapped_column(Integer, default=0)  # to be trained in all
    cancelled: Mapped[bool] = mapped_column(default=False)  # somebody asked it to stop
    weights_id: Mapped[int | None] = mapped_column(
        ForeignKey("weights_files.id", ondelete="SET NULL")
    )


class RetrainingEpoch(Base):
    """How a retraining stood after an epoch."""

    __tablename__ = "retraining_epochs"

    retraining_id: Mapped[int] = mapped_column(
        ForeignKey("retrainings.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    loss: Mapped[float] = mapped_column(Float)
    accuracy: Mapped[float | None] = mapped_column(Float)  # of the collected validation samples
    seconds: Mapped[float] = mapped_column(Float)


class Tally(Base):
    """The numbers of the overview as they were last counted; there is one row."""

    __tablename__ = "tallies"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    counted_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)
    seconds: Mapped[float] = mapped_column(Float)  # that it took
    body: Mapped[str] = mapped_column(Text)  # JSON; numbers and keys, no name of a person
