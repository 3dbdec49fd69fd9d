"""Superiors and successors of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = ("superior_id", "successor_id")


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        for name in _COLUMNS:
            table.add_column(sa.Column(name, sa.String(), nullable=True))
            table.create_foreign_key(
                op.f(f"fk_user_account_{name}"), "user_account", [name], ["id"], ondelete="SET NULL"
            )


def downgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        for name in _COLUMNS:
            table.drop_constraint(op.f(f"fk_user_account_{name}"), type_="foreignkey")
            table.drop_column(name)
