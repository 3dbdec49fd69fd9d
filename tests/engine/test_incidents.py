"""What cannot go on stops with an incident at its element: never a failing step, never silence."""

from __future__ import annotations

import time

import pytest

from service.engine.failures import UnknownToken
from service.engine.progress import HandlerResult
from service.errors import Unavailable
from tests.engine.diagrams import (
    boundary,
    call,
    declare_escalation,
    declare_message,
    declare_signal,
    element,
    end,
    escalation,
    flow,
    inclusive,
    loop,
    message,
    parallel,
    path,
    process,
    script,
    service,
    signal,
    start,
    sub,
    terminate,
    timer,
    user,
)
from tests.engine.driver import MONDAY, Case

DECLARED = declare_message("m") + declare_signal("g") + declare_escalation("k")


# ---- a throw that takes its own thrower away -----------------------------------------------------


THROWN = {
    "message end": (element("endEvent", "tell", message("m")), message("m")),
    "message throw": (element("intermediateThrowEvent", "tell", message("m")), message("m")),
    "send task": (element("sendTask", "tell", messageRef="m"), message("m")),
    "signal throw": (element("intermediateThrowEvent", "tell", signal("g")), signal("g")),
    "signal end": (element("endEvent", "tell", signal("g")), signal("g")),
    "escalation throw": (element("intermediateThrowEvent", "tell", escalation("k")), escalation("k")),
    "escalation end": (element("endEvent", "tell", escalation("k")), escalation("k")),
}


def around(thrown: str, host: str, caught: str) -> list[bytes]:
    """Return a process whose activity `phase` throws what its own interrupting boundary event catches."""
    inner = (start("in"), thrown, path("in", "tell"))
    if "endEvent" not in thrown:
        inner = (*inner, user("too_far"), end("out"), path("tell", "too_far", "out"))
    repeated = loop("=[1, 2]", "n") if host.startswith("each") else ""
    is_call = host.endswith("call")
    phase = call("phase", "q", {}, {}, repeated) if is_call else sub("phase", repeated, *inner)
    main = process(
        start(),
        phase,
        boundary("caught", "phase", caught),
        user("after"),
        user("mend"),
        end(),
        path("begin", "phase", "after", "done"),
        path("caught", "mend", "done"),
        declared=DECLARED,
    )
    return [main, process(*inner, key="q", declared=DECLARED)] if is_call else [main]


@pytest.mark.parametrize("host", ["sub", "call", "each sub", "each call"])
@pytest.mark.parametrize("thrown", THROWN)
def test_what_takes_its_own_thrower_away_goes_by_the_boundary(thrown, host):
    case = Case(*around(THROWN[thrown][0], host, THROWN[thrown][1]))

    assert case.tasks() == ["mend"]
    assert case.failed() == []
    case.complete("mend")
    assert case.state == "completed"


def test_a_signal_thrown_beside_an_activity_it_takes_away_leaves_the_thrower_alone():
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            boundary("caught", "a", signal("g")),
            element("intermediateThrowEvent", "tell", signal("g")),
            user("b"),
            user("mend"),
            end(),
            path("begin", "fork", "a", "done"),
            path("fork", "tell", "b", "done"),
            path("caught", "mend", "done"),
            declared=DECLARED,
        )
    )

    assert case.tasks() == ["b", "mend"]


# ---- awaited from the first moment on ------------------------------------------------------------


def beside_a_throw(*waiting: str) -> bytes:
    """Return a process that enters something and throws a signal in the same step."""
    return process(
        start(),
        parallel("fork"),
        *waiting,
        element("intermediateThrowEvent", "tell", signal("g")),
        user("heard"),
        end(),
        end("told"),
        path("begin", "fork"),
        path("fork", "tell", "told"),
        declared=DECLARED,
    )


def test_a_signal_reaches_the_boundary_event_of_an_activity_just_entered():
    waiting = (
        user("a"),
        boundary("caught", "a", signal("g")),
        path("fork", "a", "done"),
        path("caught", "heard", "done"),
    )

    assert Case(beside_a_throw(*waiting)).tasks() == ["heard"]


