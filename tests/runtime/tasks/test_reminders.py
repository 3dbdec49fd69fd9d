"""Reminders and escalations reach people: those who can do the task now, those above, never who is barred."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.effects import notifications
from service.runtime.effects.notifications import NotificationView
from service.runtime.incidents import incidents
from service.runtime.releases import migrations
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from service.settings import ZONE
from service.store.models import Timer
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION
from tests.runtime.step.test_races import at_once, winners

SUPERIORS = "\nsuperiors: {法务部: 总监, 总监: 财务部}\n".encode()
DUE = "=workdays_after(now(), 2)"
# The clock of every test starts on Monday, 2 March 2026, at nine.
WEDNESDAY_NIGHT = datetime(2026, 3, 4, 23, 59, 59, tzinfo=ZONE)


def drawn(*before: str, due: str = DUE, group: str = "法务部", organisation: bytes = b"", **properties: str):
    """A review with these reminders, behind the tasks before."""
    ids = [part.split('id="', 1)[1].split('"', 1)[0] for part in before]
    attributes = {"camunda_dueDate": due} if due else {}
    task = d.user("review", group=group, name="法务会签", properties=properties, **attributes)
    drawing = d.process(d.start(), *before, task, d.end(), d.path("begin", *ids, "review", "done"))
    return {"p.bpmn": drawing, "organisation.yaml": ORGANISATION + SUPERIORS + organisation}


def told(company, name: str) -> list[tuple[str, str]]:
    """Return what somebody was told, the oldest first."""
    return [(each.kind, each.subject) for each in notices(company, name)]


def notices(company, name: str) -> list[NotificationView]:
    """Return the notices of somebody beside that there is a task, the oldest first."""
    found = notifications.find(company.app, identity.actor(company.app, name)).items
    return [each for each in reversed(found) if each.kind != "task"]


def lines(company, case, event: str) -> list[str]:
    record = instances.history(company.app, SYSTEM, case.id)
    return [line.note for line in record if line.event == event]


def timer_rows(company) -> list[datetime]:
    with company.app.db.read() as session:
        return list(session.scalars(select(Timer.due_at)))


@pytest.fixture
def colleague(company, hire):
    return hire("mengxiao", "法务部")


def test_whoever_may_take_the_task_is_reminded_and_the_record_says_so(company, colleague, clock):
    company.deploy(drawn(remindAt="-1, 0"))
    case = company.start("p")
    before = company.task(case, "review")
    assert timer_rows(company) == [WEDNESDAY_NIGHT - timedelta(days=1)], "one row: when to look again"

    clock.set(WEDNESDAY_NIGHT)
    company.run_due()

    assert told(company, "zhouheng") == told(company, "mengxiao") == [("remind", "催办：法务会签")]
    assert lines(company, case, "reminded") == ["mengxiao、周衡"]
    assert company.task(case, "review") == before, "the task is as it was, its version too"
    assert timer_rows(company) == []


def test_once_somebody_holds_the_task_nobody_else_is_reminded(company, colleague, clock):
    company.deploy(drawn(remindAt="0"))
    case = company.start("p")
    task = company.task(case, "review")
    user_tasks.claim(company.app, colleague, task.id, task.version)

    clock.set(WEDNESDAY_NIGHT)
    company.run_due()

    assert told(company, "mengxiao") == [("remind", "催办：法务会签")]
    assert told(company, "zhouheng") == []


def test_who_is_barred_is_never_told(company, colleague, clock):
    """林悦 applies and belongs to the group; 许诺 did the step before."""
    company.deploy(
        drawn(
            d.user("confirm", group="财务部"),
            group="市场部, 财务部, 法务部",
            notBy="applicant, confirm",
            remindAt="0",
            remindAlso="市场部, 财务部",
        )
    )
    case = company.start("p")
    company.complete(case, "confirm", by="xunuo")

    clock.set(WEDNESDAY_NIGHT)
    company.run_due()

    assert told(company, "linyue") == told(company, "xunuo") == []
    [note] = lines(company, case, "reminded")
    assert sorted(note.split("、")) == ["mengxiao", "周衡", "沈岚"]


def test_others_may_be_told_as_well(company, clock):
    company.deploy(drawn(remindAt="0", remindAlso="发起人"))
    case = company.start("p")

    clock.set(WEDNESDAY_NIGHT)
    company.run_due()

    assert told(company, "linyue") == [("remind", "催办：法务会签")]
    [notice] = notices(company, "zhouheng")
    assert notice.task_id == company.task(case, "review").id
    assert "2026-03-04 23:59 到期" in notice.text


def test_a_task_without_a_due_date_says_how_long_it_has_waited(company, clock):
    company.deploy(drawn(due="", remindAt="3"))
    company.start("p")

    clock.forward(days=3)
    company.run_due()

    [notice] = notices(company, "zhouheng")
    assert "已等待 3 个工作日" in notice.text


def test_an_escalation_goes_to_the_superior_with_a_copy_to_whoever_holds_the_task(company, clock):
    company.deploy(drawn(escalateAfter="1", escalateTo="上级"))
    case = company.start("p")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=1))
    company.run_due()

    [above] = notices(company, "shenlan")
    assert (above.kind, above.subject) == ("escalate", "超时上报：p")
    assert "现在由周衡办理" in above.text
    assert [kind for kind, _ in told(company, "zhouheng")] == ["escalate"]
    assert lines(company, case, "escalated") == ["沈岚"]
    assert company.active(case) == ["review"], "nothing else happens"


def test_whoever_is_reminded_of_a_task_is_still_told_as_the_one_it_is_escalated_to(company, clock):
    company.deploy(drawn(remindAt="1", escalateAfter="1", escalateTo="法务部"))
    case = company.start("p")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=1))
    company.run_due()

    assert [kind for kind, _ in told(company, "zhouheng")] == ["remind", "escalate"]
    assert lines(company, case, "escalated") == lines(company, case, "reminded") == ["周衡"]


def test_who_is_told_at_two_levels_is_told_of_each(company, clock):
    company.deploy(drawn(escalateAfter="1, 2", escalateTo="总监, 发起人"))
    case = company.start("p", by="shenlan")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=5))
    company.run_due()

    assert [kind for kind, _ in told(company, "shenlan")] == ["escalate", "escalate"]
    assert lines(company, case, "escalated") == ["沈岚", "沈岚"]


def test_where_the_superior_is_barred_the_next_one_up_is_told(company, clock):
    company.deploy(drawn(notBy="applicant", escalateAfter="1", escalateTo="上级"))
    case = company.start("p", by="shenlan")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=1))
    company.run_due()

    assert lines(company, case, "escalated") == ["许诺"]


def test_where_nobody_is_above_the_admins_are_told(company, clock):
    company.deploy(drawn(notBy="applicant", escalateAfter="1", escalateTo="客服部"))
    case = company.start("p", by="ouwen")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=1))
    company.run_due()

    assert lines(company, case, "escalated") == ["管理员"]


def test_a_task_that_nobody_may_do_reminds_nobody_and_is_still_escalated(company, clock):
    company.deploy(
        drawn(group="客服部", notBy="applicant", remindAt="0", escalateAfter="1", escalateTo="总监")
    )
    case = company.start("p", by="ouwen")

    clock.set(WEDNESDAY_NIGHT + timedelta(days=1))
    company.run_due()

    assert lines(company, case, "reminded") == []
    assert lines(company, case, "escalated") == ["沈岚"]
    [notice] = notices(company, "shenlan")
    assert "现在无人可办" in notice.text
    [incident] = incidents.find(company.app, SYSTEM).items
    assert incident.code == "no_candidates"


def test_what_is_done_is_reminded_of_no_more(company, clock):
    company.deploy(drawn(remindAt="0", remindEvery="1"))
    case = company.start("p")

    company.complete(case, "review", by="zhouheng")

    assert timer_rows(company) == []
    clock.forward(days=9)
    assert not timers.fire_due(company.app, case.id)


def test_a_case_on_hold_reminds_nobody_until_it_goes_on(company, clock):
    company.deploy(drawn(remindAt="0", remindEvery="1"))
    case = company.start("p")
    instances.suspend(company.app, SYSTEM, case.id)
    clock.forward(days=9)
    company.run_due()
    assert told(company, "zhouheng") == []

    instances.resume(company.app, SYSTEM, case.id)
    company.run_due()

    assert told(company, "zhouheng") == [("remind", "催办：法务会签")]


def test_a_day_the_company_has_off_moves_the_reminder(company, clock):
    off = b"calendar: {holidays: [2026-03-05], workdays: []}\n"
    company.deploy(drawn(organisation=off, remindAt="1"))

    company.start("p")

    assert timer_rows(company) == [WEDNESDAY_NIGHT + timedelta(days=2)]


def test_two_workers_tell_what_is_due_exactly_once(any_company, clock):
    company = any_company
    company.deploy(drawn(remindAt="0", remindEvery="1", escalateAfter="0", escalateTo="总监"))
    cases = [company.start("p") for _ in range(4)]
    clock.set(WEDNESDAY_NIGHT)

    for case in cases:
        outcomes = at_once(*[lambda case=case: timers.wake(company.app, case.id)] * 3)
        assert sorted(winners(outcomes)) == [False, False, True]

    assert told(company, "zhouheng") == [("remind", "催办：法务会签")] * 4
    assert told(company, "shenlan") == [("escalate", "超时上报：p")] * 4
    assert [lines(company, case, "reminded") for case in cases] == [["周衡"]] * 4
    assert timer_rows(company) == [WEDNESDAY_NIGHT + timedelta(days=1)] * 4


# ---- moving cases -----------------------------------------------------------------------------------


def moved(company, case):
    return migrations.migrate_one(company.app, SYSTEM, case.id)


def notes(view) -> list[str]:
    return [note.code for note in view.notes]


def test_a_case_that_moves_is_reminded_of_as_the_new_drawing_says_from_its_own_due_date(company, clock):
    company.deploy(drawn())
    case = company.start("p")
    assert timer_rows(company) == []
    clock.forward(days=1)
    company.deploy(drawn(remindAt="-2, 0", remindEvery="1"))

    view = moved(company, case)

    assert notes(view) == ["reminders-changed"]
    assert company.task(case, "review").due_at == WEDNESDAY_NIGHT
    assert timer_rows(company) == [WEDNESDAY_NIGHT], "what was to be told before the move is past"


def test_a_case_that_moves_to_a_drawing_without_reminders_has_none(company, clock):
    company.deploy(drawn(remindAt="0"))
    case = company.start("p")
    company.deploy(drawn())

    moved(company, case)

    assert timer_rows(company) == []


def test_what_was_told_is_not_told_again_by_the_drawing_a_case_moves_to(company, clock):
    company.deploy(drawn(remindAt="0"))
    case = company.start("p")
    clock.set(WEDNESDAY_NIGHT)
    company.run_due()
    company.deploy(drawn(remindAt="0, 3", escalateAfter="0", escalateTo="总监"))

    moved(company, case)
    company.run_due()

    assert lines(company, case, "reminded") == ["周衡"]
    assert lines(company, case, "escalated") == ["沈岚"], "which nobody had been told"
    assert timer_rows(company) == [WEDNESDAY_NIGHT + timedelta(days=5)]


def test_reminders_drawn_as_before_stay_as_they_are(company, clock):
    company.deploy(drawn(remindEvery="PT5H"))
    case = company.start("p")
    clock.set(WEDNESDAY_NIGHT + timedelta(hours=7))
    company.run_due()
    company.deploy(drawn(d.user("new"), remindEvery="PT5H"))

    view = moved(company, case)

    assert "reminders-changed" not in notes(view)
    assert timer_rows(company) == [WEDNESDAY_NIGHT + timedelta(hours=10)]


def test_a_reminder_drawn_with_a_timer_gives_way_to_the_property(company, clock):
    timed = d.process(
        d.start(),
        d.user("review", camunda_dueDate=DUE),
        d.boundary("late", "review", d.timer("date", DUE), interrupting=False),
        d.service("remind", "notify.remind", {"activity": "review"}),
        d.end(),
        d.end("told"),
        d.path("begin", "review", "done"),
        d.path("late", "remind", "told"),
    )
    company.deploy(drawn() | {"p.bpmn": timed})
    case = company.start("p")
    company.deploy(drawn(remindAt="0, 1"))

    view = moved(company, case)

    assert view.obstacles == ()
    assert timer_rows(company) == [WEDNESDAY_NIGHT]
    clock.set(WEDNESDAY_NIGHT)
    company.run_due()
    assert told(company, "zhouheng") == [("remind", "催办：法务会签")]
