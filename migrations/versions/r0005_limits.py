"""Limits: how much a person asked lately, and who is blocked.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "usage",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("minute_began", UTCDateTime(), nullable=False),
        sa.Column("in_minute", sa.Integer(), nullable=False),
        sa.Column("day_began", UTCDateTime(), nullable=False),
        sa.Column("in_day", sa.Integer(), nullable=False),
        sa.Column("slow_told_at", UTCDateTime(), nullable=True),
        sa.Column("full_told_at", UTCDateTime(), nullable=True),
        sa.Column("queue_told_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("bot_id", "user_id", name="pk_usage"),
    )
    op.create_index("ix_usage_day_began", "usage", ["day_began"])
    op.create_table(
        "blocks",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("blocked_at", UTCDateTime(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("bot_id", "user_id", name="pk_blocks"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("blocks")
    op.drop_table("usage")
