"""The sentences of `guarantees.yaml`: what each claims of every possible run, and what was found of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.engine.drawing import Element
from service.engine.drawing.kinds import GATEWAYS
from service.wording import Text

Names = tuple[str, ...]
"""Elements as a sentence names them: `process/element`, an element of any process, or a process."""
State = Literal["holds", "broken", "unproven"]


@dataclass(frozen=True)
class Before:
    """Nobody comes to `what` without one of `always` completed before.

    `when`: only where this is true on arrival. `concluding`: completed with this true. `since`: what was
    completed before one of these counts no more.
    """

    what: Names
    always: Names
    when: str = ""
    concluding: str = ""
    since: Names = ()


@dataclass(frozen=True)
class After:
    """Where one of `what` was completed, no process ends before one of `always` is completed too."""

    what: Names
    always: Names
    when: str = ""


@dataclass(frozen=True)
class Never:
    """Nobody comes to `what`, or not where `when` is true on arrival."""

    what: Names
    when: str = ""


@dataclass(frozen=True)
class Becomes:
    """`condition`, over facts of the case, comes true only after one of `always` was completed.

    What was completed counts once: when the condition is true no more, it takes another to make it true.
    `concluding`: completed with this true.
    """

    condition: str
    always: Names
    concluding: str = ""


@dataclass(frozen=True)
class Agrees:
    """Where anybody comes to `at`, the `fact` is what the decision says when its inputs are `given` so."""

    fact: str
    decision: str
    given: tuple[tuple[str, str], ...]
    at: Names


@dataclass(frozen=True)
class NotBy:
    """Four eyes: whoever does `what` is none of `others` (`applicant`, or activities)."""

    what: Names
    others: Names


@dataclass(frozen=True)
class DoneBy:
    """Nobody but these groups or relations does `what`."""

    what: Names
    groups: Names


@dataclass(frozen=True)
class Told:
    """Where `what` waits, somebody is told within so many workdays."""

    what: Names
    workdays: int


@dataclass(frozen=True)
class NoTimer:
    """No timer takes `what` from the people it is for, nor goes on in their place."""

    what: Names


AboutWays = Before | After | Never | Becomes | Agrees
AboutTasks = NotBy | DoneBy | Told | NoTimer
Claim = AboutWays | AboutTasks


@dataclass(frozen=True)
class KnownGap:
    """Why a sentence does not hold yet, and since when that is known."""

    since: str
    why: str


@dataclass(frozen=True)
class Guarantee:
    """One sentence. `within` are the processes it is about, as they are started; none: all of them."""

    key: str
    name: str
    text: str
    claim: Claim
    line: int
    text_en: str = ""
    within: Names = ()
    known_gap: KnownGap | None = None

    def said(self, language: str) -> str:
        """Return the sentence in a language: `zh` or `en`."""
        return self.text_en if language.startswith("en") and self.text_en else self.text


@dataclass(frozen=True)
class Step:
    """An element on the way that breaks a sentence; `path` are the activities it is called through."""

    process: str
    element: Element
    path: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.element.title

    @property
    def is_told(self) -> bool:
        """Tell whether it says something to people: gateways without a name only join ways."""
        return bool(self.element.name) or self.element.kind not in GATEWAYS


@dataclass(frozen=True)
class Proof:
    """What was found of a sentence.

    `way`: how it is broken, from the start on; of an unproven one how it might be. `doubted` are the steps at
    which nobody can say which way is taken: with any, the way may be one that no run takes. `reason` says why
    it is broken where that is no matter of ways, or why it was not proven.
    """

    state: State
    way: tuple[Step, ...] = ()
    doubted: tuple[Step, ...] = ()
    reason: Text | None = None

    @property
    def is_sure(self) -> bool:
        return not self.doubted


@dataclass(frozen=True)
class Verdict:
    """A sentence with what was found of it."""

    guarantee: Guarantee
    proof: Proof

    @property
    def is_broken(self) -> bool:
        """Tell whether it forbids a deployment: a gap that is known does not."""
        return self.proof.state == "broken" and self.guarantee.known_gap is None
