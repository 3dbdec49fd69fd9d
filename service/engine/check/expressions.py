"""Every FEEL expression of a drawing: where it stands, and what it may read beside its variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from service.engine.case.schema import CASE
from service.engine.check.report import Placed
from service.engine.drawing import Element
from service.engine.drawing.kinds import CONDITIONAL, PEOPLE
from service.engine.nodes.involving import PROPERTIES as INVOLVING
from service.engine.nodes.reminders import PROPERTIES as REMINDING
from service.feel import Parsed, parse
from service.wording import Text

Role = Literal[
    "condition",
    "completion",
    "dueDate",
    "assignee",
    "candidateGroups",
    "candidateUsers",
    "input",
    "output",
    "collection",
    "cardinality",
    "outputElement",
    "in",
    "out",
    "script",
    "date",
    "duration",
    "cycle",
]
"""Where an expression stands; date, duration and cycle are those of a timer."""
ALWAYS_KNOWN = frozenset({"dossier", CASE})
COUNTERS = frozenset({"nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})
BRINGS = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask", "receiveTask"})
WHO_AND_WHEN: tuple[Role, ...] = ("dueDate", "assignee", "candidateGroups", "candidateUsers")
TIMES: Mapping[str, Role] = {"date": "date", "duration": "duration", "cycle": "cycle"}
CATCHES = frozenset({"message", "signal", "error", "escalation"})


@dataclass(frozen=True)
class Expression:
    """One FEEL expression, and what to call it.

    `role` says where it stands, `target` what its value is given to. `local` are names it may read beside the
    variables of its scope; with `open_ended` any other name may be there too: answers without a form, a
    message's contents, the variables of a called process.
    """

    text: str
    at: Placed
    what: str
    local: frozenset[str] = frozenset()
    open_ended: bool = False
    role: Role = "input"
    target: str = ""

    @cached_property
    def parsed(self) -> Parsed:
        return parse(self.text)


AnswersTo = Callable[[str], frozenset[str] | None]
"""Returns the names a form asks for; None when there is no such form."""


def find_expressions(element: Element, answers_to: AnswersTo) -> Iterator[Expression]:
    """Yield every FEEL expression of an element and of the flows that leave it."""
    own = element_names(element)
    yield from _conditions(element)
    yield from _attributes(element, own)
    yield from _parameters(element, own, answers_to)
    yield from _loop(element, own, answers_to)
    yield from _mappings(element, own)
    if element.kind == "scriptTask" and element.extensions.script:
        yield Expression(element.extensions.script, element, Text("script"), own, role="script")
    for definition in element.events:
        for time in definition.times:
            if is_feel(time.text):
                yield Expression(time.text, time.place, Text("timer"), role=TIMES[time.kind])


def is_feel(text: str) -> bool:
    """Tell whether a text that is literal elsewhere is an expression here."""
    return text.lstrip().startswith("=")


def element_names(element: Element) -> frozenset[str]:
    """Return the names only an element of a multi-instance activity sees."""
    loop = element.extensions.multi_instance
    if loop is None:
        return frozenset()
    own = {name for name, _ in element.extensions.outputs}
    own |= {mapped.target for mapped in element.extensions.call_out}
    result = element.extensions.attribute("resultVariable")
    return frozenset({"loopCounter", loop.element_variable or "", result or "", *own} - {""})


def answers_of(element: Element, answers_to: AnswersTo) -> tuple[frozenset[str], bool]:
    """Return the names a user task's or start event's answers have, and whether any other may come."""
    if element.kind == "startEvent" and not element.form:
        return frozenset(), True
    if element.kind not in (*PEOPLE, "startEvent"):
        return frozenset(), False
    keys = answers_to(element.form or "")
    return (frozenset(), True) if keys is None else (keys, False)


def _conditions(element: Element) -> Iterator[Expression]:
    if element.kind in CONDITIONAL:
        for flow in element.outgoing:
            if flow.condition and not flow.is_default:
                yield Expression(flow.condition, flow, Text("condition"), role="condition")


def _attributes(element: Element, own: frozenset[str]) -> Iterator[Expression]:
    for name in WHO_AND_WHEN:
        text = element.extensions.attribute(name)
        if text and is_feel(text):
            yield Expression(text, element, name, own, role=name)
    reminding = REMINDING if element.kind in PEOPLE else ()
    for name in (*reminding, *INVOLVING):
        text = element.properties.get(name, "")
        if is_feel(text):
            yield Expression(text, element, name, own)


def _parameters(element: Element, own: frozenset[str], answers_to: AnswersTo) -> Iterator[Expression]:
    for name, text in element.extensions.inputs:
        if is_feel(text):
            what = Text("input parameter {name}", name=name)
            yield Expression(text, element, what, own, target=name)
    answers, is_open = answers_of(element, answers_to)
    brings = element.event_kind in CATCHES or element.kind in BRINGS
    local = answers | own | ({"result"} if element.kind == "scriptTask" else set())
    for name, text in element.extensions.outputs:
        what = Text("output parameter {name}", name=name)
        yield Expression(text, element, what, local, is_open or brings, "output", name)


def _loop(element: Element, own: frozenset[str], answers_to: AnswersTo) -> Iterator[Expression]:
    loop = element.extensions.multi_instance
    if loop is None:
        return
    if loop.collection:
        yield Expression(loop.collection, element, "collection", role="collection")
    if loop.cardinality:
        yield Expression(loop.cardinality, element, "cardinality", role="cardinality")
    answers, is_open = answers_of(element, answers_to)
    inside, wide = answers | own, is_open or element.kind in ("serviceTask", "subProcess")
    if loop.output_element:
        target = loop.output_collection or ""
        yield Expression(loop.output_element, element, "outputElement", inside, wide, "outputElement", target)
    if loop.completion_condition:
        known = inside | COUNTERS | ({loop.output_collection} if loop.output_collection else set())
        what = Text("completion condition")
        yield Expression(loop.completion_condition, element, what, known, wide, "completion")


def _mappings(element: Element, own: frozenset[str]) -> Iterator[Expression]:
    for mapped in element.extensions.call_in:
        if not mapped.everything and mapped.expression:
            what = Text("in mapping {name}", name=mapped.target)
            yield Expression(mapped.expression, element, what, own, role="in", target=mapped.target)
    for mapped in element.extensions.call_out:
        if not mapped.everything and mapped.expression:
            what = Text("out mapping {name}", name=mapped.target)
            yield Expression(mapped.expression, element, what, frozenset(), True, "out", mapped.target)
