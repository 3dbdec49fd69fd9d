"""What instances are sought by, in lists and in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from service.domain.workdays import shifted
from service.engine.organisation import Organisation
from service.errors import FieldError, InvalidInput, NotFound
from service.runtime.step.context import Application
from service.store import participants
from service.store.base import Instant
from service.store.models import (
    APPLIED,
    NEVER,
    TASKS,
    ActivityHistory,
    CaseFact,
    Incident,
    Outbox,
    ProcessInstance,
    TaskCandidate,
    User,
    UserGroup,
)
from service.wording import Text

STATES = ("active", "suspended", "completed", "cancelled")
_RUNNING = STATES[:2]
LATE = timedelta(minutes=5)
"""A timer that is past due by less than this is only about to be seen to."""
NEWEST, DUE, NAME = "newest", "due", "name"
ORDERS = (NEWEST, DUE, NAME)
"""How lists of instances may be ordered: by when they began, by what falls due first, by name."""


@dataclass(frozen=True)
class Order:
    """An order of instances: the expression that comes before the id, and the type its values have."""

    by: Any
    kind: type


def order(name: str) -> Order | None:
    """Return the order of that name; None for the newest first, which the id alone says."""
    if name == DUE:
        task = TASKS.c
        first = select(func.min(task.due_order)).where(
            task.instance_id == ProcessInstance.id, task.state == "open"
        )
        return Order(func.coalesce(first.scalar_subquery(), literal(NEVER, Instant)), datetime)
    return Order(ProcessInstance.title, str) if name == NAME else None


@dataclass(frozen=True)
class Sought:
    """What is sought; None or "" for whatever it is.

    `stalled`: active, and nothing will move it by itself or in time: an incident is open, a task is overdue,
    a timer is past due, nobody, no time and no effect is waited for, or nothing moved for as many workdays as
    the owners say (`stalled_after_workdays`). `waiting_for`: an account or a group that has a task of it
    to do. `activity`: where it stands now; `at_any`: at any of these. `incident`: the code of an open one,
    `message` what it says, word for word.
    `text`: part of its name, number, or the applicant's account or shown name. `applicant`: the account of
    who started it. `holds`: a fact of its case by name, and the value it has now.
    """

    state: str | None = None
    definition: str | None = None
    business_key: str | None = None
    stalled: bool = False
    waiting_for: str | None = None
    activity: str | None = None
    at_any: tuple[str, ...] = ()
    incident: str | None = None
    message: str | None = None
    version: int | None = None
    started_from: datetime | None = None
    started_to: datetime | None = None
    text: str | None = None
    applicant: str | None = None
    holds: tuple[str, Any] | None = None

    def conditions(self, now: datetime, moved: datetime) -> Iterator[ColumnElement[bool]]:
        """Yield what has to hold of a ProcessInstance. InvalidInput for a state there is none of.

        `moved`: what has not moved since then stands still (`unmoved_since`).
        """
        if self.state and self.state not in STATES:
            text = Text("one of {choices}", choices=", ".join(STATES))
            raise InvalidInput(errors=[FieldError("state", text)])
        row = ProcessInstance
        equal: tuple[tuple[Any, Any], ...] = (
            (row.state, self.state),
            (row.definition, self.definition),
            (row.business_key, self.business_key),
            (row.definition_version, self.version),
            (row.applicant, self.applicant),
        )
        yield from (column == wanted for column, wanted in equal if wanted)
        if self.started_from:
            yield row.started_at >= self.started_from
        if self.started_to:
            yield row.started_at <= self.started_to
        if self.stalled:
            yield _stalled(now, moved)
        if self.waiting_for:
            yield _waiting_for(self.waiting_for)
        yield from (
            _stands_at(places) for places in (self.activity and (self.activity,), self.at_any) if places
        )
        said = {Incident.code: self.incident, Incident.message: self.message}
        if any(said.values()):
            alike = (column == wanted for column, wanted in said.items() if wanted)
            yield exists().where(Incident.instance_id == row.id, Incident.state == "open", *alike)
        if self.text:
            yield _told(self.text)
        if self.holds:
            yield _holds(*self.holds)


def unmoved_since(app: Application, session: Session) -> datetime:
    """Return the moment since when a case must have moved in order not to stand still."""
    try:
        organisation = app.live(session=session).model.organisation
    except NotFound:  # nothing is deployed yet
        organisation = Organisation()
    return shifted(app.clock(), -organisation.stalled_after_workdays, organisation.calendar)


def _stalled(now: datetime, moved: datetime) -> ColumnElement[bool]:
    row, task = ProcessInstance, TASKS.c
    is_open = and_(task.instance_id == row.id, task.state == "open")
    pending = exists().where(Outbox.instance_id == row.id, Outbox.state == "pending")
    overdue = exists().where(is_open, task.due_at < now)
    late = row.next_due_at < now - LATE
    nothing = and_(~exists().where(is_open), row.next_due_at.is_(None), ~pending)
    return and_(
        row.state == "active", or_(row.open_incidents > 0, overdue, nothing, late, row.updated_at < moved)
    )


def _waiting_for(who: str) -> ColumnElement[bool]:
    """A group is one whose tasks nobody has taken; a person is one who holds a task, or may take one."""
    task = TASKS.c
    belongs = select(literal(participants.group("")) + UserGroup.group_name)
    theirs = belongs.join(User, User.id == UserGroup.user_id).where(User.name == who)
    named = [participants.user(who), participants.group(who)]
    offered = select(TaskCandidate.task_id).where(
        or_(TaskCandidate.principal.in_(named), TaskCandidate.principal.in_(theirs))
    )
    free = and_(task.assignee.is_(None), task.id.in_(offered))
    return exists().where(
        task.instance_id == ProcessInstance.id, task.state == "open", or_(task.assignee == who, free)
    )


def _stands_at(activities: Sequence[str]) -> ColumnElement[bool]:
    line = ActivityHistory
    there = func.sum(case((line.event == "entered", 1), (line.event.in_(("left", "cancelled")), -1), else_=0))
    places = (
        select(line.instance_id)
        .join(ProcessInstance, ProcessInstance.id == line.instance_id)
        .where(line.activity_id.in_(activities), ProcessInstance.state.in_(_RUNNING))
        .group_by(line.instance_id)
        .having(there > 0)
    )
    return ProcessInstance.id.in_(places)


def _holds(name: str, value: Any) -> ColumnElement[bool]:
    fact, later = CaseFact, aliased(CaseFact)
    own = and_(fact.number == ProcessInstance.business_key, fact.name == name, fact.state == APPLIED)
    newer = and_(
        later.number == fact.number, later.name == name, later.state == APPLIED, later.seq > fact.seq
    )
    return exists().where(own, fact.value == value, ~exists().where(newer))


def _told(text: str) -> ColumnElement[bool]:
    named = select(User.name).where(User.display_name.contains(text, autoescape=True))
    found = ProcessInstance.search_text.contains(text.lower(), autoescape=True)
    return or_(found, ProcessInstance.applicant.in_(named))
