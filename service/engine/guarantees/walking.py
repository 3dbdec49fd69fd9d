"""Goes all ways through an unfolded drawing, nearest first, until one breaks the sentence or none is left."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.engine.drawing import Element
from service.engine.guarantees.budget import Budget
from service.engine.guarantees.liveness import Liveness
from service.engine.guarantees.moves import Moves
from service.engine.guarantees.net import Net
from service.engine.guarantees.standing import Event, Seen, Way
from service.engine.guarantees.steps import Steps
from service.engine.guarantees.values import UNKNOWN, Value
from service.engine.guarantees.variables import Variables
from service.engine.guarantees.watching import BROKEN, KEPT, Met, Watch

Facts = tuple[tuple[str, Value], ...]
Resting = tuple[Facts, int]
"""The facts of the case and what the watch remembers: what one process hands on to another of the case."""
Phases = tuple[str, ...]
Changes = Mapping[Phases, Iterable[Resting]]
"""While one of these processes runs, facts and memory may become so; with none named, at any time."""


class State(NamedTuple):
    """How a process may stand. `spent`: how much of the way is used up that the walk is held to."""

    tokens: tuple[int, ...]
    values: tuple[int, ...]
    memory: int
    spent: tuple[int, ...] = ()


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

    def after(self, spent: tuple[int, ...], way: Way) -> tuple[int, ...] | None:
        """Return what is spent with one more step; None where it leaves the way."""
        found = list(spent)
        for frame, element in way.passed:
            place = self.places.get((frame.index, element.id))
            if place is None or found[place] == self._most[place]:
                return None
            found[place] += 1
        return tuple(found)

    def is_reached(self, spent: tuple[int, ...], resting: Resting) -> bool:
        """Tell whether the whole way is gone, and the case stands as at its end."""
        if self._goal is None or spent != self._most or resting[1] != self._goal[1]:
            return False
        here = dict(resting[0])
        return all(UNKNOWN in (value, here[name]) or here[name] == value for name, value in self._goal[0])


class _Came(NamedTuple):
    """How a state was come to first."""

    before: State | None
    way: Way
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
        self._steps = Steps(net, variables, self._moves)
        self._judges, self._held, self._budget = judges, held, budget
        self._changes: dict[Phases, dict[Resting, None]] = {}
        self._liveness = liveness
        # Kept by itself, not by methods that hold the walk: what was walked is let go with it.
        self._running_by: dict[tuple[int, ...], frozenset[str]] = {}
        self._live_by: dict[tuple[int, ...], int] = {}
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
            for way in self._first(resting[0]):
                self._reach(None, way, resting[1], resting)
        while self._waiting and self.broken is None:
            # The nearest way is wanted; of a way that is known, any that goes to its end.
            state = self._waiting.popleft() if self._held is None else self._waiting.pop()
            for way in self._steps.following(state.tokens, state.values):
                self._reach(state, way, state.memory)
            if state.tokens:
                here = self._resting(state.values, state.memory)
                self._resting_at.setdefault(self._running(state.tokens), {}).setdefault(here, state)
                self._have_changed(state, self._changes)
        return self

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
        for phases, found in changes.items():
            if found and state.tokens and (not phases or not self._running(state.tokens).isdisjoint(phases)):
                for resting in found:
                    memory = resting[1] if self._watch.carries else state.memory
                    values = self._variables.with_facts(state.values, resting[0])
                    if values != state.values or memory != state.memory:
                        self._reach(state, Way(state.tokens, values), memory, resting)

    def _reach(self, before: State | None, way: Way, memory: int, resting: Resting | None = None) -> None:
        if self.broken is not None:
            return
        spent = self._spent(before, way)
        memory, supposed, at = self._remembered(way, memory)
        if spent is None or memory == KEPT:
            return
        came = _Came(before, way, supposed, resting)
        if memory == BROKEN:
            if self._judges:
                self.broken = self._trace(came._replace(way=_until(way, at)), None)
            return
        state = State(way.tokens, self._kept(way), memory, spent)
        if state not in self._came:
            self._came[state] = came
            self._waiting.append(state)
            self._budget.spend()
        if any(element in self._applying for _, element in way.passed):
            self.applied.setdefault(self._resting(way.values, memory), came)
        if self._held is not None and self._held.is_reached(spent, self._resting(way.values, memory)):
            self.broken = self._trace(came, None)

    def _kept(self, way: Way) -> tuple[int, ...]:
        """Return the values that somebody may still read."""
        if self._liveness is None:
            return way.values
        return self._variables.kept(way.values, self._live_at(way.tokens, self._liveness))

    def _live_at(self, tokens: tuple[int, ...], liveness: Liveness) -> int:
        """Return the slots that somebody may still read who stands at one of these places."""
        if tokens not in self._live_by:
            live = 0
            for number in tokens:
                live |= liveness.at(self._net.places[number])
            self._live_by[tokens] = live
        return self._live_by[tokens]

    def _spent(self, before: State | None, way: Way) -> tuple[int, ...] | None:
        if self._held is None:
            return ()
        return self._held.after(before.spent if before is not None else self._held.begun, way)

    def _first(self, facts: Facts) -> Iterator[Way]:
        values = self._variables.with_facts(self._variables.nothing, facts)
        root = self._net.frames[0]
        for outcome in self._net.outcomes.begun(root.container.process):
            yield from self._moves.first(self._variables.assigned(root, values, outcome))

    def _remembered(self, way: Way, memory: int) -> tuple[int, bool, Event | None]:
        """Return what is remembered, whether that is only supposed, and by what the sentence is settled."""
        supposed = False
        for event in way.events:
            memory, only_supposed = self._watch.met(memory, self._as_met(event))
            supposed = supposed or only_supposed
            if memory in (BROKEN, KEPT):
                return memory, supposed, event
        return (memory if way.tokens else self._watch.ended(memory)), supposed, None

    def _as_met(self, event: Event) -> Met:
        known = self._variables.known
        return Met(
            event.kind,
            event.element,
            known(event.frame, event.values),
            lambda: known(event.frame, event.before),
        )

    def _resting(self, values: tuple[int, ...], memory: int) -> Resting:
        return tuple(sorted(self._variables.facts_of(values).items())), memory

    def _running(self, tokens: tuple[int, ...]) -> frozenset[str]:
        """Return the processes that run while tokens stand so."""
        if tokens not in self._running_by:
            found = set()
            for number in tokens:
                frame = self._net.places[number].frame
                found |= {frame.container.process, *(each.container.process for each, _ in frame.around())}
            self._running_by[tokens] = frozenset(found)
        return self._running_by[tokens]

    def _trace(self, last: _Came, goal: Resting | None) -> Trace:
        steps = [last]
        while (before := steps[-1].before) is not None:
            steps.append(self._came[before])
        steps.reverse()
        passed = [each for step in steps for each in step.way.passed]
        ending = _met(last.way) if goal is None else []
        undecided = [each for step in steps for each in step.way.undecided]
        undecided += [each for step in steps if step.supposed for each in _met(step.way)]
        assert steps[0].resting is not None, "the first step begins with how the case stands"
        return Trace(
            root=self._net.frames[0].container.process,
            begun=steps[0].resting,
            passed=(*passed, *(each for each in ending if each not in passed[-1:])),
            undecided=tuple(dict.fromkeys(undecided)),
            changed=tuple(step.resting for step in steps[1:] if step.resting is not None),
            goal=goal,
        )


def _until(way: Way, at: Event | None) -> Way:
    """Return a way up to where the sentence is broken: what is completed there has not gone on."""
    if at is None or at.kind != "leave":
        return way
    passed = way.passed[: way.passed.index((at.frame, at.element)) + 1]
    return way._replace(passed=passed, events=(at,))


def _met(way: Way) -> list[Seen]:
    """Return the last element of a step that the sentence speaks of."""
    return [(event.frame, event.element) for event in way.events[-1:]]
