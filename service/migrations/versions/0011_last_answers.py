"""What a case was before its last answer, so that this can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_answer",
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("after_hash", sa.String(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("fact_seq", sa.BigInteger(), nullable=True),
        sa.Column("obstacle", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_last_answer_instance_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_last_answer")),
    )
    op.create_index("ix_last_answer_task_id", "last_answer", ["task_id"], unique=False)
    op.add_column("submission", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "withdrawn_at")
    op.drop_index("ix_last_answer_task_id", table_name="last_answer")
    op.drop_table("last_answer")
