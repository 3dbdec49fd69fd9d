"""Figures about campaigns that outlive a case: daily metrics, load, allowances, the archive."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.figures import MEASURED
from service.store.base import Base, Instant, Money, Sequence, Values, new_id


class Figure(Base):
    """One figure of a channel's day. The latest of its place holds; rows are never changed.

    Counts are kept like amounts, in hundredths. `reason` says why it took the place of another, where that
    took a reason.
    """

    __tablename__ = "figure"
    __table_args__ = (
        # With the value: what is in force, and its sums, are read from the index alone.
        sa.Index("ix_figure_place", "number", "day", "channel", "metric", "seq", "value"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(sa.ForeignKey("case.number"))
    day: Mapped[date]
    channel: Mapped[str]
    metric: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Money)
    source: Mapped[str]
    reason: Mapped[str | None] = mapped_column(sa.Text)
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


CHANNEL_DAYS = sa.Table(
    "channel_day",
    Base.metadata,
    sa.Column("number", sa.ForeignKey("case.number"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    *(sa.Column(metric, Money) for metric in MEASURED),
    sa.Index("ix_channel_day_day", "day"),
)
"""What holds of a channel on a day, a column a metric; NULL is what nobody has reported.

Reckoned from `figure` whenever that is added to: sums over a year read one row where there are dozens.
"""


class LoadSample(Base):
    """System load of a campaign at one moment. `error_rate` is a share (0–1)."""

    __tablename__ = "load_sample"
    __table_args__ = (sa.Index("ix_load_sample_business_key", "business_key", "at"),)

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    business_key: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    qps: Mapped[float | None]
    cpu_ratio: Mapped[float | None]
    p95_latency_ms: Mapped[float | None]
    error_rate: Mapped[float | None]
    cdn_nodes: Mapped[int | None]


class DepartmentAllowance(Base):
    """What a department may spend in a period (for example 2026Q4), CNY."""

    __tablename__ = "department_allowance"

    department: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    granted: Mapped[Decimal] = mapped_column(Money)
    committed: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    spent: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))


class AllowanceCommitment(Base):
    """What one campaign holds of an allowance: a new amount replaces the old, so twice changes nothing."""

    __tablename__ = "allowance_commitment"

    business_key: Mapped[str] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Money)


class ArchivedCampaign(Base):
    """A past approval for reference. `facts` holds the rest of what the archive shows."""

    __tablename__ = "archived_campaign"
    __table_args__ = (sa.Index("ix_archived_campaign_department", "department", "decided_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    business_key: Mapped[str] = mapped_column(unique=True)
    instance_id: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    department: Mapped[str | None]
    brand_line: Mapped[str | None]
    campaign_type: Mapped[str | None]
    tier: Mapped[str | None]
    outcome: Mapped[str | None]
    is_green: Mapped[bool] = mapped_column(default=False)
    budget_total: Mapped[Decimal | None] = mapped_column(Money)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    gross_workdays: Mapped[int | None]
    net_workdays: Mapped[int | None]
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(Values, default=dict)
