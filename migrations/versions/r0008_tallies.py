"""The overview's numbers, kept where counting takes long.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table of the last count."""
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("tallies")
