"""Figures of a running campaign, as other systems report them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from flask import request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.domain.metrics import ChannelDay, LoadSample
from service.errors import FieldError, InvalidInput
from service.runtime.campaigns import campaign_metrics, figure_import, load_reports, load_watch, measurements
from service.runtime.campaigns import meeting as meetings
from service.runtime.campaigns.campaign_metrics import MetricsView
from service.runtime.campaigns.figure_import import ImportView, SourceView
from service.runtime.campaigns.figure_rows import Given
from service.runtime.campaigns.load_reports import LoadReportView
from service.runtime.campaigns.load_watch import LoadWatchView
from service.runtime.campaigns.measurements import FigureView
from service.runtime.campaigns.meeting import MeetingView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api import reading
from service.web.api.section import Body, ListOf, Section, Slice

section = Section("Campaign figures")

_Count = Field(None, ge=0, lt=10**15, description="left out: not known, and what is recorded stays")
_Money = Field(
    None, ge=0, max_digits=15, decimal_places=2, description="CNY, tax included; left out as above"
)


class ChannelDayBody(Body):
    """What one channel brought on one day; amounts are CNY, tax included."""

    day: date
    channel: str = Field(min_length=1, max_length=100)
    impressions: int | None = _Count
    clicks: int | None = _Count
    visits: int | None = _Count
    registrations: int | None = _Count
    orders: int | None = _Count
    payers: int | None = _Count
    gmv: Decimal | None = _Money
    revenue: Decimal | None = _Money
    refund: Decimal | None = _Money
    cost: Decimal | None = _Money
    source: str = Field("api", max_length=100)
    invalid_clicks: int | None = _Count
    top_source_clicks: int | None = _Count
    night_clicks: int | None = _Count
    bounces: int | None = _Count
    reason: str | None = Field(
        None,
        max_length=1000,
        description="why it corrects a figure; needed from another source, or later than a day after",
    )


class Metrics(Body):
    """Samples; what a later one says of the same channel and day takes the place of the earlier figure."""

    samples: list[ChannelDayBody] = Field(min_length=1, max_length=1000)


class Load(Body):
    """The system at one moment: `cpu` and `error_rate` are shares (0–1), `p95` is milliseconds."""

    at: AwareDatetime | None = Field(None, description="now, if left out")
    qps: Decimal = Field(ge=0, max_digits=15)
    cpu: Decimal = Field(ge=0, le=1)
    p95: Decimal = Field(ge=0, max_digits=15)
    error_rate: Decimal = Field(ge=0, le=1)
    cdn_nodes: int | None = Field(None, ge=0, le=1_000_000)


class MetricsQuery(BaseModel):
    """Which days, both included, and by what."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid", frozen=True)

    first: date | None = Field(None, alias="from", description="the first day; left out: from the beginning")
    last: date | None = Field(None, alias="to", description="the last day; left out: to the end")
    by: Literal["day", "channel"] = "day"


class MeetingQuery(BaseModel):
    """Which day the meeting is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date | None = Field(None, description="yesterday, if left out; else the campaign's nearest day")


_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"", "false", "0"})
_TABLE = {
    "file": {"type": "string", "format": "binary", "description": "CSV in UTF-8 or GBK, or XLSX"},
    "dry_run": {"type": "boolean", "description": "only say what would happen"},
    "source": {"type": "string", "description": "the layout, by its key; left out: what fits best"},
    "channel": {"type": "string", "description": "the channel of the plan, where the table names none"},
    "reason": {"type": "string", "description": "why figures are corrected, where the table does not say"},
}


@dataclass(frozen=True)
class RecordedView(View):
    """How many samples were kept."""

    recorded: int


@section.post(
    "/campaigns/<business_key>/metrics",
    returns=RecordedView,
    status=201,
    body=Metrics,
    errors=(403, 404, 409),
)
def record_metrics(app: Application, actor: Actor, business_key: str, body: Metrics) -> RecordedView:
    """Report what channels brought, by day; once the campaign has ended, only at the auditor's request."""
    samples = [ChannelDay(**sample.model_dump(exclude={"reason"})) for sample in body.samples]
    reasons = [sample.reason for sample in body.samples]
    return RecordedView(measurements.record_metrics(app, actor, business_key, samples, reasons))


@section.post(
    "/campaigns/<business_key>/metrics/import",
    returns=ImportView,
    files=_TABLE,
    errors=(403, 404, 409, 413, 415, 422),
)
def import_metrics(app: Application, actor: Actor, business_key: str) -> ImportView:
    """Take a table of figures (CSV or XLSX): what can be taken is, the rest is named by row and column.

    With `dry_run` nothing is recorded. The same table again records nothing new.
    """
    file = reading.one_file()
    asked = {name: request.form.get(name, "").strip() or None for name in ("source", "channel", "reason")}
    dry_run = request.form.get("dry_run", request.args.get("dry_run", "")).strip().lower()
    if dry_run not in _TRUE | _FALSE:
        raise InvalidInput(errors=[FieldError("dry_run", "true or false")])
    return figure_import.take(
        app,
        actor,
        business_key,
        file.stream.read(),
        Given(**asked),
        dry_run=dry_run in _TRUE,
        name=file.filename or "",
    )


@section.get("/campaigns/<business_key>/metrics", returns=MetricsView, query=MetricsQuery, errors=(404, 422))
def get_metrics(app: Application, actor: Actor, business_key: str, query: MetricsQuery) -> MetricsView:
    """Return what a campaign brought, by day or by channel, with the ratios of the sums."""
    return campaign_metrics.metrics(app, actor, business_key, query.by, query.first, query.last)


@section.get("/campaigns/<business_key>/meeting", returns=MeetingView, query=MeetingQuery, errors=(404, 422))
def get_meeting(app: Application, actor: Actor, business_key: str, query: MeetingQuery) -> MeetingView:
    """Return what the morning meeting looks at: a day against its targets, what was done, the money."""
    return meetings.meeting(app, actor, business_key, query.day)


@section.get("/figure-sources", returns=ListOf(SourceView), query=Slice)
def list_figure_sources(app: Application, actor: Actor, query: Slice) -> Page[SourceView]:
    """List the layouts of tables that can be imported, as the owners declare them."""
    return query.cut(figure_import.sources(app), lambda source: source.key)


@section.get("/campaigns/<business_key>/figures", returns=ListOf(FigureView), query=Slice, errors=(404,))
def list_figures(app: Application, actor: Actor, business_key: str, query: Slice) -> Page[FigureView]:
    """List every figure recorded, with source, author and time; what was corrected stays, oldest first."""
    found = measurements.figures(app, actor, business_key)
    numbered = {id(view): str(place) for place, view in enumerate(found)}
    return query.cut(found, lambda view: numbered[id(view)])


@section.post(
    "/campaigns/<business_key>/load", returns=LoadReportView, status=201, body=Load, errors=(403, 404)
)
def report_load(app: Application, actor: Actor, business_key: str, body: Load) -> LoadReportView:
    """Report the system's load; a response is started if it is time for one and none is running."""
    at: datetime = body.at or app.clock()
    sample = LoadSample(**{**body.model_dump(), "at": at})
    return load_reports.report(app, actor, business_key, sample)


@section.get("/campaigns/<business_key>/load", returns=LoadWatchView, errors=(404,))
def get_load(app: Application, actor: Actor, business_key: str) -> LoadWatchView:
    """Return the system's load of the last day, with the limits of the owners' table."""
    return load_watch.watch(app, actor, business_key)
