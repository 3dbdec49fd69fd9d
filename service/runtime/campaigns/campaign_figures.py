"""Figures a handler reads and writes beside the process: metrics, load, the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.metrics import ChannelDay, LoadSample
from service.store import models
from service.store.models import ArchivedCampaign, ProcessInstance

_ARCHIVE_COLUMNS = {
    "name": "name",
    "department": "department",
    "brand_line": "brand_line",
    "type": "campaign_type",
    "tier": "tier",
    "outcome": "outcome",
    "budget_total": "budget_total",
    "submitted_at": "submitted_at",
    "decided_at": "decided_at",
    "archived_at": "closed_at",
    "approval_workdays": "gross_workdays",
    "net_workdays": "net_workdays",
}
_CHANNEL_FIELDS = tuple(each.name for each in fields(ChannelDay))


def metrics(session: Session, case: str, first: date, last: date) -> list[ChannelDay]:
    """Return the samples of a case per channel and day, both days included."""
    sample = models.MetricSample
    query = select(sample).where(sample.business_key == case, sample.day >= first, sample.day <= last)
    return [_channel_day(row) for row in session.scalars(query.order_by(sample.day, sample.channel))]


def load_samples(session: Session, case: str, since: datetime) -> list[LoadSample]:
    """Return the load samples of a case since then, oldest first; those without all figures are left out."""
    sample = models.LoadSample
    query = select(sample).where(sample.business_key == case, sample.at >= since).order_by(sample.at)
    return [
        LoadSample(
            at=row.at,
            qps=_decimal(row.qps),
            cpu=_decimal(row.cpu_ratio),
            p95=_decimal(row.p95_latency_ms),
            error_rate=_decimal(row.error_rate),
            cdn_nodes=row.cdn_nodes,
        )
        for row in session.scalars(query)
        if None not in (row.qps, row.cpu_ratio, row.p95_latency_ms, row.error_rate)
    ]


def archive(session: Session, instance: ProcessInstance, case: str, facts: Mapping[str, Any]) -> None:
    """Write the campaign's entry among the archived approvals, or add to the one it has."""
    row = _entry(session, case)
    if row is None:
        row = ArchivedCampaign(business_key=case, instance_id=instance.id, name=instance.title, facts={})
        row.department = instance.department
        session.add(row)
    for fact, column in _ARCHIVE_COLUMNS.items():
        if facts.get(fact) is not None:
            setattr(row, column, facts[fact])
    if row.budget_total is None and facts.get("plan_total") is not None:
        row.budget_total = facts["plan_total"]
    row.is_green = bool(row.is_green) or facts.get("urgency") == "green"
    row.facts = {**row.facts, **facts}
    row.search_text = " ".join(filter(None, [row.name, case, row.department, row.brand_line])).lower()


def _entry(session: Session, case: str) -> ArchivedCampaign | None:
    # Another handler of the same step may have made it: then it is not in the table yet.
    fresh = (each for each in session.new if isinstance(each, ArchivedCampaign))
    stored = select(ArchivedCampaign).where(ArchivedCampaign.business_key == case)
    made_now = next((each for each in fresh if each.business_key == case), None)
    return made_now or session.scalars(stored).one_or_none()


def _channel_day(row: models.MetricSample) -> ChannelDay:
    known = {name: getattr(row, name, None) for name in _CHANNEL_FIELDS}
    return ChannelDay(**{name: value for name, value in known.items() if value is not None})


def _decimal(value: float | None) -> Decimal:
    return Decimal(str(value))
