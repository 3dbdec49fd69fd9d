"""People are told of tasks that wait: when the drawing says so, once, and to no effect on the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.workdays import official_calendar
from service.engine.instance import Instance
from service.engine.nodes import reminders
from service.engine.nodes.memory import Reminder
from service.engine.nodes.reminders import Since
from service.settings import ZONE
from tests.engine.diagrams import boundary, end, flow, loop, path, process, start, timer, user
from tests.engine.driver import MONDAY, Case

DUE_WEDNESDAY = "=workdays_after(now(), 2)"
WEDNESDAY = datetime(2026, 11, 25, 23, 59, 59, tzinfo=ZONE)


def reviewed(due: str = DUE_WEDNESDAY, **properties: str) -> bytes:
    written = {"camunda_dueDate": due} if due else {}
    task = user("review", properties=properties, **written)
    return process(start(approver='="总监"'), task, end(), path("begin", "review", "done"))


def at(case: Case, moment: datetime) -> list[tuple[str, tuple[str, ...]]]:
    """Let time pass to a moment and return what was told on the way."""
    before = len(case.told)
    case.now = moment.astimezone(UTC)
    case.act(lambda instance: instance.fire_due())
    return [(each.kind, each.names) for each in case.told[before:]]


def test_people_are_reminded_before_at_and_after_the_due_date():
    case = Case(reviewed(remindAt="-1, 0, 1"))
    assert case.progress.next_due == WEDNESDAY - timedelta(days=1)

    assert at(case, WEDNESDAY - timedelta(days=1, seconds=1)) == []
    assert at(case, WEDNESDAY - timedelta(days=1)) == [("remind", ())]
    assert at(case, WEDNESDAY) == [("remind", ())]
    assert at(case, WEDNESDAY + timedelta(days=1)) == [("remind", ())]

    assert case.progress.next_due is None
    assert case.tasks() == ["review"]
    assert [step.event for step in case.steps if step.activity_id == "review"] == ["entered"]


def test_workdays_are_counted_by_the_calendar():
    case = Case(reviewed("=workdays_after(now(), 4)", remindAt="1"))

    friday = datetime(2026, 11, 27, 23, 59, 59, tzinfo=ZONE)
    assert case.progress.next_due == friday + timedelta(days=3), "Saturday and Sunday are no workdays"


def test_a_task_without_a_due_date_counts_from_its_opening():
    case = Case(reviewed("", remindAt="2"))

    assert case.progress.next_due == MONDAY + timedelta(days=2)


def test_without_a_first_moment_the_rhythm_begins_at_the_due_date():
    case = Case(reviewed(remindEvery="1"))

    assert at(case, WEDNESDAY) == []
    assert at(case, WEDNESDAY + timedelta(days=1)) == [("remind", ())]
    assert at(case, WEDNESDAY + timedelta(days=2)) == [("remind", ())]
    assert case.progress.next_due == WEDNESDAY + timedelta(days=5), "Monday"


def test_turns_missed_while_nothing_ran_count_as_one():
    case = Case(reviewed(remindAt="-1, 0", remindEvery="1"))

    assert at(case, WEDNESDAY + timedelta(days=365, hours=1)) == [("remind", ())]
    assert at(case, WEDNESDAY + timedelta(days=365, hours=1)) == []
    following = case.progress.next_due.astimezone(ZONE)
    assert following > case.now
    assert (following.hour, following.minute) == (23, 59), "the rhythm is kept"


def test_a_rhythm_in_hours_goes_on_from_now_after_downtime():
    case = Case(reviewed("PT2H", remindEvery="PT1H"))

    assert at(case, MONDAY + timedelta(days=100, minutes=10)) == [("remind", ())]
    assert case.progress.next_due == MONDAY + timedelta(days=100, hours=1)


def test_each_level_of_an_escalation_is_told_once_and_missed_ones_all():
    case = Case(reviewed(escalateAfter="0, 2", escalateTo="总监, 财务部"))

    assert at(case, WEDNESDAY) == [("escalate", ("总监",))]
    assert at(case, WEDNESDAY + timedelta(days=9)) == [("escalate", ("财务部",))]

    late = Case(reviewed(escalateAfter="0, 2", escalateTo="总监, 财务部"))
    assert at(late, WEDNESDAY + timedelta(days=9)) == [("escalate", ("总监",)), ("escalate", ("财务部",))]


def test_one_escalation_may_go_to_several_at_once():
    case = Case(reviewed(escalateAfter="1", escalateTo="总监、财务部"))

    assert at(case, WEDNESDAY + timedelta(days=1)) == [("escalate", ("总监", "财务部"))]


def test_the_superior_is_that_of_those_the_task_is_drawn_for():
    case = Case(reviewed(escalateAfter="0", escalateTo="上级"))

    at(case, WEDNESDAY)

    [told] = case.told
    assert (told.names, told.drawn_for) == (("上级",), ("法务部",))


def test_feel_says_when_and_whom():
    case = Case(
        reviewed(
            remindAt='=[date and time("2026-11-24T09:00:00+08:00"), duration("PT1H")]',
            remindAlso="=[approver]",
            escalateAfter="=1 + 1",
            escalateTo="=approver",
        )
    )

    assert at(case, datetime(2026, 11, 24, 9, tzinfo=ZONE)) == [("remind", ("总监",))]
    assert at(case, WEDNESDAY + timedelta(hours=1)) == [("remind", ("总监",))]
    assert at(case, WEDNESDAY + timedelta(days=2)) == [("escalate", ("总监",))]


def test_what_lies_before_the_due_date_and_is_past_is_not_told():
    """Opened on a Friday, due in an hour: the workday before has gone by."""
    case = Case(reviewed("PT1H", remindAt="-1, 0"))

    assert at(case, MONDAY) == []
    assert at(case, MONDAY + timedelta(hours=1)) == [("remind", ())]


def test_a_task_that_is_overdue_when_it_opens_is_told_of_at_once():
    case = Case(reviewed('=date("2026-11-20")', remindAt="-1, 0, 1", escalateAfter="1", escalateTo="总监"))

    assert case.wait(seconds=0)

    assert [each.kind for each in case.told] == ["remind", "escalate"]
    assert case.progress.next_due is None


@pytest.mark.parametrize("act", ["complete", "return", "cancel"])
def test_what_ends_the_task_ends_its_reminders(act):
    drawing = process(
        start(),
        user("write"),
        user("review", properties={"remindAt": "0"}, camunda_dueDate=DUE_WEDNESDAY),
        end(),
        path("begin", "write", "review", "done"),
    )
    case = Case(drawing)
    case.complete("write")
    assert case.progress.next_due == WEDNESDAY

    token = case.token("review")
    if act == "complete":
        case.complete("review")
    elif act == "return":
        case.act(lambda instance: instance.return_to(token, "write"))
    else:
        case.act(Instance.cancel)

    assert case.progress.next_due is None
    assert at(case, WEDNESDAY + timedelta(days=3)) == []


def test_nobody_is_told_of_a_task_that_is_taken_away_in_the_same_step():
    drawing = process(
        start(),
        user("review", properties={"remindAt": "-PT1H"}, camunda_dueDate="PT2H"),
        boundary("limit", "review", timer("duration", "PT3H")),
        end(),
        path("begin", "review", "done"),
        flow("limit", "done"),
    )
    case = Case(drawing)

    case.wait(days=1)

    assert case.state == "completed"
    assert case.told == []


def test_each_element_of_a_multi_instance_task_reminds_for_itself():
    votes = user("votes", loop("=[1, 2]", "who"), properties={"remindAt": "0"}, camunda_dueDate=DUE_WEDNESDAY)
    case = Case(process(start(), votes, end(), path("begin", "votes", "done")))
    case.complete("votes", 0)

    at(case, WEDNESDAY)

    assert [each.token_id for each in case.told] == [case.token("votes", 1)]


def test_a_snapshot_keeps_what_is_still_to_be_told():
    case = Case(reviewed(remindAt="0", remindEvery="PT4H", escalateAfter="0, 1", escalateTo="上级, 财务部"))
    stored = Instance.load(case.model, case.progress.snapshot, case.environment())

    again = Instance.load(case.model, stored.progress().snapshot, case.environment())

    [token] = again._running.root.all_live()
    assert token.memory.reminders == (
        Reminder("remind", WEDNESDAY),
        Reminder("escalate", WEDNESDAY, ("上级",), None, ("法务部",)),
        Reminder("remind", WEDNESDAY + timedelta(hours=4), (), "PT4H"),
        Reminder("escalate", WEDNESDAY + timedelta(days=1), ("财务部",)),
    )


@pytest.mark.parametrize(
    "properties",
    [
        {"remindAt": '="soon"'},
        {"remindAt": "=0.5"},
        {"remindAt": "=true"},
        {"remindAt": "=1001"},
        {"remindAt": "=for i in 1..60 return i"},
        {"remindEvery": "=0"},
        {"remindEvery": '=duration("-PT1H")'},
        {"remindEvery": "=today()"},
        {"escalateAfter": "=-1", "escalateTo": "总监"},
        {"escalateAfter": "1, 2", "escalateTo": '=["a", "b", "c"]'},
        {"escalateAfter": "1", "escalateTo": "=1"},
        {"remindAt": '=date and time("9999-12-31T23:59:59Z") + duration("P1D")'},
    ],
)
def test_what_cannot_be_reckoned_is_an_incident_at_the_task(properties):
    case = Case(reviewed(**properties))

    assert case.tasks() == []
    assert case.failed()[0][0] == "review"


def test_the_calendar_ends_and_so_does_a_rhythm():
    last = datetime(9999, 12, 30, tzinfo=UTC)
    reminder = Reminder("remind", last, (), "5")

    told, later = reminders.split([reminder], last, official_calendar())

    assert (told, later) == ((reminder,), ())


def test_a_moment_beyond_the_calendar_is_refused():
    with pytest.raises(reminders.EngineFailure, match="calendar"):
        reminders.reckon(
            ["900", "", "", "", ""],
            Since(MONDAY, datetime(9999, 1, 1, tzinfo=UTC)),
            MONDAY,
            official_calendar(),
        )
