"""Originals can be deleted after some days: which ones are still here, by when they came.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

HERE = sa.text("sha256 <> ''")


def upgrade() -> None:
    """Index the photos whose image is here."""
    op.create_index(
        "ix_photos_original_received_at",
        "photos",
        ["received_at"],
        sqlite_where=HERE,
        postgresql_where=HERE,
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("ix_photos_original_received_at", "photos")
