"""What a day is measured against: the daily targets of the KPI sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.domain.metrics import Metric
from service.domain.plan import as_date


def daily(metrics: Mapping[str, Metric]) -> list[Metric]:
    """Return the metrics that have a daily target, in the owners' order."""
    return [metric for metric in metrics.values() if metric.target]


def targets_of(day: date, sheet: Mapping[str, Any], metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """Return the targets of a day by metric: the special ones of that day, else the ordinary, or None."""
    rows = sheet.get("daily_overrides") or ()
    special: Mapping[str, Any] = next((row for row in rows if as_date(row.get("date")) == day), {})
    base = {metric.key: sheet.get(metric.target) for metric in daily(metrics)}
    return base | {key: special[key] for key in base if special.get(key) is not None}
