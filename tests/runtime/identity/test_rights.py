"""Who may do a task: lanes and relations, four eyes, substitutes; who sees and starts a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import Conflict, Forbidden, FourEyes, InvalidInput, NotACandidate, NotFound
from service.runtime import identity
from service.runtime.cases import dossier, instances
from service.runtime.incidents import incidents
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


def test_a_relation_leads_to_the_applicant_and_to_the_head_of_their_department(company):
    company.deploy(chain("p", d.user("mine", group="发起人"), d.user("endorse", group="部门负责人")))
    case = company.start("p", by="linyue")

    assert company.task(case, "mine").candidate_users == ("linyue",)
    company.complete(case, "mine", by="linyue")
    assert company.task(case, "endorse").candidate_users == ("shenlan",)
    assert company.task(case, "endorse").candidate_groups == ()


def test_a_task_that_leads_to_nobody_is_an_incident_until_somebody_is_named(company):
    company.deploy(chain("p", d.user("endorse", group="部门负责人")))
    case = company.start("p", by="xunuo")  # 财务部 has no head

    [incident] = company.get(case).incidents
    assert (incident.code, incident.activity_id) == ("no_candidates", "endorse")

    identity.set_head(company.app, SYSTEM, "财务部", "xunuo")
    assert incidents.retry(company.app, company.cast.admin, incident.id).incidents == ()
    company.complete(case, "endorse", by="xunuo")
    assert company.get(case).state == "completed"


def test_four_eyes_keep_the_applicant_away_even_as_a_member_of_the_group(company):
    company.deploy(chain("p", d.user("review", group="市场部", properties={"notBy": "applicant"})))
    case = company.start("p", by="linyue")

    with pytest.raises(FourEyes):
        company.complete(case, "review", by="linyue")
    company.complete(case, "review", by="shenlan")


def test_four_eyes_keep_away_whoever_did_the_named_activity(company):
    company.deploy(
        chain(
            "p",
            d.user("write", group="市场部"),
            d.user("review", group="市场部", properties={"notBy": "applicant、write"}),
        )
    )
    case = company.start("p", by="xunuo")
    company.complete(case, "write", by="shenlan")

    with pytest.raises(FourEyes):
        company.complete(case, "review", by="shenlan")
    company.complete(case, "review", by="linyue")


def test_four_eyes_see_what_was_done_after_the_task_had_opened(company):
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.parallel("fork"),
                d.user("write", group="市场部"),
                d.user("review", group="市场部", properties={"notBy": "write"}),
                d.parallel("join"),
                d.end(),
                d.path("begin", "fork", "write", "join", "done"),
                d.path("fork", "review", "join"),
            )
        }
    )
    case = company.start("p", by="xunuo")
    company.complete(case, "write", by="shenlan")

    with pytest.raises(FourEyes):
        company.complete(case, "review", by="shenlan")


def absent_until_tomorrow(company, who, substitute):
    now = company.app.clock()
    identity.substitute(company.app, getattr(company.cast, who), substitute, now, now + timedelta(days=1))


def test_a_substitute_answers_for_the_absent_and_the_record_says_so(company):
    company.deploy(chain("p", d.user("review"), d.user("look")))
    case = company.start("p", by="xunuo")
    absent_until_tomorrow(company, "zhouheng", substitute="ouwen")

    [listed] = user_tasks.find(company.app, company.cast.ouwen, mine=True).items
    assert user_tasks.may_complete(company.app, company.cast.ouwen, listed.id)
    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id
    with pytest.raises(NotACandidate):
        user_tasks.complete(company.app, company.cast.ouwen, listed.id, 1, {}, on_behalf_of="liangxiao")
    company.complete(case, "review", by="ouwen", remark="代周衡")

    [section] = dossier.dossier(company.app, company.cast.xunuo, case.id).sections
    assert (section.submissions[0].by, section.submissions[0].on_behalf_of) == ("ouwen", "zhouheng")


def test_standing_in_ends_with_its_date(company, clock):
    company.deploy(chain("p", d.user("review")))
    case = company.start("p", by="xunuo")
    absent_until_tomorrow(company, "zhouheng", substitute="ouwen")
    clock.forward(days=1)

    assert user_tasks.find(company.app, company.cast.ouwen, mine=True).items == ()
    with pytest.raises(NotFound):
        company.complete(case, "review", by="ouwen")


def test_standing_in_never_gets_round_four_eyes(company):
    company.deploy(chain("p", d.user("review", properties={"notBy": "applicant"})))
    own = company.start("p", by="linyue")
    absent_until_tomorrow(company, "zhouheng", substitute="linyue")
    task = company.task(own, "review")

    with pytest.raises(FourEyes):
        company.complete(own, "review", by="linyue")
    assert not user_tasks.may_complete(company.app, company.cast.linyue, task.id)


def test_a_substitute_of_the_applicant_cannot_approve_for_them_either(company):
    company.deploy(chain("p", d.user("review", group="市场部", properties={"notBy": "applicant"})))
    case = company.start("p", by="linyue")
    absent_until_tomorrow(company, "linyue", substitute="ouwen")

    with pytest.raises(FourEyes):
        company.complete(case, "review", by="ouwen")


def test_a_drawn_assignee_is_the_only_one_who_may_answer(company):
    company.deploy(chain("p", d.user("review", group="", camunda_assignee="=applicant")))
    case = company.start("p", by="linyue")

    with pytest.raises(NotFound):
        company.complete(case, "review", by="shenlan")
    company.complete(case, "review", by="linyue")


def test_a_case_is_seen_by_those_it_concerns_and_by_nobody_else(company):
    company.deploy(chain("p", d.user("review"), d.user("confirm", group="财务部")))
    case = company.start("p", by="linyue")
    app, cast = company.app, company.cast

    seen = {
        who: instances.may_see(app, getattr(cast, who), case.id) for who in ("zhouheng", "xunuo", "ouwen")
    }
    assert seen == {"zhouheng": True, "xunuo": False, "ouwen": False}
    company.complete(case, "review", by="zhouheng")
    assert instances.may_see(app, cast.xunuo, case.id)
    assert instances.may_see(app, cast.zhouheng, case.id)
    assert instances.find(app, cast.ouwen).items == ()
    assert [each.id for each in instances.find(app, cast.xunuo).items] == [case.id]


def test_inputs_are_set_by_admins_and_only_those_declared(company):
    company.deploy(chain("p", d.user("review"), inputs="people, limit"))

    with pytest.raises(Forbidden):
        company.start("p", by="linyue", variables={"limit": 3})
    with pytest.raises(InvalidInput):
        company.start("p", by="admin", variables={"other": 3})
    assert company.start("p", by="admin", variables={"limit": 1.5}).variables["limit"] == 1.5


def test_a_business_key_is_not_shared_with_a_case_one_cannot_see(company):
    company.deploy(chain("p", d.user("review")))
    company.start("p", by="linyue", business_key="K1")

    company.start("p", by="zhouheng", business_key="K1")
    with pytest.raises(Conflict):
        company.start("p", by="ouwen", business_key="K1")


def test_starters_by_relation_belong_to_the_case_they_start_for(company):
    files = chain("p", d.user("review")) | chain("change", d.user("check", group="发起人"))
    files["change.bpmn"] = files["change.bpmn"].replace(
        b'isExecutable="true"', 'isExecutable="true" camunda:candidateStarterGroups="发起人"'.encode()
    )
    company.deploy(files)
    company.start("p", by="linyue", business_key="K1")

    assert company.start("change", by="linyue", business_key="K1").state == "active"
    with pytest.raises(Forbidden):
        company.start("change", by="zhouheng", business_key="K1")
    with pytest.raises(Forbidden):
        company.start("change", by="linyue")
