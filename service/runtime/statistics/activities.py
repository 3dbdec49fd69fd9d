"""What each activity is like: how long it waits, how long it is worked at, how often it sends back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.domain.durations import Spread, spread
from service.domain.work_clock import WorkClock
from service.engine.organisation import Organisation
from service.runtime.identity.rights import require
from service.runtime.statistics.cycle_times import RIGHT
from service.runtime.statistics.durations import Visit, visits
from service.runtime.statistics.periods import period
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import TASKS, ProcessInstance

DAYS = 90
_GOOD = ("", "good")
_Place = tuple[str, str]


@dataclass(frozen=True)
class HoursView(View):
    """Hours on workdays (24 to a workday) of `n` visits; None where there was none."""

    n: int
    mean: Decimal | None
    p50: Decimal | None
    p80: Decimal | None
    p95: Decimal | None


@dataclass(frozen=True)
class ActivityStatisticsView(View):
    """What was answered at one activity. `waiting`: until somebody took the task, or answered without taking
    it; `working`: from then to the answer, known of those that were taken; `total`: both.

    `returned` were answered with a conclusion that is not good, each counted in `conclusions`; `overdue` were
    answered late. `open` and `open_overdue` wait now, whenever they were opened.
    """

    definition: str
    activity_id: str
    name: str
    lane: str | None
    n: int
    waiting: HoursView
    working: HoursView
    total: HoursView
    returned: int
    overdue: int
    conclusions: Mapping[str, int]
    open: int
    open_overdue: int


@dataclass
class _Gathered:
    name: str = ""
    lane: str | None = None
    waiting: list[float] = field(default_factory=list)
    working: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    overdue: int = 0
    conclusions: Counter[str] = field(default_factory=Counter)


def find(
    app: Application,
    actor: Actor,
    *,
    definition: str | None = None,
    version: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> tuple[ActivityStatisticsView, ...]:
    """Return every activity that was answered in these days (a quarter without any) or waits now.

    `definition`: those drawn in this process, and those of its instances wherever drawn; `version`: of
    instances whose own process has that version.
    """
    require(actor, RIGHT)
    now = app.clock()
    days = period(first, last, now, DAYS)
    with app.db.read() as session:
        organisation = app.live(session=session).model.organisation
        clock = WorkClock(organisation.calendar)
        gathered = _gather(
            visits(session, days.since, days.until, definition=definition, version=version), clock
        )
        waiting = _open(session, definition, version, now)
    for place, (name, lane, _, _) in waiting.items():
        known = gathered.setdefault(place, _Gathered(name, lane))
        known.name = known.name or name
    return tuple(
        _view(place, gathered[place], waiting.get(place, ("", None, 0, 0))[2:], organisation)
        for place in sorted(gathered)
    )


def _gather(found: Iterable[Visit], clock: WorkClock) -> dict[_Place, _Gathered]:
    gathered: dict[_Place, _Gathered] = {}
    for visit in found:
        one = gathered.setdefault((visit.definition, visit.activity_id), _Gathered())
        # They come in their order: what it is called last counts.
        one.name, one.lane = visit.name, visit.lane
        one.waiting.append(visit.waiting_hours(clock))
        one.total.append(visit.hours(clock))
        working = visit.working_hours(clock)
        if working is not None:
            one.working.append(working)
        one.overdue += visit.is_overdue
        if visit.conclusion:
            one.conclusions[visit.conclusion] += 1
    return gathered


def _open(
    session: Session, definition: str | None, version: int | None, now: datetime
) -> dict[_Place, tuple[str, str | None, int, int]]:
    """Return name, lane, how many tasks of an activity wait now, and how many of them are late."""
    task = TASKS.c
    late = func.count().filter(task.due_at < now)
    query = (
        select(
            task.definition, task.activity_id, func.max(task.name), func.max(task.lane), func.count(), late
        )
        .where(task.state == "open", task.kind == "drawn")
        .group_by(task.definition, task.activity_id)
    )
    if definition is not None or version is not None:
        query = query.join(ProcessInstance, ProcessInstance.id == task.instance_id)
    if version is not None:
        query = query.where(ProcessInstance.definition_version == version)
    if definition is not None:
        query = query.where(or_(task.definition == definition, ProcessInstance.definition == definition))
    return {(process, activity): (*rest,) for process, activity, *rest in session.execute(query)}


def _view(
    place: _Place, one: _Gathered, waits: tuple[int, int], organisation: Organisation
) -> ActivityStatisticsView:
    returned = sum(
        count for said, count in one.conclusions.items() if organisation.tone_of(said) not in _GOOD
    )
    return ActivityStatisticsView(
        *place,
        name=one.name,
        lane=one.lane,
        n=len(one.total),
        waiting=_hours(spread(one.waiting)),
        working=_hours(spread(one.working)),
        total=_hours(spread(one.total)),
        returned=returned,
        overdue=one.overdue,
        conclusions=dict(one.conclusions.most_common()),
        open=waits[0],
        open_overdue=waits[1],
    )


def _hours(found: Spread) -> HoursView:
    return HoursView(found.n, found.mean, found.p50, found.p80, found.p95)
