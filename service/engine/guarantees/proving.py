"""Proves a sentence about ways: walks all processes it is about, following as many variables as it takes.

At first only what the sentence itself asks is followed, and every other choice is taken both ways. A way that
breaks the sentence then says at which gateways nobody knew better. That way alone is walked again with all
that is asked on it followed: where it stands, the sentence is broken; where not, the few variables that rule
it out are followed too, and all is walked again, until no way breaks it (proven), or there is too much to
walk (not proven).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from service.engine.decisions.cells import Literal
from service.engine.drawing.kinds import CONDITIONAL
from service.engine.guarantees.answers import handed_on
from service.engine.guarantees.budget import Budget, NotExamined
from service.engine.guarantees.domains import Domains, entries_in
from service.engine.guarantees.formulas import formula, names_in
from service.engine.guarantees.here import Here
from service.engine.guarantees.model import Proof, Step
from service.engine.guarantees.outcomes import Outcomes
from service.engine.guarantees.standing import Seen
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.together import Together
from service.engine.guarantees.unfolding import Frame, unfold
from service.engine.guarantees.walking import Trace
from service.engine.guarantees.watching import Watch
from service.wording import Text

MOST_ROUNDS, MOST_STATES, MOST_AGAIN, MOST_REMEMBERED = 25, 100_000, 40_000, 500
Names = frozenset[str]
_FOLLOWED: dict[tuple[Hashable, bool], Names] = {}
"""What was followed when a sentence was last proven: most often that proves it of changed drawings too."""


@dataclass(frozen=True)
class Trial:
    """What the sentences have in common that are judged of the same drawings.

    `unfolded` are the drawings with their calls opened. `decisive` are the names that ruled out ways before:
    they are tried first. `alike` has what was followed to prove a sentence about the same elements.
    """

    subject: Subject
    budget: Budget
    unfolded: dict[str, list[Frame]] = field(default_factory=dict)
    decisive: set[str] = field(default_factory=set)
    alike: dict[Hashable, Names] = field(default_factory=dict)

    def frames(self, root: str) -> list[Frame]:
        """Return a process with its calls opened."""
        if root not in self.unfolded:
            self.unfolded[root] = unfold(self.subject, root)
        return self.unfolded[root]


def prove(trial: Trial, watch: Watch, within: Collection[str], about: Hashable = None) -> Proof:
    """Return what is found of a sentence, in the processes `within`, or in all that are started.

    `about` says which it is, whatever it is proven of.
    """
    few = entries_in(watch.asked)
    if few:
        # Most often it is enough to know of lists whether they hold what the sentence itself asks of them.
        found = _proof(trial, watch, within, (about, True), few)
        if found.state == "holds" or (found.state == "broken" and found.is_sure):
            return found
    return _proof(trial, watch, within, (about, False))


def prove_from(trial: Trial, watch: Watch, here: Here, about: Hashable) -> Proof:
    """Return what is found of a sentence from where a case stands, in the process that stands there."""
    found, few = Proof("holds"), entries_in(watch.asked)
    for entries in (few, None) if few else (None,):
        prover = _Prover(trial, watch, [here.process], Budget(MOST_AGAIN, trial.budget), entries, here)
        helped = _FOLLOWED.get((about, entries is not None))
        if helped is not None and prover.holds_with(helped):
            return Proof("holds")
        found = prover.proof()
        if found.state == "holds" or (found.state == "broken" and found.is_sure):
            return found
    return found


def _proof(
    trial: Trial,
    watch: Watch,
    within: Collection[str],
    about: tuple[Hashable, bool],
    entries: frozenset[Literal] | None = None,
) -> Proof:
    """Return what is found by following what helped the last time, and else from the start."""
    alike = (type(watch), watch.what, tuple(within), entries)
    helped = _FOLLOWED.get(about) or trial.alike.get(alike)
    if helped is not None:
        again = _Prover(trial, watch, within, Budget(MOST_AGAIN), entries)
        if again.holds_with(helped):
            _FOLLOWED[about] = helped
            return Proof("holds")
    prover = _Prover(trial, watch, within, Budget(MOST_STATES, trial.budget), entries)
    found = prover.proof()
    if found.state == "holds":
        if len(_FOLLOWED) > MOST_REMEMBERED:
            _FOLLOWED.clear()
        _FOLLOWED[about] = trial.alike[alike] = prover.followed
    return found


class _Prover:
    """Proves one sentence."""

    def __init__(
        self,
        trial: Trial,
        watch: Watch,
        within: Collection[str],
        budget: Budget,
        entries: frozenset[Literal] | None = None,
        here: Here | None = None,
    ) -> None:
        self._here = here
        self._trial, self._watch, self._budget = trial, watch, budget
        self._subject = subject = trial.subject
        self._domains = Domains(subject, watch.asked, entries)
        self.followed = Names()
        self._outcomes = lru_cache(maxsize=None)(partial(Outcomes, subject, self._domains))
        self._together = lru_cache(maxsize=None)(self._walked_with)
        self._judged = [root for root in (within or subject.roots) if self._speaks_of(root)]

    @property
    def _asked(self) -> Names:
        asked = frozenset[str]().union(*(names_in(each) for each in self._watch.asked))
        return asked | handed_on(asked, self._watch.left, self._subject.forms)

    def holds_with(self, followed: Names) -> bool:
        """Tell whether it is enough to follow these; what they are not enough for is not said."""
        try:
            return not self._together(self._followable(self._asked | followed)).walked()
        except NotExamined:
            return False

    def proof(self) -> Proof:
        followed = self.followed = self._followable(self._asked)
        found: list[Trace] = []
        try:
            for _ in range(MOST_ROUNDS):
                found = self._together(followed).walked()
                if not found:
                    return Proof("holds")
                more = self._questioned(found, followed)
                if not more:
                    return Proof("broken", *_ways(found))
                self._trial.decisive.update(more)
                followed = self.followed = followed | more
        except NotExamined as beyond:
            return Proof("unproven", *_ways(found), reason=beyond.reason)
        return Proof("unproven", *_ways(found), reason=Text("too many variables decide which way is taken"))

    def _questioned(self, found: list[Trace], followed: Names) -> Names:
        """Return what has to be followed too; nothing where the way stands, as it then is in `found`."""
        facts = frozenset[str]()
        for place, trace in enumerate(found):
            stands, asked = self._asked_again(trace, followed)
            if stands is None:
                return asked
            found[place] = stands
            facts |= frozenset(name for name in asked if name.startswith("case."))
        # What facts could not be when one process handed on to another, only a walk of both can say.
        return facts if len(found) > 1 else frozenset()

    def _asked_again(self, trace: Trace, followed: Names) -> tuple[Trace | None, Names]:
        """Return how a way stands with all followed that is asked on it, and that; else what rules it out."""
        stands, asked = trace, self._asked_at(trace) - followed or self._hang_on(trace, followed) - followed
        tried = frozenset[str]()
        while new := asked - tried:
            # What others hang on seldom decides alone, unless it has before.
            alone = new & self._trial.decisive if tried else new
            for name in sorted(alone, key=self._latest(trace)):
                if self._along(trace, followed | {name}) is None:
                    return None, frozenset({name})
            try:
                ruled = self._along(trace, followed | asked)
            except NotExamined:
                if not tried:
                    raise
                return self._doubted(stands, followed | tried), tried
            if ruled is None:
                return None, self._decisive(trace, followed, asked)
            stands, tried = replace(ruled, goal=trace.goal), asked
            asked |= self._hang_on(trace, followed | asked) - followed
        return stands, asked

    def _latest(self, trace: Trace) -> Callable[[str], tuple[Any, ...]]:
        """Return how to sort names: what is asked last on a way most often decides it."""
        late: dict[str, int] = {}
        for number, (_, element) in enumerate(trace.undecided):
            if element.kind in CONDITIONAL:
                late |= dict.fromkeys(_names(flow.condition for flow in element.outgoing), number)
        return lambda name: (-late.get(name, 0), *self._cost(name))

    def _doubted(self, trace: Trace, followed: Names) -> Trace:
        """Return a way with doubts where what it hangs on is too much to be followed."""
        outcomes = self._outcomes(followed)
        hangs = [seen for seen in trace.passed if self._followable(outcomes.reads(seen[1])) - followed]
        return replace(trace, undecided=tuple(dict.fromkeys((*trace.undecided, *hangs))))

    def _cost(self, name: str) -> tuple[bool, bool, int, str]:
        """Return what it costs to follow a name: a fact is there in every process."""
        is_new = name not in self._trial.decisive
        return is_new, name.startswith("case."), len(self._domains.values(name)), name

    def _decisive(self, trace: Trace, followed: Names, asked: Names) -> Names:
        """Return few of the names asked on a way that rule it out together, cheap ones if they do.

        The last of the fewest cheapest ones that do is needed; then the last of those needed with it.
        """
        names, taken, most = sorted(asked, key=self._cost), frozenset[str](), len(asked)

        def is_enough(count: int) -> bool:
            return self._along(trace, followed.union(taken, names[:count])) is None

        while fewest := bisect_left(range(most), True, key=is_enough):
            taken, most = taken | {names[fewest - 1]}, fewest - 1
        return taken

    def _along(self, trace: Trace, followed: Names) -> Trace | None:
        return self._together(followed).along(trace)

    def _walked_with(self, followed: Names) -> Together:
        outcomes = self._outcomes(followed)
        return Together(
            self._subject,
            self._watch,
            outcomes,
            self._judged,
            self._trial.frames,
            self._budget,
            self._here,
        )

    def _speaks_of(self, root: str) -> bool:
        """Tell whether anything the sentence speaks of is in a process or in what it calls."""
        seen, waiting = {root}, [root]
        while waiting:
            process = self._subject.processes[waiting.pop()]
            if not self._watch.what.isdisjoint(process.elements.values()):
                return True
            new = [key for key in process.calls if key in self._subject.processes and key not in seen]
            seen.update(new)
            waiting += new
        return False

    def _followable(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(name for name in names if self._domains.values(name))

    def _asked_at(self, trace: Trace) -> Names:
        """Return what is asked where a way might have gone otherwise."""
        found = set[str]()
        for _, element in trace.undecided:
            if element.kind in CONDITIONAL:
                found |= _names(flow.condition for flow in element.outgoing)
        return self._followable(found)

    def _hang_on(self, trace: Trace, followed: Names) -> Names:
        """Return what the values of the names that are followed are made of along a way."""
        outcomes = self._outcomes(followed)
        found = set[str]()
        for _, element in trace.passed:
            found |= outcomes.reads(element)
            handed = (each for each in element.extensions.call_in if each.target in followed)
            found |= _names(each.expression for each in handed)
        return self._followable(found)


def _names(texts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(names_in(formula(text)) for text in texts))


def _ways(found: list[Trace]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Return the steps of a way, behind those it rests on in other processes; and the doubted ones."""
    in_order = found[::-1]
    passed = [each for trace in in_order for each in trace.passed]
    return _steps(passed), _steps(each for trace in in_order for each in trace.undecided)


def _steps(seen: Iterable[Seen]) -> tuple[Step, ...]:
    return tuple(Step(frame.container.process, element, frame.called_through) for frame, element in seen)
