"""Several bot processes share an inbox: who is alive, and who serves which chat.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables of workers and turns."""
    op.create_table(
        "bot_workers",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("alive_until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bot_workers"),
    )
    op.create_table(
        "turns",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("worker_id", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", name="pk_turns"),
    )
    op.create_index("ix_turns_worker_id", "turns", ["worker_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("turns")
    op.drop_table("bot_workers")
