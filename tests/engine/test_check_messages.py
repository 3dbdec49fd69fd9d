"""Messages between drawings that miss each other by a slip of the pen, on either side."""

from __future__ import annotations

import pytest

from service.engine.check import check
from service.handlers import HANDLERS
from tests.engine.diagrams import (
    catch,
    declare_message,
    element,
    end,
    message,
    path,
    process,
    service,
    start,
)

ORGANISATION = "groups: {法务部: department}\nrights: {audit.read: [法务部]}\n"


def waiting(*names: str, key: str = "waits") -> bytes:
    """Return a process that waits for one message after the other."""
    ids = [f"w{number}" for number in range(len(names))]
    return process(
        start(),
        *(catch(id, message(f"m_{id}")) for id in ids),
        end(),
        path("begin", *ids, "done"),
        declared="".join(declare_message(f"m_{id}", name) for id, name in zip(ids, names, strict=True)),
        key=key,
    )


def throwing(name: str, *, kind: str = "intermediateThrowEvent") -> bytes:
    if kind == "sendTask":
        sent = element(kind, "t", messageRef="m")
    else:
        sent = element(kind, "t", message("m"))
    return process(
        start(),
        sent,
        end(),
        path("begin", "t", "done"),
        declared=declare_message("m", name),
        key="throws",
    )


def sending(written: str) -> bytes:
    task = service("s", "message.send", {"message": written})
    return process(start(), task, end(), path("begin", "s", "done"), key="sends")


def found(*drawings: bytes) -> list[str]:
    files = {f"{number}.bpmn": drawing for number, drawing in enumerate(drawings)}
    files["organisation.yaml"] = ORGANISATION.encode()
    return [
        f"{each.element}: {each.severity} {each.code} {each.message}"
        for each in check(files, topics=HANDLERS)
    ]


@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "sendTask"])
def test_a_message_that_is_thrown_by_another_name_than_it_is_awaited(kind):
    assert found(throwing("plan_chnaged", kind=kind), waiting("plan_changed")) == [
        (
            "t: warning message-not-caught 't' sends the message 'plan_chnaged', which no drawing catches. "
            "Did you mean 'plan_changed'?"
        )
    ]


@pytest.mark.parametrize("written", ["plan_changed", '="plan_changed"'])
def test_a_message_that_is_awaited_by_another_name_than_it_is_sent(written):
    assert found(sending(written), waiting("plan_chnaged", "plan_changed")) == [
        (
            "w0: warning message-not-sent 'w0' waits for the message 'plan_chnaged', which no drawing sends. "
            "Did you mean 'plan_changed'?"
        )
    ]


def test_a_chinese_name_with_one_wrong_character():
    assert [each.split(" ")[2] for each in found(throwing("方案边更"), waiting("方案变更"))] == [
        "message-not-caught"
    ]


def test_a_message_is_none_that_a_service_task_can_send_because_another_throws_it():
    assert [each.split(" ")[:3] for each in found(sending("stop"), throwing("stop"))] == [
        ["s:", "error", "unknown-name"]
    ]


@pytest.mark.parametrize(
    "drawings",
    [
        (throwing("plan_changed"), waiting("plan_changed")),
        (sending("plan_changed"), waiting("plan_changed", "stop_approved")),
        (throwing("order_placed"), waiting("plan_changed")),
        (throwing("stage_1"), waiting("stage_2")),
    ],
    ids=["the same", "one from outside", "one to the outside", "numbered"],
)
def test_what_comes_from_outside_or_goes_there_is_no_slip(drawings):
    assert found(*drawings) == []
