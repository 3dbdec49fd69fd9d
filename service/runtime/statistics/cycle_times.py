"""How long deciding takes in workdays: gross, and net of the applicant's rework; what took long, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.durations import Span, merged, spread
from service.domain.workdays import ZONE, Calendar, workdays_between
from service.engine.case.schema import CaseSchema
from service.errors import FieldError, InvalidInput
from service.runtime.identity import visibility
from service.runtime.identity.rights import require
from service.runtime.statistics.decided import Decided, decided
from service.runtime.statistics.periods import period
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import TASKS, ProcessInstance
from service.wording import Text

RIGHT = "statistics.read"
DAYS = 365
MONTH, TIER, DEPARTMENT, CHANNEL = "month", "tier", "department", "channel"
BY = (MONTH, TIER, DEPARTMENT, CHANNEL)
MOST_SLOW = 50
MOST_CAUSES = 3

Keys = Callable[[Session, Sequence[Decided]], Mapping[str, tuple[str, ...]]]
"""Finds out under which keys a case is counted, by its number; for what instances alone do not tell."""


@dataclass(frozen=True)
class WorkdaysView(View):
    """Durations of `n` cases in workdays; `over_target`: those over what `case.yaml` aims at.

    `over_7` is the same number under the name that clients of the API know it by.
    """

    n: int
    mean: Decimal | None
    p50: Decimal | None
    p80: Decimal | None
    p95: Decimal | None
    over_target: int
    over_7: int


@dataclass(frozen=True)
class PaceView(View):
    """Gross, and net of the time a case was back with its applicant."""

    gross: WorkdaysView
    net: WorkdaysView


@dataclass(frozen=True)
class PaceGroupView(View):
    """The cases of one month, tier, department or channel; `green` are those of the urgent way, apart."""

    key: str
    label: str
    gross: WorkdaysView
    net: WorkdaysView
    green: PaceView


@dataclass(frozen=True)
class CauseView(View):
    """An activity that took up a case: on how many workdays, in how many visits."""

    activity_id: str
    name: str
    lane: str | None
    workdays: int
    visits: int


@dataclass(frozen=True)
class SlowCaseView(View):
    """A case over the target; `because`: the activities that took longest, `rework`: the applicant's part."""

    instance_id: str
    number: str
    title: str
    department: str | None
    tier: str
    green: bool
    submitted_at: datetime
    decided_at: datetime
    gross: int
    net: int
    rework: int
    because: tuple[CauseView, ...]


@dataclass(frozen=True)
class CycleTimeView(View):
    """How long deciding took. `over` are the slowest cases over the target that the asker may see.

    `target` is None where `case.yaml` does not say how the pace is reckoned: then no case is counted.
    """

    definition: str | None
    since: date
    until: date
    by: str
    target: tuple[int, int] | None
    gross: WorkdaysView
    net: WorkdaysView
    green: PaceView
    groups: tuple[PaceGroupView, ...]
    over: tuple[SlowCaseView, ...]


def find(
    app: Application,
    actor: Actor,
    *,
    definition: str | None = None,
    first: date | None = None,
    last: date | None = None,
    by: str = MONTH,
    channels: Keys | None = None,
) -> CycleTimeView:
    """Return how long it took to decide the cases that were decided in these days, a year without any.

    `definition`: the process that leads them, None for the main one. `channels` tells the channels of cases.
    InvalidInput for what cannot be asked.
    """
    require(actor, RIGHT)
    if by not in BY or (by == CHANNEL and channels is None):
        raise InvalidInput(errors=[FieldError("by", Text("one of {choices}", choices=", ".join(BY)))])
    days = period(first, last, app.clock(), DAYS)
    with app.db.read() as session:
        schema = app.live(session=session).model.case
        process = definition or schema.main
        found = decided(app, session, schema, days, process)
        keys = channels(session, found) if by == CHANNEL and channels else _keys(found, by)
        target = (schema.pace.least, schema.pace.most) if schema.pace else None
        most = target[1] if target else 0
        slow = _slow(app, session, actor, [each for each in found if each.gross > most])
    usual, green = pace_of(found, most)
    return CycleTimeView(
        definition=process,
        since=days.first,
        until=days.last,
        by=by,
        target=target,
        gross=usual.gross,
        net=usual.net,
        green=green,
        groups=_groups(found, keys, most, _labels(schema, by)),
        over=slow,
    )


