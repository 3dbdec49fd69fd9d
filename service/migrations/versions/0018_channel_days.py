"""What holds of a channel on a day stands in one row, so that sums over a year of all campaigns are quick."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COUNTS = ("impressions", "clicks", "visits", "registrations", "orders", "payers")
_AMOUNTS = ("gmv", "revenue", "refund", "cost")
_SUSPECT = ("invalid_clicks", "top_source_clicks", "night_clicks", "bounces")
_METRICS = (*_COUNTS, *_AMOUNTS, *_SUSPECT)


def upgrade() -> None:
    op.create_table(
        "channel_day",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        *(sa.Column(metric, sa.BigInteger(), nullable=True) for metric in _METRICS),
        sa.ForeignKeyConstraint(["number"], ["case.number"], name=op.f("fk_channel_day_number")),
        sa.PrimaryKeyConstraint("number", "day", "channel", name=op.f("pk_channel_day")),
    )
    op.create_index("ix_channel_day_day", "channel_day", ["day"])
    columns = ", ".join(f"MAX(CASE WHEN f.metric = '{metric}' THEN f.value END)" for metric in _METRICS)
    known = ", ".join(f"'{metric}'" for metric in _METRICS)
    op.execute(
        f"INSERT INTO channel_day (number, day, channel, {', '.join(_METRICS)}) "  # noqa: S608
        f"SELECT f.number, f.day, f.channel, {columns} FROM figure f WHERE f.metric IN ({known}) "
        "AND NOT EXISTS (SELECT 1 FROM figure l WHERE l.number = f.number AND l.day = f.day "
        "AND l.channel = f.channel AND l.metric = f.metric AND l.seq > f.seq) "
        "GROUP BY f.number, f.day, f.channel"
    )
    op.drop_index("ix_figure_day", "figure")


def downgrade() -> None:
    op.create_index("ix_figure_day", "figure", ["day"])
    op.drop_table("channel_day")
