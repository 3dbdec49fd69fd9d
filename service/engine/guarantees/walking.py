"""Goes all ways through an unfolded drawing, nearest first, until one breaks the sentence or none is left."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.engine.drawing import Element
from service.engine.guarantees.budget import Budget
from service.engine.guarantees.liveness import Liveness
from service.engine.guarantees.moves import Moves
from service.engine.guarantees.net import Net
from service.engine.guarantees.outcomes import Outcome
from service.engine.guarantees.standing import Event, Placed, Seen
from service.engine.guarantees.steps import Marking, Step, Steps
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.values import UNKNOWN, Value
from service.engine.guarantees.variables import Values, Variables
from service.engine.guarantees.watching import BROKEN, KEPT, Met, Watch

Facts = tuple[tuple[str, Value], ...]
Resting = tuple[Facts, int]
"""The facts of the case and what the watch remembers: what one process hands on to another of the case."""
Phases = tuple[str, ...]
Changes = Mapping[Phases, Iterable[Resting]]
"""While one of these processes runs, facts and memory may become so; with none named, at any time."""


Spent = tuple[int, ...]
"""Of a way that a walk is held to: how often each of its elements was passed."""
State = tuple[Marking, Values, int, Spent]
"""How a process may stand: tokens, values, what is remembered, and what is spent of a way held to.

