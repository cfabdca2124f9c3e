"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0001"
down_revision = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Word = sa.String(length=16)


def upgrade() -> None:
    """Create contributors, photos, samples, predictions, label events, the inbox, logins."""
    op.create_table(
        "contributors",
        sa.Column("id", BigId, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("consent", Word, nullable=False),
        sa.Column("consent_at", UTCDateTime(), nullable=True),
        sa.Column("split", Word, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contributors"),
        sa.UniqueConstraint("bot_id", "user_id", name="uq_contributors_bot_id_user_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("state", Word, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint(
            "bot_id", "update_id", "digest", name="uq_inbox_bot_id_update_id_digest"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_state_id", "inbox", ["bot_id", "state", "id"])
    op.create_index("ix_inbox_user_id", "inbox", ["user_id"])
    op.create_table(
        "photos",
        sa.Column("id", BigId, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("contributor_id", BigId, nullable=False),
        sa.Column("reply_message_id", sa.BigInteger(), nullable=True),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("image", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contributor_id"],
            ["contributors.id"],
            name="fk_photos_contributor_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint(
            "bot_id", "chat_id", "message_id", name="uq_photos_bot_id_chat_id_message_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_photos_chat_reply", "photos", ["bot_id", "chat_id", "reply_message_id"])
    for column in ("contributor_id", "sha256"):
        op.create_index(f"ix_photos_{column}", "photos", [column])
    op.create_index(
        "ix_photos_expires_at",
        "photos",
        ["expires_at"],
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_table(
        "samples",
        sa.Column("id", BigId, nullable=False),
        sa.Column("photo_id", BigId, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("x0", sa.Integer(), nullable=False),
        sa.Column("y0", sa.Integer(), nullable=False),
        sa.Column("x1", sa.Integer(), nullable=False),
        sa.Column("y1", sa.Integer(), nullable=False),
        sa.Column("predicted", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=True),
        sa.Column("labelled_by", Word, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("pixels", sa.LargeBinary(length=784), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name="fk_samples_photo_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("photo_id", "position", name="uq_samples_photo_id_position"),
        sqlite_autoincrement=True,
    )
    for column in ("label", "labelled_by", "predicted"):
        op.create_index(f"ix_samples_{column}_id", "samples", [column, "id"])
    op.create_table(
        "label_events",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=False),
        sa.Column("labelled_by", Word, nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name="fk_label_events_sample_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_label_events"),
        sa.UniqueConstraint("sample_id", "cause", name="uq_label_events_sample_id_cause"),
    )
    op.create_table(
        "predictions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("weights", sa.String(length=64), nullable=False),
        sa.Column("digit", sa.SmallInteger(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("no_digit", sa.Float(), nullable=False),
        sa.Column("probabilities", sa.LargeBinary(length=40), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name="fk_predictions_sample_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.UniqueConstraint("sample_id", "weights", name="uq_predictions_sample_id_weights"),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempts"),
    )
    for column in ("address", "at"):
        op.create_index(f"ix_login_attempts_{column}", "login_attempts", [column])
    op.create_table(
        "operator_logins",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_operator_logins"),
    )


def downgrade() -> None:
    """Drop everything."""
    for table in (
        "operator_logins",
        "login_attempts",
        "predictions",
        "label_events",
        "samples",
        "photos",
        "inbox",
        "contributors",
    ):
        op.drop_table(table)
