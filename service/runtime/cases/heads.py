"""What a case is about and how far it has come, at a glance: for the head of its pages and for lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.engine.case.schema import CaseSchema, Fact, Phase
from service.runtime import identity
from service.runtime.identity import visibility
from service.runtime.step.context import Actor, Application
from service.runtime.step.views import View
from service.store import cases
from service.store.models import ActivityHistory, Case, ProcessInstance

DONE, NOW, PASSED_OVER, TO_COME = "done", "now", "passed_over", "to_come"


@dataclass(frozen=True)
class PhaseView(View):
    """One phase. `state`: done, now, passed_over (the case went by without it) or to_come."""

    label: str
    label_en: str
    state: str


@dataclass(frozen=True)
class HeadFact:
    """A fact that says what a case is about, as its owners declare it, and its value."""

    fact: Fact
    value: Any


@dataclass(frozen=True)
class HeadView:
    """The phases of a case, none where its owners name none, and the facts at its head that have a value."""

    phases: tuple[PhaseView, ...] = ()
    facts: tuple[HeadFact, ...] = ()


@dataclass(frozen=True)
class _Been:
    """How often a case has entered an activity, and how many tokens stand there."""

    visits: int = 0
    active: int = 0


@dataclass(frozen=True)
class _Known:
    """What is known of the cases asked for: facts by number, visits by main instance and activity."""

    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    been: Mapping[str, Mapping[str, _Been]] = field(default_factory=dict)


def of(app: Application, actor: Actor, numbers: Sequence[str]) -> dict[str, HeadView]:
    """Return the heads of the cases of these numbers that the actor sees, by number."""
    if not numbers:
        return {}
    with app.db.read() as session:
        leading = _leading(app, session, actor, numbers)
        known = _Known(cases.in_force_of(session, numbers), _been(session, [row.id for row in leading]))
        live = app.live(session=session).model.case
        return {
            row.business_key: _head(row, app.model(row.deployment_id, session=session).case, live, known)
            for row in leading
        }


def _leading(
    app: Application, session: Session, actor: Actor, numbers: Sequence[str]
) -> Sequence[ProcessInstance]:
    """Return the main instances of these cases that the actor sees, or somebody they stand in for."""
    absent = identity.absent(app, session, actor.name, app.clock())
    seen = or_(visibility.condition(actor), *map(visibility.takes_part, absent))
    query = select(ProcessInstance).join(Case, Case.main_instance == ProcessInstance.id)
    return session.scalars(query.where(Case.number.in_(numbers), seen)).all()


def _been(session: Session, instance_ids: Sequence[str]) -> dict[str, dict[str, _Been]]:
    """Return where each instance has been in its own drawing, what it calls left out."""
    line = ActivityHistory
    entered = func.sum(when((line.event == "entered", 1), else_=0))
    left = func.sum(when((line.event.in_(("left", "cancelled")), 1), else_=0))
    query = (
        select(line.instance_id, line.activity_id, entered, left)
        .join(ProcessInstance, ProcessInstance.id == line.instance_id)
        .where(line.instance_id.in_(instance_ids), line.definition == ProcessInstance.definition)
        .where(line.event.in_(("entered", "left", "cancelled")))
        .group_by(line.instance_id, line.activity_id)
    )
    found: dict[str, dict[str, _Been]] = {}
    for instance_id, activity, came, went in session.execute(query):
        found.setdefault(instance_id, {})[activity] = _Been(came, came - went)
    return found


def _head(row: ProcessInstance, own: CaseSchema, live: CaseSchema, known: _Known) -> HeadView:
    """Say it as the drawings of the case declare it; where they do not, as the live ones do."""
    phases, names = own.phases or live.phases, own.head or live.head
    given = known.facts.get(row.business_key, {})
    facts = (own.facts.get(name) or live.facts.get(name) for name in names)
    shown = [HeadFact(fact, given[fact.name]) for fact in facts if fact is not None and given.get(fact.name)]
    is_over = row.state not in ("active", "suspended")
    return HeadView(_way(phases, known.been.get(row.id, {}), is_over), tuple(shown))


def _way(phases: Sequence[Phase], been: Mapping[str, _Been], is_over: bool) -> tuple[PhaseView, ...]:
    """Return each phase with its state. A case that was sent back has what lies behind before it again."""
    visited = [any(been.get(each, _Been()).visits for each in phase.at) for phase in phases]
    here = [not is_over and any(been.get(each, _Been()).active > 0 for each in phase.at) for phase in phases]
    marked = here if any(here) else visited
    reached = max((index for index, is_at in enumerate(marked) if is_at), default=-1)
    return tuple(
        PhaseView(phase.label, phase.label_en, _state(index, here[index], visited[index], reached))
        for index, phase in enumerate(phases)
    )


def _state(index: int, is_here: bool, was_visited: bool, reached: int) -> str:
    if is_here:
        return NOW
    if index > reached:
        return TO_COME
    return DONE if was_visited else PASSED_OVER
