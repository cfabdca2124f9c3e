"""Versions of the data set, weights files, promotions, retrainings; where contributors come from.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0002"
down_revision = "0001"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Word = sa.String(length=16)


def upgrade() -> None:
    """Create the tables of the wheel."""
    with op.batch_alter_table("contributors") as batch:
        batch.add_column(
            sa.Column("source", sa.String(length=64), nullable=False, server_default="telegram")
        )
    op.create_table(
        "versions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("frozen_at", UTCDateTime(), nullable=False),
        sa.Column("which", Word, nullable=False),
        sa.Column("pseudonym_key", sa.String(length=64), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("samples", "train", "validation", "test")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "version_samples",
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=True),
        sa.Column("labelled_by", Word, nullable=True),
        sa.Column("split", Word, nullable=True),
        sa.Column("predicted", sa.SmallInteger(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("weights", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["versions.id"],
            name="fk_version_samples_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "sample_id", name="pk_version_samples"),
    )
    op.create_index("ix_version_samples_sample_id", "version_samples", ["sample_id"])
    op.create_table(
        "weights_files",
        sa.Column("id", BigId, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("version_id", BigId, nullable=True),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["versions.id"],
            name="fk_weights_files_version_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_weights_files"),
        sa.UniqueConstraint("fingerprint", name="uq_weights_files_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "promotions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("weights_id", BigId, nullable=False),
        sa.Column("promoted_at", UTCDateTime(), nullable=False),
        sa.Column("by", Word, nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["weights_id"],
            ["weights_files.id"],
            name="fk_promotions_weights_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
    )
    create_retrainings()


def create_retrainings() -> None:
    """Create the tables of the runs."""
    op.create_table(
        "retrainings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=True),
        sa.Column("state", Word, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("alive_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("epochs", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("weights_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name="fk_retrainings_version_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["weights_id"],
            ["weights_files.id"],
            name="fk_retrainings_weights_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retrainings"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_retrainings_running",
        "retrainings",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "retraining_epochs",
        sa.Column("retraining_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("loss", sa.Float(), nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["retraining_id"],
            ["retrainings.id"],
            name="fk_retraining_epochs_retraining_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("retraining_id", "number", name="pk_retraining_epochs"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in (
        "retraining_epochs", "retrainings", "promotions", "weights_files", "version_samples",
        "versions",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("contributors", "source")  # a batch would make the table anew, and delete photos
