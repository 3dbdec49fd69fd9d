"""What a set of drawings would do with the company's work: simulated on the record, beside what is live."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.work_clock import WorkClock
from service.engine.definition import Model
from service.errors import Conflict
from service.runtime.campaigns.allowances import all_of
from service.runtime.forecasting import record as records
from service.runtime.forecasting.habits import Durations
from service.runtime.forecasting.premises import Elsewhere
from service.runtime.forecasting.record import Place, Record
from service.runtime.forecasting.running import Ground
from service.runtime.forecasting.simulating import OWN, Lived, Setting, Simulated, Worked, simulate
from service.runtime.forecasting.telling import FEW_CASES
from service.runtime.step.context import Application
from service.runtime.step.views import View
from service.store.models import User, UserGroup
from service.wording import Text

PARTS = 2
"""A simulation is several of fewer cases, each of which begins with nobody busy: one for each processor."""
_NICENESS = 10
_WARM_UP = 10
"""The first tenth of the cases of a part meets empty desks, and is not counted."""


@dataclass(frozen=True)
class Times(View):
    """Durations in `unit`: how many, and below which half, four of five and nineteen of twenty lie."""

    n: int
    p50: float | None
    p80: float | None
    p95: float | None
    unit: str


@dataclass(frozen=True)
class ActivityLoad(View):
    """An activity: how often it was done, how long it waited for somebody and was worked on (hours at work).

    `samples` durations stand behind it; of fewer than five those of all activities were drawn from.
    """

    definition: str
    activity_id: str
    name: str
    n: int
    waiting: Times
    working: Times
    samples: int


@dataclass(frozen=True)
class GroupLoad(View):
    """A group: how many people, hours at work, which share of their time, how many tasks wait on average."""

    group: str
    people: int
    hours: float
    share: float
    queue: float
    waiting: Times


@dataclass(frozen=True)
class SimulationView(View):
    """What became of so many cases. Workdays have office hours; `refused` and `unfinished` are shares.

    `beside` is the same with the drawings compared with.
    """

    cases: int
    counted: int
    seed: str
    cycle_workdays: Times
    life_workdays: Times
    refused: float
    unfinished: float
    activities: tuple[ActivityLoad, ...]
    load: tuple[GroupLoad, ...]
    stuck: tuple[str, ...]
    samples: int
    record_cases: int
    beside: SimulationView | None = None


def run(
    app: Application,
    files: Mapping[str, bytes],
    *,
    cases: int,
    seed: str,
    beside: Mapping[str, bytes] | None = None,
    a_week: float | None = None,
    processes: int = PARTS,
) -> SimulationView:
    """Simulate so many cases through the drawings, `a_week` of them or as often as they came, and return it.

    Conflict where the record knows too few cases. With one process it is done in this one.
    """
    with app.db.read() as session:
        calendar, now = app.calendar(session=session), app.clock()
        model = Model.load(files)
        record = records.read(session, calendar, main=model.case.main)
        if len(record.donors) < FEW_CASES:
            raise Conflict(
                Text(
                    "Too little data: {cases} cases are known, a simulation needs {needed}.",
                    cases=len(record.donors),
                    needed=FEW_CASES,
                )
            )
        staff, allowances = _staff(session), all_of(session)
    gaps = _gaps(record, a_week)
    share = ceil(cases / PARTS)
    sets = [files] if beside is None else [files, beside]
    work = [
        (
            Ground(each, calendar, dict(app.handlers), Elsewhere((), allowances)),
            record,
            Setting(min(share, cases - part * share), now, gaps, staff, f"{seed}/{part}"),
        )
        for each in sets
        for part in range(PARTS)
        if cases > part * share
    ]
    done = _all(work, processes)
    half = len(done) // len(sets)
    view = _told(model, record, staff, cases, seed, done[:half])
    if beside is None:
        return view
    other = _told(Model.load(beside), record, staff, cases, seed, done[half:])
    return SimulationView(**{**vars(view), "beside": other})


def _all(work: Sequence[tuple[Ground, Record, Setting]], processes: int) -> list[Simulated]:
    """Return every part, simulated on as many processors as there are."""
    if min(processes, len(work), os.cpu_count() or 1) < 2:
        return [simulate(*each) for each in work]
    # Started anew, not forked: a V8 isolate of ours never answers in a child.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _step_back) as pool:
        return list(pool.map(simulate, *zip(*work, strict=True)))


def _step_back() -> None:
    """Where a service runs on the same machine, people come first."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def _gaps(record: Record, a_week: float | None) -> tuple[float, ...]:
    """Return the minutes at work between one case and the next."""
    hours = record.hours
    if a_week is not None:
        return (5 * hours.minutes_a_day / a_week,)
    moments = [record.began[case] for case in record.donors]
    return tuple(hours.minutes(first, second) for first, second in pairwise(moments))


