"""The company: people, groups, heads of departments, the calendar, allowances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from service.domain.budget import Allowance
from service.errors import NotFound
from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.company import calendar, groups, people, spending
from service.runtime.company.calendar import CalendarView
from service.runtime.company.groups import GroupView
from service.runtime.identity import UserView
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import Page, View
from service.web.api.section import Body, ListOf, Section, Slice

section = Section("Company")

_CHANGED = (403, 404, 409, 422)


class NewUser(Body):
    """An account; without a password it can only use tokens."""

    name: str
    display_name: str | None = Field(None, max_length=100)
    password: str | None = None
    groups: list[str] = Field(default_factory=list)
    department: str | None = None
    email: str | None = Field(None, max_length=254)
    superior: str | None = None


class ChangedUser(Body):
    """What is left out stays. Somebody for whom tasks wait leaves by `active: false` and `hand_over_to`."""

    display_name: str | None = Field(None, max_length=100)
    groups: list[str] | None = None
    department: str | None = None
    email: str | None = Field(None, max_length=254)
    active: bool | None = None
    superior: str | None = None
    hand_over_to: str | None = None


class NewGroup(Body):
    """A group: `kind` is department or role."""

    name: str
    kind: str = groups.DEPARTMENT


class Head(Body):
    """Who heads the department; null: nobody."""

    head: str | None


class CompanyDays(Body):
    """The company's own days of a year: free ones that were workdays, and worked ones that were free."""

    holidays: list[date] = Field(default_factory=list, max_length=366)
    workdays: list[date] = Field(default_factory=list, max_length=366)


class Granted(Body):
    """What the department may spend in the quarter, CNY; `committed` only for what was promised before."""

    granted: Decimal = Field(ge=0, max_digits=15, decimal_places=2)
    committed: Decimal | None = Field(None, ge=0, max_digits=15, decimal_places=2)


@dataclass(frozen=True)
class AllowanceView(View):
    """What a department may spend in a quarter: granted, promised to approved campaigns, paid, and left."""

    department: str
    period: str
    granted: Decimal
    committed: Decimal
    spent: Decimal
    left: Decimal


@section.get("/users", returns=ListOf(UserView), query=Slice, errors=(403,))
def list_users(app: Application, actor: Actor, query: Slice) -> Page[UserView]:
    """List every account by name."""
    return query.cut(identity.users(app, actor), lambda each: each.name)


@section.post("/users", returns=UserView, status=201, body=NewUser, errors=(403, 409, 422))
def create_user(app: Application, actor: Actor, body: NewUser) -> UserView:
    """Add an account."""
    return identity.create_user(app, actor, **body.model_dump())


@section.patch("/users/<user_name>", returns=UserView, body=ChangedUser, errors=_CHANGED)
def change_user(app: Application, actor: Actor, user_name: str, body: ChangedUser) -> UserView:
    """Change an account. Who leaves hands over open tasks, substitutions and headships in one act.

    Without `hand_over_to` somebody for whom tasks wait stays: 409 with the `tasks`.
    """
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    return people.change(app, actor, user_name, **given)


@section.get("/groups", returns=ListOf(GroupView), query=Slice, errors=(403,))
def list_groups(app: Application, actor: Actor, query: Slice) -> Page[GroupView]:
    """List every group with its members, and departments with their heads."""
    return query.cut(groups.find(app, actor), lambda each: each.name)


@section.post("/groups", returns=GroupView, status=201, body=NewGroup, errors=(403, 404, 409, 422))
def create_group(app: Application, actor: Actor, body: NewGroup) -> GroupView:
    """Declare a group: a line of `organisation.yaml`, checked and deployed."""
    return groups.create(app, actor, body.name, body.kind)


@section.patch("/departments/<department>", returns=GroupView, body=Head, errors=_CHANGED)
def change_department(app: Application, actor: Actor, department: str, body: Head) -> GroupView:
    """Say who heads a department."""
    return groups.set_head(app, actor, department, body.head)


@section.get("/calendar/<year>", returns=CalendarView, errors=(404,))
def get_calendar(app: Application, actor: Actor, year: str) -> CalendarView:
    """Show a year: the company's own days, and the official ones."""
    return calendar.year(app, _year(year))


@section.put("/calendar/<year>", returns=CalendarView, body=CompanyDays, errors=_CHANGED)
def set_calendar(app: Application, actor: Actor, year: str, body: CompanyDays) -> CalendarView:
    """Replace the company's own days of a year: checked and deployed with `organisation.yaml`."""
    return calendar.set_year(app, actor, _year(year), body.holidays, body.workdays)


@section.get("/allowances/<department>/<period>", returns=AllowanceView, errors=(403, 404))
def get_allowance(app: Application, actor: Actor, department: str, period: str) -> AllowanceView:
    """Show what a department was granted for a quarter (`2026Q4`)."""
    return _allowance(allowances.get(app, actor, department, period))


@section.put("/allowances/<department>/<period>", returns=AllowanceView, body=Granted, errors=_CHANGED)
def set_allowance(
    app: Application, actor: Actor, department: str, period: str, body: Granted
) -> AllowanceView:
    """Grant a department what it may spend in a quarter (`2026Q4`)."""
    granted = spending.grant(app, actor, department, period, body.granted, committed=body.committed)
    return _allowance(granted)


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == len("2026")):
        raise NotFound("There is no calendar for this year.", year=text)
    return int(text)


def _allowance(found: Allowance) -> AllowanceView:
    return AllowanceView(
        found.department, found.period, found.granted, found.committed, found.spent, found.left
    )
