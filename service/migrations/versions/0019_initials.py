"""Cases are found by the initials of their names: those that are there already too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.initials import initials

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLE = sa.table("process_instance", sa.column("id"), sa.column("title"), sa.column("search_text"))


def upgrade() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.select(_TABLE.c.id, _TABLE.c.title, _TABLE.c.search_text)).all()
    for key, title, text in found:
        if short := initials(title or ""):
            changed = sa.update(_TABLE).where(_TABLE.c.id == key).values(search_text=f"{text} {short}")
            connection.execute(changed)


def downgrade() -> None:
    """What was added does no harm: it is found by more than before."""
