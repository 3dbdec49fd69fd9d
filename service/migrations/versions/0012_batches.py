"""Work on many cases at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "batch",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "action")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "options")),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "created_by")),
        sa.Column("created_at", _moment, nullable=False),
        *(sa.Column(name, _moment, nullable=True) for name in ("done_at", "lease_until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_state", "batch", ["state", "id"])
    op.create_table(
        "batch_item",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("batch_id", "subject", "state")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("detail", "wording")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "subject", name=op.f("pk_batch_item")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("batch_item")
    op.drop_table("batch")
