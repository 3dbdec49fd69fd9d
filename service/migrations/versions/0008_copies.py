"""Copies say from which task a person sent them, and what with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("carbon_copy", sa.Column("task_id", sa.String(), nullable=True))
    op.add_column("carbon_copy", sa.Column("note", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("carbon_copy", "note")
    op.drop_column("carbon_copy", "task_id")
