"""Figures of a running campaign, as other systems report them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import AwareDatetime, Field

from service.domain.metrics import ChannelDay, LoadSample
from service.runtime.campaigns import load_reports, measurements
from service.runtime.campaigns.load_reports import LoadReportView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.web.api.section import Body, Section

section = Section("Campaign figures")

_Count = Field(0, ge=0, lt=2**62)
_Money = Field(Decimal(0), ge=0, max_digits=15, decimal_places=2)


class ChannelDayBody(Body):
    """What one channel brought on one day; amounts are CNY, tax included."""

    day: date
    channel: str = Field(min_length=1, max_length=100)
    impressions: int = _Count
    clicks: int = _Count
    visits: int = _Count
    registrations: int = _Count
    orders: int = _Count
    payers: int = _Count
    gmv: Decimal = _Money
    revenue: Decimal = _Money
    refund: Decimal = _Money
    cost: Decimal = _Money
    source: str = Field("api", max_length=100)
    invalid_clicks: int | None = Field(None, ge=0, lt=2**62)
    top_source_clicks: int | None = Field(None, ge=0, lt=2**62)
    night_clicks: int | None = Field(None, ge=0, lt=2**62)
    bounces: int | None = Field(None, ge=0, lt=2**62)


class Metrics(Body):
    """Samples; a later one of the same channel and day replaces the earlier."""

    samples: list[ChannelDayBody] = Field(min_length=1, max_length=1000)


class Load(Body):
    """The system at one moment: `cpu` and `error_rate` are shares (0–1), `p95` is milliseconds."""

    at: AwareDatetime | None = Field(None, description="now, if left out")
    qps: Decimal = Field(ge=0, max_digits=15)
    cpu: Decimal = Field(ge=0, le=1)
    p95: Decimal = Field(ge=0, max_digits=15)
    error_rate: Decimal = Field(ge=0, le=1)
    cdn_nodes: int | None = Field(None, ge=0, le=1_000_000)


@dataclass(frozen=True)
class RecordedView(View):
    """How many samples were kept."""

    recorded: int


@section.post(
    "/campaigns/<business_key>/metrics", returns=RecordedView, status=201, body=Metrics, errors=(403, 404)
)
def record_metrics(app: Application, actor: Actor, business_key: str, body: Metrics) -> RecordedView:
    """Report what channels brought, by day."""
    samples = [ChannelDay(**sample.model_dump()) for sample in body.samples]
    return RecordedView(measurements.record_metrics(app, actor, business_key, samples))


@section.post(
    "/campaigns/<business_key>/load", returns=LoadReportView, status=201, body=Load, errors=(403, 404)
)
def report_load(app: Application, actor: Actor, business_key: str, body: Load) -> LoadReportView:
    """Report the system's load; a response is started if it is time for one and none is running."""
    at: datetime = body.at or app.clock()
    sample = LoadSample(**{**body.model_dump(), "at": at})
    return load_reports.report(app, actor, business_key, sample)
