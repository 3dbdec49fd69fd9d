"""The processes of one case, walked together: they share its facts.

What is started beside the process that leads a case begins with the facts as they are while it may be
started; what it applies holds for that one from then on. Both are walked until neither changes what the other
may meet. What two such processes apply while both run is not walked: the later one is refused then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import product

from service.engine.drawing import Element
from service.engine.guarantees.answers import is_answer
from service.engine.guarantees.budget import Budget, NotExamined
from service.engine.guarantees.domains import declared
from service.engine.guarantees.formulas import names_in
from service.engine.guarantees.here import Here
from service.engine.guarantees.liveness import Kept, Liveness
from service.engine.guarantees.net import Heeded, Net
from service.engine.guarantees.outcomes import Outcomes
from service.engine.guarantees.subject import Subject
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.values import UNKNOWN, Value
from service.engine.guarantees.variables import Variables
from service.engine.guarantees.walking import (
    Held,
    Phases,
    Resting,
    State,
    Trace,
    Walk,
)
from service.engine.guarantees.watching import Watch
from service.wording import Text

MOST_STARTS, MOST_STATES, MOST_HELD = 300, 60_000, 4_000
_PHASE = re.compile(r'list contains\(\s*phases\s*,\s*"([^"]*)"\s*\)')
_BEYOND = re.compile(r"\b(or|not|if)\b")


class _Origins:
    """Of each way a case was found to stand, or was made to: the walk that came there first."""

    def __init__(self) -> None:
        self._walks: dict[Resting, tuple[Walk, Resting, State | None]] = {}

    def note(self, walk: Walk, found: Mapping[Resting, Resting], states: Mapping[Resting, State]) -> None:
        """Remember a walk; `found` has what is known of it elsewhere, with how the case stood in all."""
        for known, resting in found.items():
            self._walks.setdefault(known, (walk, resting, states.get(resting)))

    def chain(self, broken: Trace) -> list[Trace]:
        """Return a way and those before it that made the case stand as it needs, nearest first."""
        found, known = [broken], set[Resting]()
        for trace in found:
            for needed in (*trace.changed, trace.begun):
                if needed in self._walks and needed not in known:
                    known.add(needed)
                    walk, resting, state = self._walks[needed]
                    found.append(walk.leading_to(resting, state))
        return found


class Together:
    """One sentence on all processes of a case, the same variables followed in each."""

    def __init__(
        self,
        subject: Subject,
        watch: Watch,
        outcomes: Outcomes,
        judged: Collection[str],
        unfolded: Callable[[str], list[Frame]],
        budget: Budget,
        here: Here | None = None,
    ) -> None:
        self._subject, self._watch, self._outcomes, self._judged = subject, watch, outcomes, judged
        self._unfolded, self._budget, self._here = unfolded, budget, here
        self._grounds = lru_cache(maxsize=None)(self._ground)

    def walked(self) -> list[Trace]:
        """Return a way that breaks the sentence, and the ways in other processes it rests on; or none."""
        if self._here is not None:
            found = self._going_on(self._here, self._walker(self._here.process))
            return [found] if found is not None else []
        main = self._subject.case.main
        if main is None or main not in self._subject.processes:
            return self._apart(self._judged)
        return self._apart(filter(self._begins_cases, self._judged)) or self._beside(main)

    def _begins_cases(self, root: str) -> bool:
        """Tell whether people may begin a case with a process, beside the main one that is meant for that."""
        is_main, follow_ups = root == self._subject.case.main, self._subject.organisation.follow_ups
        process = self._subject.processes[root]
        begins = process.startable or process.begun_by is not None
        return begins and not is_main and root not in follow_ups

    def along(self, trace: Trace) -> Trace | None:
        """Return the same way, found with fewer variables followed, if it stands still; None: it does not.

        Facts not followed then may have had any value when the process was started.
        """
        if self._here is not None:
            return self._going_on(self._here, self._walker(trace.root, held=Held(trace)))
        is_first = self._subject.case.main in (trace.root, None) or self._begins_cases(trace.root)
        begun = self._initial() if is_first else self._widened([trace.begun])
        walk = self._walker(trace.root, held=Held(trace))
        return walk.go(begun, {(): self._widened(trace.changed, are_changes=True)}).broken

    def _going_on(self, here: Here, walk: Walk) -> Trace | None:
        """Walk on from where a case stands that is under way."""
        _, net, _ = self._grounds(here.process)
        facts = {name for name in self._outcomes.followed if name.startswith("case.")}
        own = self._outcomes.followed - facts
        standing = tuple((name, self._one(name, here.fact(name))) for name in sorted(facts))
        scoped = [
            (frame, {name: self._one(name, here.variable(name, frame)) for name in own})
            for frame in net.frames
            if frame.scope is frame
        ]
        return walk.take_up([*here.placed(net)], scoped, (standing, here.memory(self._watch))).go().broken

    def _one(self, name: str, value: Value) -> Value:
        """Return the one value of those that make a difference which a value is."""
        found = self._outcomes.settled(name, value) if value != UNKNOWN else ()
        return next(iter(found)) if len(found) == 1 else UNKNOWN

    def _widened(self, resting: Iterable[Resting], *, are_changes: bool = False) -> list[Resting]:
        """Return what is known of a case, with every value of the facts that were not followed yet.

        Of changes such a fact may be none.
        """
        names = sorted(name for name in self._outcomes.followed if name.startswith("case."))
        untouched = [None] if are_changes else []
        found = []
        for facts, memory in resting:
            known = dict(facts)
            choices = [
                [known[name]] if name in known else [*untouched, *self._outcomes.settled(name, UNKNOWN)]
                for name in names
            ]
            for values in product(*choices):
                pairs = zip(names, values, strict=True)
                found.append((tuple((name, value) for name, value in pairs if value is not None), memory))
        return found

    def _apart(self, roots: Iterable[str]) -> list[Trace]:
        for root in roots:
            found = self._walker(root).go(self._initial())
            if found.broken is not None:
                return [found.broken]
        return []

    def _beside(self, main: str) -> list[Trace]:
        """Walk the main process and the others in turn, each on from where the others have come."""
        others = self._others
        walks = {root: self._walker(root) for root in others}
        begun: dict[str, set[Resting]] = {root: set() for root in others}
        origins, led = _Origins(), self._walker(main, others.values()).go(self._initial())
        while led.broken is None:
            changed: dict[Phases, dict[Resting, Resting]] = {}
            for root, phases in others.items():
                standing = led.while_in(phases)
                origins.note(led, {each: each for each in standing}, standing)
                new = [each for each in standing if each not in begun[root]]
                begun[root].update(new)
                if len(begun[root]) > MOST_STARTS:
                    raise NotExamined(
                        Text("there are more than {limit} ways a case can stand", limit=MOST_STARTS)
                    )
                found = walks[root].go(self._as_begun(new)) if new else walks[root]
                if found.broken is not None:
                    return origins.chain(found.broken)
                written = self._written(root, main, phases)
                applied = {part: each for each in found.applied for part in _parts(each, *written)}
                origins.note(found, applied, {})
                changed.setdefault(phases, {}).update(applied)
            if not led.has_new(changed):
                return []
            led.go(changes=changed)
        return origins.chain(led.broken)

    @cached_property
    def _others(self) -> Mapping[str, Phases]:
        """The processes to be walked beside the main one, each with those while which it may be started."""
        main = self._subject.case.main or ""
        return {root: self._phases(root) for root in self._subject.roots if self._matters(root, main)}

    def _written(self, root: str, main: str, phases: Phases) -> tuple[frozenset[str], frozenset[str]]:
        """Return the facts a process may change, and those of them the main one may change meanwhile."""
        own = self._set_in(self._unfolded(root))
        meanwhile = self._set_in(frame for frame in self._unfolded(main) if _is_in(frame, phases))
        return own, own & meanwhile

    def _set_in(self, frames: Iterable[Frame]) -> frozenset[str]:
        found = frozenset[str]().union(*(self._outcomes.set_in(frame.container) for frame in frames))
        return frozenset(name for name in found if name.startswith("case."))

    def _matters(self, root: str, main: str) -> bool:
        """Tell whether a process has to be walked beside the main one."""
        is_followed = any(name.startswith("case.") for name in self._outcomes.followed)
        return root != main and (root in self._judged or (is_followed and self._may_apply(root)))

    def _may_apply(self, root: str) -> bool:
        return bool(self._applying(root, self._unfolded(root)))

    def _applying(self, root: str, frames: Iterable[Frame]) -> frozenset[Element]:
        """Return the elements of a process after which its facts hold for the whole case.

        What its own elements write holds at once; what is written in a process it calls, once it is applied.
        """
        found = {
            each for frame in frames for each in frame.container.elements.values() if self._applies(each)
        }
        own = self._subject.processes[root].elements.values()
        found |= {
            each for each in own if any(name.startswith("case.") for name in self._outcomes.set_by(each))
        }
        return frozenset(found)

    def _applies(self, element: Element) -> bool:
        topic = self._subject.topic_of(element)
        return topic is not None and topic.applies

    def _ground(self, root: str) -> tuple[frozenset[Element], Net, Variables]:
        """Return what all walks of a process go on."""
        frames = self._unfolded(root)
        applying = self._applying(root, frames)
        is_led = root == self._subject.case.main and self._here is None
        resting = self._resting(frames) if is_led else frozenset[Element]()
        heeded = Heeded(self._watch.entered, self._watch.left, applying | resting)
        net = Net(self._subject, frames, self._outcomes, heeded)
        return applying, net, Variables(frames, self._outcomes, self._outcomes.followed)

    def _resting(self, frames: Sequence[Frame]) -> frozenset[Element]:
        """Return where a case has to be met while others may be started, whatever else counts there."""
        return frozenset(
            start
            for frame in frames
            if any(
                frame.container.process in (phases or [frames[0].container.process])
                for phases in self._others.values()
            )
            for start in frame.container.of_kind("startEvent")
        )

    def _walker(self, root: str, beside: Iterable[Phases] = (), held: Held | None = None) -> Walk:
        applying, net, variables = self._grounds(root)
        # What is answered is asked at once where it is answered, never later.
        asked = {name for each in self._watch.asked for name in names_in(each) if not is_answer(name)}
        phases = list(beside)

        # Others read the facts while they may run; whoever applies facts hands them on.
        kept = Kept(applying, lambda frame: any(_is_in(frame, each) for each in phases))
        marked = dict.fromkeys(self._watch.entered | self._watch.left, asked)
        # One way is walked sooner than it is said what counts on it.
        liveness = Liveness(net, variables, marked, kept) if held is None else None
        judges, budget = root in self._judged, Budget(MOST_HELD if held else MOST_STATES, self._budget)
        return Walk(net, variables, self._watch, applying, liveness, judges=judges, held=held, budget=budget)

    def _initial(self) -> list[Resting]:
        """Return the facts as a case begins with them."""
        initial = declared(self._subject.case)
        names = sorted(name for name in self._outcomes.followed if name.startswith("case."))
        choices = [self._outcomes.settled(name, initial.get(name, UNKNOWN)) for name in names]
        return [(tuple(zip(names, values, strict=True)), 0) for values in product(*choices)]

    def _as_begun(self, resting: Iterable[Resting]) -> list[Resting]:
        """Return how a process finds the case when it is started."""
        return [(facts, memory if self._watch.carries else 0) for facts, memory in resting]

    def _phases(self, root: str) -> Phases:
        """Return the processes of which one runs while another may be started; none: at any time."""
        follow_up = self._subject.organisation.follow_ups.get(root)
        when = follow_up.when if follow_up is not None else ""
        return () if _BEYOND.search(when) else tuple(_PHASE.findall(when))


def _parts(resting: Resting, own: frozenset[str], doubtful: frozenset[str]) -> Iterator[Resting]:
    """Yield what of the facts a process may have changed, of the `doubtful` ones each or not."""
    facts, memory = resting
    names = sorted(doubtful)
    for chosen in product((True, False), repeat=len(names)):
        kept = {name for name, is_kept in zip(names, chosen, strict=True) if not is_kept}
        yield tuple(fact for fact in facts if fact[0] in own - kept), memory


def _is_in(frame: Frame, phases: Phases) -> bool:
    """Tell whether a frame runs in one of these processes; with none named, in any."""
    running = {frame.container.process, *(each.container.process for each, _ in frame.around())}
    return not phases or not running.isdisjoint(phases)
