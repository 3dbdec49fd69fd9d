"""Nothing that is written in a drawing is dropped in silence."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from service.engine.check import check
from service.engine.drawing.vocabulary import READ
from tests.engine import diagrams as d

ORGANISATION = "groups: {法务部: department}".encode()
LINE = d.path("begin", "a", "done")
ECHO = SimpleNamespace(
    name="echo",
    inputs=("text",),
    required=(),
    outputs=("said",),
    errors=(),
    reads={},
    kinds={},
    is_open=False,
)


def told(drawing: bytes) -> list[str]:
    """Return code and sentence of what the check says of a drawing."""
    findings = check({"x.bpmn": drawing, "organisation.yaml": ORGANISATION}, topics={"echo": ECHO})
    return [f"{each.code}: {each.message}" for each in findings]


def around(part: str, declared: str = "") -> bytes:
    return d.process(d.start(), part, d.end(), LINE, declared=declared)


def task(kind: str = "userTask", *inside: str, extension: str = "", **attributes: str) -> bytes:
    if kind == "userTask":
        attributes.setdefault("camunda_candidateGroups", "法务部")
    if kind == "serviceTask":
        attributes |= {"camunda_type": "external", "camunda_topic": "echo"}
    return around(d.element(kind, "a", *inside, extension=extension, **attributes))


def parameters(*inside: str) -> str:
    return f"<camunda:inputOutput>{''.join(inside)}</camunda:inputOutput>"


ATTRIBUTES = [
    ("userTask", {"startQuantity": "2"}, "startQuantity"),
    ("userTask", {"completionQuantity": "3"}, "completionQuantity"),
    ("userTask", {"camunda_priority": "10"}, "camunda:priority"),
    ("userTask", {"camunda_followUpDate": "=now()"}, "camunda:followUpDate"),
    ("userTask", {"camunda_asyncBefore": "true"}, "camunda:asyncBefore"),
    ("userTask", {"camunda_formRefVersion": "2"}, "camunda:formRefVersion"),
    ("userTask", {"camunda_topic": "echo"}, "camunda:topic"),
    ("userTask", {"camunda_candidategroups": "法务部"}, "camunda:candidategroups"),
    ("userTask", {"camunda_formref": "x"}, "camunda:formref"),
    ("userTask", {"camunda_resultVariable": "x"}, "camunda:resultVariable"),
    ("userTask", {"operationRef": "x"}, "operationRef"),
    ("userTask", {"calledElement": "p"}, "calledElement"),
    ("serviceTask", {"camunda_resultVariable": "y"}, "camunda:resultVariable"),
    ("serviceTask", {"camunda_dueDate": "=now()"}, "camunda:dueDate"),
    ("serviceTask", {"camunda_taskPriority": "1"}, "camunda:taskPriority"),
    ("serviceTask", {"messageRef": "m"}, "messageRef"),
    ("receiveTask", {"instantiate": "true"}, "instantiate"),
    ("parallelGateway", {"camunda_asyncAfter": "true"}, "camunda:asyncAfter"),
    ("exclusiveGateway", {"camunda_formRef": "x"}, "camunda:formRef"),
    ("endEvent", {"camunda_formRef": "x"}, "camunda:formRef"),
    ("subProcess", {"camunda_formRef": "x"}, "camunda:formRef"),
]


@pytest.mark.parametrize(("kind", "attributes", "name"), ATTRIBUTES)
def test_an_attribute_that_nobody_reads_is_named(kind, attributes, name):
    assert any(each.startswith(f"not-read: {name} is not read") for each in told(task(kind, **attributes)))


EXTENSIONS = [
    ("userTask", '<camunda:field name="x" stringValue="y"/>', "camunda:field"),
    ("userTask", '<camunda:errorEventDefinition errorRef="x"/>', "camunda:errorEventDefinition"),
    ("userTask", "<camunda:inputoutput/>", "camunda:inputoutput"),
    ("userTask", '<camunda:in source="x" target="y"/>', "camunda:in"),
    ("serviceTask", '<camunda:out source="x" target="y"/>', "camunda:out"),
    (
        "userTask",
        parameters('<camunda:inputParameter name="v"><camunda:list/></camunda:inputParameter>'),
        "list",
    ),
    (
        "userTask",
        parameters('<camunda:inputParameter name="v"><camunda:map/></camunda:inputParameter>'),
        "map",
    ),
    (
        "userTask",
        parameters(
            '<camunda:outputParameter name="v"><camunda:script scriptFormat="js"/></camunda:outputParameter>'
        ),
        "script",
    ),
    ("userTask", parameters('<camunda:inputParameter name="v" value="1"/>'), "value"),
    ("callActivity", '<camunda:in source="x" target="y" local="true"/>', "local"),
]


@pytest.mark.parametrize(("kind", "extension", "name"), EXTENSIONS)
def test_an_extension_that_nobody_reads_is_named(kind, extension, name):
    said = told(task(kind, extension=extension))

    assert any(each.startswith(f"not-read: {name} is not read") for each in said)


INSIDE = [
    ("userTask", "<bpmn:potentialOwner/>", "potentialOwner"),
    ("userTask", "<bpmn:humanPerformer/>", "humanPerformer"),
    ("userTask", "<bpmn:rendering/>", "rendering"),
    ("userTask", "<bpmn:script>x</bpmn:script>", "script"),
    ("endEvent", "<bpmn:eventDefinitionRef>e</bpmn:eventDefinitionRef>", "eventDefinitionRef"),
    (
        "userTask",
        "<bpmn:dataInputAssociation><bpmn:assignment/></bpmn:dataInputAssociation>",
        "dataInputAssociation",
    ),
    (
        "userTask",
        (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:complexBehaviorDefinition/>"
            "</bpmn:multiInstanceLoopCharacteristics>"
        ),
        "complexBehaviorDefinition",
    ),
    (
        "userTask",
        '<bpmn:multiInstanceLoopCharacteristics behavior="One"/>',
        "behavior",
    ),
    (
        "userTask",
        '<bpmn:multiInstanceLoopCharacteristics camunda:asyncBefore="true"/>',
        "camunda:asyncBefore",
    ),
    (
        "intermediateThrowEvent",
        '<bpmn:messageEventDefinition messageRef="m" camunda:topic="mail"/>',
        "camunda:topic",
    ),
    (
        "endEvent",
        '<bpmn:errorEventDefinition errorRef="m" camunda:errorCodeVariable="x"/>',
        "camunda:errorCodeVariable",
    ),
    ("intermediateCatchEvent", '<bpmn:timerEventDefinition timeDate="x"/>', "timeDate"),
]


@pytest.mark.parametrize(("kind", "inside", "name"), INSIDE)
def test_an_element_inside_that_nobody_reads_is_named(kind, inside, name):
    assert any(each.startswith(f"not-read: {name} is not read") for each in told(task(kind, inside)))


def test_parameters_where_they_mean_nothing_are_named():
    extension = parameters('<camunda:inputParameter name="q">=1</camunda:inputParameter>')
    inner = "".join((d.start("s"), d.user("u"), d.end("e"), d.path("s", "u", "e")))

    said = told(around(d.element("subProcess", "a", inner, extension=extension)))

    assert any("Parameters are not read at 'a'" in each for each in said)


PROCESS = [
    ('camunda:candidateStarterUsers="demo"', "camunda:candidateStarterUsers"),
    ('camunda:taskPriority="3"', "camunda:taskPriority"),
    ('camunda:candidateStarterGroup="法务部"', "camunda:candidateStarterGroup"),
    ('isExecutible="true"', "isExecutible"),
]


@pytest.mark.parametrize(("attribute", "name"), PROCESS)
def test_an_attribute_of_a_process_that_nobody_reads_is_named(attribute, name):
    drawing = around(d.user("a")).replace(b'isExecutable="true"', f'isExecutable="true" {attribute}'.encode())

    assert any(each.startswith(f"not-read: {name} is not read") for each in told(drawing))


def test_a_listener_of_a_process_is_named():
    listener = b'<bpmn:extensionElements><camunda:executionListener class="a.B"/></bpmn:extensionElements>'
    drawing = around(d.user("a")).replace(b"<bpmn:startEvent", listener + b"<bpmn:startEvent", 1)

    assert any("camunda:executionListener is not read" in each for each in told(drawing))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("notby", "notBy"), ("NotBy", "notBy"), ("aproval", "approval"), ("returnto", "returnTo")],
)
def test_a_property_that_nobody_reads_is_named_with_what_was_meant(written, meant):
    said = told(around(d.user("a", properties={written: "true"})))

    assert f"unknown-property: The property '{written}' is not read here. Did you mean '{meant}'?" in said


def test_a_property_of_another_element_is_named():
    part = d.element(
        "serviceTask",
        "a",
        extension='<camunda:properties><camunda:property name="notBy" '
        'value="applicant"/></camunda:properties>',
        camunda_type="external",
        camunda_topic="echo",
    )

    assert any(each.startswith("unknown-property: The property 'notBy'") for each in told(around(part)))


@pytest.mark.parametrize("text", ["${x}", "#{x}", "Dear ${name}"])
def test_an_expression_of_another_language_is_named_in_a_parameter(text):
    assert any(each.startswith("not-feel: v ") for each in told(around(d.user("a", inputs={"v": text}))))


def test_a_condition_in_another_language_is_named():
    written = d.element("conditionExpression", "c", language="javascript")
    flow = f'<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="done">{written}</bpmn:sequenceFlow>'

    said = told(d.process(d.start(), d.xor("g"), d.end(), flow, d.path("begin", "g")))

    assert "other-language: 'javascript' is not read: expressions are FEEL." in said


FOREIGN = [
    ("zeebe", "http://camunda.org/schema/zeebe/1.0", "formDefinition", "Camunda 8", "camunda:formRef"),
    ("zeebe", "http://camunda.org/schema/zeebe/1.0", "taskDefinition", "Camunda 8", "camunda:topic"),
    ("flowable", "http://flowable.org/bpmn", "properties", "Flowable", "camunda:properties"),
    ("activiti", "http://activiti.org/bpmn", "inputOutput", "Activiti", "camunda:inputOutput"),
]


@pytest.mark.parametrize(("prefix", "space", "name", "engine", "instead"), FOREIGN)
def test_a_word_of_another_engine_is_named_with_what_to_write(prefix, space, name, engine, instead):
    said = told(task(extension=f'<{prefix}:{name} xmlns:{prefix}="{space}"/>'))

    assert f"foreign-engine: {name} is a word of {engine} and is not read: write {instead}." in said


def test_an_attribute_of_another_engine_is_named_with_what_to_write():
    drawing = task().replace(b'<bpmn:userTask id="a"', b'<bpmn:userTask id="a" f:assignee="x"')
    drawing = drawing.replace(b"xmlns:xsi", b'xmlns:f="http://flowable.org/bpmn" xmlns:xsi')

    said = told(drawing)

    assert "foreign-engine: assignee is a word of Flowable and is not read: write camunda:assignee." in said


def test_a_word_of_another_engine_without_a_counterpart_is_named():
    said = told(task(extension='<z:userTaskForm xmlns:z="http://camunda.org/schema/zeebe/1.0"/>'))

    assert any("say it with Camunda 7 properties" in each for each in said)


def test_a_namespace_nobody_knows_is_named_once_as_a_warning():
    twice = '<x:one xmlns:x="urn:mine"/><x:two xmlns:x="urn:mine"/>'

    assert told(task(extension=twice)) == [
        "foreign-namespace: What is written in the namespace urn:mine is not read."
    ]


QUIET = [
    {"implementation": "##unspecified"},
    {"startQuantity": "1", "completionQuantity": "1", "isForCompensation": "false"},
    {"camunda_modelerTemplate": "countersign.approvalTask", "camunda_modelerTemplateVersion": "1"},
]


@pytest.mark.parametrize("attributes", QUIET)
def test_what_tools_write_unasked_is_quiet(attributes):
    assert told(task(**attributes)) == []


def test_notes_for_the_reader_are_quiet():
    notes = (
        '<bpmn:textAnnotation id="n"><bpmn:text>why</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="l" sourceRef="a" targetRef="n" associationDirection="One"/>'
        '<bpmn:dataObjectReference id="r" dataObjectRef="o"/><bpmn:dataObject id="o" isCollection="true"/>'
        '<bpmn:group id="g" categoryValueRef="v"/>'
    )

    assert told(around(d.user("a") + notes)) == []


def test_every_flow_node_that_runs_has_its_words():
    from service.engine.drawing.kinds import FLOW_NODES

    assert READ.keys() >= FLOW_NODES
