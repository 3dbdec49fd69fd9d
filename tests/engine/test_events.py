"""Timers, messages, signals, errors and escalations."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from service.engine.progress import HandlerResult
from service.errors import BpmnError, HandlerFailed
from tests.engine.diagrams import (
    boundary,
    call,
    catch,
    declare_error,
    declare_escalation,
    declare_message,
    declare_signal,
    element,
    end,
    error,
    escalation,
    flow,
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
    timer,
    user,
    xor,
)
from tests.engine.driver import MONDAY, Case

SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("duration", "PT72H", MONDAY + timedelta(hours=72)),
        ("duration", "P1W", MONDAY + timedelta(days=7)),
        ("duration", '=duration("PT1H")', MONDAY + timedelta(hours=1)),
        ("duration", "P1M", datetime(2026, 12, 23, 10, 0, tzinfo=SHANGHAI)),
        ("date", "2026-12-01", datetime(2026, 12, 1, tzinfo=SHANGHAI)),
        ("date", "2026-12-01T09:00:00", datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)),
        ("date", "=workdays_after(now(), 2)", datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI)),
        ("date", '=date and time("2026-12-01T09:00:00Z")', datetime(2026, 12, 1, 17, tzinfo=SHANGHAI)),
        ("date", "=when", datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)),
    ],
)
def test_a_timer_is_due_when_it_says(kind, text, due):
    case = Case(
        process(start(), catch("wait", timer(kind, text)), end(), path("begin", "wait", "done")),
        variables={"when": datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)},
    )

    assert case.progress.next_due == due


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("duration", "-PT1H"),
        ("duration", "-P1M"),
        ("duration", "soon"),
        ("date", "tomorrow"),
        ("date", "=1 + 1"),
        ("date", "=missing"),
        ("duration", "P9999Y"),
        ("duration", "P3000000D"),
        ("duration", "PT999999999999999999H"),
        ("duration", '=duration("P1D") * 3000000'),
        ("date", "0001-01-01"),
        ("date", '=date("9999-12-31") + duration("P1D")'),
    ],
)
def test_a_timer_that_makes_no_sense_is_an_incident_at_its_event(kind, text):
    case = Case(process(start(), catch("wait", timer(kind, text)), end(), path("begin", "wait", "done")))

    assert [activity for activity, _ in case.failed()] == ["wait"]


@pytest.mark.parametrize("due", ["P9999Y", "P3000000D", '=now() + duration("P1D") * 3000000'])
def test_a_due_date_beyond_the_calendar_is_an_incident_at_its_task(due):
    case = Case(process(start(), user("a", camunda_dueDate=due), end(), path("begin", "a", "done")))

    assert [activity for activity, _ in case.failed()] == ["a"]


def test_a_computed_date_beyond_the_calendar_is_an_incident_at_its_script():
    case = Case(
        process(
            start(),
            user("ask", outputs={"days": "=days"}),
            script("add", '=date("2026-12-01") + duration("P1D") * days', "until"),
            end(),
            path("begin", "ask", "add", "done"),
        )
    )

    case.complete("ask", days=3_000_000)

    assert case.failed() == [("add", "feel_error")]


def test_a_cycle_that_leaves_the_calendar_has_had_its_last_turn():
    case = Case(REMIND.replace(b"R3/P1D", b"R/P7970Y"))

    assert case.wait(days=7_970 * 365.25)

    assert case.tasks() == ["legal", "read"]
    assert case.progress.next_due is None


def test_an_interrupting_timer_takes_the_task_away():
    case = Case(
        process(
            start(),
            user("legal"),
            boundary("late", "legal", timer("duration", "PT1H")),
            user("boss"),
            end(),
            path("begin", "legal", "done"),
            path("late", "boss", "done"),
        )
    )
    assert not case.wait(minutes=59)

    assert case.wait(minutes=1)

    assert case.tasks() == ["boss"]
    assert [closed.reason for closed in case.progress.closed] == ["cancelled"]


def test_a_boundary_event_is_in_the_record_once_it_fires_and_not_before():
    case = Case(
        process(
            start(),
            user("a"),
            boundary("late", "a", timer("duration", "P2D"), interrupting=False),
            user("escalated"),
            end(),
            path("begin", "a", "done"),
            path("late", "escalated", "done"),
        )
    )

    assert [step.event for step in case.steps if step.activity_id == "late"] == []
    case.wait(days=2)

    assert [step.event for step in case.steps if step.activity_id == "late"] == ["entered", "left"]


def test_a_timer_dies_with_the_task_it_sits_on():
    case = Case(
        process(
            start(),
            user("legal"),
            boundary("late", "legal", timer("duration", "PT1H")),
            user("after"),
            user("boss"),
            end(),
            path("begin", "legal", "after", "done"),
            path("late", "boss", "done"),
        )
    )

    case.complete("legal")

    assert case.progress.next_due is None
    assert not case.wait(hours=2)
    assert case.tasks() == ["after"]


REMIND = process(
    start(reminded="=0"),
    user("legal"),
    boundary("remind", "legal", timer("cycle", "R3/P1D"), interrupting=False),
    script("count", "=reminded + 1", "reminded"),
    user("read"),
    end(),
    end("told"),
    path("begin", "legal", "done"),
    path("remind", "count", "read", "told"),
)


def test_a_cycle_timer_fires_so_often_and_no_more():
    case = Case(REMIND)

    fired = [case.wait(days=1) for _ in range(5)]

    assert fired == [True, True, True, False, False]
    assert case.variables["reminded"] == 3
    assert case.tasks() == ["legal", "read", "read", "read"]


def test_missed_cycles_fire_once_after_downtime_and_the_rhythm_goes_on():
    case = Case(REMIND.replace(b"R3/P1D", b"R/P1D"))

    case.wait(days=5, hours=6)

    assert case.variables["reminded"] == 1
    assert case.progress.next_due == MONDAY + timedelta(days=6)


def test_tasks_behind_a_cycle_timer_survive_the_end_of_the_task_it_sits_on():
    case = Case(REMIND)
    case.wait(days=1)

    case.complete("legal")

    assert case.tasks() == ["read"]
    assert case.state == "active"
    case.complete("read")
    assert case.state == "completed"


def waiting(*more: str) -> bytes:
    return process(
        start(),
        element("eventBasedGateway", "race"),
        catch("long", timer("duration", "PT10H")),
        catch("short", timer("duration", "PT0S")),
        catch("told", message("m_changed"), end_date="=end_date"),
        user("a"),
        user("b"),
        user("c"),
        end(),
        path("begin", "race", "long", "a", "done"),
        path("race", "short", "b", "done"),
        path("race", "told", "c", "done"),
        *more,
        declared=declare_message("m_changed", "plan_changed"),
    )


def test_each_timer_behind_an_event_gateway_keeps_its_own_time():
    case = Case(waiting())

    case.wait(seconds=0)

    assert case.tasks() == ["b"]
    assert case.progress.next_due is None


def test_the_first_event_behind_a_gateway_cancels_the_others_and_brings_only_what_is_mapped():
    case = Case(waiting())
    assert case.progress.awaited == ("plan_changed",)

    assert case.send("plan_changed", end_date="2026-12-10", other=1)

    assert case.tasks() == ["c"]
    assert dict(case.variables) == {"end_date": "2026-12-10"}


def test_a_message_nobody_waits_for_is_refused_for_the_caller_to_keep():
    case = Case(waiting())

    assert not case.send("unknown")
    assert case.tasks() == []


def test_a_non_interrupting_message_is_caught_every_time():
    case = Case(
        process(
            start(),
            user("run"),
            boundary("note", "run", message("m"), interrupting=False),
            user("read"),
            end(),
            end("noted"),
            path("begin", "run", "done"),
            path("note", "read", "noted"),
            declared=declare_message("m"),
        )
    )

    assert case.send("m")
    assert case.send("m")

    assert case.tasks() == ["read", "read", "run"]


def test_an_interrupting_message_may_lead_back_to_its_own_task():
    case = Case(
        process(
            start(),
            xor("again"),
            user("check"),
            boundary("changed", "check", message("m")),
            end(),
            path("begin", "again", "check", "done"),
            path("changed", "again"),
            declared=declare_message("m"),
        )
    )

    for _ in range(3):
        assert case.send("m")

    assert case.tasks() == ["check"]


def test_a_declared_error_of_a_handler_goes_to_its_boundary_event():
    def too_late(call):
        raise BpmnError("campaign_ended", "the campaign is over")

    case = Case(
        process(
            start(),
            service("apply", "apply"),
            boundary("late", "apply", error("ended")),
            user("tell"),
            end(),
            path("begin", "apply", "done"),
            path("late", "tell", "done"),
            declared=declare_error("ended", "campaign_ended"),
        ),
        handlers={"apply": too_late},
    )

    assert case.tasks() == ["tell"]
    assert case.failed() == []


def test_a_waiting_service_task_goes_on_with_its_result_or_its_error():
    drawing = process(
        start(),
        service("apply", "apply", outputs={"sent": "=sent_at"}),
        boundary("late", "apply", error("ended")),
        user("tell"),
        user("after"),
        end(),
        path("begin", "apply", "after", "done"),
        path("late", "tell", "done"),
        declared=declare_error("ended"),
    )
    handlers = {"apply": lambda call: HandlerResult(wait=True)}
    answered, refused = Case(drawing, handlers=handlers), Case(drawing, handlers=handlers)
    token = answered.act(lambda instance: instance.active())[0].token_id

    answered.act(lambda instance: instance.resolve(token, {"sent_at": "now"}))
    other = refused.act(lambda instance: instance.active())[0].token_id
    refused.act(lambda instance: instance.fail(other, BpmnError("ended")))

    assert answered.tasks() == ["after"]
    assert answered.variables["sent"] == "now"
    assert refused.tasks() == ["tell"]


def test_the_boundary_event_with_the_exact_code_is_preferred_and_an_error_climbs_out_of_calls():
    inner = process(
        start(),
        user("work"),
        end("broken", error("e")),
        path("begin", "work", "broken"),
        key="r",
        declared=declare_error("e", "refused"),
    )
    middle = process(
        start(),
        call("deeper", "r"),
        boundary("other", "deeper", error("x")),
        end(),
        end("wrong"),
        path("begin", "deeper", "done"),
        path("other", "wrong"),
        key="q",
        declared=declare_error("x", "something_else"),
    )
    case = Case(
        process(
            start(),
            call("phase", "q"),
            boundary("any", "phase", error()),
            boundary("exact", "phase", error("e")),
            user("caught"),
            end(),
            end("wrong"),
            path("begin", "phase", "done"),
            path("any", "wrong"),
            path("exact", "caught", "done"),
            declared=declare_error("e", "refused"),
        ),
        middle,
        inner,
    )

    case.complete("work")

    assert case.tasks() == ["caught"]


def test_an_escalation_tells_the_outside_and_the_inside_goes_on():
    case = Case(
        process(
            start(),
            sub(
                "phase",
                start("inner"),
                element("intermediateThrowEvent", "shout", escalation("late")),
                user("work"),
                end("inner_done"),
                path("inner", "shout", "work", "inner_done"),
            ),
            boundary("heard", "phase", escalation("late"), interrupting=False),
            user("look"),
            end(),
            end("seen"),
            path("begin", "phase", "done"),
            path("heard", "look", "seen"),
            declared=declare_escalation("late"),
        )
    )

    assert case.tasks() == ["look", "work"]


def test_an_escalation_is_heard_by_its_own_code_or_by_one_without_and_by_the_exact_one_first():
    def heard(*boundaries: str) -> list[str]:
        drawing = process(
            start(),
            sub(
                "phase",
                start("inner"),
                element("intermediateThrowEvent", "shout", escalation("late")),
                user("work"),
                end("inner_done"),
                path("inner", "shout", "work", "inner_done"),
            ),
            *(
                boundary(f"on_{code}", "phase", escalation(code), interrupting=False)
                + user(f"look_{code}")
                + path(f"on_{code}", f"look_{code}", "done")
                for code in boundaries
            ),
            end(),
            path("begin", "phase", "done"),
            declared=declare_escalation("late") + declare_escalation("other") + '<bpmn:escalation id="any"/>',
        )
        return Case(drawing).tasks()

    assert heard("other") == ["work"]
    assert heard("late") == ["look_late", "work"]
    assert heard("any") == ["look_any", "work"]
    assert heard("any", "late") == ["look_late", "work"]


def test_a_signal_reaches_everything_that_waits_for_it():
    case = Case(
        process(
            start(),
            parallel("fork"),
            catch("one", signal("s")),
            catch("two", signal("s")),
            user("a"),
            user("b"),
            end(),
            path("begin", "fork", "one", "a", "done"),
            path("fork", "two", "b", "done"),
            declared=declare_signal("s"),
        )
    )

    case.act(lambda instance: instance.broadcast("s", {}))

    assert case.tasks() == ["a", "b"]


def test_a_thrown_message_that_nobody_in_the_case_awaits_is_handed_to_the_outside():
    case = Case(
        process(
            start(),
            element(
                "endEvent",
                "tell",
                message("m"),
                extension=(
                    '<camunda:inputOutput><camunda:inputParameter name="day">=1 + 1</camunda:inputParameter>'
                    "</camunda:inputOutput>"
                ),
            ),
            path("begin", "tell"),
            declared=declare_message("m"),
        )
    )

    assert [(sent.kind, sent.name, dict(sent.payload)) for sent in case.sent] == [
        ("message", "m", {"day": 2})
    ]
    assert case.state == "completed"


def test_a_boundary_timer_on_a_call_cancels_everything_inside():
    inner = process(
        start(),
        user("vote", loop("=people", "person")),
        user("after"),
        boundary("inner_late", "vote", timer("duration", "PT10H"), interrupting=False),
        end(),
        end("told"),
        path("begin", "vote", "after", "done"),
        path("inner_late", "told"),
        key="q",
        inputs="people",
    )
    case = Case(
        process(
            start(),
            call("phase", "q", {"people": '=["a", "b"]'}),
            boundary("late", "phase", timer("duration", "PT1H")),
            user("boss"),
            end(),
            path("begin", "phase", "done"),
            path("late", "boss", "done"),
        ),
        inner,
    )
    case.complete("vote", 0)

    case.wait(hours=1)

    assert case.tasks() == ["boss"]
    assert case.progress.next_due is None


def test_xor_after_timer_in_loop_keeps_one_token():
    case = Case(
        process(
            start(n="=0"),
            xor("again"),
            catch("wait", timer("duration", "P1D")),
            script("count", "=n + 1", "n"),
            xor("enough", "no"),
            end(),
            path("begin", "again", "wait", "count", "enough"),
            flow("enough", "again", id="no"),
            flow("enough", "done", "=n >= 3"),
        )
    )

    assert [case.wait(days=1) for _ in range(3)] == [True, True, True]
    assert case.state == "completed"


def test_a_receive_task_waits_for_its_message():
    case = Case(
        process(
            start(),
            element("receiveTask", "hear", messageRef="m"),
            user("after"),
            end(),
            path("begin", "hear", "after", "done"),
            declared=declare_message("m", "told"),
        )
    )
    assert case.tasks() == []

    assert case.send("told", by="legal")

    assert case.tasks() == ["after"]
    assert case.variables["by"] == "legal"


def test_a_send_task_hands_its_message_to_the_outside():
    case = Case(
        process(
            start(),
            element("sendTask", "tell", messageRef="m"),
            end(),
            path("begin", "tell", "done"),
            declared=declare_message("m", "told"),
        )
    )

    assert [sent.name for sent in case.sent] == ["told"]
    assert case.state == "completed"


def test_a_retried_service_keeps_one_boundary_timer_which_still_fires():
    def broken(call):
        raise HandlerFailed("no answer")

    case = Case(
        process(
            start(),
            service("work", "work"),
            boundary("late", "work", timer("duration", "PT1H")),
            user("boss"),
            end(),
            path("begin", "work", "done"),
            path("late", "boss", "done"),
        ),
        handlers={"work": broken},
    )
    due = case.progress.next_due

    case.retry("work")
    assert case.failed() == [("work", "handler_failed")]
    assert case.progress.next_due == due
    case.wait(hours=1)

    assert case.tasks() == ["boss"]
    assert case.failed() == []
    assert case.progress.next_due is None
