"""How long an activity takes since a moment, beside how long it took before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from service.domain.durations import spread
from service.domain.work_clock import WorkClock
from service.engine.figures import Improvements
from service.runtime.statistics.durations import Visit, visits
from service.runtime.step.views import View

_HOURS_A_DAY = 24
Place = tuple[str, str]
"""A process, and an activity that is drawn in it."""


@dataclass(frozen=True)
class PaceView(View):
    """Workdays from opening to answer, of `n` times. None where that is too few to say anything."""

    n: int
    p50: Decimal | None
    p80: Decimal | None


@dataclass(frozen=True)
class ComparisonView(View):
    """An activity before and since a moment; below `fewest` times nothing is said of a side."""

    before: PaceView
    since: PaceView
    fewest: int


def place_of(activity: str) -> Place | None:
    """Return the process and the activity that `process/activity` names; None for other words."""
    process, _, name = activity.partition("/")
    return (process, name) if process and name else None


def begun_to_count(moment: datetime, words: Improvements) -> datetime:
    """Return since when what was answered belongs to the time before a moment."""
    return moment - timedelta(days=words.days_before)


def answered(
    session: Session, places: Iterable[Place], since: datetime, until: datetime
) -> Mapping[Place, Sequence[Visit]]:
    """Return what was answered at these places, of all cases, in one reading."""
    found: dict[Place, list[Visit]] = {place: [] for place in places}
    if found:
        for visit in visits(session, since, until, activities={activity for _, activity in found}):
            if (visit.definition, visit.activity_id) in found:
                found[visit.definition, visit.activity_id].append(visit)
    return found


def compared(
    found: Iterable[Visit], clock: WorkClock, moment: datetime, until: datetime, words: Improvements
) -> ComparisonView:
    """Return how long it took before a moment, and since.

    Before: what was answered in the days that the owners say. Since: what was opened from then on, so that
    nothing counts which had begun the old way, and answered before `until`.
    """
    earliest, before, since = begun_to_count(moment, words), list[float](), list[float]()
    for visit in found:
        if earliest <= visit.answered_at < moment:
            before.append(visit.hours(clock) / _HOURS_A_DAY)
        elif visit.opened_at >= moment and visit.answered_at < until:
            since.append(visit.hours(clock) / _HOURS_A_DAY)
    return ComparisonView(_pace(before, words.fewest), _pace(since, words.fewest), words.fewest)


def _pace(workdays: Sequence[float], fewest: int) -> PaceView:
    found = spread(workdays)
    return PaceView(found.n, *((found.p50, found.p80) if found.n >= fewest else (None, None)))
