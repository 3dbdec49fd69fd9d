"""Acts that set a promise of the company aside: asked for by one person, agreed to by another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "waiver",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "instance_id", "business_key")),
        sa.Column("act", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("given", "what", "promises", "reason")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "asked_by")),
        sa.Column("asked_at", _moment, nullable=False),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", _moment, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_waiver_instance_id_process_instance"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index("ix_waiver_instance_id", "waiver", ["instance_id", "id"])
    op.create_index("ix_waiver_state", "waiver", ["state", "id"])


def downgrade() -> None:
    op.drop_table("waiver")
