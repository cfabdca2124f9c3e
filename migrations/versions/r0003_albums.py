"""Albums: which photos were sent together.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of photos that were sent as a part of an album."""
    op.create_table(
        "album_photos",
        sa.Column("photo_id", BigId, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name="fk_album_photos_photo_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name="pk_album_photos"),
    )
    op.create_index("ix_album_photos_group_id", "album_photos", ["group_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("album_photos")
