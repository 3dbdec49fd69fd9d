"""What people are told can be said in the language of whoever reads it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification", sa.Column("wording", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notification", "wording")
