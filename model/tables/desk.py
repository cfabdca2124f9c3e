"""The operators' tables: what is on whose screen, who is logged in, who failed to."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from model.database import UTCDateTime
from model.tables.base import Base, BigId


class Claim(Base):
    """A sample is on an operator's screen, or on its way there: nobody else gets it meanwhile."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_operator", "operator"),)

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    operator: Mapped[str] = mapped_column(String(16))  # which login
    expires_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)


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