def _staff(session: Session) -> dict[str, int]:
    query = (
        select(UserGroup.group_name, func.count())
        .join(User, User.id == UserGroup.user_id)
        .where(User.is_active)
        .group_by(UserGroup.group_name)
    )
    return {group: count for group, count in session.execute(query)}


# ---- telling --------------------------------------------------------------------------------------


def _told(
    model: Model,
    record: Record,
    staff: Mapping[str, int],
    cases: int,
    seed: str,
    parts: Sequence[Simulated],
) -> SimulationView:
    lives = [life for part in parts for life in part.lives[len(part.lives) // _WARM_UP :]]
    tasks = [task for part in parts for task in part.tasks]
    hours, day = record.hours, record.hours.minutes_a_day
    durations = Durations.hands_on(record)
    stuck = Counter(f"{path}: {why}" for life in lives for path, why in life.stuck.items())
    return SimulationView(
        cases=cases,
        counted=len(lives),
        seed=seed,
        cycle_workdays=_times((life.decided for life in lives), day, "workdays"),
        life_workdays=_times((life.over for life in lives), day, "workdays"),
        refused=_share(lives, [life for life in lives if life.decided is not None and not life.approved]),
        unfinished=_share(lives, [life for life in lives if life.over is None]),
        activities=tuple(_activities(model, tasks, durations)),
        load=tuple(_groups(tasks, staff, hours, sum(part.minutes for part in parts))),
        stuck=tuple(f"{times} × {what}" for what, times in stuck.most_common(5)),
        samples=durations.total,
        record_cases=len(record.donors),
    )


def _activities(model: Model, tasks: Iterable[Worked], durations: Durations) -> Iterable[ActivityLoad]:
    found: dict[Place, list[Worked]] = defaultdict(list)
    for task in tasks:
        found[task.place].append(task)
    for place, done in sorted(found.items(), key=lambda each: -sum(task.waited for task in each[1])):
        element = model.activities(place[0]).get(place[1])
        yield ActivityLoad(
            definition=place[0],
            activity_id=place[1],
            name=(element.name if element is not None else "") or place[1],
            n=len(done),
            waiting=_times((task.waited for task in done), 60, "hours"),
            working=_times((task.worked for task in done), 60, "hours"),
            samples=durations.n(place),
        )


def _groups(
    tasks: Iterable[Worked], staff: Mapping[str, int], hours: WorkClock, minutes: float
) -> Iterable[GroupLoad]:
    found: dict[str, list[Worked]] = defaultdict(list)
    for task in tasks:
        found[task.group].append(task)
    for group, done in sorted(found.items(), key=lambda each: -sum(task.worked for task in each[1])):
        if group == OWN:
            continue
        people, worked = max(staff.get(group, 1), 1), sum(task.worked for task in done)
        yield GroupLoad(
            group=group,
            people=people,
            hours=round(worked / 60, 1),
            share=round(worked / (people * minutes), 3) if minutes else 0.0,
            queue=round(sum(task.waited for task in done) / minutes, 2) if minutes else 0.0,
            waiting=_times((task.waited for task in done), 60, "hours"),
        )


def _times(minutes: Iterable[float | None], unit_minutes: int, unit: str) -> Times:
    ordered = sorted(each / unit_minutes for each in minutes if each is not None)
    if not ordered:
        return Times(0, None, None, None, unit)
    p50, p80, p95 = (round(ordered[max(ceil(len(ordered) * share), 1) - 1], 2) for share in (0.5, 0.8, 0.95))
    return Times(len(ordered), p50, p80, p95, unit)


def _share(all_of_them: Sequence[Lived], some: Sequence[Lived]) -> float:
    return round(len(some) / len(all_of_them), 3) if all_of_them else 0.0
