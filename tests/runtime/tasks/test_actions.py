"""What people may do with a task, and that rights are judged at the moment of the act."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from service.errors import Forbidden, FourEyes, InvalidInput, NotACandidate, NotFound
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.keeping import audit
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import actions as folder
from service.runtime.tasks import user_tasks
from service.runtime.tasks.actions import actions
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import chain

AGREED = {"conclusion": "同意", "opinion": "规则合法"}


OURS = {"claim", "complete", "draft", "return", "unclaim"}
"""The actions of this module: others have tests of their own."""


def offered(company, task, name):
    seen = user_tasks.get(company.app, identity.actor(company.app, name), task.id)
    return [action.name for action in seen.actions if action.name in OURS]


def claim(company, task, name):
    return user_tasks.claim(company.app, identity.actor(company.app, name), task.id)


def test_a_free_task_can_be_claimed_or_answered_by_its_group_alone(company, case):
    task = company.task(case, "legal_review")

    assert offered(company, task, "zhouheng") == ["claim", "complete", "draft"]
    assert offered(company, task, "linyue") == []


def test_a_held_task_can_be_put_back_by_its_holder_or_an_admin(company, case, hire):
    hire("mengxiao", "法务部")
    task = company.task(case, "legal_review")

    claim(company, task, "zhouheng")

    assert offered(company, task, "zhouheng") == ["complete", "draft", "unclaim"]
    assert offered(company, task, "mengxiao") == []
    assert offered(company, task, "admin") == ["unclaim"]


def test_a_task_for_one_person_need_not_be_claimed_but_may_be(company):
    company.deploy(chain("p", d.user("revise", group="发起人")))
    task = company.task(company.start("p"), "revise")

    assert offered(company, task, "linyue") == ["complete", "draft"]
    assert claim(company, task, "linyue").assignee == "linyue"


def test_a_suspended_case_keeps_drafts_and_offers_nothing_else(company, case):
    task = company.task(case, "legal_review")

    instances.suspend(company.app, SYSTEM, case.id)

    assert offered(company, task, "zhouheng") == ["draft"]


def test_a_finished_task_offers_nothing(company, case):
    task = company.task(case, "legal_review")

    company.complete(case, "legal_review", "zhouheng", **AGREED)

    assert offered(company, task, "zhouheng") == []


def test_lists_and_the_task_itself_offer_the_same(company, case):
    task = company.task(case, "legal_review")

    [listed] = user_tasks.find(company.app, company.cast.zhouheng, mine=True).items

    assert listed == user_tasks.get(company.app, company.cast.zhouheng, task.id)


def test_the_way_back_is_offered_with_its_targets_and_a_reason(company):
    company.deploy(chain("p", d.user("write"), d.user("check", properties={"returnTo": "write、begin"})))
    case = company.start("p")
    company.complete(case, "write", "zhouheng")
    task = user_tasks.get(company.app, company.cast.zhouheng, company.task(case, "check").id)

    [way_back] = [action for action in task.actions if action.name == "return"]
    assert way_back.reason_required
    assert way_back.asks == ("activity_id",)
    assert [target.activity_id for target in task.return_targets] == ["write", "begin"]
    with pytest.raises(InvalidInput) as refused:
        user_tasks.return_to(company.app, company.cast.zhouheng, task.id, 1, "write", reason=" ")
    assert [error.path for error in refused.value.errors] == ["reason"]
    user_tasks.return_to(company.app, company.cast.zhouheng, task.id, 1, "write", reason="缺少公示")
    assert company.active(case) == ["write"]


def test_the_way_back_leads_only_to_where_the_case_has_been(company):
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.xor("ways", default="straight"),
                d.user("write"),
                d.user("check", properties={"returnTo": "write、begin"}),
                d.end(),
                d.path("begin", "ways"),
                d.flow("ways", "write", "=false"),
                d.flow("ways", "check", id="straight"),
                d.path("write", "check", "done"),
            )
        }
    )
    case = company.start("p")

    task = user_tasks.get(company.app, company.cast.zhouheng, company.task(case, "check").id)

    assert [target.activity_id for target in task.return_targets] == ["begin"]


def test_an_unknown_action_is_not_there(company, case):
    task = company.task(case, "legal_review")

    with pytest.raises(NotFound):
        user_tasks.act(company.app, company.cast.zhouheng, task.id, "burn")


def test_every_module_of_an_action_is_found_by_being_there():
    modules = {path.stem for path in Path(folder.__file__).parent.glob("[a-z]*.py")}

    assert {each.do.__module__.rpartition(".")[2] for each in actions().values()} == modules
    assert set(actions()) >= OURS


def test_who_claimed_and_then_left_the_group_cannot_answer(company, case):
    app, zhou = company.app, company.cast.zhouheng
    task = company.task(case, "legal_review")
    held = user_tasks.claim(app, zhou, task.id)

    identity.set_groups(app, SYSTEM, "zhouheng", ())

    # As the request that began before they left, and as one that began after.
    for actor in (zhou, identity.actor(app, "zhouheng")):
        with pytest.raises(NotACandidate):
            user_tasks.complete(app, actor, task.id, held.version, AGREED)
    assert company.active(case) == ["legal_review"]
    assert offered(company, task, "zhouheng") == ["unclaim"]


def test_who_was_deactivated_meanwhile_cannot_answer(company, case):
    task, zhou = company.task(case, "legal_review"), company.cast.zhouheng

    identity.update_user(company.app, SYSTEM, "zhouheng", active=False)

    with pytest.raises(Forbidden):
        user_tasks.complete(company.app, zhou, task.id, None, AGREED)
    assert company.active(case) == ["legal_review"]


def test_whom_the_drawing_names_answers_without_belonging_to_a_group(company):
    company.deploy(chain("p", d.user("sign", camunda_assignee="ouwen")))
    case = company.start("p")

    company.complete(case, "sign", "ouwen")

    assert company.get(case).state == "completed"


def four_eyes(company):
    """Start a case in which finance must not check what it has paid, both open at once."""
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.parallel("fork"),
                d.user("pay", group="财务部"),
                d.user("check", group="财务部", properties={"notBy": "pay"}),
                d.parallel("join"),
                d.end(),
                d.path("begin", "fork", "pay", "join", "done"),
                d.path("fork", "check", "join"),
            )
        }
    )
    return company.start("p")


def test_four_eyes_bind_who_has_done_the_other_task_since_this_one_opened(company):
    case = four_eyes(company)
    check = company.task(case, "check")

    company.complete(case, "pay", "xunuo")

    with pytest.raises(FourEyes):
        user_tasks.complete(company.app, company.cast.xunuo, check.id, None, {})


def test_four_eyes_bind_a_substitute_to_what_the_person_they_stand_in_for_has_done(company):
    case = four_eyes(company)
    check = company.task(case, "check")
    end = MONDAY + timedelta(days=9)
    identity.substitute(company.app, company.cast.xunuo, "ouwen", MONDAY - timedelta(days=1), end)

    company.complete(case, "pay", "xunuo")

    with pytest.raises(FourEyes):
        user_tasks.complete(company.app, company.cast.ouwen, check.id, None, {}, on_behalf_of="xunuo")


def test_claiming_and_putting_back_stand_in_the_record_and_in_the_audit(company, case):
    task = company.task(case, "legal_review")

    claim(company, task, "zhouheng")
    user_tasks.unclaim(company.app, company.cast.zhouheng, task.id)

    assert company.events(case)[-2:] == ["claimed", "unclaimed"]
    entries = audit.entries(company.app, SYSTEM, case.id)
    assert [(entry.actor, entry.action) for entry in entries[-2:]] == [
        ("zhouheng", "task.claimed"),
        ("zhouheng", "task.unclaimed"),
    ]


def test_claiming_again_changes_nothing(company, case):
    task = company.task(case, "legal_review")
    first = claim(company, task, "zhouheng")

    again = user_tasks.claim(company.app, company.cast.zhouheng, task.id, task.version)

    assert again.version == first.version
    assert company.events(case).count("claimed") == 1
