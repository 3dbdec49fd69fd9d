"""Many cases at once through a set of drawings: they come, people take their tasks in turn, time passes.

Whoever can do a task does one after the other, within office hours; what is for a group waits until somebody
of it is free. Every lot hangs on the seed, the case, the activity and how often it came: two sets of drawings
meet the same cases, the same people and the same luck.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from service.engine.progress import OpenTask
from service.errors import InvalidAnswers
from service.runtime.forecasting.habits import Durations, Habits
from service.runtime.forecasting.playing import MOST_ANSWERS, give
from service.runtime.forecasting.premises import Knowledge
from service.runtime.forecasting.record import Place, Record
from service.runtime.forecasting.running import Ground
from service.runtime.forecasting.walking import Walk

LONGEST = timedelta(days=730)
"""A case that is older is left alone: nothing but its timers moves it."""
OWN = ""
"""Whoever a task is for by name has no queue that others stand in."""


@dataclass(frozen=True)
class Setting:
    """What is simulated: how many cases, from when on, one after `gaps` minutes at work, which seed.

    `staff`: how many people can work for each group.
    """

    cases: int
    begins: datetime
    gaps: Sequence[float]
    staff: Mapping[str, int]
    seed: str


@dataclass(frozen=True)
class Worked:
    """A task done: for whom, how many minutes at work it waited for somebody, and was worked on."""

    place: Place
    group: str
    waited: float
    worked: float


@dataclass(frozen=True)
class Lived:
    """How a case came out: minutes at work until it was decided and until it was over, None: never."""

    decided: float | None
    approved: bool
    over: float | None
    stuck: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulated:
    """All that was simulated, in how many minutes at work."""

    lives: tuple[Lived, ...]
    tasks: tuple[Worked, ...]
    minutes: float


@dataclass
class _Case:
    walk: Walk
    began: datetime
    donor: str
    number: int
    answers: int = 0
    decided_at: datetime | None = None
    over_at: datetime | None = None
    seen: set[str] = field(default_factory=set)
    times: dict[tuple[Place, Any], int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Job:
    """A task that waits for somebody, since when, and how long it will take."""

    case: _Case
    token: str
    task: OpenTask
    since: datetime
    minutes: float


def simulate(ground: Ground, record: Record, setting: Setting) -> Simulated:
    """Return what becomes of so many cases."""
    return _Simulation(ground, record, setting).run()


class _Simulation:
    def __init__(self, ground: Ground, record: Record, setting: Setting) -> None:
        self._premises = ground.premises(record)
        self._model = self._premises.model
        self._record, self._setting = record, setting
        self._habits = Habits(record, self._model, self._premises.feel)
        self._durations = Durations.hands_on(record)
        self._events: list[tuple[datetime, int, str, Any]] = []
        self._order = 0
        self._free: dict[str, int] = {}
        self._queues: dict[str, deque[_Job]] = defaultdict(deque)
        self._cases: list[_Case] = []
        self._tasks: list[Worked] = []
        self._now = setting.begins

    def run(self) -> Simulated:
        self._at(self._record.hours.after(self._setting.begins, 0), "begin", 0)
        while self._events:
            self._now, _, kind, about = heapq.heappop(self._events)
            getattr(self, f"_on_{kind}")(about)
        lives = tuple(self._lived(case) for case in self._cases)
        minutes = self._record.hours.minutes(self._setting.begins, self._now)
        return Simulated(lives, tuple(self._tasks), minutes)

    def _at(self, moment: datetime, kind: str, about: Any) -> None:
        self._order += 1
        heapq.heappush(self._events, (moment, self._order, kind, about))

    # ---- what happens -----------------------------------------------------------------------------

    def _on_begin(self, number: int) -> None:
        lot = self._lot(number, "begin")
        donors = self._record.donors
        donor = donors[lot.randrange(len(donors))]
        given = {
            "number": f"#{number}",
            "title": "",
            "applicant": "",
            "department": self._record.departments[donor],
        }
        case = _Case(Walk(self._premises, Knowledge(given), self._now), self._now, donor, number)
        self._cases.append(case)
        if number + 1 < self._setting.cases:
            gap = self._setting.gaps[lot.randrange(len(self._setting.gaps))]
            self._at(self._record.hours.after(self._now, gap), "begin", number + 1)
        try:
            case.walk.start(str(self._model.case.main), {}, self._habits.start(donor, self._now))
        except InvalidAnswers as error:
            case.walk.stuck[str(self._model.case.main)] = error.message
            return
        self._moved(case)

    def _on_done(self, job: _Job) -> None:
        group = self._group(job.case, job.task)
        if group != OWN:
            self._free[group] += 1
        if job.token in job.case.walk.open and job.case.answers < MOST_ANSWERS:
            case, place = job.case, (job.task.definition, job.task.activity_id)
            case.answers += 1
            hours = self._record.hours
            waited = max(hours.minutes(job.since, self._now) - job.minutes, 0.0)
            self._tasks.append(Worked(place, group, waited, job.minutes))
            lot = self._lot(case.number, *place, str(job.task.element_value), self._times(case, job), "says")
            give(case.walk, job.token, self._habits, case.donor, case.began, self._now, lot)
            self._moved(case)
        self._serve(group)

    def _on_due(self, case: _Case) -> None:
        due = case.walk.next_due
        if due is not None and due <= self._now:
            case.walk.wake(self._now)
            self._moved(case)

    # ---- what follows -----------------------------------------------------------------------------

    def _moved(self, case: _Case) -> None:
        walk, pace = case.walk, self._model.case.pace
        if case.decided_at is None and pace and walk.known.facts.get(pace.decided) is not None:
            case.decided_at = self._now
        if case.over_at is None and walk.is_over:
            case.over_at = self._now
        for token in [each for each in walk.open if each not in case.seen]:
            case.seen.add(token)
            self._ask(case, token, walk.open[token].task)
        is_alive = case.answers < MOST_ANSWERS and self._now < case.began + LONGEST
        if walk.next_due is not None and is_alive:
            self._at(max(walk.next_due, self._now), "due", case)

    def _ask(self, case: _Case, token: str, task: OpenTask) -> None:
        place, element = (task.definition, task.activity_id), _element(task)
        times = case.times[place, element] = case.times.get((place, element), 0) + 1
        lot = self._lot(case.number, *place, str(task.element_value), times, "takes")
        job = _Job(case, token, task, self._now, self._durations.draw(place, lot))
        group = self._group(case, task)
        self._queues[group].append(job)
        self._serve(group)

    def _serve(self, group: str) -> None:
        queue = self._queues[group]
        free = self._free.setdefault(group, self._people(group))
        while queue and (free > 0 or group == OWN):
            job = queue.popleft()
            if job.token not in job.case.walk.open:
                continue
            free -= 1
            self._at(self._record.hours.after(self._now, job.minutes), "done", job)
        self._free[group] = free

    def _group(self, case: _Case, task: OpenTask) -> str:
        """Return in whose queue a task waits: that of its group, or of the one person it is for."""
        for name in (*task.candidate_groups, *filter(None, [task.lane])):
            if name in self._setting.staff:
                return name
            relation = self._model.organisation.relations.get(name)
            if relation is not None and relation.kind != "user":
                return f"{name}/{case.walk.known.given['department']}" if relation.kind == "head_of" else name
        return OWN

    def _people(self, group: str) -> int:
        return max(self._setting.staff.get(group, 1), 1)

    def _times(self, case: _Case, job: _Job) -> int:
        return case.times[(job.task.definition, job.task.activity_id), _element(job.task)]

    def _lot(self, *about: Any) -> Random:
        return Random("/".join(map(str, (self._setting.seed, *about))))  # noqa: S311 - nothing secret

    def _lived(self, case: _Case) -> Lived:
        hours = self._record.hours
        ended = case.decided_at or case.over_at
        return Lived(
            hours.minutes(case.began, ended) if ended else None,
            case.decided_at is not None,
            hours.minutes(case.began, case.over_at) if case.over_at else None,
            dict(case.walk.stuck) if case.over_at is None else {},
        )


def _element(task: OpenTask) -> str | None:
    return task.element_value if isinstance(task.element_value, str) else None
