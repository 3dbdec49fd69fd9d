"""Processes begun by a message or a timer: what the check says of how they begin, and what is taken over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.engine.check import check
from service.engine.definition import Model
from service.engine.schedule import Turn, first_turn, next_turn, timer_of
from service.feel import FEEL
from tests.engine.diagrams import (
    begins,
    call,
    declare_message,
    end,
    message,
    path,
    process,
    signal,
    start,
    sub,
    timer,
    user,
)
from tests.engine.driver import Case

ORDER = declare_message("m", "order")
LINE = (user("a", inputs={"x": "=x"}), end(), path("begin", "a", "done"))
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def codes(*files: bytes) -> list[str]:
    named = {f"file{number}.bpmn": content for number, content in enumerate(files)}
    return [f"{finding.element}: {finding.code}" for finding in check(named, topics={})]


def timed(kind: str, text: str, **properties: str) -> bytes:
    drawn = begins("begin", timer(kind, text))
    return process(drawn, user("a"), end(), path("begin", "a", "done"), properties=properties)


def test_what_the_message_brings_is_taken_over_by_the_start_event():
    case = Case(process(begins("begin", message("m"), x="y + 1"), *LINE, declared=ORDER), answers={"y": 1})

    assert dict(case.variables) == {"x": 2}
    assert case.tasks() == ["a"]


def test_a_start_event_that_fails_is_an_incident():
    case = Case(process(begins("begin", message("m"), x="y + 1"), *LINE, declared=ORDER), answers={"y": "?"})
    assert case.failed() == [("begin", "feel_error")]

    case.retry("begin", y=5)
    assert case.failed() == [("begin", "feel_error")], "what came is what counts"


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("duration", "PT1H", NOON + timedelta(hours=1)),
        ("date", "2026-03-02T13:00:00", NOON + timedelta(hours=1)),
        ("date", "2026-03-02T11:00:00", None),
        ("cycle", "R/P1D", NOON + timedelta(days=1)),
        ("cycle", "R3/2026-03-02T09:00:00+08:00/P1D", NOON + timedelta(hours=21)),
        ("date", '=now() + duration("PT2H")', NOON + timedelta(hours=2)),
    ],
)
def test_the_first_turn_is_reckoned_from_when_it_goes_live(kind, text, due):
    model = Model.load({"p.bpmn": timed(kind, text)})

    turn = first_turn(timer_of(model.process("p")), FEEL, NOON)

    assert (turn and turn.due) == due


def test_a_cycle_has_as_many_turns_as_it_says():
    model = Model.load({"p.bpmn": timed("cycle", "R2/P1D")})
    first = first_turn(timer_of(model.process("p")), FEEL, NOON)

    second = next_turn(first, first.due)

    assert second.due == NOON + timedelta(days=2)
    assert next_turn(second, second.due) is None
    assert next_turn(Turn(NOON), NOON) is None


def test_the_check_knows_what_runs():
    assert codes(process(begins("begin", message("m")), *LINE, declared=ORDER)) == []
    assert codes(timed("cycle", "R/P7D")) == codes(timed("date", "=workdays_after(now(), 2)")) == []
    assert codes(timed("duration", "PT1H", applicant="linyue")) == []


@pytest.mark.parametrize(
    ("files", "findings"),
    [
        ([timed("date", "=started_at")], ["begin: timer-before-case"]),
        ([timed("cycle", "often")], ["begin: bad-timer"]),
        (
            [
                process(
                    begins("begin", message("m")).replace(
                        "<bpmn:startEvent", '<bpmn:startEvent camunda:formRef="f"'
                    ),
                    *LINE,
                    declared=ORDER,
                )
            ],
            ["begin: unknown-form", "begin: form-unasked"],
        ),
        (
            [process(begins("begin", signal("s")), user("a"), end(), path("begin", "a", "done"))],
            ["begin: unsupported-event", "begin: dangling-signal"],
        ),
        (
            [
                process(
                    start(),
                    sub(
                        "s", begins("i", timer("duration", "PT1H")), user("a"), end("o"), path("i", "a", "o")
                    ),
                    end(),
                    path("begin", "s", "done"),
                )
            ],
            ["i: unsupported-event"],
        ),
        (
            [
                process(begins("begin", message("m")), *LINE, declared=ORDER),
                process(begins("begin", message("m")), *LINE, declared=ORDER, key="q"),
            ],
            ["begin: message-begins-two"],
        ),
        (
            [
                process(start(), call("a", "q"), end(), path("begin", "a", "done")),
                process(begins("begin", message("m")), *LINE, declared=ORDER, key="q"),
            ],
            ["a: call-begun-by-event"],
        ),
        (
            [
                process(
                    start(), user("a"), end(), path("begin", "a", "done"), properties={"applicant": "linyue"}
                )
            ],
            ["p: ignored-property"],
        ),
        (
            [
                timed("duration", "PT1H").replace(
                    b"<bpmn:process ", b'<bpmn:process camunda:candidateStarterGroups="x" '
                )
            ],
            ["p: ignored-starters"],
        ),
    ],
    ids=["reads", "no time", "form", "signal", "inside", "two", "call", "applicant", "starters"],
)
def test_what_is_wrong_with_a_beginning_is_named(files, findings):
    assert sorted(codes(*files)) == sorted(findings)
