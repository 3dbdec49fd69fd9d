"""What the record itself proposes to improve: the slowest step, the most returned, the most overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.runtime.statistics import activities
from service.runtime.statistics.activities import ActivityStatisticsView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View

FEWEST = 5
"""What was done fewer times proposes nothing."""
SLOW, RETURNED, OVERDUE = "slow", "returned", "overdue"


@dataclass(frozen=True)
class ProposalView(View):
    """An activity to look at, done `n` times.

    `kind`: `slow`, with hours (P80) as its `value`; `returned` or `overdue`, with a share.
    """

    kind: str
    definition: str
    activity_id: str
    name: str
    lane: str | None
    value: Decimal
    n: int


def find(
    app: Application, actor: Actor, *, first: date | None = None, last: date | None = None
) -> tuple[ProposalView, ...]:
    """Return what stands out of what was answered in these days, a quarter without any."""
    return tuple(proposed(activities.find(app, actor, first=first, last=last)))


def proposed(found: Sequence[ActivityStatisticsView]) -> Iterator[ProposalView]:
    """Yield the activity that stands out most, of each kind in which any does."""
    known = [each for each in found if each.n >= FEWEST]
    kinds: dict[str, Callable[[ActivityStatisticsView], Decimal]] = {
        SLOW: lambda each: each.total.p80 or Decimal(0),
        RETURNED: lambda each: _share(each.returned, each.n),
        OVERDUE: lambda each: _share(each.overdue, each.n),
    }
    for kind, measure in kinds.items():
        worst = max(known, key=measure, default=None)
        if worst is not None and measure(worst) > 0:
            place = (worst.definition, worst.activity_id, worst.name, worst.lane)
            yield ProposalView(kind, *place, measure(worst), worst.n)


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(Decimal("0.001"))
