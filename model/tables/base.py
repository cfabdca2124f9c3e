"""What all tables share: the registry, types of columns, names of constraints."""

from __future__ import annotations

import enum

from sqlalchemy import Enum as EnumType
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import BigInteger, Integer

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A key that counts up; SQLite does that for INTEGER alone."""

NEVER_REUSED = {"sqlite_autoincrement": True}
"""SQLite would give the id of a deleted last row to the next one: a button of a forgotten photo
would then point at another sample, and an update look as if it had been handled before."""


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
