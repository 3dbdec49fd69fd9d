"""Numbers of a campaign: per channel and day, system load, traffic, the tables of its closeout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from service.domain import closeout
from service.domain.budget import lines_from
from service.domain.figures import (
    MEASURED,
    Correction,
    changes,
    channel_days,
    corrections,
    figures_of,
    in_force,
)
from service.domain.metrics import ChannelDay, Metric, Totals, load_ratio, totals
from service.domain.money import deviation
from service.domain.plan import START, as_date
from service.domain.targets import daily, targets_of
from service.domain.traffic import traffic_facts
from service.errors import BpmnError, HandlerFailed
from service.handlers import v0_1
from service.handlers.plan import LINES, present_text
from service.handlers.ports import Ports
from service.handlers.topic import PLAN_TEXT, Topic
from service.wording import Text

NO_LOAD_DATA = "no_load_data"
CLOSED = "figures_closed"
"""The fact that the figures of a campaign stand, and nobody corrects them any more."""
CHANNELS = ("channels[].name", "channels[].budget_item", "channels[].expected_impressions")
"""What of the plan's channels the closeout is reckoned from."""
SHARES = ("invalid_rate", "top_source_share", "night_share", "bounce", "cvr")
_LISTED = ("days_without_data", "corrections")
REPORTED = (
    *("channel", "impressions", "clicks", "visits", "registrations", "orders", "payers"),
    *("gmv", "revenue", "refund", "cost", "source"),
)


