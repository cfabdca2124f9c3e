"""Indexes for suspected label errors: which are, and which labels nobody has judged.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

UNJUDGED = sa.text("suspicion IS NULL AND label IS NOT NULL")


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ix_samples_suspicion_id", "samples", ["suspicion", "id"])
    op.create_index(
        "ix_samples_unjudged", "samples", ["id"], sqlite_where=UNJUDGED, postgresql_where=UNJUDGED
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_samples_unjudged", "samples")
    op.drop_index("ix_samples_suspicion_id", "samples")
