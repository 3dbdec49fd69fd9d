"""What a walk has to remember for a sentence, and when it is broken: one small machine for each claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple, Protocol

from service.engine.drawing import Element
from service.engine.guarantees.answers import form_and_field, is_answer
from service.engine.guarantees.evaluating import Known, may_be
from service.engine.guarantees.formulas import Formula, names_in
from service.engine.guarantees.values import NULL

BROKEN, KEPT = -1, -2
"""Instead of a memory: the sentence is broken here; it is kept whatever comes."""
Found = frozenset[Element]


class Met(NamedTuple):
    """Something met on the way: a token comes to an element (`enter`), or has completed it (`leave`).

    `known` is what is known of variables then, `before` returns what was before the element set any.
    """

    kind: str
    element: Element
    known: Known
    before: Callable[[], Known]


class Watch(Protocol):
    """Follows one claim along a run. A memory is 0 at the start.

    With `carries` what is remembered is handed on to processes beside the one that leads a case, and back.
    """

    carries: ClassVar[bool]

    @property
    def what(self) -> Found: ...

    @property
    def entered(self) -> Found:
        """The elements of which it has to know that somebody comes to them."""

    @property
    def left(self) -> Found:
        """The elements of which it has to know that somebody has completed them."""

    @property
    def asked(self) -> tuple[Formula, ...]:
        """What is asked where it is followed."""

    def met(self, memory: int, met: Met) -> tuple[int, bool]:
        """Return what to remember after an event, and whether that could only be supposed."""

    def ended(self, memory: int) -> int:
        """Return what is left when a process has ended."""


def may_hold(condition: Formula | None, known: Known) -> tuple[bool, bool]:
    """Say whether a condition may be true, and whether it may be anything else; without one it is true."""
    return (True, False) if condition is None else may_be(condition, known)


def concludes(condition: Formula | None, met: Met) -> bool:
    """Tell whether it is sure that something was completed so. Only what was answered at it counts."""
    if condition is None:
        return True
    asked = (name for name in names_in(condition) if is_answer(name))
    others = {name: NULL for name in asked if form_and_field(name)[0] != met.element.form}
    return not may_be(condition, {**met.known, **others} if others else met.known)[1]
