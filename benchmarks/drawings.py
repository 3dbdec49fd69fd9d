"""The drawings that are measured: a chain of user tasks, a loop, a wide decision table."""

from __future__ import annotations

from itertools import pairwise

STEPS = 12
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="measured" targetNamespace="measured">'
)
_GROUP = 'camunda:candidateGroups="admin"'


def chain(key: str = "measured_chain", steps: int = STEPS) -> bytes:
    """Return a process of user tasks one after the other, without forms."""
    names = [f"step{number}" for number in range(steps)]
    tasks = "".join(f'<bpmn:userTask id="{name}" name="{name}" {_GROUP}/>' for name in names)
    return _process(key, tasks, _flows("begin", *names, "done"))


def chain_with_form(key: str, steps: int = STEPS) -> bytes:
    """Return the chain with real forms: it begins with a budget, which finance reviews at each task."""
    names = [f"step{number}" for number in range(steps)]
    shown = ("lines", "roi_assumptions", "expected_gmv", "gross_margin", "roi", "plan_total")
    inputs = "".join(_parameter("input", name, f"=dossier.budget.{name}") for name in shown)
    output = _parameter("output", "finance_conclusion", "=conclusion")
    tasks = "".join(
        f'<bpmn:userTask id="{name}" name="{name}" {_GROUP} camunda:formRef="finance_review">'
        f"<bpmn:extensionElements><camunda:inputOutput>{inputs}{output}</camunda:inputOutput>"
        "</bpmn:extensionElements></bpmn:userTask>"
        for name in names
    )
    drawing = _process(key, tasks, _flows("begin", *names, "done"))
    return drawing.replace(
        b'<bpmn:startEvent id="begin"', b'<bpmn:startEvent id="begin" camunda:formRef="budget"'
    )


def _parameter(kind: str, name: str, text: str) -> str:
    return f'<camunda:{kind}Parameter name="{name}">{text}</camunda:{kind}Parameter>'


def loop(key: str = "measured_loop", *, drop: int = 10**9) -> bytes:
    """Return a process with one user task that comes back for ever, counting its turns."""
    outputs = (
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:outputParameter name="turn">=turn + 1</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>"
    )
    begin = outputs.replace("=turn + 1", "=0")
    nodes = (
        f'<bpmn:exclusiveGateway id="again"/><bpmn:userTask id="report" {_GROUP}>{outputs}</bpmn:userTask>'
        '<bpmn:exclusiveGateway id="enough" default="more"/>'
    )
    flows = _flows("begin", "again", "report", "enough") + (
        '<bpmn:sequenceFlow id="more" sourceRef="enough" targetRef="again"/>'
        '<bpmn:sequenceFlow id="end" sourceRef="enough" targetRef="done"><bpmn:conditionExpression '
        f'xsi:type="bpmn:tFormalExpression">=turn >= {drop}</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )
    return _process(key, nodes, flows, begin=begin)


def sleeper(key: str = "measured_sleeper") -> bytes:
    """Return a process that sleeps for half an hour, then ends."""
    nodes = (
        '<bpmn:intermediateCatchEvent id="sleep"><bpmn:timerEventDefinition id="half_an_hour">'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT30M</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
    return _process(key, nodes, _flows("begin", "sleep", "done"))


def stopping(key: str = "measured_stop") -> bytes:
    """Return a process that stops at once as an incident: it adds a number to a text."""
    node = (
        '<bpmn:scriptTask id="sum" name="sum" scriptFormat="feel" camunda:resultVariable="x">'
        "<bpmn:script>1 + applicant</bpmn:script></bpmn:scriptTask>"
    )
    return _process(key, node, _flows("begin", "sum", "done"))


def _process(key: str, nodes: str, flows: str, begin: str = "", start: str = "") -> bytes:
    return (
        f'{_HEAD}<bpmn:process id="{key}" name="{key}" isExecutable="true">'
        f'<bpmn:startEvent id="begin" {start}>{begin}</bpmn:startEvent>{nodes}<bpmn:endEvent id="done"/>'
        f"{flows}</bpmn:process></bpmn:definitions>"
    ).encode()


def _flows(*names: str) -> str:
    return "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(names)
    )


def wide_table(rows: int) -> bytes:
    """Return a DMN file with a decision of so many rules: an article, and a band of amounts of its own."""
    rules = "".join(
        f'<rule id="r{row}"><inputEntry id="a{row}"><text>"SKU{row}"</text></inputEntry>'
        f'<inputEntry id="b{row}"><text>[{row * 10}..{row * 10 + 10})</text></inputEntry>'
        f'<outputEntry id="c{row}"><text>"{row}"</text></outputEntry></rule>'
        for row in range(rows)
    )
    columns = (
        '<input id="i1"><inputExpression typeRef="string"><text>sku</text></inputExpression></input>'
        '<input id="i2"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>'
        '<output id="o1" name="band" typeRef="string"/>'
    )
    table = f'<decisionTable id="t" hitPolicy="UNIQUE">{columns}{rules}</decisionTable>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d">'
        f'<decision id="wide">{table}</decision></definitions>'
    ).encode()
