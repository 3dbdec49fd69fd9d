"""The machines of sentences about what is come to and what is completed; those about facts stand beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from service.engine.guarantees.answers import concluded
from service.engine.guarantees.domains import entries_in
from service.engine.guarantees.formulas import Formula, alternatives, formula
from service.engine.guarantees.model import AboutWays, After, Agrees, Becomes, Before, Never
from service.engine.guarantees.naming import elements_of
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.watches_of_facts import agrees, becomes
from service.engine.guarantees.watching import BROKEN, KEPT, Found, Met, Watch, concludes, may_hold


@dataclass(frozen=True)
class WatchBefore:
    """Remembers 1 once one of `always` is completed."""

    carries: ClassVar[bool] = True
    what: Found
    always: Found
    since: Found
    when: Formula | None
    concluding: Formula | None

    @property
    def entered(self) -> Found:
        return self.what

    @property
    def left(self) -> Found:
        return self.always | self.since

    @property
    def asked(self) -> tuple[Formula, ...]:
        return tuple(each for each in (self.when, self.concluding) if each is not None)

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        if met.kind == "enter":
            if met.element not in self.what or memory:
                return memory, False
            may, may_not = may_hold(self.when, met.known)
            return (BROKEN, may_not) if may else (memory, False)
        if met.element in self.since:
            memory = 0
        if met.element in self.always and concludes(self.concluding, met):
            return (1 if self.since else KEPT), False
        return memory, False

    def ended(self, memory: int) -> int:
        return memory


@dataclass(frozen=True)
class WatchAfter:
    """Remembers 1 while something has been completed and what must follow has not."""

    carries: ClassVar[bool] = False
    what: Found
    always: Found
    when: Formula | None

    entered: ClassVar[Found] = frozenset()

    @property
    def left(self) -> Found:
        return self.what | self.always

    @property
    def asked(self) -> tuple[Formula, ...]:
        return (self.when,) if self.when is not None else ()

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        if met.kind == "enter":
            return memory, False
        if met.element in self.always:
            return 0, False
        if met.element in self.what:
            may, may_not = may_hold(self.when, met.known)
            return (1 if may else memory), may and may_not
        return memory, False

    def ended(self, memory: int) -> int:
        return BROKEN if memory else memory


@dataclass(frozen=True)
class WatchNever:
    """Has nothing to remember."""

    carries: ClassVar[bool] = False
    left: ClassVar[Found] = frozenset()
    what: Found
    when: Formula | None

    @property
    def entered(self) -> Found:
        return self.what

    @property
    def asked(self) -> tuple[Formula, ...]:
        return (self.when,) if self.when is not None else ()

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        if met.kind != "enter" or met.element not in self.what:
            return memory, False
        may, may_not = may_hold(self.when, met.known)
        return (BROKEN if may else memory), may_not

    def ended(self, memory: int) -> int:
        return memory


def watches(claim: AboutWays, subject: Subject) -> Iterator[Watch]:
    """Yield the machines for a claim about ways, each of which has to hold.

    A `when` that asks of lists whether they hold this or that is one for each: fewer lists have to be told
    apart at a time.
    """
    if isinstance(claim, Becomes):
        yield becomes(claim, subject)
    elif isinstance(claim, Agrees):
        yield agrees(claim, subject)
    else:
        when = formula(claim.when) if claim.when else None
        parts = [*alternatives(when)] if when is not None else []
        asks_of_several = len({entries_in([each]) for each in parts}) > 1
        for each in parts if asks_of_several else [when]:
            yield _watch(claim, each, subject)


def _watch(claim: Before | After | Never, when: Formula | None, subject: Subject) -> Watch:
    what = elements_of(claim.what, subject, completed=isinstance(claim, After))
    if isinstance(claim, Never):
        return WatchNever(what, when)
    always = elements_of(claim.always, subject, completed=True)
    if isinstance(claim, After):
        return WatchAfter(what, always, when)
    since = elements_of(claim.since, subject, completed=True)
    return WatchBefore(what, always, since, when, concluded(claim.concluding) if claim.concluding else None)
