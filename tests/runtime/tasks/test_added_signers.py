"""Added signers (加签) before, after and beside the holder of a task, and taking them away (减签)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from service.errors import Conflict, FourEyes, InvalidInput, NotFound, ServiceError
from service.runtime import identity
from service.runtime.cases import dossier, instances
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review
from tests.runtime.tasks.people import act, offered, told

AGREED = {"conclusion": "同意", "opinion": "规则合法"}
FOR = {"conclusion": "同意", "opinion": "没有意见"}
AGAINST = {"conclusion": "不同意", "opinion": "预算不足"}


def add(company, task, mode, *users, by="zhouheng"):
    return act(company, by, task, "signers", users=users, mode=mode, reason="请把关")


def signers(company, task):
    seen = user_tasks.get(company.app, company.cast.admin, task.id)
    return {each.user: (each.mode, each.state, each.conclusion) for each in seen.signers}


def sign(company, task, who, answers):
    seen = user_tasks.get(company.app, company.cast.admin, task.id)
    [own] = [each.task_id for each in seen.signers if each.user == who and each.state != "signed"]
    return user_tasks.complete(company.app, identity.actor(company.app, who), own, None, answers)


def conclude(company, task, answers=AGREED, by="zhouheng"):
    return user_tasks.complete(company.app, identity.actor(company.app, by), task.id, None, answers)


def mine(company, name):
    found = user_tasks.find(company.app, identity.actor(company.app, name), mine=True)
    return [(task.activity_id, task.added_as) for task in found.items]


def test_the_holder_decides_after_those_before_them_with_their_opinions_in_view(company, case, task):
    add(company, task, "before", "liangxiao")
    assert mine(company, "liangxiao") == [("legal_review", "before")]
    with pytest.raises(Conflict):
        conclude(company, task)

    sign(company, task, "liangxiao", AGAINST)

    seen = user_tasks.get(company.app, company.cast.zhouheng, task.id)
    [signer] = seen.signers
    assert (signer.state, signer.conclusion, signer.opinion) == ("signed", "不同意", "预算不足")
    assert told(company, "zhouheng") == ["加签意见：法务会签"]
    conclude(company, task)
    assert company.active(case) == ["finance_confirm"]


def test_those_after_are_asked_when_the_holder_has_concluded(company, case, task):
    add(company, task, "after", "liangxiao")
    assert signers(company, task) == {"liangxiao": ("after", "waiting", None)}
    assert mine(company, "liangxiao") == []

    held = conclude(company, task)

    assert held.opened == ()
    assert company.active(case) == ["legal_review"]
    assert mine(company, "liangxiao") == [("legal_review", "after")]
    moved = sign(company, task, "liangxiao", FOR)
    assert [each.activity_id for each in moved.opened] == ["finance_confirm"]
    assert company.get(case).variables["legal_conclusion"] == "同意"


def test_what_goes_on_is_the_holders_answer_in_the_holders_name(company, case, task):
    add(company, task, "beside", "liangxiao")
    conclude(company, task)

    sign(company, task, "liangxiao", FOR)

    [section] = dossier.dossier(company.app, SYSTEM, case.id).sections
    [submission] = section.submissions
    assert (submission.by, submission.data["opinion"]) == ("zhouheng", "规则合法")
    done = user_tasks.get(company.app, company.cast.admin, task.id)
    assert (done.state, done.completed_by, done.conclusion) == ("completed", "zhouheng", "同意")
    left = [line.by for line in instances.history(company.app, SYSTEM, case.id) if line.event == "left"]
    assert left[-1] == "zhouheng"
    opinions = dossier.dossier(company.app, SYSTEM, case.id).opinions
    assert [(each.by, each.conclusion) for each in opinions] == [("zhouheng", "同意"), ("liangxiao", "同意")]


@pytest.mark.parametrize("mode", ["beside", "after"])
def test_who_is_against_it_sends_the_task_back_to_its_holder(company, case, task, mode):
    add(company, task, mode, "liangxiao")
    conclude(company, task)

    sign(company, task, "liangxiao", AGAINST)

    assert company.active(case) == ["legal_review"]
    back = user_tasks.form(company.app, company.cast.zhouheng, task.id)
    assert back.data["opinion"] == "规则合法"
    assert dossier.dossier(company.app, SYSTEM, case.id).sections == ()
    assert "complete" in offered(company, task, "zhouheng")
    assert "came_back" in company.events(case)
    conclude(company, task)
    assert company.active(case) == ["finance_confirm"]


def test_beside_the_holder_either_may_be_first(company, case, task):
    add(company, task, "beside", "liangxiao", "ouwen")
    sign(company, task, "liangxiao", FOR)

    conclude(company, task)
    assert company.active(case) == ["legal_review"]

    sign(company, task, "ouwen", FOR)
    assert company.active(case) == ["finance_confirm"]


def test_while_it_waits_for_signers_the_holder_can_only_remind_remove_or_take_back(company, task):
    add(company, task, "beside", "liangxiao")
    conclude(company, task)

    assert offered(company, task, "zhouheng") == {"remind", "remove-signer", "withdraw"}
    for name, given in (
        ("transfer", {"to": "ouwen", "reason": "x"}),
        ("draft", {"answers": {}}),
        ("unclaim", {}),
    ):
        with pytest.raises(Conflict):
            act(company, "zhouheng", task, name, **given)
    act(company, "linyue", task, "remind")
    assert "催办：法务会签" in told(company, "liangxiao")


def test_only_who_has_not_signed_can_be_removed(company, case, task):
    add(company, task, "before", "liangxiao", "ouwen")
    sign(company, task, "liangxiao", FOR)

    act(company, "zhouheng", task, "remove-signer", user="ouwen")

    assert signers(company, task) == {"liangxiao": ("before", "signed", "同意")}
    assert mine(company, "ouwen") == []
    with pytest.raises(Conflict):
        act(company, "zhouheng", task, "remove-signer", user="liangxiao")
    conclude(company, task)
    assert company.active(case) == ["finance_confirm"]


def test_nobody_is_removed_who_was_not_added(company, task):
    add(company, task, "before", "liangxiao")

    with pytest.raises(NotFound):
        act(company, "zhouheng", task, "remove-signer", user="ouwen")


def test_without_its_last_signer_a_concluded_task_goes_on(company, case, task):
    add(company, task, "after", "liangxiao")
    conclude(company, task)

    removed = act(company, "zhouheng", task, "remove-signer", user="liangxiao")

    assert removed.state == "completed"
    assert company.active(case) == ["finance_confirm"]


def test_signers_add_nobody_and_hand_on_nothing(company, task):
    add(company, task, "before", "liangxiao")
    [own] = user_tasks.find(company.app, company.cast.liangxiao, mine=True).items

    assert {each.name for each in own.actions} == {"complete", "copies", "draft"}
    with pytest.raises(Conflict):
        add(company, own, "before", "ouwen", by="liangxiao")


def test_a_signer_answers_with_a_conclusion_and_an_opinion(company, task):
    add(company, task, "before", "liangxiao")
    [own] = user_tasks.find(company.app, company.cast.liangxiao, mine=True).items

    form = user_tasks.form(company.app, company.cast.liangxiao, own.id)

    assert [each["key"] for each in form.schema["components"]] == ["conclusion", "opinion"]
    with pytest.raises(InvalidInput) as refused:
        user_tasks.complete(company.app, company.cast.liangxiao, own.id, None, {"conclusion": "也许"})
    assert {error.path for error in refused.value.errors} == {"conclusion", "opinion"}


@pytest.mark.parametrize(
    ("users", "mode", "path"),
    [
        (("nobody",), "before", "users[0]"),
        (("liangxiao", "zhouheng"), "before", "users[1]"),
        ((), "before", "users"),
        (("liangxiao",), "around", "mode"),
    ],
)
def test_what_cannot_be_added_is_named(company, task, users, mode, path):
    with pytest.raises(InvalidInput) as refused:
        add(company, task, mode, *users)

    assert [error.path for error in refused.value.errors] == [path]


def test_nobody_is_added_twice(company, task):
    add(company, task, "before", "liangxiao")

    with pytest.raises(InvalidInput):
        add(company, task, "after", "liangxiao")


def test_an_applicant_signs_nothing_of_their_own(company):
    company.deploy(chain("p", d.user("decide", properties={"notBy": "applicant"})))
    task = company.task(company.start("p"), "decide")
    with pytest.raises(InvalidInput):
        add(company, task, "beside", "linyue")
    add(company, task, "beside", "liangxiao")
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=9)
    identity.substitute(company.app, company.cast.liangxiao, "linyue", since, until)

    with pytest.raises(FourEyes):
        sign_as(company, task, "linyue", "liangxiao")


def sign_as(company, task, who, stood_for):
    [own] = user_tasks.find(company.app, identity.actor(company.app, stood_for), mine=True).items
    return user_tasks.complete(company.app, identity.actor(company.app, who), own.id, None, FOR)


def test_a_substitute_signs_for_whom_they_stand_in(company, case, task):
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=9)
    identity.substitute(company.app, company.cast.liangxiao, "ouwen", since, until)
    add(company, task, "before", "liangxiao")

    sign_as(company, task, "ouwen", "liangxiao")

    line = instances.history(company.app, SYSTEM, case.id)[-1]
    assert (line.event, line.note) == ("signed", "欧文（代梁骁）：同意，没有意见")


def test_signers_go_with_the_task_when_the_case_is_sent_back_or_ended(company):
    company.deploy(chain("p", d.user("write"), d.user("check", properties={"returnTo": "write"})))
    case = company.start("p")
    company.complete(case, "write", "zhouheng")
    task = company.task(case, "check")
    add(company, task, "before", "liangxiao")
    add(company, task, "after", "ouwen")

    act(company, "zhouheng", task, "return", activity_id="write", reason="缺公示")

    assert mine(company, "liangxiao") == mine(company, "ouwen") == []
    company.complete(case, "write", "zhouheng")
    again = company.task(case, "check")
    add(company, again, "before", "liangxiao")
    add(company, again, "after", "ouwen")
    instances.cancel(company.app, company.cast.admin, case.id)
    assert mine(company, "liangxiao") == []
    assert signers(company, again) == {}


def test_in_a_countersign_of_several_each_waits_for_their_own_signers(company):
    votes = d.user("vote", d.loop('["zhouheng", "xunuo"]', "who"), group="", camunda_assignee="=who")
    company.deploy(chain("p", votes))
    case = company.start("p")
    own = {task.assignee: task for task in company.tasks(case)}
    with pytest.raises(InvalidInput):
        add(company, own["zhouheng"], "beside", "xunuo")
    add(company, own["zhouheng"], "after", "liangxiao")

    conclude(company, own["zhouheng"], {})
    conclude(company, own["xunuo"], {}, by="xunuo")
    assert company.get(case).state == "active"

    sign(company, own["zhouheng"], "liangxiao", FOR)
    assert company.get(case).state == "completed"


def test_the_record_vouches_for_what_signers_said(company, case, task):
    add(company, task, "before", "liangxiao")
    sign(company, task, "liangxiao", AGAINST)
    conclude(company, task)

    assert not verifying.verify(company.app).problems


def test_of_signers_who_sign_at_once_the_last_one_moves_the_case_on_once(any_company):
    company = any_company
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    add(company, task, "beside", "liangxiao", "ouwen", "xunuo")
    conclude(company, task)
    names = ("liangxiao", "ouwen", "xunuo")
    together, failures = threading.Barrier(len(names)), []

    def at_once(name):
        together.wait()
        try:
            sign(company, task, name, FOR)
        except ServiceError as error:
            failures.append(error)

    threads = [threading.Thread(target=at_once, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert company.active(case) == ["finance_confirm"]
    assert len(dossier.dossier(company.app, SYSTEM, case.id).sections[0].submissions) == 1


def test_a_signer_added_while_the_holder_concludes_is_never_passed_over(any_company):
    company = any_company
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    together, done = threading.Barrier(2), []

    def attempt(name, act):
        together.wait()
        try:
            act()
            done.append(name)
        except ServiceError:
            pass

    threads = [
        threading.Thread(target=attempt, args=["added", lambda: add(company, task, "before", "liangxiao")]),
        threading.Thread(target=attempt, args=["concluded", lambda: conclude(company, task)]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    assert company.active(case) == [{"added": "legal_review", "concluded": "finance_confirm"}[done[0]]]


def test_whoever_was_added_before_the_holder_is_whom_the_case_waits_for(company, case, task):
    add(company, task, "before", "liangxiao")
    [before] = instances.waiting(company.app, SYSTEM, case.id)
    [listed] = instances.find(company.app, company.cast.admin, business_key=case.business_key).items
    assert (before.who, listed.held_by) == (("liangxiao",), ("liangxiao",))
    assert "梁骁 was asked to sign “法务会签” too" in before.sentence

    sign(company, task, "liangxiao", FOR)

    [after] = instances.waiting(company.app, SYSTEM, case.id)
    [listed] = instances.find(company.app, company.cast.admin, business_key=case.business_key).items
    assert after.who == listed.held_by != ("liangxiao",)
    assert "梁骁" not in after.sentence
