"""Taking one's own answer back (撤回)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from service.errors import Conflict, Forbidden, InstanceNotActive, ServiceError
from service.runtime import identity
from service.runtime.cases import dossier, instances
from service.runtime.effects import notifications
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain, review
from tests.runtime.tasks.people import act

AGREED = {"conclusion": "同意", "opinion": "规则合法"}


def take_back(company, who, task):
    return act(company, who, task, "withdraw", reason="漏看一条").reopened


def test_an_answer_taken_back_is_a_draft_again_and_counts_for_nothing(company, case, task):
    company.complete(case, "legal_review", "zhouheng", **AGREED)

    reopened = take_back(company, "zhouheng", task)

    assert (reopened.id, reopened.state, reopened.assignee) == (task.id, "open", "zhouheng")
    assert company.active(case) == ["legal_review"]
    assert "legal_conclusion" not in company.get(case).variables
    assert user_tasks.form(company.app, company.cast.zhouheng, task.id).data["opinion"] == "规则合法"
    [section] = dossier.dossier(company.app, SYSTEM, case.id).sections
    assert section.submissions[0].withdrawn_at is not None
    assert not section.submissions[0].in_force
    assert dossier.dossier(company.app, SYSTEM, case.id).opinions == ()
    company.complete(case, "legal_review", "zhouheng", conclusion="不同意", opinion="抽奖未公示")
    assert company.get(case).variables["legal_conclusion"] == "不同意"
    assert not verifying.verify(company.app).problems


def test_whom_it_led_to_is_told_and_the_record_says_so(company, case, task):
    company.complete(case, "legal_review", "zhouheng", **AGREED)

    take_back(company, "zhouheng", task)

    company.run_due()
    told = notifications.find(company.app, company.cast.xunuo).items
    assert "撤回：财务确认" in [each.subject for each in told]
    assert user_tasks.find(company.app, company.cast.xunuo, mine=True).items == ()
    lines = [(line.activity_id, line.event) for line in instances.history(company.app, SYSTEM, case.id)]
    assert lines[-3:] == [
        ("finance_confirm", "cancelled"),
        ("legal_review", "entered"),
        ("legal_review", "withdrawn"),
    ]


def test_once_the_next_task_was_touched_it_is_too_late(company, case, task):
    company.complete(case, "legal_review", "zhouheng", **AGREED)
    following = company.task(case, "finance_confirm")
    user_tasks.claim(company.app, company.cast.xunuo, following.id)

    with pytest.raises(Conflict) as refused:
        take_back(company, "zhouheng", task)

    assert "财务确认" in str(refused.value.message)
    assert company.active(case) == ["finance_confirm"]


def test_a_draft_of_somebody_after_is_a_touch(company, case, task):
    company.complete(case, "legal_review", "zhouheng", **AGREED)
    following = company.task(case, "finance_confirm")
    user_tasks.save_draft(company.app, company.cast.xunuo, following.id, {"x": 1})

    with pytest.raises(Conflict):
        take_back(company, "zhouheng", task)


def test_once_the_case_has_moved_on_it_says_what_moved(company):
    company.deploy(
        chain("p", d.user("write"), d.user("check", group="财务部"), d.user("pay", group="财务部"))
    )
    case = company.start("p")
    task = company.task(case, "write")
    company.complete(case, "write", "zhouheng")
    company.complete(case, "check", "xunuo")

    with pytest.raises(Conflict) as refused:
        take_back(company, "zhouheng", task)
    assert "check" in str(refused.value.message)
    seen = user_tasks.get(company.app, company.cast.zhouheng, task.id)
    assert not seen.offers("withdraw")


def test_only_its_author_takes_an_answer_back(company, case, task):
    company.complete(case, "legal_review", "zhouheng", **AGREED)

    with pytest.raises(Forbidden):
        take_back(company, "linyue", task)
    assert user_tasks.get(company.app, company.cast.zhouheng, task.id).offers("withdraw")


def test_what_a_substitute_answered_may_be_taken_back_by_whom_they_stood_in_for(company, case, task):
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=9)
    identity.substitute(company.app, company.cast.zhouheng, "ouwen", since, until)
    user_tasks.complete(company.app, company.cast.ouwen, task.id, None, AGREED)

    assert take_back(company, "zhouheng", task).assignee == "zhouheng"


def test_the_last_answer_of_a_case_stands(company):
    company.deploy(chain("p", d.user("write")))
    case = company.start("p")
    task = company.task(case, "write")
    company.complete(case, "write", "zhouheng")

    with pytest.raises((Conflict, InstanceNotActive)):
        take_back(company, "zhouheng", task)


def test_a_join_waits_again_and_a_vote_of_several_can_be_taken_back(company):
    votes = d.user("vote", d.loop('["zhouheng", "xunuo"]', "who"), group="", camunda_assignee="=who")
    company.deploy(chain("p", votes, d.user("decide")))
    case = company.start("p")
    own = {task.assignee: task for task in company.tasks(case)}
    for name in ("zhouheng", "xunuo"):
        user_tasks.complete(company.app, identity.actor(company.app, name), own[name].id, None, {})
    assert company.active(case) == ["decide"]

    take_back(company, "xunuo", own["xunuo"])

    assert company.active(case) == ["vote"]
    user_tasks.complete(company.app, company.cast.xunuo, own["xunuo"].id, None, {})
    assert company.active(case) == ["decide"]


def test_within_a_called_process(company):
    inner = d.process(
        d.start(),
        d.user("sign", outputs={"ok": "true"}),
        d.user("count", group="财务部"),
        d.end(),
        d.path("begin", "sign", "count", "done"),
        key="inner",
    )
    outer = d.process(
        d.start(), d.call("phase", "inner"), d.end(), d.path("begin", "phase", "done"), key="outer"
    )
    company.deploy({"inner.bpmn": inner, "outer.bpmn": outer, "organisation.yaml": ORGANISATION})
    case = company.start("outer")
    task = company.task(case, "sign")
    company.complete(case, "sign", "zhouheng")

    take_back(company, "zhouheng", task)

    assert [each.activity_path for each in company.get(case).active] == ["phase/sign"]
    company.complete(case, "sign", "zhouheng")
    assert company.active(case) == ["count"]


def test_what_left_for_another_process_cannot_be_called_back(company):
    thrown = d.element(
        "intermediateThrowEvent",
        "tell",
        '<bpmn:messageEventDefinition messageRef="told"/>',
    )
    company.deploy(
        chain("p", d.user("write"), thrown, d.user("check"), declared=d.declare_message("told", "plan_told"))
    )
    case = company.start("p")
    task = company.task(case, "write")
    company.complete(case, "write", "zhouheng")

    with pytest.raises(Conflict) as refused:
        take_back(company, "zhouheng", task)

    assert "plan_told" in str(refused.value.message)


def test_a_conclusion_that_waits_for_signers_can_be_taken_back_until_one_has_signed(company, case, task):
    act(company, "zhouheng", task, "signers", users=("liangxiao", "ouwen"), mode="after", reason="请把关")
    company.complete(case, "legal_review", "zhouheng", **AGREED)

    take_back(company, "zhouheng", task)

    assert user_tasks.find(company.app, company.cast.liangxiao, mine=True).items == ()
    company.complete(case, "legal_review", "zhouheng", **AGREED)
    [own] = user_tasks.find(company.app, company.cast.liangxiao, mine=True).items
    user_tasks.complete(company.app, company.cast.liangxiao, own.id, None, AGREED)
    with pytest.raises(Conflict):
        take_back(company, "zhouheng", task)


def test_of_the_next_answer_and_taking_back_the_one_before_one_happens(any_company):
    company = any_company
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    company.complete(case, "legal_review", "zhouheng", **AGREED)
    following = company.task(case, "finance_confirm")
    together, done = threading.Barrier(2), []

    def attempt(name, act):
        together.wait()
        try:
            act()
            done.append(name)
        except ServiceError:
            pass

    def claim():
        user_tasks.claim(company.app, company.cast.xunuo, following.id)

    threads = [
        threading.Thread(target=attempt, args=["back", lambda: take_back(company, "zhouheng", task)]),
        threading.Thread(target=attempt, args=["claimed", claim]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    assert company.active(case) == [{"back": "legal_review", "claimed": "finance_confirm"}[done[0]]]
