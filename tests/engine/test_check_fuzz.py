"""No file of any kind ends in a traceback, and what the check passes can be loaded."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.check import check
from service.engine.definition import Model
from tests.engine.diagrams import (
    boundary,
    call,
    end,
    loop,
    path,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)

RELAXED = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
IDS = ["begin", "a", "b", "c", "done", "p", "", "Start", "流程", 'x"y', "a/b"]
KINDS = [
    "startEvent",
    "endEvent",
    "task",
    "userTask",
    "manualTask",
    "scriptTask",
    "serviceTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "subProcess",
    "callActivity",
    "transaction",
    "adHocSubProcess",
    "laneSet",
    "dataObjectReference",
    "whatever",
]
INSIDE = [
    "<bpmn:timerEventDefinition/>",
    "<bpmn:messageEventDefinition messageRef='m'/>",
    "<bpmn:linkEventDefinition/>",
    "<bpmn:errorEventDefinition errorRef='e'/>",
    "<bpmn:terminateEventDefinition/>",
    "<bpmn:script/>",
    "<bpmn:compensateEventDefinition/>",
    "<bpmn:multiInstanceLoopCharacteristics/>",
    "<bpmn:incoming>f</bpmn:incoming>",
    "<bpmn:standardLoopCharacteristics/>",
    "<bpmn:ioSpecification/>",
    "<!-- note -->",
    "<bpmn:extensionElements/>",
    "<bpmn:timerEventDefinition><bpmn:timeCycle>R/PT0S</bpmn:timeCycle></bpmn:timerEventDefinition>",
    "<bpmn:extensionElements><camunda:inputOutput><camunda:outputParameter/></camunda:inputOutput></bpmn:extensionElements>",
    "<bpmn:conditionalEventDefinition/>",
    "<bpmn:signalEventDefinition/>",
    "<bpmn:script>=1 +</bpmn:script>",
]
ATTRIBUTES = [
    "",
    "attachedToRef='a'",
    "default='f1'",
    "calledElement='p'",
    "calledElement='q'",
    "cancelActivity='false'",
    "camunda:decisionRef='x'",
    "camunda:topic='x'",
    "camunda:formRef='f'",
    "camunda:candidateGroups='=1 +'",
    "camunda:dueDate='P'",
    "scriptFormat='feel'",
    "triggeredByEvent='true'",
    "messageRef='m'",
    "isForCompensation='true'",
]


@st.composite
def drawings(draw) -> bytes:
    """Elements and flows thrown together: anything a broken tool might write."""
    parts = []
    for _ in range(draw(st.integers(0, 7))):
        kind, name = draw(st.sampled_from(KINDS)), draw(st.sampled_from(IDS)).replace('"', "&quot;")
        inside = "".join(draw(st.lists(st.sampled_from(INSIDE), max_size=3)))
        attributes = " ".join(set(draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=2))))
        if attributes.count("=") and len({each.split("=")[0] for each in attributes.split()}) < len(
            attributes.split()
        ):
            attributes = ""
        identity = f'id="{name}"' if draw(st.booleans()) else ""
        parts.append(f"<bpmn:{kind} {identity} {attributes}>{inside}</bpmn:{kind}>")
    for number in range(draw(st.integers(0, 7))):
        source, target = draw(st.sampled_from(IDS[:6])), draw(st.sampled_from(IDS[:6]))
        parts.append(f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>')
    return process(*parts)


@RELAXED
@given(drawings())
def test_whatever_is_drawn_gives_findings_and_never_a_traceback(content):
    findings = check({"x.bpmn": content}, topics={})

    if not any(finding.severity == "error" for finding in findings):
        Model.load({"x.bpmn": content})


SOUND = process(
    start(n="=0"),
    user("a", loop("=[1, 2]", "x"), properties={"outputCollection": "all", "outputElement": "=x"}),
    boundary("late", "a", timer("duration", "PT1H")),
    xor("g", "small"),
    script("s", "n + 1", "n"),
    sub("inner", start("i"), service("t", "echo"), end("o"), path("i", "t", "o")),
    call("c", "p"),
    end(),
    path("begin", "a", "g", "s", "inner", "c", "done"),
    path("late", "done"),
)


COUNTS = st.one_of(st.integers(0, 10**6), st.sampled_from(["9" * 9, "9" * 25, "9" * 400, "9" * 5000])).map(
    str
)
SPANS = st.builds(
    lambda sign, count, unit: f"{sign}P{count}{unit}" if unit in "YMWD" else f"{sign}PT{count}{unit[1:]}",
    st.sampled_from(["", "-"]),
    COUNTS,
    st.sampled_from(["Y", "M", "W", "D", "TH", "TM", "TS"]),
)
MOMENTS = st.sampled_from(
    ["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-02-30", "P"]
)
CYCLES = st.builds("R{}/{}".format, COUNTS, SPANS) | st.builds("R/{}/{}".format, MOMENTS, SPANS)
TIMES = st.tuples(
    st.sampled_from(["date", "duration", "cycle"]),
    st.one_of(SPANS, MOMENTS, CYCLES, st.text("PTYDHRZW0123-+:./ ", max_size=9)),
)


@RELAXED
@given(TIMES, st.booleans(), SPANS | MOMENTS)
def test_a_time_however_far_away_gives_findings_and_never_a_traceback(time, interrupting, due):
    drawing = process(
        start(),
        user("a", camunda_dueDate=due),
        boundary("late", "a", timer(*time), interrupting=interrupting),
        end(),
        path("begin", "a", "done"),
        path("late", "done"),
    )

    findings = check({"x.bpmn": drawing}, topics={})

    assert {finding.code for finding in findings} <= {
        "bad-timer",
        "empty-timer",
        "cycle-timer",
        "fixed-date",
        "hasty-cycle",
    }


@RELAXED
@given(st.integers(0, len(SOUND)), st.integers(0, 60), st.binary(max_size=12))
def test_a_damaged_file_gives_findings_and_never_a_traceback(place, cut, noise):
    damaged = SOUND[:place] + noise + SOUND[place + cut :]

    for name in ("x.bpmn", "x.dmn", "x.form", "organisation.yaml"):
        check({name: damaged}, topics={})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["components", "type", "key", "id", "path", "validate", "conditional", "properties"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@RELAXED
@given(JSON)
def test_whatever_json_a_form_is_gives_findings_and_never_a_traceback(schema):
    check(
        {"x.form": json.dumps(schema).encode(), "x.bpmn": process(start(), end(), path("begin", "done"))},
        topics={},
    )
