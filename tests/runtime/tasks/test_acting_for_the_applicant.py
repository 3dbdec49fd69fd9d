"""Whoever acted for the applicant is kept away from deciding on the campaign, as the applicant is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import FourEyes
from service.runtime import identity
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

FOUR_EYES = {"notBy": "applicant"}
COMPANY = ORGANISATION.decode().replace("总监: role", "总监: role, 分管副总裁: role") + (
    "\nsuperiors: {部门负责人: 分管副总裁}\nrights: {}\n"
)


@pytest.fixture
def office(any_company):
    """林悦 applies and writes, then the head endorses; 沈岚, who heads 市场部, stands in for 林悦."""
    company = any_company
    tasks = (d.user("write", group="发起人"), d.user("endorse", group="部门负责人", properties=FOUR_EYES))
    beside = chain("change", d.user("release", group="市场部", properties=FOUR_EYES))
    company.deploy(chain("p", *tasks) | beside | {"organisation.yaml": COMPANY.encode()})
    identity.create_user(
        company.app, company.cast.admin, "weilan", groups=("分管副总裁",), department="信息部"
    )
    now = company.app.clock()
    identity.substitute(company.app, company.cast.linyue, "shenlan", now, now + timedelta(days=1))
    return company


def test_who_wrote_it_as_a_substitute_does_not_endorse_it_as_the_head(office):
    case = office.start("p")

    office.complete(case, "write", by="shenlan")

    task = office.task(case, "endorse")
    assert (task.candidate_users, task.candidate_groups) == ((), ("分管副总裁",)), "the superior is asked"
    with pytest.raises(FourEyes):
        user_tasks.complete(office.app, office.cast.shenlan, task.id, task.version, {})
    office.complete(case, "endorse", by="weilan")
    assert office.get(case).state == "completed"


def test_where_the_applicant_wrote_it_the_head_endorses_it(office):
    case = office.start("p")

    office.complete(case, "write", by="linyue")

    assert office.task(case, "endorse").candidate_users == ("shenlan",)


def test_who_prepared_what_the_applicant_hands_in_does_not_endorse_it(office):
    company = office
    case = company.start("p")
    task = company.task(case, "write")
    lend = {"to": "shenlan", "reason": "请代拟"}
    user_tasks.act(company.app, company.cast.linyue, task.id, "delegate", lend)
    user_tasks.act(
        company.app, company.cast.shenlan, task.id, "resolve", {"opinion": "见草稿", "answers": {}}
    )

    company.complete(case, "write", by="linyue")

    task = company.task(case, "endorse")
    assert (task.candidate_users, task.candidate_groups) == ((), ("分管副总裁",)), "the superior is asked"
    with pytest.raises(FourEyes):
        user_tasks.complete(company.app, company.cast.shenlan, task.id, task.version, {})


def test_who_prepared_what_somebody_else_decides_may_still_decide_on_the_campaign(office):
    company = office
    case = company.start("p")
    company.complete(case, "write", by="linyue")
    task = company.task(case, "endorse")
    lend = {"to": "ouwen", "reason": "请看一下"}
    user_tasks.act(company.app, company.cast.shenlan, task.id, "delegate", lend)
    user_tasks.act(company.app, company.cast.ouwen, task.id, "resolve", {"opinion": "可以"})

    company.complete(case, "endorse", by="shenlan")

    assert company.get(case).state == "completed"


def test_it_holds_in_every_process_of_the_case(office):
    case = office.start("p")
    office.complete(case, "write", by="shenlan")

    change = office.start("change", by="linyue", business_key=case.business_key)

    task = office.task(change, "release")
    with pytest.raises(FourEyes):
        user_tasks.complete(office.app, office.cast.shenlan, task.id, task.version, {})


def test_a_task_that_was_open_before_is_closed_to_them_too(office):
    case = office.start("p")
    change = office.start("change", by="linyue", business_key=case.business_key)

    office.complete(case, "write", by="shenlan")

    task = office.task(change, "release")
    with pytest.raises(FourEyes):
        user_tasks.complete(office.app, office.cast.shenlan, task.id, task.version, {})
