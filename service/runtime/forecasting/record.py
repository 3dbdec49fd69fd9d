"""What the record says of how people work: how long each activity took, and what they answered.

Read once for a forecast or a simulation, in bounds: the latest answers tell more than all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.work_clock import WorkClock, learnt
from service.domain.workdays import Calendar
from service.runtime.statistics.durations import Visit, latest_visits
from service.store.models import Case, Submission

MOST_TASKS = 20_000
MOST_CASES = 300
"""Of so many of the latest cases answers are read."""

Place = tuple[str, str]
"""A process and an activity in it."""


@dataclass(frozen=True)
class Done:
    """An answered task: for whom it was, from when to when, and from when on its doer was free for it."""

    place: Place
    case: str
    opened_at: datetime
    completed_at: datetime
    by: str
    minutes: float
    hands_on: float


@dataclass(frozen=True)
class Given:
    """Answers somebody gave: in which case, as which element of several, which form."""

    place: Place
    case: str
    form: str
    element: Any
    at: datetime
    answers: Mapping[str, Any]
    conclusion: str | None


@dataclass(frozen=True)
class Record:
    """What was read. `began`: when each case began. `starts`: what was answered on start forms, by case."""

    hours: WorkClock
    done: tuple[Done, ...] = ()
    given: tuple[Given, ...] = ()
    began: Mapping[str, datetime] = field(default_factory=dict)
    starts: Mapping[str, Given] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)

    @property
    def donors(self) -> list[str]:
        """Return the cases whose answers can be repeated from their beginning, oldest first."""
        return sorted(self.starts or self.began, key=lambda case: (self.began[case], case))


def read(session: Session, calendar: Calendar, *, main: str | None, without: Iterable[str] = ()) -> Record:
    """Return what the record says, but for the cases `without`.

    `main`: the process that leads a case; its start answers are those cases begin with.
    """
    left_out = set(without)
    known_visits = latest_visits(session, MOST_TASKS)
    visits = [each for each in known_visits if each.case is not None and each.case not in left_out]
    hours = learnt((each.answered_at for each in visits), calendar)
    cases = list(session.execute(_CASES))
    known = {row.number: row for row in cases if row.number not in left_out}
    conclusions = {each.task_id: each.conclusion for each in visits}
    given = [_given(row, conclusions) for row in session.execute(_given_in(list(known)))]
    return Record(
        hours,
        tuple(_done(visits, hours)),
        tuple(each for each in given if each.place[1]),
        {number: row.opened_at for number, row in known.items()},
        {each.case: each for each in given if not each.place[1] and each.place[0] == main},
        {number: row.department or "" for number, row in known.items()},
    )


_CASES = (
    select(Case.number, Case.opened_at, Case.department)
    .order_by(Case.opened_at.desc(), Case.number)
    .limit(MOST_CASES)
)


def _given_in(cases: list[str]) -> Any:
    return (
        select(
            Submission.definition,
            Submission.activity_id,
            Submission.task_id,
            Submission.business_key,
            Submission.form,
            Submission.element_value,
            Submission.submitted_at,
            Submission.answers,
        )
        .where(
            Submission.business_key.in_(cases),
            Submission.withdrawn_at.is_(None),
            Submission.erased_at.is_(None),
        )
        .order_by(Submission.seq)
    )


def _done(visits: Iterable[Visit], hours: WorkClock) -> Iterable[Done]:
    """Yield answered tasks; hands are on one from when it was there and the one before was done."""
    free: dict[str, datetime] = {}
    for each in visits:
        begun = max(each.opened_at, free.get(each.answered_by, each.opened_at))
        free[each.answered_by] = each.answered_at
        yield Done(
            (each.definition, each.activity_id),
            str(each.case),
            each.opened_at,
            each.answered_at,
            each.answered_by,
            hours.minutes(each.opened_at, each.answered_at),
            hours.minutes(begun, each.answered_at),
        )


def _given(row: Any, conclusions: Mapping[str, str | None]) -> Given:
    return Given(
        (row.definition, row.activity_id if row.task_id else ""),
        row.business_key,
        row.form,
        row.element_value,
        row.submitted_at,
        row.answers,
        conclusions.get(row.task_id),
    )
