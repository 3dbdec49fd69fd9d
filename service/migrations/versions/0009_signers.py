"""Tasks hold what was concluded until added signers have signed, and what those say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_task", sa.Column("opinion", sa.String(), nullable=True))
    op.add_column("user_task", sa.Column("held", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_task", "held")
    op.drop_column("user_task", "opinion")
