"""The event by which a case is withdrawn: where it counts, and where a mark of it would mean nothing."""

from __future__ import annotations

import pytest

from service.engine.check import check
from tests.engine import diagrams as d
from tests.engine.driver import Case

MARK = '<camunda:properties><camunda:property name="withdrawBy" value="applicant"/></camunda:properties>'
MESSAGE = d.declare_message("m", "withdraw")


def marked(drawing: bytes, mark: str = MARK) -> bytes:
    """Return a drawing whose event sub-process begins with what is marked."""
    begins = b'<bpmn:startEvent id="gone_begins"'
    head, tail = drawing.split(begins)
    attributes, rest = tail.split(b">", 1)
    extension = f"<bpmn:extensionElements>{mark}</bpmn:extensionElements>".encode()
    rest = rest.replace(b"<bpmn:extensionElements></bpmn:extensionElements>", b"", 1)
    return head + begins + attributes + b">" + extension + rest


def drawing(*, interrupting: bool = True, definition: str = "") -> bytes:
    """Return a process that can be withdrawn in its first stage, and not behind it."""
    gone = d.event_sub(
        "gone",
        definition or d.message("m"),
        d.end("over"),
        d.path("gone_begins", "over"),
        interrupting=interrupting,
    )
    stage = d.sub("stage", d.start("begun"), d.user("a"), d.end("ended"), gone, d.path("begun", "a", "ended"))
    return d.process(
        d.start(), stage, d.user("b"), d.end(), d.path("begin", "stage", "b", "done"), declared=MESSAGE
    )


def withdrawal(case: Case) -> str | None:
    return case.act(lambda instance: instance.withdrawal)


def codes(content: bytes) -> list[tuple[str, str]]:
    return [
        (each.element, each.code)
        for each in check({"p.bpmn": content}, topics={})
        if each.severity == "error"
    ]


def test_what_is_marked_says_by_which_message_a_case_is_withdrawn():
    case = Case(marked(drawing()))
    assert withdrawal(case) == "withdraw"

    case.complete("a")

    assert withdrawal(case) is None, "it has left the stage"


def test_a_message_that_is_not_marked_is_no_withdrawal():
    assert withdrawal(Case(drawing())) is None


def test_a_case_that_is_being_withdrawn_is_not_withdrawn_again():
    clearing = drawing().replace(
        b'<bpmn:endEvent id="over">', b'<bpmn:userTask id="clear_up"/><bpmn:endEvent id="over">'
    )
    clearing = clearing.replace(b'targetRef="over"', b'targetRef="clear_up"').replace(
        b"</bpmn:subProcess></bpmn:subProcess>",
        b'<bpmn:sequenceFlow id="more" sourceRef="clear_up" targetRef="over"/>'
        b"</bpmn:subProcess></bpmn:subProcess>",
    )
    case = Case(marked(clearing))

    assert case.send("withdraw")

    assert withdrawal(case) is None


def test_the_mark_of_a_withdrawal_is_accepted_where_it_counts():
    assert codes(marked(drawing())) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (marked(drawing(interrupting=False)), "ignored-property"),
        (marked(drawing(definition=d.timer("duration", "P1D"))), "ignored-property"),
        (marked(drawing(), MARK.replace("applicant", "法务部")), "unknown-property"),
    ],
    ids=["runs beside", "a timer", "somebody else"],
)
def test_a_mark_by_which_nobody_could_withdraw_is_refused(content, code):
    assert codes(content) == [("gone_begins", code)]


def test_the_mark_belongs_on_no_ordinary_start():
    plain = d.process(
        d.element("startEvent", "begin", extension=MARK), d.user("a"), d.end(), d.path("begin", "a", "done")
    )

    assert codes(plain) == [("begin", "ignored-property")]
