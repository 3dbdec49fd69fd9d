"""The campaigns under way: how far each is, and what money they stand for by tier and phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.money import ZERO, decimal, money
from service.engine.case.schema import CaseSchema
from service.engine.definition import Model
from service.runtime.step.transaction import RUNNING
from service.runtime.step.views import View
from service.store import cases
from service.store.models import TASKS, ActivityHistory, Case, ProcessInstance

_CHUNK = 500


@dataclass(frozen=True)
class MoneyView(View):
    """The budgets of the campaigns under way: of one tier, or in one phase."""

    key: str
    label: str
    n: int
    planned: Decimal


@dataclass(frozen=True)
class UnderWay:
    """A campaign under way, as boards need it."""

    number: str
    title: str
    department: str | None
    instance_id: str
    incidents: int
    facts: Mapping[str, Any]
    phase: tuple[str, str]
    overdue: int

    @property
    def planned(self) -> Decimal:
        """Return its budget, CNY."""
        return money(decimal(self.facts.get("plan_total")))


def find(session: Session, model: Model, now: datetime) -> list[UnderWay]:
    """Return the campaigns whose main instance runs, the oldest first: as many as run, whatever has ended."""
    row, task = ProcessInstance, TASKS.c
    query = (
        select(Case.number, Case.title, Case.department, row.id, row.open_incidents)
        .join(Case, Case.main_instance == row.id)
        .where(row.state.in_(RUNNING), row.definition == model.case.main)
        .order_by(row.id)
    )
    found: list[Any] = list(session.execute(query))
    late = (
        select(row.business_key, func.count())
        .join_from(TASKS, row, row.id == task.instance_id)
        .where(task.state == "open", task.due_order < now)
        .group_by(row.business_key)
    )
    overdue: dict[str, int] = {number: count for number, count in session.execute(late)}
    facts: dict[str, dict[str, Any]] = {}
    phases: dict[str, tuple[str, str]] = {}
    for chunk in chunks(found):
        facts |= cases.in_force_of(session, [number for number, *_ in chunk])
        phases |= _phases(session, model, [instance for *_, instance, _ in chunk])
    return [
        UnderWay(
            *(number, title, department, instance, incidents),
            facts=facts.get(number, {}),
            phase=phases.get(instance, ("", "")),
            overdue=overdue.get(number, 0),
        )
        for number, title, department, instance, incidents in found
    ]


def _phases(session: Session, model: Model, instances: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the phase each instance entered last: the called process of its own drawing, by id and name."""
    line = ActivityHistory
    query = (
        select(line.instance_id, line.activity_id, line.name)
        .where(line.instance_id.in_(instances), line.definition == model.case.main)
        .where(line.kind == "callActivity", line.event == "entered")
        .order_by(line.seq)
    )
    return {instance: (activity, name) for instance, activity, name in session.execute(query)}


def by_tier(schema: CaseSchema, under_way: Sequence[UnderWay]) -> tuple[MoneyView, ...]:
    """Return the money by tier, in the order in which the owners declare them."""
    fact = schema.facts.get(schema.pace.tier) if schema.pace else None
    if fact is None:
        return ()
    keyed = [(str(each.facts.get(fact.name, fact.initial) or ""), each) for each in under_way]
    return _sums(keyed, fact.values)


def by_phase(model: Model, under_way: Sequence[UnderWay]) -> tuple[MoneyView, ...]:
    """Return the money by phase, in the order in which they are drawn."""
    main = model.processes.get(model.case.main or "")
    drawn = main.elements if main is not None else {}
    entered = dict(each.phase for each in under_way)
    labels = {key: each.title for key, each in drawn.items() if key in entered}
    return _sums([(each.phase[0], each) for each in under_way], {**labels, **entered})


def _sums(keyed: Iterable[tuple[str, UnderWay]], labels: Mapping[str, str]) -> tuple[MoneyView, ...]:
    groups: dict[str, list[UnderWay]] = {}
    for key, each in keyed:
        groups.setdefault(key, []).append(each)
    order = {key: place for place, key in enumerate(labels)}
    return tuple(
        MoneyView(key, labels.get(key, key), len(part), sum((each.planned for each in part), ZERO))
        for key, part in sorted(groups.items(), key=lambda one: order.get(one[0], len(order)))
    )


def chunks(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield so many at a time as one query asks for."""
    for start in range(0, len(found), _CHUNK):
        yield found[start : start + _CHUNK]
