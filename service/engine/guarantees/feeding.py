"""Where a table is given something else than a sentence says: told where too many ways lead from there."""

from __future__ import annotations

from service.engine.drawing import Element
from service.engine.guarantees.effects import targets
from service.engine.guarantees.formulas import formula
from service.engine.guarantees.model import Agrees, Proof
from service.engine.guarantees.places import places, way
from service.engine.guarantees.subject import Subject
from service.wording import Text


def fed_otherwise(subject: Subject, claim: Agrees) -> Proof | None:
    """Return what is wrong where the fact is set by the table, and that is given something else there."""
    every = (each for process in subject.processes.values() for each in process.elements.values())
    asking = frozenset(each for each in every if _sets_by_table(subject, claim, each))
    for frame, task in places(subject, asking):
        given = dict(task.extensions.inputs)
        for name, expected in claim.given:
            written = given.get(name, name)
            if formula(written) != formula(expected):
                reason = Text(
                    "{element!r} gives the table {written} as {name!r}, not {expected}",
                    element=task.title,
                    written=written.lstrip("= "),
                    name=name,
                    expected=expected.lstrip("= "),
                )
                return Proof("broken", way(frame, task), reason=reason)
    return None


def _sets_by_table(subject: Subject, claim: Agrees, element: Element) -> bool:
    decision = subject.decision_of(element) if element.kind == "businessRuleTask" else None
    asked = subject.decisions[claim.decision]
    return decision is asked and claim.fact in targets(element, subject)
