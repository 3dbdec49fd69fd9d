"""What somebody says of a case may come with files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity_history", sa.Column("files", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("activity_history", "files")
