"""One figure per day, channel and metric, only ever added to: what was corrected stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COUNTS = ("impressions", "clicks", "visits", "registrations", "orders", "payers")
_AMOUNTS = ("gmv", "revenue", "refund", "cost")
_SUSPECT = ("invalid_clicks", "top_source_clicks", "night_clicks", "bounces")


def upgrade() -> None:
    op.create_table(
        "figure",
        sa.Column("seq", _number, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("channel", "metric")),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["case.number"], name=op.f("fk_figure_number")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_figure")),
    )
    op.create_index("ix_figure_number", "figure", ["number", "day", "channel", "metric"])
    op.create_index("ix_figure_day", "figure", ["day"])
    for name in (*_COUNTS, *_AMOUNTS, *_SUSPECT):
        _move(name, 1 if name in _AMOUNTS else 100)
    op.drop_table("metric_sample")


def _move(name: str, hundredths: int) -> None:
    """Take over what was recorded of one metric; it is kept in hundredths, as amounts were already."""
    # A case that is not here any more has no figures either.
    statement = (
        'INSERT INTO figure (number, day, channel, metric, value, source, reason, "by", at) '  # noqa: S608
        f"SELECT business_key, day, channel, '{name}', {name} * {hundredths}, source, NULL, recorded_by, "
        f'recorded_at FROM metric_sample WHERE {name} IS NOT NULL AND business_key IN (SELECT number FROM "case") '
        "ORDER BY seq"
    )
    op.get_bind().execute(sa.text(statement))


def downgrade() -> None:
    columns = [sa.Column(name, sa.BigInteger(), nullable=True) for name in (*_COUNTS, *_AMOUNTS, *_SUSPECT)]
    op.create_table(
        "metric_sample",
        sa.Column("seq", _number, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("business_key", "channel", "source")),
        sa.Column("day", sa.Date(), nullable=False),
        *columns,
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_metric_sample")),
        sa.UniqueConstraint(
            "business_key", "day", "channel", name=op.f("uq_metric_sample_business_key_day_channel")
        ),
    )
    op.create_index("ix_metric_sample_day", "metric_sample", ["day"])
    op.drop_table("figure")
