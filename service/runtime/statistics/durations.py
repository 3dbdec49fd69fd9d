"""How long people took at activities: one `Visit` for each task that was answered, of the tasks as stored.

Everybody who asks how long something takes, or will take, reads it here. Time is counted on workdays only,
by the company's calendar (`WorkClock`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.domain.work_clock import WorkClock
from service.store.models import TASKS, ProcessInstance

_T = TASKS.c
_VISITS = (
    select(
        *(_T.id, _T.instance_id, ProcessInstance.business_key),
        *(_T.definition, _T.activity_id, _T.name, _T.lane),
        *(_T.opened_at, _T.claimed_at, _T.completed_at, _T.completed_by, _T.due_at, _T.conclusion),
    )
    .join(ProcessInstance, ProcessInstance.id == _T.instance_id)
    # Not an equality: SQLite would take an index over the state, and read all that ever was answered.
    .where(_T.completed_at.is_not(None), _T.state != "cancelled", _T.kind == "drawn")
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One answered task of the drawing. `definition` is the process it is drawn in, maybe a called one.

    `claimed_at` is None where somebody answered without taking it first: then nobody knows when they began.
    """

    task_id: str
    instance_id: str
    case: str | None
    definition: str
    activity_id: str
    name: str
    lane: str | None
    opened_at: datetime
    claimed_at: datetime | None
    answered_at: datetime
    answered_by: str
    due_at: datetime | None
    conclusion: str | None

    def waiting_hours(self, clock: WorkClock) -> float:
        """Return the hours on workdays until somebody took it, or answered it where nobody had taken it."""
        return clock.hours(self.opened_at, self.claimed_at or self.answered_at)

    def working_hours(self, clock: WorkClock) -> float | None:
        """Return the hours on workdays from when it was taken to the answer; None where that is not known."""
        return None if self.claimed_at is None else clock.hours(self.claimed_at, self.answered_at)

    def hours(self, clock: WorkClock) -> float:
        """Return the hours on workdays from opening to answer."""
        return clock.hours(self.opened_at, self.answered_at)

    @property
    def is_overdue(self) -> bool:
        """Say whether the answer came after it was due."""
        return self.due_at is not None and self.answered_at > self.due_at


def visits(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    definition: str | None = None,
    version: int | None = None,
    activities: Collection[str] | None = None,
) -> Iterator[Visit]:
    """Yield the tasks answered from `since` on and before `until`, earliest answer first.

    `definition`: those drawn in this process, and those of its instances wherever drawn; `version`: that of
    the process that leads the instance; `activities`: of these ids. Reads no more than
    the tasks of that time (`ix_user_task_completed_at`). What a phase was left without, or added signers did,
    is no visit.
    """
    query = _VISITS.where(_T.completed_at >= since, _T.completed_at < until).order_by(_T.completed_at)
    if activities is not None:
        query = query.where(_T.activity_id.in_(activities))
    if version is not None:
        query = query.where(ProcessInstance.definition_version == version)
    if definition is not None:
        query = query.where(or_(_T.definition == definition, ProcessInstance.definition == definition))
    rows: Iterable[Sequence[Any]] = session.execute(query.execution_options(yield_per=5000))
    for row in rows:
        yield Visit(*row)


def latest_visits(session: Session, most: int) -> list[Visit]:
    """Return the tasks that were answered last, `most` of them, earliest answer first."""
    query = _VISITS.order_by(_T.completed_at.desc(), _T.id.desc()).limit(most)
    return [Visit(*row) for row in session.execute(query)][::-1]
