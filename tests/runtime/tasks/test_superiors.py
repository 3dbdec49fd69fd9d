"""Where nobody may do a task: its superior is asked, then theirs; with none, an admin says who."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Forbidden, InvalidInput, NotACandidate, NotFound, StaleVersion
from service.runtime import identity
from service.runtime.incidents import incidents
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.time import timers, unattended
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

COMPANY = (
    ORGANISATION.decode().replace("总监: role", "总监: role, 分管副总裁: role, 总裁: role")
    + """
superiors: {部门负责人: 分管副总裁, 总监: 分管副总裁, 分管副总裁: 总裁, 法务部: 总裁}
rights: {}
"""
)
NOT_BY_APPLICANT = {"notBy": "applicant"}


@pytest.fixture
def office(company):
    """The cast, with 卫岚 above the heads and 顾川 above her; 沈岚 heads 市场部 and alone is 总监."""
    company.deploy(chain("q", d.user("a", group="财务部")) | {"organisation.yaml": COMPANY.encode()})
    for name, group in (("weilan", "分管副总裁"), ("guchuan", "总裁")):
        identity.create_user(company.app, SYSTEM, name, groups=(group,), department="信息部")
    return company


def draw(office, *tasks):
    office.deploy({**chain("p", *tasks), "organisation.yaml": COMPANY.encode()})


def open_incidents(office, case):
    return [(each.code, each.activity_id) for each in office.get(case).incidents]


def test_the_head_applies_and_their_superior_endorses(office):
    draw(office, d.user("endorse", group="部门负责人", properties=NOT_BY_APPLICANT))
    case = office.start("p", by="shenlan")

    assert office.task(case, "endorse").candidate_groups == ("分管副总裁",)
    assert open_incidents(office, case) == []
    assert "raised" in office.events(case)
    office.complete(case, "endorse", by="weilan")
    assert office.get(case).state == "completed"


def test_the_director_applies_and_nobody_else_is_one(office):
    draw(office, d.user("review", group="总监", properties=NOT_BY_APPLICANT))

    assert office.task(office.start("p", by="shenlan"), "review").candidate_groups == ("分管副总裁",)
    assert office.task(office.start("p", by="linyue"), "review").candidate_groups == ("总监",)


def test_whoever_left_is_nobody_and_the_chain_is_followed_to_its_end(office):
    draw(office, d.user("endorse", group="部门负责人", properties=NOT_BY_APPLICANT))
    identity.update_user(office.app, SYSTEM, "weilan", active=False)

    case = office.start("p", by="shenlan")

    assert office.task(case, "endorse").candidate_groups == ("总裁",)


def test_a_group_without_members_asks_its_superior(office):
    draw(office, d.user("review", group="法务部"))
    identity.set_groups(office.app, SYSTEM, "zhouheng", [])

    assert office.task(office.start("p"), "review").candidate_groups == ("总裁",)


def test_a_group_without_members_and_superior_is_an_incident_until_somebody_joins(office):
    draw(office, d.user("review", group="信息部"))
    for name in ("admin", "weilan", "guchuan"):
        identity.set_groups(office.app, SYSTEM, name, ["admin"] if name == "admin" else [])
    case = office.start("p")
    assert open_incidents(office, case) == [("no_candidates", "review")]

    identity.set_groups(office.app, SYSTEM, "ouwen", ["信息部"])
    [incident] = office.get(case).incidents
    assert incidents.retry(office.app, office.cast.admin, incident.id).incidents == ()
    office.complete(case, "review", by="ouwen")


def test_all_of_a_group_are_barred_by_what_they_did(office):
    second = d.user("b", group="财务部", properties={"notBy": "applicant, a"})
    draw(office, d.user("a", group="财务部"), second)
    case = office.start("p")
    office.complete(case, "a", by="xunuo")

    assert open_incidents(office, case) == [("no_candidates", "b")]


def test_a_person_nobody_knows_is_nobody(office):
    draw(office, d.user("v", group="", camunda_assignee="wudi"))
    case = office.start("p")

    assert open_incidents(office, case) == [("no_candidates", "v")]


def test_a_person_who_left_gives_their_task_to_its_group(office):
    draw(office, d.user("v", group="财务部", camunda_assignee="ouwen"))
    identity.update_user(office.app, SYSTEM, "ouwen", active=False)
    case = office.start("p")

    task = office.task(case, "v")
    assert (task.assignee, task.candidate_groups) == (None, ("财务部",))


def assign(office, case, activity, to, by="admin", reason="无人可办"):
    task = office.task(case, activity)
    actor = getattr(office.cast, by)
    return user_tasks.act(office.app, actor, task.id, "assign", {"to": to, "reason": reason})


def test_an_admin_answers_the_incident_by_assigning(office):
    draw(office, d.user("v", group="", camunda_assignee="wudi"))
    case = office.start("p")

    assert assign(office, case, "v", "ouwen").assignee == "ouwen"

    assert open_incidents(office, case) == []
    assert [task.id for task in user_tasks.find(office.app, office.cast.ouwen, mine=True).items]
    assert office.events(case)[-1] == "assigned"
    office.complete(case, "v", by="ouwen")
    assert office.get(case).state == "completed"


def test_assigning_keeps_four_eyes_and_asks_for_somebody_there_is(office):
    draw(office, d.user("endorse", group="部门负责人", properties=NOT_BY_APPLICANT))
    case = office.start("p", by="shenlan")

    for nobody in ("shenlan", "wudi"):
        with pytest.raises(InvalidInput) as refused:
            assign(office, case, "endorse", nobody)
        assert [error.path for error in refused.value.errors] == ["to"]
    with pytest.raises(Forbidden):
        assign(office, case, "endorse", "weilan", by="shenlan")


def test_an_assigned_task_goes_back_to_those_it_is_offered_to(office):
    draw(office, d.user("review", group="财务部"), d.user("v", group="", camunda_assignee="ouwen"))
    case = office.start("p")
    assign(office, case, "review", "ouwen")
    assert assign(office, case, "review", None).assignee is None
    office.complete(case, "review", by="xunuo")

    with pytest.raises(Conflict):
        assign(office, case, "v", None)


def test_people_are_named_beside_groups_and_each_may_do_it(office):
    draw(office, d.user("a", group="财务部", camunda_candidateUsers="zhouheng, ouwen"))
    case = office.start("p")

    task = office.task(case, "a")
    assert (task.candidate_groups, task.candidate_users) == (("财务部",), ("zhouheng", "ouwen"))
    office.complete(case, "a", by="ouwen")


def test_people_are_named_by_an_expression_and_nobody_else_sees_it(any_company):
    any_company.deploy(chain("p", d.user("a", group="", camunda_candidateUsers='=["zhouheng", applicant]')))
    case = any_company.start("p")

    task = any_company.task(case, "a")
    assert (task.candidate_groups, task.candidate_users) == ((), ("zhouheng", "linyue"))
    with pytest.raises(NotFound):
        any_company.complete(case, "a", by="xunuo")
    any_company.complete(case, "a", by="zhouheng")


def test_whoever_of_them_left_or_is_barred_is_left_out(office):
    properties = {"notBy": "applicant"}
    draw(office, d.user("a", group="", camunda_candidateUsers="linyue, wudi, ouwen", properties=properties))

    assert office.task(office.start("p"), "a").candidate_users == ("ouwen",)


def test_people_of_whom_nobody_can_do_it_are_an_incident_until_one_can(office):
    draw(office, d.user("a", group="", camunda_candidateUsers="newcomer"))
    case = office.start("p")
    assert open_incidents(office, case) == [("no_candidates", "a")]

    identity.create_user(office.app, SYSTEM, "newcomer", groups=(), department="信息部")
    [incident] = office.get(case).incidents
    assert incidents.retry(office.app, office.cast.admin, incident.id).incidents == ()
    office.complete(case, "a", by="newcomer")


def test_in_a_lane_they_are_followed_by_it_and_then_by_its_superior(office):
    lane = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="法务部"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
    parts = (
        d.start(),
        lane + "</bpmn:lane></bpmn:laneSet>",
        d.user("a", group="", camunda_candidateUsers="wudi"),
    )
    drawing = d.process(*parts, d.end(), d.path("begin", "a", "done"))
    office.deploy({"p.bpmn": drawing, "organisation.yaml": COMPANY.encode()})

    case = office.start("p")
    assert office.task(case, "a").candidate_groups == ("法务部",)
    assert "raised" in office.events(case)
    identity.set_groups(office.app, SYSTEM, "zhouheng", [])
    assert office.task(office.start("p"), "a").candidate_groups == ("总裁",)


@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        ({"camunda_candidateUsers": '=get value({who: 7}, "who")'}, "bad_users"),
        ({"group": '=["法务部", 7]'}, "bad_groups"),
        ({"camunda_assignee": '=get value({who: ["zhouheng"]}, "who")'}, "bad_assignee"),
        ({"camunda_assignee": '=get value({who: 7}, "who")'}, "bad_assignee"),
        ({"camunda_assignee": "wudi"}, "no_candidates"),
        ({"camunda_assignee": "=null"}, "no_candidates"),
        ({"camunda_assignee": '=" "'}, "no_candidates"),
        ({"camunda_candidateUsers": "=[]"}, "no_candidates"),
        ({"group": "=null"}, "no_candidates"),
    ],
)
def test_what_names_no_people_is_an_incident(office, drawn, code):
    draw(office, d.user("a", **{"group": "", **drawn}))

    assert open_incidents(office, office.start("p")) == [(code, "a")]


def test_of_several_people_one_who_is_nobody_is_an_incident_of_that_turn(office):
    voters = d.user("a", d.loop('=["zhouheng", null]', "who"), group="", camunda_assignee="=who")
    draw(office, voters)

    case = office.start("p")

    assert open_incidents(office, case) == [("no_candidates", "a")]
    assert [each.assignee for each in office.tasks(case)] == ["zhouheng", None]


def test_an_assignee_who_is_hired_later_is_found_by_trying_again(office):
    draw(office, d.user("a", group="", camunda_assignee="newcomer"))
    case = office.start("p")

    identity.create_user(office.app, SYSTEM, "newcomer", groups=())
    [incident] = office.get(case).incidents
    incidents.retry(office.app, office.cast.admin, incident.id)

    office.complete(case, "a", by="newcomer")


def test_who_acts_for_the_applicant_while_it_waits_is_kept_away_and_the_superior_asked(office):
    office.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.parallel("fork"),
                d.user("write", group="发起人"),
                d.user("review", group="总监", properties=NOT_BY_APPLICANT),
                d.parallel("join"),
                d.end(),
                d.path("begin", "fork", "write", "join", "done"),
                d.path("fork", "review", "join"),
            ),
            "organisation.yaml": COMPANY.encode(),
        }
    )
    case = office.start("p")
    write = office.task(case, "write")
    given = {"to": "shenlan", "reason": "请代写"}
    user_tasks.act(office.app, office.cast.linyue, write.id, "transfer", given)

    office.complete(case, "write", by="shenlan")
    timers.run_due(office.app)

    assert office.task(case, "review").candidate_groups == ("分管副总裁",)
    assert user_tasks.find(office.app, office.cast.shenlan, mine=True).items == ()
    assert "raised" in office.events(case)


@pytest.mark.parametrize("is_claimed", [False, True])
def test_the_last_who_could_do_a_task_leaves_and_the_superior_is_asked(office, is_claimed):
    draw(office, d.user("review", group="总监"), d.user("check", group="法务部"))
    case = office.start("p")
    if is_claimed:
        user_tasks.act(office.app, office.cast.shenlan, office.task(case, "review").id, "claim")

    assert unattended.reoffer(office.app) == 0
    identity.update_user(office.app, SYSTEM, "shenlan", active=False)
    assert (unattended.reoffer(office.app), unattended.reoffer(office.app)) == (1, 0)

    office.complete(case, "review", by="weilan")
    identity.set_groups(office.app, SYSTEM, "guchuan", [])
    identity.set_groups(office.app, SYSTEM, "zhouheng", [])
    unattended.reoffer(office.app)
    assert open_incidents(office, case) == [("no_candidates", "check")]


def test_a_task_goes_to_whom_its_facts_mean_by_now(office):
    facts = "main: p\nfacts:\n  who: {kind: text, label: 谁, label_en: Who, initial: 总监}\n"
    office.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.parallel("fork"),
                d.user("decide", group="=case.who"),
                d.user("raise", group="法务部", outputs={"case.who": '"分管副总裁"'}),
                d.parallel("join"),
                d.end(),
                d.path("begin", "fork", "decide", "join", "done"),
                d.path("fork", "raise", "join"),
            ),
            "case.yaml": facts.encode(),
            "organisation.yaml": COMPANY.encode(),
        }
    )
    case = office.start("p")
    office.app.clock.forward(minutes=5)
    office.complete(case, "raise", by="zhouheng")

    for refusal in (StaleVersion, NotACandidate):
        with pytest.raises(refusal):
            office.complete(case, "decide", by="shenlan")

    assert office.task(case, "decide").candidate_groups == ("分管副总裁",)
    office.complete(case, "decide", by="weilan")
