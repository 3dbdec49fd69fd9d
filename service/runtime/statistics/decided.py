"""Cases that were decided in a time, and how long it took: of their facts, as `case.yaml` says (`pace`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from service.domain.durations import Span, net_workdays
from service.domain.workdays import Calendar, workdays_between
from service.engine.case.pace import Pace
from service.engine.case.schema import CaseSchema
from service.engine.definition import Model
from service.engine.nodes.involving import NOTICE
from service.engine.organisation import RETURNED
from service.runtime.statistics.periods import Period
from service.runtime.step.context import Application
from service.store.models import APPLIED, ActivityHistory, Case, CaseFact, ProcessInstance

_CHUNK = 500
_BAD = "bad"
_GONE = ("left", "cancelled")
_Line = tuple[str, str | None, str, datetime]
"""Instance, token, event, moment."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One case that was decided. `net` are the `gross` workdays without the applicant's rework."""

    number: str
    instance_id: str
    title: str
    department: str | None
    begun: datetime
    decided: datetime
    tier: str
    is_apart: bool
    gross: int
    net: int


def decided(
    app: Application, session: Session, schema: CaseSchema, period: Period, definition: str | None
) -> list[Decided]:
    """Return the cases led by this process that were decided in a period, the earliest first.

    Reads what was decided in the period, however much there is beside it. Cases that never were submitted,
    because they ended before, are not among them.
    """
    pace = schema.pace
    if pace is None:
        return []
    found = _ends(session, schema, pace, period, definition)
    facts = _facts(session, [row.number for row in found], pace)
    begun = [facts[row.number][pace.begun] for row in found if pace.begun in facts.get(row.number, {})]
    spans = _rework(app, session, found, min(begun, default=period.since), period.until)
    calendar = app.calendar(session=session)
    cases = (_case(row, facts.get(row.number, {}), pace, spans, calendar) for row in found)
    return sorted((each for each in cases if each is not None), key=lambda each: (each.decided, each.number))


@dataclass(frozen=True, slots=True)
class _End:
    number: str
    decided: datetime
    instance_id: str
    deployment_id: str
    title: str
    department: str | None


def _ends(
    session: Session, schema: CaseSchema, pace: Pace, period: Period, definition: str | None
) -> list[_End]:
    """Return when each case was decided: by what says so, else by coming out badly without having been."""
    fact, other = CaseFact, aliased(CaseFact)
    approved = and_(fact.name == pace.decided, fact.value.is_not(None))
    before = exists().where(
        other.number == fact.number,
        other.name == pace.decided,
        other.state == APPLIED,
        other.value.is_not(None),
    )
    found = _written(session, and_(approved, ~before.where(other.seq < fact.seq)), period, definition)
    outcome = schema.facts.get(schema.outcome)
    bad = [value for value, tone in outcome.tones.items() if tone == _BAD] if outcome is not None else []
    if outcome is not None and bad:
        refused = and_(fact.name == outcome.name, fact.value.in_(bad), ~before)
        found += _written(session, refused, period, definition)
    return list({each.number: each for each in reversed(found)}.values())


def _written(
    session: Session, condition: ColumnElement[bool], period: Period, definition: str | None
) -> list[_End]:
    fact = CaseFact
    query = (
        select(
            *(fact.number, fact.at, ProcessInstance.id, ProcessInstance.deployment_id),
            *(Case.title, Case.department),
        )
        .join(Case, Case.number == fact.number)
        .join(ProcessInstance, ProcessInstance.id == Case.main_instance)
        .where(fact.state == APPLIED, fact.at >= period.since, fact.at < period.until, condition)
        .order_by(fact.at, fact.seq)
    )
    if definition is not None:
        query = query.where(ProcessInstance.definition == definition)
    return [_End(*row) for row in session.execute(query)]


def _facts(session: Session, numbers: Sequence[str], pace: Pace) -> dict[str, dict[str, Any]]:
    """Return of each case when it was first begun, and the last value of the other facts of its pace."""
    names = [name for name in (pace.begun, pace.apart, pace.tier) if name]
    found: dict[str, dict[str, Any]] = {}
    for chunk in _chunks(numbers):
        query = (
            select(CaseFact.number, CaseFact.name, CaseFact.value)
            .where(CaseFact.number.in_(chunk), CaseFact.name.in_(names), CaseFact.state == APPLIED)
            .where(CaseFact.value.is_not(None))
            .order_by(CaseFact.seq)
        )
        for number, name, value in session.execute(query):
            known = found.setdefault(number, {})
            if name != pace.begun or name not in known:
                known[name] = value
    return found


def _rework(
    app: Application, session: Session, found: Sequence[_End], since: datetime, until: datetime
) -> Mapping[str, list[Span]]:
    """Return by instance when it was back with its applicant: while a token stood where the drawing says that
    it is returned. `since`: when the earliest of them was begun.
    """
    models = (app.model(each, session=session) for each in {row.deployment_id for row in found})
    places = {place for model in models for place in _places_of_rework(model)}
    line, instances = ActivityHistory, {each.instance_id for each in found}
    lines: list[_Line] = []
    for process, activity in sorted(places):
        query = (
            select(line.instance_id, line.token_id, line.event, line.at)
            .where(line.definition == process, line.activity_id == activity)
            .where(line.at >= since, line.at < until, line.event.in_(("entered", *_GONE)))
            .order_by(line.seq)
        )
        rows: Iterable[Any] = session.execute(query)
        lines += [tuple(row) for row in rows if row.instance_id in instances]
    return _spans(lines, until)


def _places_of_rework(model: Model) -> Iterator[tuple[str, str]]:
    for process, drawn in model.processes.items():
        for element in drawn.elements.values():
            if element.properties.get(NOTICE) == RETURNED:
                yield process, element.id


def _spans(lines: Sequence[_Line], until: datetime) -> Mapping[str, list[Span]]:
    """Return the time from where a token entered to where it left, by instance; `until` where it has not."""
    spans: dict[str, list[Span]] = {}
    entered: dict[tuple[str, str | None], datetime] = {}
    for instance, token, event, at in lines:
        if event == "entered":
            entered[instance, token] = at
        elif (begun := entered.pop((instance, token), None)) is not None:
            spans.setdefault(instance, []).append((begun, at))
    for (instance, _), begun in entered.items():
        spans.setdefault(instance, []).append((begun, until))
    return spans


def _case(
    row: _End, facts: Mapping[str, Any], pace: Pace, spans: Mapping[str, list[Span]], calendar: Calendar
) -> Decided | None:
    begun = facts.get(pace.begun)
    if begun is None or row.decided < begun:
        return None
    return Decided(
        number=row.number,
        instance_id=row.instance_id,
        title=row.title,
        department=row.department,
        begun=begun,
        decided=row.decided,
        tier=str(facts.get(pace.tier) or ""),
        is_apart=bool(pace.apart) and facts.get(pace.apart) == pace.apart_value,
        gross=workdays_between(begun, row.decided, calendar),
        net=net_workdays(begun, row.decided, spans.get(row.instance_id, ()), calendar),
    )


def _chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]
