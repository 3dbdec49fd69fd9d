"""Figures in force, and their sums, come out of one index: a year of a campaign is a hundred thousand rows."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_PLACE = ("number", "day", "channel", "metric")


def upgrade() -> None:
    op.drop_index("ix_figure_number", "figure")
    op.create_index("ix_figure_place", "figure", [*_PLACE, "seq", "value"])


def downgrade() -> None:
    op.drop_index("ix_figure_place", "figure")
    op.create_index("ix_figure_number", "figure", [*_PLACE])
