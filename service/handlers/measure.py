"""Numbers of a campaign: per channel and day, system load, traffic, the tables of its closeout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from service.domain import closeout
from service.domain.budget import lines_from
from service.domain.metrics import ChannelDay, Totals, load_ratio, totals
from service.domain.money import deviation
from service.domain.plan import as_date
from service.domain.traffic import traffic_facts
from service.errors import BpmnError, HandlerFailed
from service.handlers.plan import present_text
from service.handlers.ports import Ports
from service.handlers.topic import Topic
from service.wording import Text

NO_LOAD_DATA = "no_load_data"
REPORTED = (
    *("channel", "impressions", "clicks", "visits", "registrations", "orders", "payers"),
    *("gmv", "revenue", "refund", "cost", "source"),
)
CORE_METRICS = {"ctr": ("点击率", "%"), "cvr": ("转化率", "%"), "aov": ("客单价", "元")}


def collect_metrics(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the day's rows for the morning report and the day's targets; a target nobody set is None."""
    day = _day(params["day"])
    samples, targets = list(ports.metrics(day)), _targets(day, ports)
    return {
        "channels": [_reported(sample) for sample in samples],
        "targets": targets,
        "metrics": [_metric(name, targets, totals(samples)) for name in CORE_METRICS],
    }


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
    """Return the shares by which bought traffic shows, over the whole campaign."""
    return asdict(traffic_facts(ports.metrics(_day(params["start_date"]), _day(params["end_date"]))))


def collect_closeout(params: Mapping[str, Any], ports: Ports) -> Mapping[str, Any]:
    """Return the tables the closeout report starts with, and what is still owed in the case."""
    text = present_text(ports)
    lines, channels = lines_from(text.get("lines")), list(text.get("channels") or ())
    samples = _all_samples(_day(params["actual_end_date"]), text, ports)
    return {
        "spend": [_spend(row) for row in closeout.spend_rows(lines, channels, samples)],
        "kpi_results": _kpi_results(samples, ports),
        "nps": dict.fromkeys(("before", "before_n", "after", "after_n")),
        "kol": [asdict(row) for row in closeout.influencer_rows(channels, lines, samples)],
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


def _reported(sample: ChannelDay) -> dict[str, Any]:
    return {name: getattr(sample, name) for name in REPORTED}


def _metric(name: str, targets: Mapping[str, Any], sums: Totals) -> dict[str, Any]:
    actual, (title, unit) = getattr(sums, name), CORE_METRICS[name]
    return {
        "metric": name,
        "name": title,
        "unit": unit,
        "target": targets[name],
        "actual": actual,
        "deviation": deviation(actual, targets[name]),
    }


def _targets(day: date, ports: Ports) -> dict[str, Any]:
    sheet = ports.submission("fill_kpi_sheet")
    answers = sheet.answers if sheet else {}
    base = {name: answers.get(f"{name}_target") for name in CORE_METRICS}
    special: Mapping[str, Any] = next(
        (row for row in answers.get("daily_overrides") or () if as_date(row.get("date")) == day), {}
    )
    return base | {name: special[name] for name in CORE_METRICS if special.get(name) is not None}


def _all_samples(end: date, text: Mapping[str, Any], ports: Ports) -> list[ChannelDay]:
    start = as_date(text.get("start_date") or ports.variables.get("start_date")) or end
    return list(ports.metrics(min(start, end), end))


def _spend(row: closeout.SpendRow) -> dict[str, Any]:
    return {
        "budget_item": row.budget_item,
        "budget": row.budget,
        "actual": row.actual,
        "reason": None,
        "invoice_no": None,
    }


def _kpi_results(samples: Iterable[ChannelDay], ports: Ports) -> list[dict[str, Any]]:
    sheet = ports.submission("fill_kpi_sheet")
    kpis = sheet.answers.get("kpis") if sheet else ()
    return [
        {**asdict(row), "note": None} for row in closeout.kpi_rows(kpis or (), closeout.measured(samples))
    ]


METRICS = Topic(
    "metrics.collect",
    "汇集当日数据",
    collect_metrics,
    inputs=("day",),
    required=("day",),
    outputs=("channels", "targets", "metrics"),
)
LOAD = Topic(
    "load.read",
    "读取系统负载",
    read_load,
    inputs=("expected_peak_qps", "within_minutes"),
    required=("within_minutes",),
    outputs=("qps", "qps_ratio", "cpu", "p95", "error_rate", "cdn_nodes"),
    errors=(NO_LOAD_DATA,),
)
TRAFFIC = Topic(
    "traffic.check",
    "核查流量",
    check_traffic,
    inputs=("start_date", "end_date"),
    required=("start_date", "end_date"),
    outputs=("invalid_rate", "top_source_share", "night_share", "bounce", "cvr"),
)
CLOSEOUT = Topic(
    "closeout.collect",
    "汇集结案数据",
    collect_closeout,
    inputs=("actual_end_date",),
    required=("actual_end_date",),
    outputs=("spend", "kpi_results", "nps", "kol", "open_items"),
)
TOPICS = (METRICS, LOAD, TRAFFIC, CLOSEOUT)
