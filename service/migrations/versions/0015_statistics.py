"""Statistics are read off indexes: tasks by when they were answered, facts by when they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("completed_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_case_fact_name", "case_fact", ["name", "at"])
    op.create_index(
        "ix_user_task_completed_at",
        "user_task",
        ["completed_at"],
        sqlite_where=_ANSWERED,
        postgresql_where=_ANSWERED,
    )


def downgrade() -> None:
    op.drop_index("ix_user_task_completed_at", "user_task")
    op.drop_index("ix_case_fact_name", "case_fact")