def test_a_signal_reaches_the_events_behind_a_gateway_just_entered():
    waiting = (
        element("eventBasedGateway", "race"),
        element("intermediateCatchEvent", "caught", signal("g")),
        element("intermediateCatchEvent", "late", timer("duration", "PT1H")),
        path("fork", "race", "caught", "heard", "done"),
        path("race", "late", "done"),
    )

    case = Case(beside_a_throw(*waiting))

    assert case.tasks() == ["heard"]
    assert case.progress.next_due is None


# ---- nothing is told by silence ------------------------------------------------------------------


def either(join: str) -> bytes:
    """Return an inclusive fork that takes one of two branches, into a join of the given kind."""
    return process(
        start(),
        inclusive("split", "small"),
        user("a"),
        user("b"),
        join,
        user("after"),
        end(),
        path("begin", "split"),
        flow("split", "a", "=amount > 100"),
        flow("split", "b", id="small"),
        path("a", "join", "after", "done"),
        path("b", "join"),
    )


def test_a_join_whose_other_branch_was_never_taken_is_an_incident_and_not_silence():
    case = Case(either(parallel("join")), variables={"amount": 5})

    case.complete("b")

    assert case.failed() == [("join", "stalled")]
    case.retry("join")
    assert case.failed() == [("join", "stalled")]


def test_a_phase_that_stalls_is_told_though_the_case_around_it_goes_on():
    phase = either(parallel("join")).replace(b'id="p"', b'id="q"')
    case = Case(
        process(
            start(),
            parallel("fork"),
            call("phase", "q", {"amount": "=5"}),
            user("beside"),
            end(),
            path("begin", "fork", "phase", "done"),
            path("fork", "beside", "done"),
        ),
        phase,
    )

    case.complete("b")

    assert case.failed() == [("join", "stalled")]
    assert [each.activity_path for each in case.incidents.values()] == ["phase/join"]


@pytest.mark.parametrize(
    "beside",
    [
        user("wait"),
        element("receiveTask", "wait", messageRef="m"),
        element("intermediateCatchEvent", "wait", timer("duration", "PT1H")),
        service("wait", "later"),
    ],
    ids=["people", "message", "timer", "service"],
)
def test_a_join_waits_quietly_while_something_can_still_happen(beside):
    case = Case(
        process(
            start(),
            parallel("fork"),
            user("a"),
            beside,
            parallel("join"),
            end(),
            path("begin", "fork", "a", "join", "done"),
            path("fork", "wait", "join"),
            declared=DECLARED,
        ),
        handlers={"later": lambda call: HandlerResult(wait=True)},
    )

    case.complete("a")

    assert case.failed() == []


# ---- bounds --------------------------------------------------------------------------------------


def calling(key: str, called: str) -> bytes:
    return process(start(), call("c", called), end(), path("begin", "c", "done"), key=key)


@pytest.mark.parametrize(
    "files", [[calling("p", "p")], [calling("p", "q"), calling("q", "p")]], ids=["itself", "each other"]
)
def test_processes_that_call_themselves_stop_at_once_with_an_incident(files):
    began = time.process_time()

    case = Case(*files)

    assert time.process_time() - began < 1
    assert case.failed() == [("c", "too_deep")]


def test_a_process_that_calls_itself_twice_is_stopped_before_it_has_grown_without_bound():
    twice = process(
        start(),
        parallel("fork"),
        call("left", "p"),
        call("right", "p"),
        end(),
        path("begin", "fork", "left", "done"),
        path("fork", "right", "done"),
    )
    began = time.process_time()

    case = Case(twice)

    assert [code for _, code in case.failed()] == ["endless_loop"]
    assert time.process_time() - began < 10
    case.act(lambda instance: instance.cancel())
    assert case.state == "cancelled"


