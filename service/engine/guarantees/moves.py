"""Where the tokens of a state may go next: the rules of BPMN, with every choice that is open tried.

Whatever comes from outside (people, times, messages, signals) may come at any moment. More than one token at
a place counts as two, and taking one away then leaves either: a state may stand for more than there are,
never for less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import combinations, product

from service.engine.drawing import Element, Flow
from service.engine.guarantees.budget import NotExamined
from service.engine.guarantees.evaluating import may_be
from service.engine.guarantees.formulas import formula
from service.engine.guarantees.joins import may_pass
from service.engine.guarantees.net import Net, Place, code_of
from service.engine.guarantees.outcomes import Outcome
from service.engine.guarantees.standing import Standing, Way
from service.engine.guarantees.unfolding import Frame
from service.engine.guarantees.variables import Values, Variables
from service.wording import Text

MOST_BRANCHES = 6


class Moves(Standing):
    """Moves the tokens of one net; with `only`, tokens at these elements, by frame and id."""

    def __init__(
        self, net: Net, variables: Variables, only: Collection[tuple[int, str]] | None = None
    ) -> None:
        super().__init__(net, variables)
        self._only = only
        every = (each for frame in net.frames for each in frame.container.elements.values())
        self._returning = frozenset(each for each in every if each.return_targets)
        self._listening = [
            (frame, each)
            for frame in net.frames
            for each in frame.container.elements.values()
            if each.trigger is not None and each.trigger.event_kind not in ("error", "escalation")
        ]
        self._by_kind: Mapping[str, Callable[[Way, Place], Iterator[Way]]] = {
            "exclusiveGateway": self._choose,
            "parallelGateway": self._part_and_meet,
            "inclusiveGateway": self._choose_some,
            "eventBasedGateway": self._race,
            "endEvent": self._end,
            "intermediateThrowEvent": self._throw,
            "callActivity": self._inside,
            "subProcess": self._inside,
        }

    def first(self, values: Values) -> Iterator[Way]:
        """Yield where a process may begin."""
        root = self._net.frames[0]
        for start in root.container.of_kind("startEvent"):
            for stop in self._net.stops_at(root, start, ""):
                yield self._stopped(Way((), values), root, stop)

    def of(self, state: Way, number: int) -> Iterator[Way]:
        """Yield the ways a token may go on that stands at a place, or be taken from there."""
        place = self._net.places[number]
        if self._may_move(place):
            yield from self._by_kind.get(place.element.kind, self._complete)(state, place)
        if place.element.boundary:
            yield from self._interrupted(state, place)
        if place.element in self._returning:
            yield from self._returned(state, place)

    def heard(self, state: Way) -> Iterator[Way]:
        """Yield the ways a state may go on by what event sub-processes listen for."""
        for frame, element in self._listening:
            yield from self._heard(state, frame, element)

    def _may_move(self, place: Place) -> bool:
        if place.phase == "lost":
            return False
        opens = place.element.kind in ("callActivity", "subProcess")
        return self._only is None or opens or (place.frame.index, place.element.id) in self._only

    # ---- what elements do -----------------------------------------------------------------------------

    def _complete(self, state: Way, place: Place) -> Iterator[Way]:
        """An activity or event is through: what it sets is set, and its token goes on."""
        for way in self._without(state, place):
            yield from self._left(way, place.frame, place.element)
        for code in self._net.thrown_by(place.element):
            yield from self._thrown(state, place, "error", code)

    def _inside(self, state: Way, place: Place) -> Iterator[Way]:
        child = place.frame.children.get(place.element)
        is_quiet = child is None or self._net.is_quiet(child)
        if is_quiet and place.element.kind != "callActivity":
            yield from self._complete(state, place)
        elif child is None or (is_quiet and not self._net.hands_through(place.element)):
            yield from self._passed_through(state, place)
        elif place.phase == "":
            yield from self._opened(state, place, child)
        else:
            yield from self._closed(state, place, child)

    def _opened(self, state: Way, place: Place, child: Frame) -> Iterator[Way]:
        inside = self._net.place(place.frame, place.element, phase="in")
        if inside.number in state.tokens:
            raise NotExamined(Text("{element!r} may run twice at once", element=place.element.title))
        for way in self._without(state, place):
            yield from self._started(self._with(way, inside), place, child)

    def _passed_through(self, state: Way, place: Place) -> Iterator[Way]:
        """A call of which nothing inside counts: it hands back what nobody knows, or what is always so."""
        facts = self._variables.facts_of(state.values)
        for way in self._without(state, place):
            for handed in self._handed(way, place):
                for outcome in self._net.outcomes.of(place.element, {**facts, **handed}):
                    values = self._variables.assigned(place.frame, way.values, outcome)
                    yield from self._gone_on(
                        way._replace(values=values), place.frame, place.element, way.values
                    )

    def _handed(self, state: Way, place: Place) -> Iterator[Outcome]:
        """Yield what a call may hand in, by name."""
        known = self._variables.known(place.frame, state.values)
        handed = place.element.extensions.call_in
        before = known if any(each.everything for each in handed) else {}
        plain = {name: value for name, value in before.items() if not name.startswith("case.")}
        pairs = [(each.target, formula(each.expression)) for each in handed if not each.everything]
        yield from ({**plain, **outcome} for outcome in self._net.outcomes.mapped(pairs, known))

    def _started(self, state: Way, place: Place, child: Frame) -> Iterator[Way]:
        fresh = self._variables.without(child, state.values)
        for handed in self._handed(state, place):
            way = state._replace(values=self._variables.assigned(child, fresh, handed))
            if self._net.is_quiet(child):
                yield way
                continue
            for stop in self._net.begin(child):
                yield self._stopped(way, child, stop)

    def _closed(self, state: Way, place: Place, child: Frame) -> Iterator[Way]:
        loop = place.element.extensions.multi_instance
        early = place.phase == "again" and loop is not None and bool(loop.completion_condition)
        is_over = not self._inner(state, child)
        if not (is_over or early):
            return
        for way in self._without(self._emptied(state, child, keep_values=True), place):
            reads = child if place.element.kind == "callActivity" and loop is None else place.frame
            known = self._variables.known(reads, way.values)
            for outcome in self._net.outcomes.of(place.element, known):
                values = self._variables.assigned(place.frame, way.values, outcome)
                values = self._variables.without(child, values)
                yield from self._gone_on(way._replace(values=values), place.frame, place.element, way.values)
            if is_over and loop is not None:
                again = self._net.place(place.frame, place.element, phase="again")
                yield from self._started(self._with(way, again), place, child)

    def _choose(self, state: Way, place: Place) -> Iterator[Way]:
        known = self._variables.known(place.frame, state.values)
        frame, element = place.frame, place.element
        conditional = [flow for flow in element.outgoing if flow.condition and not flow.is_default]
        ways = list(self._without(state, place))
        for flow in conditional:
            may, may_not = may_be(formula(flow.condition), known)
            if may:
                doubted = ((frame, element),) if may_not else ()
                for way in ways:
                    gone = way._replace(undecided=(*way.undecided, *doubted))
                    yield from self._through(gone, frame, element, (flow,))
            if not may_not:
                return
            if may:
                ways = [way._replace(undecided=((frame, element),)) for way in ways]
        others = [flow for flow in element.outgoing if flow not in conditional]
        for flow in others if conditional else others[:1]:
            for way in ways:
                yield from self._through(way, frame, element, (flow,))

    def _part_and_meet(self, state: Way, place: Place) -> Iterator[Way]:
        element, frame = place.element, place.frame
        if not place.flow:
            for way in self._without(state, place):
                yield from self._through(way, frame, element, element.outgoing)
            return
        needed = [self._net.place(frame, element, flow.id) for flow in element.incoming]
        if needed[0] is not place or not all(each.number in state.tokens for each in needed):
            return
        for way in self._without(state, *needed):
            yield from self._through(way, frame, element, element.outgoing)

    def _choose_some(self, state: Way, place: Place) -> Iterator[Way]:
        frame, element = place.frame, place.element
        standing = [place]
        if place.flow:
            waiting = [self._net.place(frame, element, flow.id) for flow in element.incoming]
            standing = [each for each in waiting if each.number in state.tokens]
            others = [self._net.places[number] for number in state.tokens]
            if standing[0] is not place or not may_pass(frame, element, standing, others):
                return
        for way in self._without(state, *standing):
            for flows, is_open in self._some(way, frame, element):
                doubted = ((frame, element),) if is_open else ()
                yield from self._through(way._replace(undecided=doubted), frame, element, flows)

    def _some(self, state: Way, frame: Frame, element: Element) -> Iterator[tuple[tuple[Flow, ...], bool]]:
        """Yield the sets of flows an inclusive gateway may go on by."""
        conditional = [flow for flow in element.outgoing if flow.condition and not flow.is_default]
        if not conditional:
            yield element.outgoing, False
            return
        known = self._variables.known(frame, state.values)
        asked = [may_be(formula(flow.condition), known) for flow in conditional]
        if len(asked) > MOST_BRANCHES:
            raise NotExamined(Text("{element!r} has too many branches", element=element.title))
        choices = [[True] * may + [False] * may_not for may, may_not in asked]
        is_open = any(len(each) > 1 for each in choices)
        for chosen in product(*choices):
            flows = tuple(flow for flow, is_taken in zip(conditional, chosen, strict=True) if is_taken)
            default = tuple(flow for flow in element.outgoing if flow.is_default)
            if flows or default:
                yield flows or default, is_open

    def _race(self, state: Way, place: Place) -> Iterator[Way]:
        for way in self._without(state, place):
            for flow in place.element.outgoing:
                target = place.frame.container.elements[flow.target]
                passed = way._replace(passed=((place.frame, place.element),))
                begun = self._passing(passed, place.frame, place.element)
                yield from self._left(self._entering(begun, place.frame, target), place.frame, target)

    def _end(self, state: Way, place: Place) -> Iterator[Way]:
        kind = place.element.event_kind
        if kind == "error":
            yield from self._thrown(state, place, "error", code_of(place.element))
            return
        if kind == "escalation":
            yield from self._escalated(state, place)
            return
        for way in self._without(state, place):
            passed = way._replace(passed=((place.frame, place.element),))
            ended = self._passing(passed, place.frame, place.element)
            yield self._emptied(ended, place.frame, keep_values=True) if kind == "terminate" else ended

    def _throw(self, state: Way, place: Place) -> Iterator[Way]:
        if place.element.event_kind == "escalation":
            yield from self._escalated(state, place)
        else:
            yield from self._complete(state, place)

    # ---- what comes across ----------------------------------------------------------------------------

    def _heard(self, state: Way, frame: Frame, element: Element) -> Iterator[Way]:
        """The event of an event sub-process comes while what is around it runs."""
        if self._inner(state, frame) and not self._is_taken_over(state, frame):
            yield from self._begun(state, frame, element)

    def _is_taken_over(self, state: Way, frame: Frame) -> bool:
        """Tell whether an event sub-process runs instead of what was around it: then no other listens."""
        places = (self._net.places[number] for number in state.tokens)
        return any(
            place.frame is frame and place.element.trigger is not None and place.element.trigger.interrupts
            for place in places
        )

    def _begun(self, state: Way, frame: Frame, element: Element) -> Iterator[Way]:
        """Have an event sub-process run: instead of what is around it, or beside that."""
        child, trigger = frame.children[element], element.trigger
        inside = self._net.place(frame, element, phase="in")
        assert trigger is not None, "only event sub-processes are begun so"
        if trigger.interrupts:
            state = self._emptied(state, frame, keep_values=True)
        elif self._net.is_quiet(child):
            return
        elif inside.number in state.tokens:
            if self._net.comes_once(trigger):
                return
            raise NotExamined(Text("{element!r} may run twice at once", element=element.title))
        met = self._entering(state, frame, element)
        yield from self._started(self._with(met, inside), inside, child)

    def _escalated(self, state: Way, place: Place) -> Iterator[Way]:
        """An escalation goes to whoever catches it; if that leaves the thrower where it is, it goes on."""
        caught = self._net.catcher(place.frame, None, "escalation", code_of(place.element))
        if caught is not None and (caught[1].trigger or caught[1]).interrupts:
            yield from self._thrown(state, place, "escalation", code_of(place.element))
            return
        for way in self._without(state, place):
            for gone in self._left(way, place.frame, place.element):
                if caught is None:
                    yield gone
                else:
                    yield from self._caught(gone, *caught)

    def _thrown(self, state: Way, place: Place, kind: str, code: str) -> Iterator[Way]:
        """What nobody catches is an incident: it goes no further."""
        own = place.element if kind == "error" and place.element.kind != "endEvent" else None
        caught = self._net.catcher(place.frame, own, kind, code)
        if caught is None:
            return
        frame, event = caught
        passed = state._replace(passed=((place.frame, place.element),))
        if own is None:
            passed = self._passing(passed, place.frame, place.element)
        if event.kind != "boundaryEvent":
            yield from self._caught(passed, frame, event)
            return
        for way in self._cancelled(passed, frame, frame.container.elements[event.attached_to]):
            yield from self._fired(way, frame, event)

    def _caught(self, state: Way, frame: Frame, event: Element) -> Iterator[Way]:
        """What was thrown reaches who hears it; a boundary event has taken its activity away already."""
        if event.kind == "boundaryEvent":
            yield from self._fired(state, frame, event)
        elif not self._is_taken_over(state, frame):
            yield from self._begun(state, frame, event)

    def _interrupted(self, state: Way, place: Place) -> Iterator[Way]:
        """Times, messages and signals at the edge of an activity."""
        for event in self._net.armed(place.frame, place.element):
            if event.event_kind in ("error", "escalation"):
                continue
            ways = self._cancelled(state, place.frame, place.element) if event.interrupts else [state]
            for way in ways:
                yield from self._fired(way, place.frame, event)

    def _fired(self, state: Way, frame: Frame, event: Element) -> Iterator[Way]:
        yield from self._left(self._entering(state, frame, event), frame, event)

    def _returned(self, state: Way, place: Place) -> Iterator[Way]:
        """A task may send the case back; which parallel tokens that cancels hangs on how they came about."""
        frame, element = place.frame, place.element
        targets = [frame.container.elements.get(name) for name in element.return_targets]
        beside = sorted({n for n in state.tokens if n != place.number and self._net.places[n].frame is frame})
        if targets and len(beside) > MOST_BRANCHES:
            raise NotExamined(Text("{element!r} sends back out of too many branches", element=element.title))
        for target in (each for each in targets if each is not None):
            for size in range(len(beside) + 1):
                for chosen in combinations(beside, size):
                    for way in self._without(state, place):
                        for number in chosen:
                            way = self._dropped(way, self._net.places[number])
                        back = way._replace(passed=((frame, element),))
                        for stop in self._net.stops_at(frame, target, ""):
                            yield self._stopped(back, frame, stop)
