"""What kind of value each variable of a process may hold: everything that may set it, put together.

Told apart are processes, not moments: a variable is whatever any step of its process may make of it. What
comes from outside (messages, the start of a process by the API) may be anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from service.engine.case.schema import CASE, Fact
from service.engine.check.expressions import CATCHES, COUNTERS, Expression
from service.engine.check.surroundings import Surroundings, Topic
from service.engine.check.variables import ANYTHING, brought
from service.engine.decisions import Decision
from service.engine.drawing import Element, Process
from service.engine.drawing.kinds import PEOPLE
from service.engine.kinds.functions import elements_of
from service.engine.kinds.infer import infer
from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    LIST,
    NEVER,
    NUMBER,
    TEXT,
    Kind,
    context,
    join,
    listed,
    of,
    text,
)
from service.engine.kinds.reader import Inferred, Names
from service.engine.kinds.sources import answers, case_kind, decision_kind
from service.feel import strip_equals
from service.feel.schema import Schema

Lookup = Callable[[str, str], Kind]
"""Returns the kind of a variable of a process."""
MOST_ROUNDS = 5000
STARTS = "process.start"
_WITH_ANSWERS = frozenset({"output", "outputElement", "completion"})


@dataclass(frozen=True, eq=False)
class Setter:
    """Something that gives a variable of `process` a value: an expression of an element, or a known kind."""

    process: str
    target: str
    element: Element
    expression: Expression | None = None
    kind: Kind = NEVER
    is_collected: bool = False
    is_element: bool = False


class Scopes:
    """The kinds of the variables of every process of a manifest."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._kinds: dict[str, dict[str, Kind]] = {key: {} for key in around.processes}
        self._open = {key for key, process in around.processes.items() if _is_open(process, around)}
        self._lists = {name: fact for name, fact in around.case.facts.items() if fact.kind == "list"}
        self._kinds[CASE] = {name: listed(_initial(fact)) for name, fact in self._lists.items()}
        self._everywhere = {CASE: self.case, "dossier": _dossier(around)}
        self._found: dict[int, Inferred] = {}
        self._beside: dict[tuple[Element, bool], Names] = {}
        self._settle([setter for process in around.processes.values() for setter in self._setters(process)])

    @property
    def case(self) -> Kind:
        """Return the kind of `case`: of facts that are lists with what may be in them."""
        return case_kind(self._around.case, self._kinds[CASE])

    def of(self, process: str, name: str) -> Kind:
        """Return what a variable may hold; anything for one that nothing is known to set."""
        if process in self._open or process not in self._kinds:
            return ANY
        found = self._kinds[process].get(name, ANY)
        return found if found.bits else ANY

    def inferred(self, element: Element, expression: Expression) -> Inferred:
        """Return the kind of an expression of an element, and what in it can never be right."""
        key = id(expression)  # the surroundings keep them as long as this
        if key not in self._found:
            process = self._process_of(element, expression)
            self._found[key] = self._infer(process, element, expression, self.of)
        return self._found[key]

    def variables(self, process: str) -> frozenset[str]:
        """Return the names of everything that is set in a process."""
        return frozenset(self._kinds.get(process, ()))

    def decided(self, element: Element, decision: Decision) -> Names:
        """Return what a rule task hands to its decision, as far as anything is known of it."""
        inputs = {
            each.target: self.inferred(element, each).kind
            for each in self._around.expressions(element)
            if each.role == "input"
        }
        literal = {name: text(value) for name, value in element.extensions.inputs if name not in inputs}
        return {**self._variables(element.process), **literal, **inputs, **self._everywhere}

    def _variables(self, process: str) -> Names:
        return (
            {}
            if process in self._open
            else {name: kind for name, kind in self._kinds[process].items() if kind.bits}
        )

    def _process_of(self, element: Element, expression: Expression) -> str:
        return (element.called or "") if expression.role == "out" else element.process

    def _infer(self, process: str, element: Element, expression: Expression, lookup: Lookup) -> Inferred:
        names: dict[str, Kind] = {}
        local = {} if expression.role == "out" else self._local(element, expression.role in _WITH_ANSWERS)
        for name in expression.parsed.reads:
            if name in local:
                names[name] = local[name]
            elif name in self._everywhere:
                names[name] = self._everywhere[name]
            else:
                names[name] = lookup(process, name)
        return infer(strip_equals(expression.text), expression.parsed, names)

    def _so_far(self, process: str, name: str) -> Kind:
        """Return what a variable may hold as far as that has been followed."""
        if process in self._open or process not in self._kinds:
            return ANY
        return self._kinds[process].get(name, ANY)

    def _settle(self, setters: list[Setter]) -> None:
        for setter in setters:
            self._kinds[setter.process].setdefault(setter.target, NEVER)
        readers: dict[tuple[str, str], list[Setter]] = defaultdict(list)
        for setter in setters:
            if setter.expression is not None:
                where = self._process_of(setter.element, setter.expression)
                for expression in (setter.expression, *self._rests_on(setter)):
                    for name in expression.parsed.reads:
                        readers[where, name].append(setter)
                    for path in expression.parsed.paths:
                        readers[CASE, path.removeprefix(f"{CASE}.")].append(setter)
        waiting, left = dict.fromkeys(reversed(setters)), MOST_ROUNDS
        while waiting:
            setter, _ = waiting.popitem()
            known = self._kinds[setter.process]
            left -= 1
            kind = join(known[setter.target], self._given(setter)) if left > 0 else ANY
            if kind != known[setter.target]:
                known[setter.target] = kind
                if setter.process == CASE:
                    self._everywhere[CASE] = self.case
                waiting |= dict.fromkeys(readers[setter.process, setter.target])

    def _rests_on(self, setter: Setter) -> Iterator[Expression]:
        """Yield the script whose result an output parameter takes on."""
        if setter.element.kind == "scriptTask":
            yield from (each for each in self._around.expressions(setter.element) if each.role == "script")

    def _given(self, setter: Setter) -> Kind:
        if setter.expression is None:
            return setter.kind
        where = self._process_of(setter.element, setter.expression)
        kind = self._infer(where, setter.element, setter.expression, self._so_far).kind
        if setter.is_collected:
            return listed(kind)
        return elements_of(kind) if setter.is_element else kind

    def _setters(self, process: Process) -> Iterator[Setter]:
        """Yield everything that sets a variable in a process, and what its calls hand to others."""
        for element in process.elements.values():
            yield from self._of_expressions(element)
            yield from self._by_itself(element)
        if process.inputs and process.startable:
            at = process.start or next(iter(process.elements.values()))
            yield from (Setter(process.key, name, at, kind=ANY) for name in process.inputs)

    def _of_expressions(self, element: Element) -> Iterator[Setter]:
        loop = element.extensions.multi_instance
        for each in self._around.expressions(element):
            if each.role in ("output", "out") and each.target.removeprefix(f"{CASE}.") in self._lists:
                yield Setter(CASE, each.target.removeprefix(f"{CASE}."), element, each)
            elif each.role in ("output", "out") and not each.target.startswith(f"{CASE}."):
                yield Setter(element.process, each.target, element, each)
            elif each.role == "script" and element.extensions.attribute("resultVariable"):
                yield Setter(
                    element.process, element.extensions.attribute("resultVariable") or "", element, each
                )
            elif each.role == "outputElement" and each.target:
                yield Setter(element.process, each.target, element, each, is_collected=True)
            elif each.role == "collection" and loop is not None and loop.element_variable:
                yield Setter(element.process, loop.element_variable, element, each, is_element=True)
            elif each.role == "in" and element.called in self._around.processes:
                yield Setter(element.called or "", each.target, element, each)
            elif each.role == "input" and (started := self._started(element)):
                yield Setter(started, each.target, element, each)

    def _started(self, element: Element) -> str:
        """Return the process that a service task starts, and whose variables it hands in."""
        if element.extensions.attribute("topic") != STARTS:
            return ""
        named = dict(element.extensions.inputs).get("process", "").strip()
        return named if named in self._around.processes else ""

    def _by_itself(self, element: Element) -> Iterator[Setter]:
        result, loop = element.extensions.attribute("resultVariable"), element.extensions.multi_instance
        if element.kind == "businessRuleTask" and result:
            yield Setter(element.process, result, element, kind=self._decision(element))
        if loop is not None:
            yield Setter(element.process, "loopCounter", element, kind=of(NUMBER))
        if started := self._started(element):
            for name, written in element.extensions.inputs:
                if not written.lstrip().startswith("="):
                    yield Setter(started, name, element, kind=text(written))
        if not element.extensions.outputs:
            for name in brought(element, self._around):
                kind = self._topic(element).get(name, ANY)
                yield Setter(element.process, name, element, kind=kind)

    def _decision(self, element: Element) -> Kind:
        decision = self._around.decisions.get(element.extensions.attribute("decisionRef") or "")
        mapping = element.extensions.attribute("mapDecisionResult") or ""
        return decision_kind(decision, mapping) if decision is not None else ANY

    def _topic(self, element: Element) -> Names:
        """Return what the topic of a service task sets."""
        topic = self._around.topics.get(element.extensions.attribute("topic") or "")
        return topic_kinds(topic) if topic is not None else {}

    def _local(self, element: Element, with_answers: bool) -> Names:
        if element.kind == "scriptTask":  # what its script comes to may be followed further yet
            return dict(self._beside_variables(element, with_answers))
        key = (element, with_answers)
        if key not in self._beside:
            self._beside[key] = dict(self._beside_variables(element, with_answers))
        return self._beside[key]

    def _beside_variables(self, element: Element, with_answers: bool) -> Iterator[tuple[str, Kind]]:
        if not with_answers:
            return
        if element.event_kind in CATCHES:
            yield from self._came(element)
        if element.kind in (*PEOPLE, "startEvent"):
            yield from answers(self._around.forms.get(element.form or "", _NO_FORM)).items()
        elif element.kind == "businessRuleTask":
            yield from self._outputs_of_decision(element)
        elif element.kind in ("serviceTask", "sendTask"):
            yield from self._topic(element).items()
        elif element.kind == "scriptTask" and not element.extensions.attribute("resultVariable"):
            for each in self._around.expressions(element):
                if each.role == "script":
                    yield "result", self._infer(element.process, element, each, self._so_far).kind
        yield from dict.fromkeys(COUNTERS, of(NUMBER)).items()

    def _came(self, element: Element) -> Iterator[tuple[str, Kind]]:
        """Yield the names that an event may bring, each of which may be anything."""
        for each in self._around.expressions(element):
            if each.role == "output":
                yield from ((name, ANY) for name in each.parsed.reads)

    def _outputs_of_decision(self, element: Element) -> Iterator[tuple[str, Kind]]:
        found = self._decision(element)
        if found.entries:
            yield from found.entries.items()