def test_a_timer_that_falls_due_again_at_once_is_stopped_as_well():
    spin = process(
        start(),
        element("exclusiveGateway", "again"),
        element("intermediateCatchEvent", "tick", timer("duration", "PT0S")),
        path("begin", "again", "tick", "again"),
    )
    case = Case(spin)

    case.wait(seconds=1)

    assert [code for _, code in case.failed()] == ["endless_loop"]


# ---- what nobody expected ------------------------------------------------------------------------


def working(fails) -> Case:
    return Case(
        process(
            start(),
            parallel("fork"),
            service("work", "work"),
            user("beside"),
            user("after"),
            end(),
            path("begin", "fork", "work", "after", "done"),
            path("fork", "beside", "done"),
        ),
        handlers={"work": fails},
    )


@pytest.mark.parametrize("error", [KeyError("x"), OverflowError("x"), RecursionError(), AttributeError("x")])
def test_an_error_nobody_expected_is_an_incident_at_its_element_and_the_rest_goes_on(error):
    broken = [error]

    def work(call):
        if broken:
            raise broken[0]

    case = working(work)
    assert case.failed() == [("work", "internal")]
    assert case.tasks() == ["beside"]

    broken.clear()
    case.retry("work")

    assert case.failed() == []
    assert case.tasks() == ["after", "beside"]


def test_a_database_that_does_not_answer_leaves_the_step_undone_and_is_no_incident():
    def work(call):
        raise Unavailable()

    with pytest.raises(Unavailable):
        working(work)


def test_an_unexpected_error_after_an_answer_keeps_the_answer():
    def work(call):
        raise KeyError("x")

    case = Case(
        process(
            start(),
            user("ask", outputs={"x": "=x"}),
            service("work", "work"),
            end(),
            path("begin", "ask", "work", "done"),
        ),
        handlers={"work": work},
    )

    case.complete("ask", x=1)

    assert case.failed() == [("work", "internal")]
    assert case.variables["x"] == 1


def test_a_result_that_cannot_be_stored_is_an_incident_at_its_service():
    assert working(lambda call: {"x": {1, 2}}).failed() == [("work", "bad_output")]


def test_a_completion_condition_without_a_value_is_an_incident_at_the_element_that_asked_it():
    case = Case(
        process(
            start(),
            user("vote", loop("=[1, 2]", "n", until="=missing > 1")),
            end(),
            path("begin", "vote", "done"),
        )
    )

    case.complete("vote", 0)

    assert case.failed() == [("vote", "feel_error")]
    assert case.tasks() == ["vote"]


# ---- what else an end leaves behind --------------------------------------------------------------


def test_a_terminate_end_takes_incidents_with_it():
    case = Case(
        process(
            start(),
            parallel("fork"),
            script("broken", "missing + 1", "x"),
            user("stop"),
            end("over", terminate()),
            end(),
            path("begin", "fork", "broken", "done"),
            path("fork", "stop", "over"),
        )
    )
    assert case.failed() == [("broken", "feel_error")]

    case.complete("stop")

    assert case.failed() == []
    assert case.state == "completed"


def test_the_record_says_when_a_boundary_event_came_and_not_when_it_was_armed():
    case = Case(
        process(
            start(),
            user("a"),
            boundary("late", "a", timer("duration", "PT1H")),
            user("boss"),
            end(),
            path("begin", "a", "done"),
            path("late", "boss", "done"),
        )
    )
    case.wait(hours=1)

    lines = [(step.activity_id, step.event, step.at) for step in case.steps if step.activity_id == "late"]

    assert lines == [("late", "entered", case.now), ("late", "left", case.now)]
    assert case.now != MONDAY


def test_only_an_incident_that_is_still_there_can_be_tried_again():
    case = working(lambda call: {})
    waiting = case.token("after")

    for token in (waiting, "0" * 32, "nonsense"):
        with pytest.raises(UnknownToken):
            case.act(lambda instance, token=token: instance.retry(token))

    assert case.tasks() == ["after", "beside"]
