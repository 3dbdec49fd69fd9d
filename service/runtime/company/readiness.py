"""What is still missing before campaigns can go their whole way: people, heads, allowances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.budget import quarter
from service.domain.workdays import local_day, official_calendar
from service.engine.definition import Model
from service.errors import NotFound
from service.runtime.company.groups import DEPARTMENT
from service.runtime.identity.rights import require
from service.runtime.releases import staffing
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store.models import DepartmentAllowance, User
from service.wording import Text


@dataclass(frozen=True)
class Gap(View):
    """Something that is missing. `kind`: drawings, applicant, members, head, allowance or calendar.

    `is_blocking`: a campaign would stop for want of it. `text` says what to do about it.
    """

    kind: str
    subject: str
    is_blocking: bool
    text: str


def gaps(app: Application, by: Actor) -> tuple[Gap, ...]:
    """Return what is missing, what campaigns would stop at first."""
    require(by, "user.read")
    try:
        model = app.live().model
    except NotFound:
        text = Text("Nothing is deployed: deploy the drawings first.")
        return (Gap("drawings", "", True, text),)
    with app.db.read() as session:
        found = (*_people(session, model), *_figures(app, session, model))
    return tuple(sorted(found, key=lambda gap: not gap.is_blocking))


def _people(session: Session, model: Model) -> Iterator[Gap]:
    departments = [name for name, kind in model.organisation.groups.items() if kind == DEPARTMENT]
    if not _of_departments(session, departments):
        text = Text("Nobody can start a campaign: give at least one account a department.")
        yield Gap("applicant", "", True, text)
    for name in staffing.without_members(session, model):
        yield Gap("members", name, True, Text("{group} has no members.", group=name))
    headless = staffing.without_head(session, model)
    for name in headless:
        yield Gap("head", name, True, Text("{department} has no head.", department=name))
    for name in staffing.idle(session, model):
        # Declared and not drawn for yet: nothing stops, and whoever added it has not finished.
        text = Text("{group} has no members yet; no task goes to it so far.", group=name)
        if name in departments and name not in headless and not staffing.has_head(session, name):
            text = Text("{group} has no members and no head yet; no task goes to it so far.", group=name)
        yield Gap("members", name, False, text)


def _figures(app: Application, session: Session, model: Model) -> Iterator[Gap]:
    today = local_day(app.clock())
    period = quarter(today)
    departments = [name for name, kind in model.organisation.groups.items() if kind == DEPARTMENT]
    granted = select(DepartmentAllowance.department).where(DepartmentAllowance.period == period)
    known = set(session.scalars(granted))
    if not known and _of_departments(session, departments):
        text = Text(
            "No department has an allowance for {period}: nothing is counted against it.", period=period
        )
        yield Gap("allowance", period, False, text)
    if today.year not in official_calendar().announced:
        text = Text(
            "The official calendar of {year} is not known: dates are provisional.", year=str(today.year)
        )
        yield Gap("calendar", str(today.year), False, text)


def _of_departments(session: Session, departments: list[str]) -> bool:
    query = select(User.id).where(User.is_active, User.department.in_(departments))
    return session.scalars(query.limit(1)).first() is not None
