"""Each act of an admin at the same moment as somebody's answer: one story, whoever comes first."""

from __future__ import annotations

from functools import partial

import pytest

from service.errors import Conflict, ServiceError
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.company import people
from service.runtime.keeping import verifying
from service.runtime.mending import batches, confirming, modifying, variables
from service.runtime.promises import waivers
from service.runtime.releases import migrations
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.runtime.mending.drawings import fork, guarded
from tests.runtime.step.test_races import at_once

ROUNDS = 4


@pytest.fixture
def office(any_company):
    any_company.deploy(fork())
    identity.create_user(any_company.app, SYSTEM, "mengxiao", groups=("法务部",), department="法务部")
    return any_company


def correct(office, case, task):
    variables.correct(office.app, office.cast.admin, case.id, {"total": 60_000}, "录入有误")


def move(office, case, task):
    modifying.modify(
        office.app,
        office.cast.admin,
        case.id,
        cancel=[task.token_id],
        start=[task.activity_path],
        reason="重新办理",
    )


def assign(office, case, task):
    user_tasks.act(office.app, office.cast.admin, task.id, "assign", {"to": "mengxiao", "reason": "请假"})


def migrate(office, case, task):
    migrations.migrate_one(office.app, office.cast.admin, case.id)


def suspend(office, case, task):
    instances.suspend(office.app, office.cast.admin, case.id, reason="盘点")


def cancel(office, case, task):
    instances.cancel(office.app, office.cast.admin, case.id, reason="作废")


def suspend_many(office, case, task):
    order = batches.order(office.app, office.cast.admin, "suspend", ids=[case.id], reason="盘点")
    batches.run(office.app, order.id)


ACTS = (correct, move, assign, migrate, suspend, cancel, suspend_many)


@pytest.mark.parametrize("act", ACTS, ids=lambda each: each.__name__)
def test_an_admin_and_an_answer_leave_one_story(office, act):
    company, zhou = office, office.cast.zhouheng
    for turn in range(ROUNDS):
        case = company.start("fork")
        if act is migrate:
            renamed = fork()["fork.bpmn"].replace("决定".encode(), f"决定{turn}".encode())
            company.deploy(fork() | {"fork.bpmn": renamed})
        task = company.task(case, "legal")

        answer, acted = at_once(
            lambda task=task: user_tasks.complete(company.app, zhou, task.id, task.version, {}),
            lambda case=case, task=task: act(company, case, task),
        )

        is_answered = not isinstance(answer, ServiceError)
        seen = user_tasks.get(company.app, SYSTEM, task.id)
        left = [
            line.activity_id
            for line in instances.history(company.app, SYSTEM, case.id)
            if line.event == "left" and line.token_id == task.token_id
        ]
        assert is_answered or not isinstance(acted, ServiceError), "somebody gets through"
        assert (seen.state == "completed") is is_answered
        assert left == ["legal"] * is_answered
    assert verifying.verify(company.app).problems == ()


def test_a_leaver_and_their_last_answer_leave_one_story(office):
    company = office
    for turn in range(ROUNDS):
        name = f"lawyer{turn}"
        identity.create_user(company.app, SYSTEM, name, groups=("法务部",), department="法务部")
        leaver, case = identity.actor(company.app, name), company.start("fork")
        task = company.task(case, "legal")
        user_tasks.claim(company.app, leaver, task.id)
        held = company.task(case, "legal")

        answer, left = at_once(
            lambda held=held, leaver=leaver: user_tasks.complete(
                company.app, leaver, held.id, held.version, {}
            ),
            lambda name=name: people.change(
                company.app, company.cast.admin, name, active=False, hand_over_to="mengxiao"
            ),
        )

        seen = user_tasks.get(company.app, SYSTEM, task.id)
        assert not isinstance(left, ServiceError)
        if isinstance(answer, ServiceError):
            assert (seen.state, seen.assignee) == ("open", "mengxiao")
        else:
            assert (seen.state, seen.completed_by) == ("completed", name)
    assert verifying.verify(company.app).problems == ()


@pytest.fixture
def guarded_office(any_company):
    any_company.deploy(guarded())
    for name in ("jianghe", "suhang"):
        identity.create_user(any_company.app, SYSTEM, name, groups=("admin",))
    return any_company


def past_legal(company, case, task):
    order = {"cancel": [task.token_id], "start": ["launch"], "reason": "活动临期"}
    return modifying.modify(company.app, company.cast.admin, case.id, **order).waiver


def agree(company, name, waiver):
    return confirming.confirm(company.app, identity.actor(company.app, name), waiver.id, reason="总裁同意")


def test_two_admins_who_agree_at_once_do_it_once(guarded_office):
    company = guarded_office
    for _ in range(ROUNDS):
        case = company.start("guarded")
        waiver = past_legal(company, case, company.task(case, "plan"))

        found = at_once(*(partial(agree, company, name, waiver) for name in ("jianghe", "suhang")))

        assert [isinstance(each, Conflict) for each in found].count(True) == 1
        assert company.active(case) == ["launch"]
        assert company.events(case).count("waiver_confirmed") == 1
    assert verifying.verify(company.app).problems == ()


def test_an_agreement_and_an_answer_leave_one_story(guarded_office):
    company = guarded_office
    for _ in range(ROUNDS):
        case = company.start("guarded")
        task = company.task(case, "plan")
        waiver = past_legal(company, case, task)

        answer, agreed = at_once(
            lambda task=task: user_tasks.complete(
                company.app, company.cast.linyue, task.id, task.version, {}
            ),
            partial(agree, company, "jianghe", waiver),
        )

        state = waivers.get(company.app, SYSTEM, waiver.id).state
        if isinstance(answer, ServiceError):
            assert (company.active(case), state) == (["launch"], "confirmed")
        else:
            assert isinstance(agreed, confirming.MovedOn)
            assert (company.active(case), state) == (["legal_review"], "open")
    assert verifying.verify(company.app).problems == ()
