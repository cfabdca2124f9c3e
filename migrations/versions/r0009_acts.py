"""Flags and drawn boxes are in the log of label events, so that they can be stepped back through.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0009"
down_revision = "0008"

FLAGS = """
INSERT INTO label_events (sample_id, act, labelled_by, created_at)
SELECT id, 'flag', 'operator', flagged_at FROM samples WHERE flagged_at IS NOT NULL
"""


def upgrade() -> None:
    """Say of each event what was done, and log the flags that are there."""
    with op.batch_alter_table("label_events") as batch:
        batch.add_column(
            sa.Column("act", sa.String(length=16), nullable=False, server_default="label")
        )
        batch.alter_column("label", existing_type=sa.SmallInteger(), nullable=True)
    op.add_column("samples", sa.Column("removed_at", UTCDateTime(), nullable=True))
    op.execute(FLAGS)


def downgrade() -> None:
    """Forget all but the labels; removed boxes are there again."""
    op.execute("DELETE FROM label_events WHERE act <> 'label'")
    op.drop_column("samples", "removed_at")
    with op.batch_alter_table("label_events") as batch:
        batch.alter_column("label", existing_type=sa.SmallInteger(), nullable=False)
        batch.drop_column("act")
