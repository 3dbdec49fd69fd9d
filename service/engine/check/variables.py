"""Variables that are read although nothing upstream can have set them.

May-analysis: a name is known at an element when an element that can run before it (upstream, or in a
parallel branch) may set it, or when the process declares it as an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.engine.check.expressions import ALWAYS_KNOWN
from service.engine.check.order import Order
from service.engine.check.report import Report
from service.engine.check.surroundings import Surroundings
from service.engine.decisions import reads
from service.engine.drawing import Element, Process
from service.engine.files.nearest import nearest
from service.feel import parse, strip_equals
from service.wording import SILENT, Text

AT_START = frozenset({"applicant", "department", "business_key", "started_at"})
ANYTHING = "*"


def check_variables(process: Process, around: Surroundings, report: Report) -> None:
    """Report every name that is read and that nothing can have set."""
    order = Order(process)
    known = _known_at_start(process, around)
    setters: dict[str, int] = {}
    for element in order.elements:
        for name in _set_by(element, around):
            setters[name] = setters.get(name, 0) | order.bit(element)
    for element in order.elements:
        before = order.before[element.id]
        here = known | {name for name, places in setters.items() if places & before}
        if ANYTHING not in here:
            _check_reads(element, here, around, report)


def _check_reads(element: Element, here: frozenset[str], around: Surroundings, report: Report) -> None:
    for expression in around.expressions(element):
        if expression.open_ended:
            continue
        for name in sorted(expression.parsed.names - here - expression.local - ALWAYS_KNOWN):
            report.error(
                expression.at,
                "unknown-variable",
                "The {what} {expression!r} reads {name!r}: nothing before sets it.{hint}",
                what=expression.what,
                expression=expression.text.strip(),
                name=name,
                hint=_hint(name, here | expression.local),
            )
    if element.kind == "businessRuleTask":
        _decision_reads(element, here, around, report)
    if element.called is not None and element.called in around.processes:
        _out_reads(element, around.processes[element.called], around, report)


def _decision_reads(element: Element, here: frozenset[str], around: Surroundings, report: Report) -> None:
    decision = around.decisions.get(element.extensions.attribute("decisionRef") or "")
    if decision is None:
        return
    loop = element.extensions.multi_instance
    own = {loop.element_variable, "loopCounter"} if loop else set()
    visible = here | own | {name for name, _ in element.extensions.inputs}
    for name in sorted(reads(decision) - visible - ALWAYS_KNOWN):
        report.error(
            element,
            "unknown-variable",
            "The decision {decision!r} reads {name!r}, which nothing before {element!r} sets.{hint}",
            decision=decision.id,
            name=name,
            element=element.title,
            hint=_hint(name, (each for each in visible if each)),
        )


def _out_reads(element: Element, called: Process, around: Surroundings, report: Report) -> None:
    inside = {*called.inputs, *(mapped.target for mapped in element.extensions.call_in)}
    for each in called.elements.values():
        inside.update(_set_by(each, around))
    if ANYTHING in inside:
        return
    for mapped in element.extensions.call_out:
        if mapped.everything or not mapped.expression:
            continue
        for name in sorted(parse(strip_equals(mapped.expression)).names - inside - ALWAYS_KNOWN):
            report.error(
                element,
                "unknown-variable",
                "The out mapping of {target!r} reads {name!r}, which {called!r} never sets.{hint}",
                target=mapped.target,
                name=name,
                called=called.key,
                hint=_hint(name, inside),
            )


def _hint(name: str, known: Iterable[str]) -> Text:
    """Return what was probably meant; nothing where no known name is near."""
    near = nearest(name, known)
    return Text(" Did you mean {name!r}?", name=near) if near else SILENT


def _known_at_start(process: Process, around: Surroundings) -> frozenset[str]:
    called = any(process.key in other.calls for other in around.processes.values())
    return frozenset(process.inputs) | (frozenset() if called else AT_START)


def _set_by(element: Element, around: Surroundings) -> Iterator[str]:
    """Yield the variables an element may set in the scope around it; `*` when it may set anything."""
    loop, ext = element.extensions.multi_instance, element.extensions
    if loop is not None and loop.output_collection:
        yield loop.output_collection
    if loop is not None and element.kind != "subProcess":
        return
    yield from (name for name, _ in ext.outputs)
    result = ext.attribute("resultVariable")
    if result and element.kind in ("scriptTask", "businessRuleTask"):
        yield result
    if element.kind == "callActivity":
        yield from (ANYTHING if each.everything else each.target for each in ext.call_out)
    if not ext.outputs:
        yield from brought(element, around)


def brought(element: Element, around: Surroundings) -> Iterator[str]:
    """Yield what an element sets by itself, where no output parameter says what."""
    if element.kind in ("serviceTask", "sendTask"):
        topic = around.topics.get(element.extensions.attribute("topic") or "")
        yield from topic.outputs if topic is not None else (ANYTHING,)
    kind = "message" if element.kind == "receiveTask" else element.event_kind
    if element.kind in ("boundaryEvent", "intermediateCatchEvent", "receiveTask", "startEvent"):
        if kind in ("message", "signal"):
            yield ANYTHING
        elif kind == "error":
            yield from ("error_code", "error_message")
