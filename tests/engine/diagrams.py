"""Small drawings for tests, written as text: elements and arrows, without coordinates."""

from __future__ import annotations

from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="test">\n'
)


def process(
    *parts: str,
    key: str = "p",
    inputs: str = "",
    declared: str = "",
    properties: dict[str, str] | None = None,
) -> bytes:
    """Return a file with one process made of the given elements and arrows."""
    given = {**({"inputs": inputs} if inputs else {}), **(properties or {})}
    return (
        f'{HEAD}{declared}<bpmn:process id="{key}" name="{key}" isExecutable="true">'
        f"{_extension(_properties(**given))}{''.join(parts)}</bpmn:process></bpmn:definitions>"
    ).encode()


def element(kind: str, id: str, *inside: str, extension: str = "", **attributes: str) -> str:
    """Return any flow node. Attributes named `camunda_x` get the Camunda namespace."""
    written = "".join(
        f" {name.replace('camunda_', 'camunda:')}={quoteattr(value)}" for name, value in attributes.items()
    )
    return f'<bpmn:{kind} id="{id}"{written}>{_extension(extension)}{"".join(inside)}</bpmn:{kind}>'


def start(id: str = "begin", **outputs: str) -> str:
    return element("startEvent", id, extension=_io({}, outputs))


def begins(id: str, definition: str, **outputs: str) -> str:
    """Return a start event that an event begins."""
    return element("startEvent", id, definition, extension=_io({}, outputs))


def inputs(**parameters: str) -> str:
    """Return input parameters, as the extension of any element."""
    return _io(parameters, {})


def end(id: str = "done", *inside: str) -> str:
    return element("endEvent", id, *inside)


def user(
    id: str,
    *inside: str,
    outputs: dict[str, str] | None = None,
    inputs: dict[str, str] | None = None,
    properties: dict[str, str] | None = None,
    group: str = "法务部",
    **attributes: str,
) -> str:
    extension = _io(inputs or {}, outputs or {}) + _properties(**(properties or {}))
    return element("userTask", id, *inside, extension=extension, camunda_candidateGroups=group, **attributes)


def script(id: str, expression: str, into: str) -> str:
    body = f"<bpmn:script>{escape(expression)}</bpmn:script>"
    return element("scriptTask", id, body, scriptFormat="feel", camunda_resultVariable=into)


def service(
    id: str,
    topic: str = "echo",
    inputs: dict[str, str] | None = None,
    outputs: dict[str, str] | None = None,
    *inside: str,
) -> str:
    extension = _io(inputs or {}, outputs or {})
    return element(
        "serviceTask", id, *inside, extension=extension, camunda_type="external", camunda_topic=topic
    )


def xor(id: str, default: str = "") -> str:
    return element("exclusiveGateway", id, **({"default": default} if default else {}))


def parallel(id: str) -> str:
    return element("parallelGateway", id)


def inclusive(id: str, default: str = "") -> str:
    return element("inclusiveGateway", id, **({"default": default} if default else {}))


def call(
    id: str, called: str, into: dict[str, str] | None = None, out: dict[str, str] | None = None, *inside: str
) -> str:
    mapped = [("in", into or {}), ("out", out or {})]
    extension = "".join(
        f'<camunda:{tag} sourceExpression={quoteattr(text)} target="{name}"/>'
        for tag, pairs in mapped
        for name, text in pairs.items()
    )
    return element("callActivity", id, *inside, extension=extension, calledElement=called)


def sub(id: str, *inside: str) -> str:
    return element("subProcess", id, *inside)


def event_sub(id: str, definition: str, *inside: str, interrupting: bool = True, **outputs: str) -> str:
    """Return an event sub-process. Its start event is called `<id>_begins`; `inside` says what follows."""
    begins = element(
        "startEvent",
        f"{id}_begins",
        definition,
        extension=_io({}, outputs),
        isInterrupting=str(interrupting).lower(),
    )
    return element("subProcess", id, begins, *inside, triggeredByEvent="true")


def loop(collection: str, variable: str = "", *, sequential: bool = False, until: str = "") -> str:
    condition = f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else ""
    name = f' camunda:elementVariable="{variable}"' if variable else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f"camunda:collection={quoteattr(collection)}{name}>{condition}</bpmn:multiInstanceLoopCharacteristics>"
    )


def timer(kind: str, text: str) -> str:
    tag = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[kind]
    return f"<bpmn:timerEventDefinition><bpmn:{tag}>{escape(text)}</bpmn:{tag}></bpmn:timerEventDefinition>"


def message(ref: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{ref}"/>'


def error(ref: str = "") -> str:
    return f'<bpmn:errorEventDefinition errorRef="{ref}"/>' if ref else "<bpmn:errorEventDefinition/>"


def escalation(ref: str) -> str:
    return f'<bpmn:escalationEventDefinition escalationRef="{ref}"/>'


def signal(ref: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="{ref}"/>'


def terminate() -> str:
    return "<bpmn:terminateEventDefinition/>"


def catch(id: str, definition: str, **outputs: str) -> str:
    return element("intermediateCatchEvent", id, definition, extension=_io({}, outputs))


def boundary(id: str, host: str, definition: str, *, interrupting: bool = True, **outputs: str) -> str:
    return element(
        "boundaryEvent",
        id,
        definition,
        extension=_io({}, outputs),
        attachedToRef=host,
        cancelActivity=str(interrupting).lower(),
    )


def declare_message(id: str, name: str | None = None) -> str:
    return f'<bpmn:message id="{id}" name="{name or id}"/>'


def declare_error(id: str, code: str | None = None) -> str:
    return f'<bpmn:error id="{id}" name="{id}" errorCode="{code or id}"/>'


def declare_signal(id: str, name: str | None = None) -> str:
    return f'<bpmn:signal id="{id}" name="{name or id}"/>'


def declare_escalation(id: str, code: str | None = None) -> str:
    return f'<bpmn:escalation id="{id}" name="{id}" escalationCode="{code or id}"/>'


def flow(source: str, target: str, condition: str = "", id: str = "") -> str:
    asked = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
        "</bpmn:conditionExpression>"
        if condition
        else ""
    )
    flow_id = id or f"{source}_to_{target}"
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{flow_id}" {ends}>{asked}</bpmn:sequenceFlow>'


def path(*ids: str) -> str:
    """Return the flows that join these elements one after the other."""
    return "".join(flow(source, target) for source, target in pairwise(ids))


def _io(inputs: dict[str, str], outputs: dict[str, str]) -> str:
    entries = [
        f'<camunda:inputParameter name="{k}">{escape(v)}</camunda:inputParameter>' for k, v in inputs.items()
    ]
    entries += [
        f'<camunda:outputParameter name="{k}">{escape(v)}</camunda:outputParameter>'
        for k, v in outputs.items()
    ]
    return f"<camunda:inputOutput>{''.join(entries)}</camunda:inputOutput>" if entries else ""


def _properties(**values: str) -> str:
    entries = "".join(
        f"<camunda:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in values.items()
    )
    return f"<camunda:properties>{entries}</camunda:properties>" if entries else ""


def _extension(content: str) -> str:
    return f"<bpmn:extensionElements>{content}</bpmn:extensionElements>" if content else ""
