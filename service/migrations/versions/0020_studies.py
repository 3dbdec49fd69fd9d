"""Questions to the record that are answered in the background: simulations, backtests, calibrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "study",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "kind")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("asked", "files")),
        sa.Column("state", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("result", "wording")),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        *(sa.Column(name, _moment, nullable=True) for name in ("done_at", "lease_until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
    )
    op.create_index("ix_study_state", "study", ["state", "id"])


def downgrade() -> None:
    op.drop_table("study")