def pace_of(found: Sequence[Decided], most: int) -> tuple[PaceView, PaceView]:
    """Return the pace of cases, and apart that of those which are counted by themselves."""
    parts = ([each for each in found if each.is_apart is apart] for apart in (False, True))
    usual, apart = (
        PaceView(_workdays((each.gross for each in part), most), _workdays((each.net for each in part), most))
        for part in parts
    )
    return usual, apart


def _workdays(values: Iterable[int], most: int) -> WorkdaysView:
    found = spread(values, most)
    return WorkdaysView(found.n, found.mean, found.p50, found.p80, found.p95, found.over, found.over)


def _keys(found: Sequence[Decided], by: str) -> Mapping[str, tuple[str, ...]]:
    told: Mapping[str, Callable[[Decided], str]] = {
        MONTH: lambda each: each.decided.astimezone(ZONE).strftime("%Y-%m"),
        TIER: lambda each: each.tier,
        DEPARTMENT: lambda each: each.department or "",
    }
    return {each.number: (told[by](each),) for each in found}


def _labels(schema: CaseSchema, by: str) -> Mapping[str, str]:
    """Return what the owners call the groups, in their order; nothing where the key says it."""
    fact = schema.facts.get(schema.pace.tier) if by == TIER and schema.pace else None
    return fact.values if fact is not None else {}


def _groups(
    found: Sequence[Decided], keys: Mapping[str, tuple[str, ...]], most: int, labels: Mapping[str, str]
) -> tuple[PaceGroupView, ...]:
    groups: dict[str, list[Decided]] = {}
    for each in found:
        for key in keys.get(each.number, ("",)) or ("",):
            groups.setdefault(key, []).append(each)
    order = {key: place for place, key in enumerate(labels)}
    views = []
    for key in sorted(groups, key=lambda key: (order.get(key, len(order)), key)):
        usual, green = pace_of(groups[key], most)
        views.append(PaceGroupView(key, labels.get(key, key), usual.gross, usual.net, green))
    return tuple(views)


def _slow(
    app: Application, session: Session, actor: Actor, found: Sequence[Decided]
) -> tuple[SlowCaseView, ...]:
    """Return the slowest of these cases that the actor sees, and what took so long in each."""
    slowest = sorted(found, key=lambda each: (-each.gross, each.number))
    ids = [each.instance_id for each in slowest]
    seen: set[str] = set()
    for start in range(0, len(ids), 500):
        query = select(ProcessInstance.id).where(ProcessInstance.id.in_(ids[start : start + 500]))
        seen.update(session.scalars(query.where(visibility.condition(actor))))
        if len(seen) >= MOST_SLOW:
            break
    shown = [each for each in slowest if each.instance_id in seen][:MOST_SLOW]
    causes = _causes(session, shown, app.calendar(session=session))
    return tuple(
        SlowCaseView(
            instance_id=each.instance_id,
            number=each.number,
            title=each.title,
            department=each.department,
            tier=each.tier,
            green=each.is_apart,
            submitted_at=each.begun,
            decided_at=each.decided,
            gross=each.gross,
            net=each.net,
            rework=each.gross - each.net,
            because=causes.get(each.instance_id, ()),
        )
        for each in shown
    )


def _causes(
    session: Session, found: Sequence[Decided], calendar: Calendar
) -> dict[str, tuple[CauseView, ...]]:
    """Return what was asked of people in each case while it was decided: the activities that took longest."""
    task, cases = TASKS.c, {each.instance_id: each for each in found}
    query = select(
        *(task.instance_id, task.activity_id, task.name, task.lane, task.opened_at, task.completed_at)
    ).where(task.instance_id.in_(cases), task.kind == "drawn")
    spans: dict[str, dict[tuple[str, str, str | None], list[Span]]] = {}
    for instance, activity, name, lane, opened, closed in session.execute(query):
        case = cases[instance]
        within = max(opened, case.begun), min(closed or case.decided, case.decided)
        if within[0] < within[1]:
            spans.setdefault(instance, {}).setdefault((activity, name, lane), []).append(within)
    return {
        instance: _longest(
            CauseView(
                *place,
                workdays=sum(workdays_between(*span, calendar) for span in merged(visits)),
                visits=len(visits),
            )
            for place, visits in activities.items()
        )
        for instance, activities in spans.items()
    }


def _longest(causes: Iterable[CauseView]) -> tuple[CauseView, ...]:
    ordered = sorted(causes, key=lambda each: (-each.workdays, each.activity_id))
    return tuple(each for each in ordered[:MOST_CAUSES] if each.workdays)
