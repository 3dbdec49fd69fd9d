"""Figures a handler reads and writes beside the process: metrics, load, the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select
from sqlalchemy.orm import Session

from service.domain.figures import MEASURED, Figure, Place
from service.domain.metrics import LoadSample
from service.domain.money import money
from service.runtime.step.step import Step
from service.store import models
from service.store.models import CHANNEL_DAYS, ArchivedCampaign, ProcessInstance
from service.store.writing import table_of, upsert

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
_FIELDS = tuple(each.name for each in fields(Figure))


def figures(session: Session, case: str, first: date | None = None, last: date | None = None) -> list[Figure]:
    """Return every figure that was recorded of a case, oldest first, of these days, both included."""
    row = models.Figure
    query = select(row).where(row.number == case)
    if first is not None:
        query = query.where(row.day >= first)
    if last is not None:
        query = query.where(row.day <= last)
    return [
        Figure(**{name: getattr(each, name) for name in _FIELDS})
        for each in session.scalars(query.order_by(row.seq))
    ]


def in_force(session: Session, case: str, first: date, last: date) -> dict[Place, Figure]:
    """Return the figures of a case that hold, of these days, both included."""
    row = table_of(models.Figure).c
    query = select(*(row[name] for name in _FIELDS)).where(holds(case, first, last))
    found = (Figure(**each._mapping) for each in session.execute(query))
    return {each.place: each for each in found}


def holds(case: str, first: date | None = None, last: date | None = None) -> ColumnElement[bool]:
    """Return a condition on figures: of this case and these days, and nothing has taken their place."""
    row, later = table_of(models.Figure), table_of(models.Figure).alias("later")
    same = [later.c[name] == row.c[name] for name in ("number", "day", "channel", "metric")]
    bounds = [row.c.number == case]
    bounds += [row.c.day >= first] if first is not None else []
    bounds += [row.c.day <= last] if last is not None else []
    return and_(*bounds, ~exists().where(*same, later.c.seq > row.c.seq))


def corrected(session: Session, case: str, most: int) -> list[tuple[Figure, Decimal, bool]]:
    """Return the latest figures that took the place of another, newest first.

    Each with the value before it, and whether it holds.
    """
    row = table_of(models.Figure).c
    several = (
        select(row.day, row.channel, row.metric)
        .where(row.number == case)
        .group_by(row.number, row.day, row.channel, row.metric)
        .having(func.count() > 1)
        .subquery()
    )
    place = ("day", "channel", "metric")
    before, after = (
        each(row.value, type_=row.value.type).over(
            partition_by=[row[name] for name in place], order_by=row.seq
        )
        for each in (func.lag, func.lead)
    )
    told = (
        select(row.seq, *(row[name] for name in _FIELDS), before.label("before"), after.label("after"))
        .join(several, and_(*(several.c[name] == row[name] for name in place)))
        .where(row.number == case)
        .subquery()
    )
    query = select(told).where(told.c.before.is_not(None)).order_by(told.c.seq.desc()).limit(most)
    return [
        (Figure(**{name: each[name] for name in _FIELDS}), each["before"], each["after"] is None)
        for each in session.execute(query).mappings()
    ]


def record(step: Step, new: Iterable[Figure]) -> None:
    """Write figures into the case of a step, as its actor's; the audit vouches for them."""
    who = {"number": step.case, "by": step.actor.name, "at": step.now}
    rows = [{**vars(figure), "value": money(figure.value), **who} for figure in new]
    for row in rows:
        step.cover("figure", row)
    if rows:
        step.session.execute(insert(table_of(models.Figure)), rows)
        _hold(step.session, rows)


def _hold(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Have new figures hold of their channels' days."""
    key = ("number", "day", "channel")
    days: dict[tuple[Any, ...], dict[str, Decimal]] = {}
    for row in rows:
        if row["metric"] in MEASURED:
            days.setdefault(tuple(row[name] for name in key), {})[row["metric"]] = row["value"]
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for place, told in days.items():
        alike.setdefault(tuple(sorted(told)), []).append({**dict(zip(key, place, strict=True)), **told})
    for metrics, values in alike.items():
        statement = upsert(session, CHANNEL_DAYS)
        written = {metric: statement.excluded[metric] for metric in metrics}
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=written), values)


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


def _decimal(value: float | None) -> Decimal:
    return Decimal(str(value))
