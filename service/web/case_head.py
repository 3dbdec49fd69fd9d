"""The head of a case as pages show it: what it is about at a glance, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.engine.case.schema import Fact
from service.errors import FieldError, InvalidInput
from service.runtime.cases import heads
from service.runtime.cases.heads import HeadView
from service.runtime.cases.views import InstanceSummary
from service.web import people
from service.web.asking import application, calendar, me
from service.web.case_facts import value_text
from service.web.formatting import Due, due
from service.web.labels import label_of
from service.wording import Text


@dataclass(frozen=True)
class Step:
    """A phase on its line. `state` as in `heads`."""

    label: str
    state: str


@dataclass(frozen=True)
class Head:
    """Facts as (label, text), and the line of phases; `now` names those the case is in."""

    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def now(self) -> str:
        return "、".join(step.label for step in self.steps if step.state == heads.NOW)


@dataclass(frozen=True)
class Line:
    """A case in a list: its head, who has it now, and how long there is time."""

    case: InstanceSummary
    head: Head
    holders: tuple[str, ...]
    due: Due | None


def phases() -> dict[str, tuple[str, ...]]:
    """Return the phases the live drawings name, each with the activities it is at."""
    return {label_of(phase): phase.at for phase in application().live().model.case.phases}


def outcomes() -> dict[str, str]:
    """Return what may come of a case by the live drawings, each value with its name; nothing undecided."""
    fact = _outcome()
    return {value: value_text(fact, value) for value in fact.values if value != fact.initial} if fact else {}


def outcome_is(value: str) -> tuple[str, str] | None:
    """Return what has to hold of cases that came out like this; None for whatever came of them."""
    fact = _outcome()
    return (fact.name, value) if fact is not None and value else None


def _outcome() -> Fact | None:
    case = application().live().model.case
    return case.facts.get(case.outcome)


def at_phase(label: str) -> tuple[str, ...]:
    """Return the activities of a phase by its label in either language. InvalidInput where there is none."""
    declared = application().live().model.case.phases
    for phase in declared:
        if label in (phase.label, phase.label_en):
            return phase.at
    known = Text("one of {choices}", choices=", ".join(phase.label for phase in declared))
    raise InvalidInput(errors=[FieldError("phase", known)])


def lines(cases: Sequence[InstanceSummary]) -> list[Line]:
    """Return cases as a list shows them."""
    found = of_many(each.business_key for each in cases if each.leads)
    people.remember(name for each in cases for name in (each.applicant, *each.held_by))
    app, days = application(), calendar()
    return [
        Line(
            each,
            found.get(each.business_key or "", Head()) if each.leads else Head(),
            tuple(people.shown_name(name) for name in each.held_by),
            due(each.due_at, app.clock(), days) if each.waits_for else None,
        )
        for each in cases
    ]


def of(number: str | None) -> Head:
    """Return the head of one case; an empty one where nothing is declared or may be seen."""
    return of_many([number]).get(number or "", Head())


def of_many(numbers: Iterable[str | None]) -> dict[str, Head]:
    """Return the heads of these cases by number, as far as the reader sees them."""
    wanted = sorted({number for number in numbers if number})
    return {number: _shown(head) for number, head in heads.of(application(), me(), wanted).items()}


def _shown(head: HeadView) -> Head:
    facts = ((label_of(each.fact), value_text(each.fact, each.value)) for each in head.facts)
    steps = (Step(label_of(phase), phase.state) for phase in head.phases)
    return Head(tuple(facts), tuple(steps))
