"""What the review is ordered, shared out and stepped back by.

Revision ID: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from model.database import UTCDateTime

revision = "0004"
down_revision = "0003"

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("sender_label", sa.SmallInteger(), nullable=True),
    sa.Column("operator_label", sa.SmallInteger(), nullable=True),
    sa.Column("contributor_id", BigId, nullable=True),
    sa.Column("source", sa.String(length=64), nullable=True),
    sa.Column("flagged_at", UTCDateTime(), nullable=True),
    sa.Column("due", sa.Boolean(), nullable=False, server_default=sa.true()),
    sa.Column("doubt", sa.Float(), nullable=True),
    sa.Column("suspicion", sa.Float(), nullable=True),
    sa.Column("worth", sa.Float(), nullable=False, server_default="0"),
    sa.Column("signature", sa.BigInteger(), nullable=True),
    sa.Column("group_id", BigId, nullable=True),
)

INDEXES = {
    "ix_samples_contributor_id_id": ["contributor_id", "id"],
    "ix_samples_source_id": ["source", "id"],
    "ix_samples_created_at_id": ["created_at", "id"],
    "ix_samples_confidence_id": ["confidence", "id"],
    "ix_samples_due_id": ["due", "id"],
    "ix_samples_due_worth_id": ["due", "worth", "id"],
    "ix_samples_due_predicted_worth_id": ["due", "predicted", "worth", "id"],
    "ix_samples_both_labels": ["sender_label", "operator_label"],
    "ix_samples_flagged_at_id": ["flagged_at", "id"],
    "ix_samples_signature": ["signature"],
    "ix_samples_group_id": ["group_id"],
}

NEWEST_LABEL = """
UPDATE samples SET {labeller}_label = (
    SELECT label FROM label_events
    WHERE sample_id = samples.id AND labelled_by = '{labeller}' AND undone_at IS NULL
    ORDER BY id DESC LIMIT 1
) WHERE labelled_by IS NOT NULL
"""

THE_REST = """
UPDATE samples SET
    contributor_id = (SELECT contributor_id FROM photos WHERE photos.id = photo_id),
    source = (
        SELECT source FROM contributors WHERE contributors.id = (
            SELECT contributor_id FROM photos WHERE photos.id = photo_id
        )
    ),
    due = operator_label IS NULL,
    worth = 1 - confidence
        + CASE WHEN sender_label <> predicted THEN 1 ELSE 0 END
"""
"""The doubt needs the probabilities; until a round of the desk's own works them out, what the
likeliest digit lacks to certainty stands for it."""


def upgrade() -> None:
    """Add the columns, fill them from what is there, then index them."""
    for column in COLUMNS:
        op.add_column("samples", column)
    op.add_column("label_events", sa.Column("operator", sa.String(length=16), nullable=True))
    for labeller in ("sender", "operator"):
        op.execute(NEWEST_LABEL.format(labeller=labeller))
    op.execute(THE_REST)
    for name, columns in INDEXES.items():
        op.create_index(name, "samples", columns)
    op.create_index("ix_label_events_operator_id", "label_events", ["operator", "id"])
    op.create_index("ix_predictions_weights_sample_id", "predictions", ["weights", "sample_id"])
    op.create_table(
        "claims",
        sa.Column("sample_id", BigId, nullable=False),
        sa.Column("operator", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name="fk_claims_sample_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sample_id", name="pk_claims"),
    )
    op.create_index("ix_claims_operator", "claims", ["operator"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("claims")
    op.drop_index("ix_predictions_weights_sample_id", "predictions")
    op.drop_index("ix_label_events_operator_id", "label_events")
    op.drop_column("label_events", "operator")
    for name in INDEXES:
        op.drop_index(name, "samples")
    for column in reversed(COLUMNS):
        op.drop_column("samples", column.name)
