"""Handing a task over for good (转办), and lending it (委派)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from service.errors import (
    Conflict,
    FourEyes,
    InvalidInput,
    NotACandidate,
    ServiceError,
    StaleVersion,
    TaskFinished,
)
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.keeping import audit
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain, review
from tests.runtime.tasks.people import act, offered, told

AGREED = {"conclusion": "同意", "opinion": "规则合法"}


def transfer(company, who, task, to, **given):
    return act(company, who, task, "transfer", to=to, reason="出差", **given)


def lend(company, who, task, to):
    return act(company, who, task, "delegate", to=to, reason="请先看合规")


def mine(company, name):
    actor = identity.actor(company.app, name)
    return [task.activity_id for task in user_tasks.find(company.app, actor, mine=True).items]


def stand_in(company, substitute, absent):
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=9)
    identity.substitute(company.app, identity.actor(company.app, absent), substitute, since, until)


def test_who_was_handed_a_task_holds_it_for_good(company, case, task):
    given = transfer(company, "zhouheng", task, "liangxiao")

    assert (given.assignee, given.version) == ("liangxiao", 2)
    assert mine(company, "liangxiao") == ["legal_review"]
    assert mine(company, "zhouheng") == []
    with pytest.raises(NotACandidate):
        user_tasks.complete(company.app, company.cast.zhouheng, task.id, None, AGREED)
    company.complete(case, "legal_review", "liangxiao", **AGREED)
    assert company.active(case) == ["finance_confirm"]


def test_handing_over_is_told_recorded_and_audited(company, case, task):
    transfer(company, "zhouheng", task, "liangxiao")

    line = instances.history(company.app, SYSTEM, case.id)[-1]
    assert (line.event, line.by, line.note) == ("transferred", "zhouheng", "周衡 → 梁骁：出差")
    entry = audit.entries(company.app, SYSTEM, case.id)[-1]
    assert (entry.actor, entry.action) == ("zhouheng", "task.transferred")
    assert told(company, "liangxiao") == ["转办：法务会签"]
    assert told(company, "zhouheng") == []


@pytest.mark.parametrize("name", ["transfer", "delegate"])
@pytest.mark.parametrize("to", ["nobody", "", "zhouheng"])
def test_only_another_person_who_can_sign_in_can_be_handed_a_task(company, task, name, to):
    with pytest.raises(InvalidInput) as refused:
        act(company, "zhouheng", task, name, to=to, reason="出差")

    assert [error.path for error in refused.value.errors] == ["to"]


def test_a_reason_is_asked_for(company, task):
    with pytest.raises(InvalidInput) as refused:
        act(company, "zhouheng", task, "transfer", to="liangxiao", reason="")

    assert [error.path for error in refused.value.errors] == ["reason"]


def test_who_cannot_answer_cannot_hand_over(company, task):
    for name in ("transfer", "delegate"):
        with pytest.raises(NotACandidate):
            act(company, "linyue", task, name, to="liangxiao", reason="出差")
        assert name not in offered(company, task, "linyue")
        assert name in offered(company, task, "zhouheng")


@pytest.fixture
def own(company):
    """A task of legal's that the applicant must not decide."""
    company.deploy(chain("p", d.user("decide", properties={"notBy": "applicant"})))
    return company.task(company.start("p"), "decide")


@pytest.mark.parametrize("name", ["transfer", "delegate"])
def test_a_task_cannot_come_to_whom_four_eyes_keep_away(company, own, name):
    with pytest.raises(InvalidInput) as refused:
        act(company, "zhouheng", own, name, to="linyue", reason="你来定")

    assert [error.path for error in refused.value.errors] == ["to"]


def test_no_detour_lets_an_applicant_decide_their_own_campaign(company, own):
    stand_in(company, "linyue", "liangxiao")

    transfer(company, "zhouheng", own, "liangxiao")

    with pytest.raises(FourEyes):
        user_tasks.complete(company.app, company.cast.linyue, own.id, None, {})
    with pytest.raises(FourEyes):
        transfer(company, "linyue", own, "ouwen")
    lend(company, "liangxiao", own, "ouwen")
    stand_in(company, "linyue", "ouwen")
    with pytest.raises(FourEyes):
        act(company, "linyue", own, "resolve", opinion="可以")


def test_a_substitute_hands_over_for_whom_they_stand_in(company, case, task):
    stand_in(company, "ouwen", "zhouheng")
    user_tasks.claim(company.app, company.cast.zhouheng, task.id)

    transfer(company, "ouwen", task, "liangxiao")

    assert instances.history(company.app, SYSTEM, case.id)[-1].note == "欧文（代周衡） → 梁骁：出差"
    assert told(company, "zhouheng") == ["转办：法务会签"]


def test_whoever_was_handed_a_task_may_put_it_back_to_its_group(company, task):
    transfer(company, "zhouheng", task, "liangxiao")

    act(company, "liangxiao", task, "unclaim")

    assert mine(company, "zhouheng") == ["legal_review"]
    assert mine(company, "liangxiao") == []


def votes(company):
    """Start a countersign of three people by name."""
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.user("vote", d.loop('["zhouheng", "xunuo"]', "who"), group="", camunda_assignee="=who"),
                d.end(),
                d.path("begin", "vote", "done"),
            ),
            "organisation.yaml": ORGANISATION,
        }
    )
    case = company.start("p")
    return case, {task.assignee: task for task in company.tasks(case)}