A plain tuple, and so is what is reached: most that is reached is known already.
"""
NO_CHANGES: Changes = {}


@dataclass(frozen=True)
class Trace:
    """A way that was found, and the places on it where another may be taken instead.

    `root` is the process, `begun` how the case stood when it was started, `changed` what others applied
    meanwhile. `goal` is how the case stands at its end; None where the sentence is broken there.
    """

    root: str
    begun: Resting
    passed: tuple[Seen, ...]
    undecided: tuple[Seen, ...]
    changed: tuple[Resting, ...] = ()
    goal: Resting | None = None


class Held:
    """Holds a walk to the elements of one way, each as often as it is on it, until its end is reached."""

    def __init__(self, trace: Trace) -> None:
        counted = Counter((frame.index, element.id) for frame, element in trace.passed)
        self._most = tuple(counted.values())
        self.places = {key: place for place, key in enumerate(counted)}
        self._goal = trace.goal
        self.begun = (0,) * len(counted)

    def after(self, spent: Spent, step: Step) -> Spent | None:
        """Return what is spent with one more step; None where it leaves the way."""
        found = list(spent)
        for frame, element in step.passed:
            place = self.places.get((frame.index, element.id))
            if place is None or found[place] == self._most[place]:
                return None
            found[place] += 1
        return tuple(found)

    def is_reached(self, spent: Spent, resting: Resting) -> bool:
        """Tell whether the whole way is gone, and the case stands as at its end."""
        if self._goal is None or spent != self._most or resting[1] != self._goal[1]:
            return False
        here = dict(resting[0])
        return all(UNKNOWN in (value, here[name]) or here[name] == value for name, value in self._goal[0])


class _Came(NamedTuple):
    """How a state was come to first."""

    before: State | None
    step: Step
    supposed: bool
    resting: Resting | None = None


class Walk:
    """One walk of one root process. `applying` are the elements after which its facts hold for the case."""

    def __init__(
        self,
        net: Net,
        variables: Variables,
        watch: Watch,
        applying: frozenset[Element],
        liveness: Liveness | None,
        *,
        judges: bool = True,
        held: Held | None = None,
        budget: Budget,
    ) -> None:
        self._net, self._variables, self._watch, self._applying = net, variables, watch, applying
        self._moves = Moves(net, variables, held.places if held is not None else None)
        self._steps = Steps(net, variables, self._moves, liveness)
        self._judges, self._held, self._budget = judges, held, budget
        self._changes: dict[Phases, dict[Resting, None]] = {}
        self._facts = variables.bits_of(variables.mask_of_facts)
        self._rests: dict[tuple[Values, int], Resting] = {}
        self._came: dict[State, _Came] = {}
        self._waiting: deque[State] = deque()
        self._resting_at: dict[frozenset[str], dict[Resting, State]] = {}
        self.broken: Trace | None = None
        self.applied: dict[Resting, _Came] = {}

    def go(self, begun: Iterable[Resting] = (), changes: Changes = NO_CHANGES) -> Walk:
        """Walk on, from further starts and with further changes that others may make meanwhile.

        Ends at the first way that breaks the sentence, or where the way held to is gone.
        """
        new = {
            phases: [each for each in found if each not in self._changes.get(phases, ())]
            for phases, found in changes.items()
        }
        for phases, found in new.items():
            self._changes.setdefault(phases, {}).update(dict.fromkeys(found))
        for state in list(self._came):
            self._have_changed(state, new)
        for resting in begun:
            self._begin(resting)
        while self._waiting and self.broken is None:
            # The nearest way is wanted; of a way that is known, any that goes to its end.
            state = self._waiting.popleft() if self._held is None else self._waiting.pop()
            marking, values, memory, _ = state
            for step in self._steps.following(marking, values):
                self._reach(state, step, values, memory)
            if marking.tokens:
                here = self._resting(values, memory)
                self._resting_at.setdefault(marking.running, {}).setdefault(here, state)
                self._have_changed(state, self._changes)
        return self

    def take_up(
        self, spots: Collection[Placed], scoped: Iterable[tuple[Frame, Outcome]], at: Resting
    ) -> Walk:
        """Begin where a case stands that is under way: its tokens, and what is known in its frames."""
        values = self._variables.with_facts(self._variables.nothing, at[0])
        for frame, known in scoped:
            values = self._variables.assigned(frame, values, known)
        for way in self._moves.placed(values, spots):
            self._reach(None, self._steps.first(values, way), values, at[1], at)
        return self

    def _begin(self, resting: Resting) -> None:
        root = self._net.frames[0]
        facts = self._variables.with_facts(self._variables.nothing, resting[0])
        for outcome in self._net.outcomes.begun(root.container.process):
            values = self._variables.assigned(root, facts, outcome)
            for way in self._moves.first(values):
                self._reach(None, self._steps.first(values, way), values, resting[1], resting)

    def has_new(self, changes: Changes) -> bool:
        """Tell whether there is a change among these that it has not walked with yet."""
        return any(
            each not in self._changes.get(phases, ()) for phases, found in changes.items() for each in found
        )

    def while_in(self, phases: Collection[str]) -> dict[Resting, State]:
        """Return how the case stood while one of these processes ran; with none named, at any time."""
        return {
            resting: state
            for running, found in self._resting_at.items()
            if not phases or not running.isdisjoint(phases)
            for resting, state in found.items()
        }

    def leading_to(self, resting: Resting, state: State | None) -> Trace:
        """Return the way to where the case stood so, or was made to."""
        return self._trace(self._came[state] if state is not None else self.applied[resting], resting)

    def _have_changed(self, state: State, changes: Changes) -> None:
        """Have others change the facts where a case stands."""
        marking, values, memory, _ = state
        for phases, found in changes.items():
            if found and marking.tokens and (not phases or not marking.running.isdisjoint(phases)):
                for resting in found:
                    carried = resting[1] if self._watch.carries else memory
                    changed = self._variables.with_facts(values, resting[0])
                    if changed != values or carried != memory:
                        self._reach(state, Step(marking, -1, 0, (), (), ()), changed, carried, resting)

    def _reach(
        self, before: State | None, step: Step, values: Values, memory: int, resting: Resting | None = None
    ) -> None:
        """Go one step on from these values and this memory, which are those of the state before."""
        if self.broken is not None:
            return
        supposed, at = False, None
        spent: Spent = ()
        if step.events or not step.to.tokens:
            memory, supposed, at = self._remembered(step, values, memory)
            step = _until(step, at) if memory == BROKEN else step
        if self._held is not None:
            found = self._held.after(before[3] if before is not None else self._held.begun, step)
            if found is None:
                return
            spent = found
        if memory < 0:
            if memory == BROKEN and self._judges:
                self.broken = self._trace(_Came(before, step, supposed, resting), None)
            return
        after = values & step.keeps | step.sets
        state = (step.to, after & step.to.live, memory, spent)
        if state not in self._came:
            self._came[state] = _Came(before, step, supposed, resting)
            self._waiting.append(state)
            self._budget.spend()
        if self._held is not None or (self._applying and step.passed):
            self._came_to(_Came(before, step, supposed, resting), spent, self._resting(after, memory))

    def _came_to(self, came: _Came, spent: Spent, standing: Resting) -> None:
        """Remember how a case stands behind what applies facts, and see whether the way held to is gone."""
        if any(element in self._applying for _, element in came.step.passed):
            self.applied.setdefault(standing, came)
        if self._held is not None and self._held.is_reached(spent, standing):
            self.broken = self._trace(came, None)

    def _remembered(self, step: Step, values: Values, memory: int) -> tuple[int, bool, Event | None]:
        """Return what is remembered, whether that is only supposed, and by what the sentence is settled."""
        supposed = False
        for event, now, earlier in step.events:
            memory, only_supposed = self._watch.met(memory, self._as_met(event, values, now, earlier))
            supposed = supposed or only_supposed
            if memory in (BROKEN, KEPT):
                return memory, supposed, event
        return (memory if step.to.tokens else self._watch.ended(memory)), supposed, None

    def _as_met(
        self, event: Event, values: Values, now: tuple[Values, Values], earlier: tuple[Values, Values]
    ) -> Met:
        known, frame = self._variables.known, event.frame
        return Met(
            event.kind,
            event.element,
            known(frame, values & now[0] | now[1]),
            lambda: known(frame, values & earlier[0] | earlier[1]),
        )

    def _resting(self, values: Values, memory: int) -> Resting:
        key = (values & self._facts, memory)
        if key not in self._rests:
            self._rests[key] = tuple(sorted(self._variables.facts_of(values).items())), memory
        return self._rests[key]

    def _trace(self, last: _Came, goal: Resting | None) -> Trace:
        steps = [last]
        while (before := steps[-1].before) is not None:
            steps.append(self._came[before])
        steps.reverse()
        passed = [each for came in steps for each in came.step.passed]
        # What is come to in the end is passed by no step; what is completed is.
        ending = _met(last.step, kind="enter") if goal is None else []
        undecided = [each for came in steps for each in came.step.undecided]
        undecided += [each for came in steps if came.supposed for each in _met(came.step)]
        assert steps[0].resting is not None, "the first step begins with how the case stands"
        return Trace(
            root=self._net.frames[0].container.process,
            begun=steps[0].resting,
            passed=(*passed, *(each for each in ending if each not in passed[-1:])),
            undecided=tuple(dict.fromkeys(undecided)),
            changed=tuple(came.resting for came in steps[1:] if came.resting is not None),
            goal=goal,
        )


def _until(step: Step, at: Event | None) -> Step:
    """Return a step up to where the sentence is broken: what is completed there has not gone on."""
    if at is None or at.kind != "leave":
        return step
    passed = step.passed[: step.passed.index((at.frame, at.element)) + 1]
    return step._replace(passed=passed, events=tuple(each for each in step.events if each[0] is at))


def _met(step: Step, kind: str = "") -> list[Seen]:
    """Return the last element of a step that the sentence speaks of; with a kind, if it is met so."""
    return [(event.frame, event.element) for event, *_ in step.events[-1:] if kind in ("", event.kind)]
