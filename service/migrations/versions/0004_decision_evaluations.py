"""Each evaluation of a decision table, kept with the case it was made for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS = (
    "instance_id",
    "deployment_id",
    "definition",
    "activity_id",
    "activity_path",
    "token_id",
    "decision",
)


def upgrade() -> None:
    op.create_table(
        "decision_evaluation",
        sa.Column("seq", _number, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in (*_TEXTS, "file")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("inputs", "outputs", "rules")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_decision_evaluation_instance_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decision_evaluation")),
    )
    op.create_index("ix_decision_evaluation_instance_id", "decision_evaluation", ["instance_id", "seq"])
    op.create_index("ix_decision_evaluation_decision", "decision_evaluation", ["decision", "at"])


def downgrade() -> None:
    op.drop_table("decision_evaluation")