@pytest.mark.parametrize("name", ["transfer", "delegate"])
def test_nobody_gets_a_second_vote_in_a_countersign(company, name):
    case, open_votes = votes(company)

    with pytest.raises(InvalidInput):
        act(company, "zhouheng", open_votes["zhouheng"], name, to="xunuo", reason="代投")
    user_tasks.complete(company.app, company.cast.xunuo, open_votes["xunuo"].id, None, {})
    with pytest.raises(InvalidInput):
        act(company, "zhouheng", open_votes["zhouheng"], name, to="xunuo", reason="代投")

    transfer(company, "zhouheng", open_votes["zhouheng"], "liangxiao")
    user_tasks.complete(company.app, company.cast.liangxiao, open_votes["zhouheng"].id, None, {})
    assert company.get(case).state == "completed"


def test_a_lent_task_comes_back_to_its_owner_with_opinion_and_draft(company, case, task):
    lent = lend(company, "zhouheng", task, "liangxiao")
    assert (lent.assignee, lent.lender) == ("liangxiao", "zhouheng")

    back = act(company, "liangxiao", task, "resolve", opinion="接口可用", answers={"conclusion": "同意"})

    assert (back.assignee, back.lender) == ("zhouheng", None)
    form = user_tasks.form(company.app, company.cast.zhouheng, task.id)
    assert form.data["conclusion"] == "同意"
    line = instances.history(company.app, SYSTEM, case.id)[-1]
    assert (line.event, line.by, line.note) == ("resolved", "liangxiao", "梁骁 → 周衡：接口可用")
    assert told(company, "zhouheng") == ["委派已交回：法务会签"]
    assert told(company, "liangxiao") == ["委派：法务会签"]
    company.complete(case, "legal_review", "zhouheng", **AGREED)


def test_what_the_borrower_saved_goes_back_as_the_owners_draft(company, task):
    user_tasks.save_draft(company.app, company.cast.zhouheng, task.id, {"opinion": "我的话", "budget": 1})
    lend(company, "zhouheng", task, "liangxiao")
    user_tasks.save_draft(company.app, company.cast.liangxiao, task.id, {"opinion": "接口可用"})

    act(company, "liangxiao", task, "resolve", opinion="见草稿")

    data = user_tasks.form(company.app, company.cast.zhouheng, task.id).data
    assert (data["opinion"], data["budget"]) == ("接口可用", 1)
    assert user_tasks.form(company.app, company.cast.liangxiao, task.id).draft_saved_at is None


def test_while_lent_nobody_decides_and_the_owner_may_take_it_back(company, task):
    lend(company, "zhouheng", task, "liangxiao")

    assert offered(company, task, "liangxiao") == {"copies", "draft", "resolve"}
    assert offered(company, task, "zhouheng") == {"claim", "remind"}
    for who in (company.cast.zhouheng, company.cast.liangxiao):
        with pytest.raises(Conflict):
            user_tasks.complete(company.app, who, task.id, None, AGREED)

    back = act(company, "zhouheng", task, "claim")

    assert (back.assignee, back.lender) == ("zhouheng", None)
    assert told(company, "liangxiao")[0] == "委派已收回：法务会签"
    with pytest.raises(NotACandidate):
        act(company, "liangxiao", task, "resolve", opinion="晚了")
    user_tasks.complete(company.app, company.cast.zhouheng, task.id, None, AGREED)


def test_a_lent_task_is_neither_lent_on_nor_put_back_to_the_group(company, task):
    lend(company, "zhouheng", task, "liangxiao")

    for name, given in (("transfer", {"to": "ouwen", "reason": "x"}), ("unclaim", {})):
        with pytest.raises(Conflict):
            act(company, "liangxiao", task, name, **given)


def test_an_owner_who_left_the_group_meanwhile_cannot_decide(company, task):
    lend(company, "zhouheng", task, "liangxiao")
    identity.set_groups(company.app, SYSTEM, "zhouheng", ())

    act(company, "liangxiao", task, "resolve", opinion="接口可用")

    with pytest.raises(NotACandidate):
        user_tasks.complete(company.app, company.cast.zhouheng, task.id, None, AGREED)


def test_an_admin_assigns_a_lent_task_for_good(company, task):
    lend(company, "zhouheng", task, "liangxiao")

    assigned = act(company, "admin", task, "assign", to="ouwen", reason="两人都病了")

    assert (assigned.assignee, assigned.lender) == ("ouwen", None)
    user_tasks.complete(company.app, company.cast.ouwen, task.id, None, AGREED)


def test_an_opinion_is_asked_for(company, task):
    lend(company, "zhouheng", task, "liangxiao")

    with pytest.raises(InvalidInput) as refused:
        act(company, "liangxiao", task, "resolve", opinion="  ")

    assert [error.path for error in refused.value.errors] == ["opinion"]


def test_of_two_who_act_at_once_one_is_told_to_look_again(any_company):
    """Handing over, lending and completing the same task: exactly one of them happens."""
    company = any_company
    company.deploy(review())
    case = company.start("review")
    task = company.task(case, "legal_review")
    zhou, together, outcomes = company.cast.zhouheng, threading.Barrier(3), []

    def attempt(name, given):
        together.wait()
        try:
            user_tasks.act(company.app, zhou, task.id, name, given, version=task.version)
            outcomes.append(name)
        except ServiceError as error:
            outcomes.append(type(error))

    asked = {
        "transfer": {"to": "liangxiao", "reason": "出差"},
        "delegate": {"to": "ouwen", "reason": "先看"},
        "complete": {"answers": AGREED},
    }
    threads = [threading.Thread(target=attempt, args=each) for each in asked.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [done] = [each for each in outcomes if isinstance(each, str)]
    assert done in asked
    assert {each for each in outcomes if each != done} <= {
        StaleVersion,
        TaskFinished,
        Conflict,
        NotACandidate,
    }
