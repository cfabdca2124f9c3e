"""Find the updates set aside without looking through all.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the index of the rows set aside alone."""
    op.create_index(
        "ix_inbox_aside",
        "inbox",
        ["state", "id"],
        sqlite_where=sa.text("state = 'aside'"),
        postgresql_where=sa.text("state = 'aside'"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_inbox_aside", "inbox")
