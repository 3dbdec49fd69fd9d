"""Suspending, resuming, cancelling and returning."""

from __future__ import annotations

import pytest

from service.errors import Forbidden, InstanceNotActive, InvalidInput, NotFound, TaskFinished
from service.runtime.cases import dossier, instances, messages
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain

NOTICE = d.declare_message("notice")


def test_a_suspended_case_accepts_no_answer_and_fires_no_timer(company, clock):
    company.deploy(
        chain("p", d.user("review"), d.boundary("late", "review", d.timer("duration", "PT1H")))
        | {
            "p.bpmn": d.process(
                d.start(),
                d.user("review"),
                d.boundary("late", "review", d.timer("duration", "PT1H")),
                d.end(),
                d.end("overdue"),
                d.path("begin", "review", "done"),
                d.path("late", "overdue"),
            )
        }
    )
    case = company.start("p")
    instances.suspend(company.app, company.cast.admin, case.id, reason="调查")
    clock.forward(hours=2)

    with pytest.raises(InstanceNotActive):
        company.complete(case, "review", by="zhouheng")
    assert company.run_due() == 0
    assert company.tasks(case)[0].suspended

    instances.resume(company.app, company.cast.admin, case.id)
    company.run_due()
    assert company.get(case).state == "completed"


def test_a_message_to_a_suspended_case_arrives_when_it_is_resumed(company):
    company.deploy(chain("p", d.catch("wait", d.message("notice")), d.user("read"), declared=NOTICE))
    case = company.start("p")
    admin = company.cast.admin
    instances.suspend(company.app, admin, case.id)

    assert not messages.send(company.app, admin, case.id, "notice").delivered
    assert company.active(case) == ["wait"]
    instances.resume(company.app, admin, case.id)
    assert company.active(case) == ["read"]


def test_only_admins_suspend_and_outsiders_do_not_even_see_the_case(company):
    company.deploy(chain("p", d.user("review")))
    case = company.start("p", by="linyue")

    with pytest.raises(Forbidden):
        instances.suspend(company.app, company.cast.linyue, case.id)
    with pytest.raises(NotFound):
        instances.suspend(company.app, company.cast.ouwen, case.id)


def test_the_applicant_ends_the_case_and_its_tasks_are_gone(company):
    company.deploy(chain("p", d.user("review")))
    case = company.start("p", by="linyue")
    task = company.task(case, "review")

    with pytest.raises(Forbidden):
        instances.cancel(company.app, company.cast.zhouheng, case.id)
    ended = instances.cancel(company.app, company.cast.linyue, case.id, reason="不办了")

    assert (ended.state, ended.active) == ("cancelled", ())
    assert user_tasks.find(company.app, company.cast.zhouheng, mine=True).items == ()
    with pytest.raises(TaskFinished):
        user_tasks.complete(company.app, company.cast.zhouheng, task.id, task.version, {})
    with pytest.raises(InstanceNotActive):
        instances.cancel(company.app, company.cast.linyue, case.id)


def test_ending_a_case_ends_what_it_has_started(company):
    company.deploy(
        chain("p", d.service("begin_day", "process.start", {"process": "day"}), d.user("review"))
        | chain("day", d.user("report"))
    )
    case = company.start("p", by="linyue")
    company.run_due()
    [day] = instances.find(company.app, company.cast.admin, definition="day").items

    instances.cancel(company.app, company.cast.linyue, case.id)
    company.run_due()

    assert company.get(day).state == "cancelled"


def test_a_task_is_returned_only_where_the_drawing_allows_and_the_record_stays(company):
    company.deploy(
        chain(
            "p",
            d.user("ask", group="市场部"),
            d.user("write", group="市场部"),
            d.user("review", properties={"returnTo": "ask、write"}),
        )
    )
    case = company.start("p", by="linyue")
    company.complete(case, "ask", by="linyue")
    company.complete(case, "write", by="linyue", text="初稿")
    app, zhou, task = company.app, company.cast.zhouheng, company.task(case, "review")

    with pytest.raises(InvalidInput):
        user_tasks.return_to(app, zhou, task.id, task.version, "begin", reason="看不懂")
    with pytest.raises(InvalidInput):
        user_tasks.return_to(app, zhou, task.id, task.version, "write", reason=" ")
    result = user_tasks.return_to(app, zhou, task.id, task.version, "write", reason="缺少概率公示")

    assert [opened.activity_id for opened in result.opened] == ["write"]
    notes = [line.note for line in instances.history(app, zhou, case.id) if line.event == "returned"]
    assert notes == ["缺少概率公示"]


def test_an_outcome_that_came_while_suspended_is_taken_up_on_resuming(company):
    waiting = chain("p", d.catch("wait", d.message("notice")), d.user("read"), declared=NOTICE)
    telling = chain("sender", d.service("tell", "message.send", {"message": "notice"}), d.user("after"))
    company.deploy(waiting | telling)
    company.start("p", business_key="K1")
    case = company.start("sender", business_key="K1")
    admin = company.cast.admin
    instances.suspend(company.app, admin, case.id)

    company.run_due()
    assert company.active(case) == ["tell"]
    instances.resume(company.app, admin, case.id)
    company.run_due()

    assert company.active(case) == ["after"]


def test_a_task_that_asks_nothing_leaves_no_empty_page_in_the_dossier(company):
    company.deploy(chain("p", d.user("look"), d.user("remark")))
    case = company.start("p", by="linyue")

    company.complete(case, "look", by="zhouheng")
    company.complete(case, "remark", by="zhouheng", text="已阅")

    sections = dossier.dossier(company.app, company.cast.linyue, case.id).sections
    assert [(each.form, each.submissions[0].data) for each in sections] == [("remark", {"text": "已阅"})]
