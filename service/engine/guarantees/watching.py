"""What a walk has to remember for a sentence, and when it is broken: one small machine for each claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from service.engine.drawing import Element
from service.engine.guarantees.evaluating import Known, may_be
from service.engine.guarantees.formulas import Formula, formula
from service.engine.guarantees.model import After, Before, Never
from service.engine.guarantees.naming import elements_of
from service.engine.guarantees.subject import Subject

BROKEN, KEPT = -1, -2
"""Instead of a memory: the sentence is broken here; it is kept whatever comes."""
Found = frozenset[Element]


class Watch(Protocol):
    """Follows one claim along a run. A memory is 0 at the start.

    With `carries` what is remembered is handed on to processes beside the one that leads a case, and back.
    """

    carries: ClassVar[bool]

    @property
    def what(self) -> Found: ...

    @property
    def marked(self) -> Found: ...

    @property
    def asked(self) -> tuple[Formula, ...]:
        """What is asked where it is followed."""

    def met(self, memory: int, kind: str, element: Element, known: Known) -> tuple[int, bool]:
        """Return what to remember after an event, and whether that could only be supposed."""

    def ended(self, memory: int) -> int:
        """Return what is left when a process has ended."""


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
    def marked(self) -> Found:
        return self.what | self.always | self.since

    @property
    def asked(self) -> tuple[Formula, ...]:
        return tuple(each for each in (self.when, self.concluding) if each is not None)

    def met(self, memory: int, kind: str, element: Element, known: Known) -> tuple[int, bool]:
        if kind == "enter":
            if element not in self.what or memory:
                return memory, False
            may, may_not = _asked(self.when, known)
            return (BROKEN, may_not) if may else (memory, False)
        if element in self.since:
            memory = 0
        if element in self.always:
            _, may_not = _asked(self.concluding, known)
            if not may_not:
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

    @property
    def marked(self) -> Found:
        return self.what | self.always

    @property
    def asked(self) -> tuple[Formula, ...]:
        return (self.when,) if self.when is not None else ()

    def met(self, memory: int, kind: str, element: Element, known: Known) -> tuple[int, bool]:
        if kind == "enter":
            return memory, False
        if element in self.always:
            return 0, False
        if element in self.what:
            may, may_not = _asked(self.when, known)
            return (1 if may else memory), may and may_not
        return memory, False

    def ended(self, memory: int) -> int:
        return BROKEN if memory else memory


@dataclass(frozen=True)
class WatchNever:
    """Has nothing to remember."""

    carries: ClassVar[bool] = False
    what: Found
    when: Formula | None

    @property
    def marked(self) -> Found:
        return self.what

    @property
    def asked(self) -> tuple[Formula, ...]:
        return (self.when,) if self.when is not None else ()

    def met(self, memory: int, kind: str, element: Element, known: Known) -> tuple[int, bool]:
        if kind != "enter" or element not in self.what:
            return memory, False
        may, may_not = _asked(self.when, known)
        return (BROKEN if may else memory), may_not

    def ended(self, memory: int) -> int:
        return memory


def watch(claim: Before | After | Never, subject: Subject) -> Watch:
    """Return the machine for a claim about ways."""
    what = elements_of(claim.what, subject, completed=isinstance(claim, After))
    if isinstance(claim, Never):
        return WatchNever(what, _formula(claim.when))
    always = elements_of(claim.always, subject, completed=True)
    if isinstance(claim, After):
        return WatchAfter(what, always, _formula(claim.when))
    since = elements_of(claim.since, subject, completed=True)
    return WatchBefore(what, always, since, _formula(claim.when), _formula(claim.concluding))


def _formula(text: str) -> Formula | None:
    return formula(text) if text else None


def _asked(condition: Formula | None, known: Known) -> tuple[bool, bool]:
    return (True, False) if condition is None else may_be(condition, known)
