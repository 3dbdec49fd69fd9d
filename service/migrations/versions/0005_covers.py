"""Entries of the audit record cover the rows written along with them; answers with tokens are kept no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PREFIX = "csgn_"


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("covers", sa.Text(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    told = (
        "instr(CAST(body AS TEXT), :token)" if is_sqlite else "position(convert_to(:token, 'UTF8') in body)"
    )
    # A repetition is told that the request was carried out.
    forget = f"UPDATE idempotency_key SET body = NULL, status = NULL WHERE body IS NOT NULL AND {told} > 0"  # noqa: S608
    op.get_bind().execute(sa.text(forget), {"token": _PREFIX})


def downgrade() -> None:
    op.drop_column("audit_entry", "covers")