_NO_FORM: Schema = {}


def _initial(fact: Fact) -> Kind:
    """Return the kind of what is in a list that is a fact, before anything was written."""
    return text(*fact.initial) if isinstance(fact.initial, list) and fact.initial else NEVER


def _is_open(process: Process, around: Surroundings) -> bool:
    """Say whether anything may be set in a process: by a message without output parameters, by a call."""
    for element in process.elements.values():
        if not element.extensions.outputs and ANYTHING in brought(element, around):
            return True
        if any(mapped.everything for mapped in element.extensions.call_out):
            return True
    return any(
        mapped.everything
        for other in around.processes.values()
        for element in other.elements.values()
        if element.called == process.key
        for mapped in element.extensions.call_in
    )


def _dossier(around: Surroundings) -> Kind:
    """Return the kind of `dossier`. Forms and fields it does not hold are found elsewhere."""
    forms = {
        name: context({key: kind.or_null() for key, kind in answers(schema).items()}, is_open=True)
        for name, schema in around.forms.items()
    }
    return context(forms, is_open=True)


def topic_kinds(topic: Topic) -> Names:
    """Return the kinds that a topic says its results are of; each may be missing."""
    return {
        name: of(_OF_TOPICS[topic.kinds[name]]).or_null() if topic.kinds.get(name) in _OF_TOPICS else ANY
        for name in topic.outputs
    }


_OF_TOPICS: Mapping[str, int] = {
    "number": NUMBER,
    "text": TEXT,
    "boolean": BOOLEAN,
    "date": DATE,
    "moment": DATE_TIME,
    "list": LIST,
    "context": CONTEXT,
}
