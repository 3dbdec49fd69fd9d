"""What was done about a metric that was off, and whether it helped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.domain.metrics import Metric, Totals
from service.domain.money import decimal, deviation
from service.domain.workdays import local_day
from service.handlers.ports import Submission
from service.runtime.campaigns.campaign_metrics import rounded
from service.runtime.step.views import View

_ROWS = "adjustments"
"""The rows of the form of adjustments."""


@dataclass(frozen=True)
class DoneView(View):
    """What was done about a metric on a day, and how that metric was before and on the next day known.

    `helped`: nearer to the target than before; None while nobody can say.
    """

    metric: str
    day: date
    action: str
    detail: str
    result: str
    by: str
    before: Decimal | None
    after: Decimal | None
    after_day: date | None
    target: Decimal | None
    helped: bool | None
    instance_id: str


def last_of_each(
    adjustments: Sequence[Submission], metrics: Sequence[Metric]
) -> Iterable[tuple[Metric, Submission, Mapping[str, Any]]]:
    """Yield the last adjustment of each metric."""
    for metric in metrics:
        told = [
            (each, row)
            for each in reversed(adjustments)
            for row in each.answers.get(_ROWS) or ()
            if row.get("metric") == metric.key
        ]
        if told:
            yield metric, *told[0]


def judged(
    metric: Metric, said: Submission, row: Mapping[str, Any], by_day: Mapping[date, Totals]
) -> DoneView:
    """Return an adjustment with how the metric was before it, and on the next day that is known."""
    day = local_day(said.at)
    # Of the day on which it was done nobody knows what was before and what after.
    known = ((each, getattr(sums, metric.key)) for each, sums in by_day.items() if each > day)
    after_day, after = next(((each, value) for each, value in known if value is not None), (None, None))
    before, target = row.get("actual"), row.get("target")
    was, is_now = deviation(before, target), deviation(after, target)
    return DoneView(
        metric=metric.key,
        day=day,
        action=str(row.get("action") or ""),
        detail=str(row.get("detail") or ""),
        result=str(row.get("result") or ""),
        by=said.by,
        before=None if before is None else rounded(decimal(before)),
        after=rounded(after),
        after_day=after_day,
        target=None if target is None else decimal(target),
        helped=None if was is None or is_now is None else abs(is_now) < abs(was),
        instance_id=said.instance_id,
    )
