"""Figures of a running campaign as they come in: per channel and day, and the load of the system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.metrics import ChannelDay
from service.domain.metrics import LoadSample as Load
from service.errors import NotFound
from service.runtime import identity
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.step.context import Actor, Application
from service.store.models import LoadSample, MetricSample


def record_metrics(app: Application, actor: Actor, business_key: str, samples: Iterable[ChannelDay]) -> int:
    """Keep the samples of a campaign and return how many; a later sample of a channel's day replaces it.

    NotFound when there is no such case, or the actor may not see it.
    """
    require(actor, "sample.record")
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "sample.record")
        _require_case(session, actor, business_key)
        count = 0
        for sample in samples:
            row = _row(session, business_key, sample)
            for field in fields(sample):
                setattr(row, field.name, getattr(sample, field.name))
            row.recorded_by, row.recorded_at = actor.name, app.clock()
            session.add(row)
            session.flush()
            count += 1
        return count


def record_load(app: Application, actor: Actor, business_key: str, sample: Load) -> None:
    """Keep one load sample of a campaign. NotFound as above."""
    require(actor, "sample.record")
    with app.db.begin() as session:
        identity.require_still(app, session, actor, "sample.record")
        _require_case(session, actor, business_key)
        session.add(
            LoadSample(
                business_key=business_key,
                at=sample.at,
                qps=float(sample.qps),
                cpu_ratio=float(sample.cpu),
                p95_latency_ms=float(sample.p95),
                error_rate=float(sample.error_rate),
                cdn_nodes=sample.cdn_nodes,
            )
        )


def _require_case(session: Session, actor: Actor, business_key: str) -> None:
    if not visibility.sees_key(session, actor, business_key):
        raise NotFound(business_key=business_key)


def _row(session: Session, business_key: str, sample: ChannelDay) -> MetricSample:
    same = select(MetricSample).where(
        MetricSample.business_key == business_key,
        MetricSample.day == sample.day,
        MetricSample.channel == sample.channel,
    )
    return session.scalars(same).one_or_none() or MetricSample(business_key=business_key)
