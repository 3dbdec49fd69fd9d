"""The machines of sentences about facts: by what one becomes so, and whether it is as a table says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from service.engine.decisions import Decision
from service.engine.guarantees.answers import concluded
from service.engine.guarantees.domains import declared
from service.engine.guarantees.effects import targets
from service.engine.guarantees.evaluating import Known, possible
from service.engine.guarantees.formulas import Compared, Constant, Formula, formula, names_in
from service.engine.guarantees.model import Agrees, Becomes, Proof
from service.engine.guarantees.naming import elements_of
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.values import UNKNOWN, compared
from service.engine.guarantees.watching import BROKEN, Found, Met, Watch, concludes, may_hold
from service.wording import Text


@dataclass(frozen=True)
class WatchBecomes:
    """Remembers 1 once something was completed that the condition may become true by."""

    carries: ClassVar[bool] = True
    what: Found
    always: Found
    condition: Formula
    concluding: Formula | None

    entered: ClassVar[Found] = frozenset()

    @property
    def left(self) -> Found:
        return self.what | self.always

    @property
    def asked(self) -> tuple[Formula, ...]:
        return tuple(each for each in (self.condition, self.concluding) if each is not None)

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        if met.kind == "enter":
            return memory, False
        if met.element in self.always and concludes(self.concluding, met):
            memory = 1
        if met.element not in self.what:
            return memory, False
        (may, may_not), (was, was_not) = (
            may_hold(self.condition, each) for each in (met.known, met.before())
        )
        if may and was_not and not memory:
            return BROKEN, may_not or was
        # What it became true by counts no more, nor what came before it was true no longer.
        return (0 if (may and was_not) or (was and may_not) else memory), False

    def ended(self, memory: int) -> int:
        return memory


@dataclass(frozen=True)
class WatchAgrees:
    """Has nothing to remember: asks the decision wherever somebody comes to `what`."""

    carries: ClassVar[bool] = False
    what: Found
    claim: Agrees
    subject: Subject

    left: ClassVar[Found] = frozenset()

    @property
    def entered(self) -> Found:
        return self.what

    @cached_property
    def asked(self) -> tuple[Formula, ...]:
        """Return comparisons of what the decision is given with what its cells name, and of the fact."""
        given = {name: formula(written) for name, written in self.claim.given}
        fact, decision, found = formula(self.claim.fact), self._decision, list[Formula]()
        for rule in decision.rules:
            for column, cell in zip(decision.inputs, rule.cells, strict=False):
                of = given.get(column.expression.strip(), formula(column.expression))
                literals = cell.literals if cell is not None else ()
                found += (Compared("=", of, Constant(each)) for each in literals)
            found += (Compared("=", fact, Constant(each)) for each in rule.results if each is not None)
        return tuple(found)

    @property
    def _decision(self) -> Decision:
        return self.subject.decisions[self.claim.decision]

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        if met.kind != "enter" or met.element not in self.what:
            return memory, False
        agrees = set(self._compared(met.known))
        return (memory, False) if agrees == {True} else (BROKEN, agrees not in (set(), {False}))

    def _compared(self, known: Known) -> Iterator[bool | None]:
        """Yield for all the decision may say whether the fact is that; None where it may be."""
        given = {name: possible(formula(written), known) for name, written in self.claim.given}
        values = {name: next(iter(found)) if len(found) == 1 else UNKNOWN for name, found in given.items()}
        for row in self.subject.tables.rows(self._decision, values):
            for said in row.values():
                for fact in possible(formula(self.claim.fact), known):
                    yield compared("=", fact, said)

    def ended(self, memory: int) -> int:
        return memory


def becomes(claim: Becomes, subject: Subject) -> Watch:
    condition, always = formula(claim.condition), elements_of(claim.always, subject, completed=True)
    concluding = concluded(claim.concluding) if claim.concluding else None
    return WatchBecomes(_setting(names_in(condition), subject), always, condition, concluding)


def begins_so(claim: Becomes, subject: Subject) -> Proof | None:
    """Return that a condition is broken, where it is true of every case as soon as that begins."""
    if not may_hold(formula(claim.condition), declared(subject.case))[0]:
        return None
    reason = Text("{condition!r} is so as soon as a case begins", condition=claim.condition)
    return Proof("broken", reason=reason)


def agrees(claim: Agrees, subject: Subject) -> Watch:
    return WatchAgrees(elements_of(claim.at, subject), claim, subject)


def _setting(names: frozenset[str], subject: Subject) -> Found:
    """Return the elements that may set one of these facts."""
    every = (each for process in subject.processes.values() for each in process.elements.values())
    return frozenset(each for each in every if not names.isdisjoint(targets(each, subject)))