def collect_metrics(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the day's rows for the morning report and the day's targets; a target nobody set is None."""
    day = _day(params["day"])
    samples, targets = list(ports.metrics(day)), targets_of(day, _sheet(params, ports), ports.words.metrics)
    return {
        "channels": [_reported(sample) for sample in samples],
        "targets": targets,
        "metrics": [_metric(metric, targets, totals(samples)) for metric in daily(ports.words.metrics)],
    }


def record_metrics(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Record what rows of figures say beyond what they were opened with; `shown` were the rows before.

    Rows are of `day`, or name their own; their source is `source` where they name none.

    Once the figures are closed it may still say what nobody had said, but corrects nothing.
    """
    shown = {row.get("channel"): row for row in params.get("shown") or ()}
    figures = [
        figure
        for row in params["channels"] or ()
        for figure in figures_of(_typed(row, shown.get(row.get("channel")) or {}, params), row.get("reason"))
    ]
    days = [figure.day for figure in figures]
    present = in_force(ports.figures(min(days), max(days))) if days else {}
    new = changes(figures, present)
    kept = [each for each in new if each.place in present] if ports.facts.get(CLOSED) else []
    ports.record_figures(each for each in new if each not in kept)
    if kept:
        named = [f"{each.day} {each.channel} {each.metric} {each.value}" for each in kept]
        ports.note("数据已封存，以下更正没有记入", figures=named)
    return {"recorded": len(new) - len(kept)}


def _typed(row: Mapping[str, Any], shown: Mapping[str, Any], params: Mapping[str, Any]) -> ChannelDay:
    """Return what somebody filled in or changed: what they left as it was shown is not theirs."""
    known = {name: row.get(name) for name in MEASURED}
    typed = {name: value for name, value in known.items() if value is not None and value != shown.get(name)}
    source = str(row.get("source") or params.get("source") or "")
    return ChannelDay(
        _day(row.get("day") or params.get("day")), str(row.get("channel") or ""), source=source, **typed
    )


def read_load(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the latest load sample; the error `no_load_data` when none is younger than `within_minutes`."""
    since = ports.now - timedelta(minutes=float(params["within_minutes"]))
    samples = ports.load_samples(since)
    if not samples:
        raise BpmnError(
            NO_LOAD_DATA, Text("no load sample since {since}", since=since.isoformat(timespec="minutes"))
        )
    latest = max(samples, key=lambda sample: sample.at)
    expected = params.get("expected_peak_qps")
    if expected is None:
        expected = present_text(ports).get("expected_peak_qps")
    return {
        "qps": latest.qps,
        "qps_ratio": load_ratio(latest.qps, expected),
        "cpu": latest.cpu,
        "p95": latest.p95,
        "error_rate": latest.error_rate,
        "cdn_nodes": latest.cdn_nodes,
    }


def check_traffic(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the shares by which bought traffic shows, over the whole campaign; None where there are no data.

    Beside them on which of its days nobody reported anything, and which figures were corrected, by whom.
    """
    first, last = _day(params["start_date"]), _day(params["end_date"])
    figures = ports.figures(first, last)
    silent = _days_between(first, last) - {figure.day for figure in figures}
    return {
        **asdict(traffic_facts(channel_days(figures))),
        "days_without_data": sorted(silent),
        "corrections": [_correction(each, ports) for each in corrections(figures)],
    }


def collect_closeout(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the tables the closeout report starts with, and what is still owed in the case."""
    text = present_text(ports)
    lines, channels = lines_from(text.get("lines")), list(text.get("channels") or ())
    samples = _all_samples(_day(params["actual_end_date"]), text, ports)
    outside = str(params.get("outside") or "")
    influencers = closeout.influencer_rows(channels, lines, samples, ports.words.influencers)
    return {
        "spend": [_spend(row) for row in closeout.spend_rows(lines, channels, samples, outside)],
        "kpi_results": _kpi_results(samples, _sheet(params, ports), ports),
        "nps": dict.fromkeys(("before", "before_n", "after", "after_n")),
        "kol": [asdict(row) for row in influencers],
        "open_items": [f"{task.name}（{task.process_key}）尚未完成" for task in ports.open_tasks()],
    }


def _day(value: Any) -> date:
    try:
        day = as_date(value)
    except ValueError as exc:
        raise HandlerFailed(Text("{value} is not a date", value=repr(value))) from exc
    if day is None:
        raise HandlerFailed(Text("a date is missing"))
    return day


def _days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=count) for count in range((last - first).days + 1)}


def _correction(each: Correction, ports: Ports) -> dict[str, Any]:
    after, named = each.after, ports.words.metrics
    metric = named[after.metric].name if after.metric in named else after.metric
    what = {"day": after.day, "channel": after.channel, "metric": metric}
    told = {"before": each.before.value, "value": after.value, "reason": after.reason}
    return {**what, **told, "source": after.source, "by": after.by, "at": after.at}


def _reported(sample: ChannelDay) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in REPORTED}


def _metric(metric: Metric, targets: Mapping[str, Any], sums: Totals) -> dict[str, Any]:
    actual, target = getattr(sums, metric.key), targets[metric.key]
    return {
        "metric": metric.key,
        "name": metric.name,
        "unit": metric.unit,
        "target": target,
        "actual": actual,
        "deviation": deviation(actual, target),
    }


def _sheet(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the answers of the KPI sheet, none while there is none."""
    sheet = ports.submission(str(params.get("sheet") or v0_1.KPI_SHEET))
    return sheet.answers if sheet else {}


def _all_samples(end: date, text: Mapping[str, Any], ports: Ports) -> list[ChannelDay]:
    start = as_date(text.get(START) or ports.facts.get(START)) or end
    return list(ports.metrics(min(start, end), end))


def _spend(row: closeout.SpendRow) -> dict[str, Any]:
    return {
        "budget_item": row.budget_item,
        "budget": row.budget,
        "actual": row.actual,
        "reason": None,
        "invoice_no": None,
    }


def _kpi_results(
    samples: Iterable[ChannelDay], sheet: Mapping[str, Any], ports: Ports
) -> list[dict[str, Any]]:
    actuals = closeout.measured(samples, ports.words.metrics.values())
    return [{**asdict(row), "note": None} for row in closeout.kpi_rows(sheet.get("kpis") or (), actuals)]


METRICS = Topic(
    "metrics.collect",
    collect_metrics,
    inputs=("day", "sheet"),
    required=("day",),
    reads={"sheet": ("{target}", "daily_overrides[].date", "daily_overrides[].{metric}")},
    outputs=("channels", "targets", "metrics"),
    kinds={"channels": "list", "targets": "context", "metrics": "list"},
    only_reads=True,
)
RECORD = Topic(
    "metrics.record",
    record_metrics,
    inputs=("day", "channels", "shown", "source"),
    required=("channels",),
    outputs=("recorded",),
    kinds={"recorded": "number"},
)
LOAD = Topic(
    "load.read",
    read_load,
    inputs=("expected_peak_qps", "within_minutes"),
    required=("within_minutes",),
    reads={PLAN_TEXT: ("expected_peak_qps",)},
    outputs=("qps", "qps_ratio", "cpu", "p95", "error_rate", "cdn_nodes"),
    kinds=dict.fromkeys(("qps", "qps_ratio", "cpu", "p95", "error_rate", "cdn_nodes"), "number"),
    errors=(NO_LOAD_DATA,),
    only_reads=True,
)
TRAFFIC = Topic(
    "traffic.check",
    check_traffic,
    inputs=("start_date", "end_date"),
    required=("start_date", "end_date"),
    outputs=(*SHARES, *_LISTED),
    kinds={**dict.fromkeys(SHARES, "number"), **dict.fromkeys(_LISTED, "list")},
    only_reads=True,
)
CLOSEOUT = Topic(
    "closeout.collect",
    collect_closeout,
    inputs=("actual_end_date", "sheet", "outside"),
    required=("actual_end_date",),
    reads={
        "sheet": tuple(f"kpis[].{key}" for key in ("department", "metric", "target", "unit", "direction")),
        PLAN_TEXT: (*LINES, *CHANNELS, START),
    },
    outputs=("spend", "kpi_results", "nps", "kol", "open_items"),
    kinds={**dict.fromkeys(("spend", "kpi_results", "kol", "open_items"), "list"), "nps": "context"},
    only_reads=True,
)
TOPICS = (METRICS, RECORD, LOAD, TRAFFIC, CLOSEOUT)
