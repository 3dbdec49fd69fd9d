"""Somebody leaves: what waits for them goes to somebody else, and what they did keeps their name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import Conflict, InvalidInput
from service.runtime import identity
from service.runtime.company import groups, people
from service.runtime.company.people import HasOpenWork
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review


@pytest.fixture
def office(any_company):
    """A drawing in which the applicant writes, the head endorses and legal reviews."""
    tasks = (
        d.user("write", group="发起人"),
        d.user("endorse", group="部门负责人", properties={"notBy": "applicant"}),
        d.user("revise", group="发起人"),
    )
    any_company.deploy(chain("plan", *tasks) | review())
    return any_company


def leave(office, name, to=None):
    return people.change(office.app, office.cast.admin, name, active=False, hand_over_to=to)


def test_who_has_open_tasks_leaves_only_when_somebody_takes_them_over(office):
    case = office.start("plan", by="linyue")

    with pytest.raises(HasOpenWork) as refused:
        leave(office, "linyue")

    [work] = refused.value.detail["tasks"]
    assert (work.name, work.instance_id) == (office.task(case, "write").name, case.id)
    assert identity.user(office.app, SYSTEM, "linyue").active


def test_who_has_none_just_leaves(office):
    assert not leave(office, "ouwen").active


def test_the_successor_holds_the_tasks_heads_the_department_and_stands_in(office):
    app, cast = office.app, office.cast
    people.change(app, cast.admin, "ouwen", groups=["市场部"])
    case = office.start("plan", by="linyue")
    office.complete(case, "write", by="linyue")
    now = app.clock()
    identity.substitute(app, cast.xunuo, "shenlan", now, now + timedelta(days=9))

    leave(office, "shenlan", to="ouwen")

    task = office.task(case, "endorse")
    assert task.candidate_users == ("ouwen",)
    assert identity.user(app, SYSTEM, "ouwen").heads == ("市场部",)
    [rule] = identity.substitutions(app, cast.ouwen)
    assert (rule.user, rule.substitute) == ("xunuo", "ouwen")
    assert office.events(case)[-1] == "handed_over"
    office.complete(case, "endorse", by="ouwen")
    assert verifying.verify(app).problems == ()


def test_a_held_task_is_held_by_the_successor(office):
    case = office.start("review", by="linyue")
    user_tasks.claim(office.app, office.cast.zhouheng, office.task(case, "legal_review").id)
    people.change(office.app, office.cast.admin, "ouwen", groups=["法务部"])

    leave(office, "zhouheng", to="ouwen")

    assert office.task(case, "legal_review").assignee == "ouwen"


def test_what_comes_later_for_the_leaver_comes_to_the_successor_and_the_record_keeps_the_name(office):
    case = office.start("plan", by="linyue")
    office.complete(case, "write", by="linyue")
    leave(office, "linyue", to="ouwen")

    office.complete(case, "endorse", by="shenlan")

    assert office.task(case, "revise").candidate_users == ("ouwen",)
    assert office.get(case).applicant == "linyue"
    done = user_tasks.find(office.app, SYSTEM, instance=case.id, state="completed").items
    assert {task.completed_by for task in done} == {"linyue", "shenlan"}


def test_who_took_over_from_the_applicant_does_not_decide_on_the_plan(office):
    case = office.start("plan", by="linyue")
    office.complete(case, "write", by="linyue")

    leave(office, "linyue", to="shenlan")
    task = office.task(case, "endorse")

    with pytest.raises(Exception, match="cannot also decide") as refused:
        user_tasks.complete(office.app, office.cast.shenlan, task.id, task.version, {})
    assert type(refused.value).__name__ == "FourEyes"


def test_tasks_that_four_eyes_keep_from_the_successor_are_named_and_nothing_is_done(office):
    case = office.start("plan", by="linyue")
    office.complete(case, "write", by="linyue")

    with pytest.raises(InvalidInput) as refused:
        leave(office, "shenlan", to="linyue")

    [_, wrong] = refused.value.errors
    assert wrong.message.startswith(office.task(case, "endorse").name)
    assert "Four eyes" in wrong.message
    assert identity.user(office.app, SYSTEM, "shenlan").heads == ("市场部",)
    assert office.task(case, "endorse").candidate_users == ("shenlan",)


def test_what_came_by_a_group_goes_only_to_one_of_the_group_and_nothing_is_done(office):
    case = office.start("review", by="linyue")
    task = office.task(case, "legal_review")
    user_tasks.claim(office.app, office.cast.zhouheng, task.id)

    with pytest.raises(InvalidInput) as refused:
        leave(office, "zhouheng", to="ouwen")

    [_, wrong] = refused.value.errors
    assert (wrong.path, wrong.message.startswith(task.name)) == ("tasks[0]", True)
    assert "法务部" in wrong.message
    assert identity.user(office.app, SYSTEM, "zhouheng").active
    assert office.task(case, "legal_review").assignee == "zhouheng"


def test_nobody_gets_a_second_vote_by_what_a_leaver_hands_over(office):
    """Two are asked by name; the one who leaves cannot hand the vote to the other."""
    two = d.user("agree", d.loop('["zhouheng", "xunuo"]', "who"), group="", camunda_assignee="=who")
    office.deploy(chain("votes", two))
    case = office.start("votes", by="linyue")

    with pytest.raises(InvalidInput) as refused:
        leave(office, "zhouheng", to="xunuo")

    assert "already asked" in refused.value.errors[1].message
    leave(office, "zhouheng", to="ouwen")
    assert {task.assignee for task in office.tasks(case)} == {"xunuo", "ouwen"}


def test_only_a_member_takes_over_or_is_given_a_headship(office):
    with pytest.raises(InvalidInput) as refused:
        leave(office, "shenlan", to="ouwen")

    assert [each.path for each in refused.value.errors] == ["hand_over_to", "heads[0]"]
    assert "市场部" in refused.value.errors[1].message
    assert identity.user(office.app, SYSTEM, "shenlan").heads == ("市场部",)
    with pytest.raises(InvalidInput) as outsider:
        groups.set_head(office.app, SYSTEM, "市场部", "ouwen")
    assert "members" in outsider.value.errors[0].message
    groups.set_head(office.app, SYSTEM, "市场部", "linyue")
    assert leave(office, "shenlan", to="ouwen").heads == ()


@pytest.mark.parametrize("to", ["nobody", "shenlan"])
def test_a_successor_is_somebody_else_who_can_sign_in(office, to):
    with pytest.raises(InvalidInput):
        leave(office, "shenlan", to=to)


def test_the_last_admin_stays(office):
    with pytest.raises(Conflict):
        leave(office, "admin")
    with pytest.raises(Conflict):
        people.change(office.app, office.cast.admin, "admin", groups=["市场部"])


def test_a_superior_of_the_account_is_asked_where_none_is_declared(office):
    people.change(office.app, office.cast.admin, "shenlan", superior="ouwen")
    case = office.start("plan", by="shenlan")

    office.complete(case, "write", by="shenlan")

    assert office.task(case, "endorse").candidate_users == ("ouwen",)
