"""An act that would set a promise aside is asked for; another admin agrees, or it is not done."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.errors import Conflict, Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.effects import notifications
from service.runtime.keeping import audit, verifying
from service.runtime.mending import confirming, modifying, variables
from service.runtime.promises import waivers
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.runtime.mending.drawings import guarded


@pytest.fixture
def office(company):
    return with_a_second_admin(company)


def with_a_second_admin(company):
    company.deploy(guarded())
    for name in ("jianghe", "suhang"):
        identity.create_user(company.app, SYSTEM, name, display_name=name, groups=("admin",))
    return company


def second(office):
    return identity.actor(office.app, "jianghe")


def past_legal(office, case, **options):
    """Move a case from planning to the launch: past legal."""
    given = {"cancel": [office.task(case, "plan").token_id], "start": ["launch"], "reason": "活动临期"}
    return modifying.modify(office.app, office.cast.admin, case.id, **given | options)


def test_a_move_past_an_approval_says_which_promise_and_is_not_done(office):
    case = office.start("guarded")

    seen = past_legal(office, case, dry_run=True)
    asked = past_legal(office, case)

    [promise] = seen.promises
    assert (promise.key, promise.name, promise.approvals) == ("legal_first", "上线前法务同意", ("法务会签",))
    assert "法务会签" in promise.sentence
    assert (asked.instance, asked.waiver.state, asked.waiver.asked_by) == (None, "open", "admin")
    assert office.active(case) == ["plan"]
    assert waivers.find(office.app, second(office)) == (asked.waiver,)
    told = notifications.find(office.app, second(office)).items
    assert any("上线前法务同意" in each.text and "活动临期" in each.text for each in told)


def test_a_move_that_keeps_every_promise_is_done_at_once(office):
    case = office.start("guarded")

    done = past_legal(office, case, start=["legal_review"])

    assert (done.promises, done.waiver) == ((), None)
    assert office.active(case) == ["legal_review"]


def reviewed(office, conclusion):
    case = office.start("guarded")
    office.complete(case, "plan", "linyue")
    office.complete(case, "legal_review", "zhouheng", conclusion=conclusion, opinion="已阅方案")
    return case


@pytest.mark.parametrize(("conclusion", "set_aside"), [("同意", []), ("不同意", ["legal_first"])])
def test_what_legal_has_agreed_to_moves_freely_and_what_it_refused_does_not(office, conclusion, set_aside):
    case = reviewed(office, conclusion)

    order = {"cancel": [office.task(case, "note").token_id], "start": ["launch"], "dry_run": True}
    seen = modifying.modify(office.app, office.cast.admin, case.id, **order)

    assert [each.key for each in seen.promises] == set_aside


def test_a_conclusion_corrected_by_hand_takes_a_second_admin_too(office):
    case = reviewed(office, "不同意")

    asked = variables.correct(
        office.app, office.cast.admin, case.id, {"legal_conclusion": "同意"}, "录错"
    ).waiver

    assert [each.key for each in asked.promises] == ["legal_first"]
    assert office.get(case).variables["legal_conclusion"] == "不同意"
    confirming.confirm(office.app, second(office), asked.id, reason="法务来函更正")
    assert office.get(case).variables["legal_conclusion"] == "同意"


def test_another_admin_confirms_and_the_case_is_marked_for_good(office):
    case = office.start("guarded")
    asked = past_legal(office, case).waiver

    done = confirming.confirm(office.app, second(office), asked.id, reason="总裁已书面同意")

    assert office.active(case) == ["launch"]
    assert (done.state, done.answered_by, done.answer) == ("confirmed", "jianghe", "总裁已书面同意")
    entries = {each.action: each for each in audit.entries(office.app, SYSTEM, case.id)}
    entry = entries["waiver.confirmed"]
    assert (entry.actor, entry.facts["asked_by"], entry.facts["reason"]) == ("jianghe", "admin", "活动临期")
    assert [each["key"] for each in entry.facts["promises"]] == ["legal_first"]
    assert "instance.modified" in entries
    [line] = [
        each for each in instances.history(office.app, SYSTEM, case.id) if each.event == "waiver_confirmed"
    ]
    assert "上线前法务同意" in line.note
    assert "总裁已书面同意" in line.note
    assert verifying.verify(office.app).problems == ()
    [mark] = waivers.find(office.app, office.cast.linyue, instance=case.id, state="confirmed")
    assert mark.id == asked.id


def test_a_mark_that_is_changed_or_taken_away_shows(office):
    case = office.start("guarded")
    confirming.confirm(office.app, second(office), past_legal(office, case).waiver.id, reason="同意")

    for statement in ("UPDATE waiver SET asked_by = 'nobody'", "DELETE FROM waiver"):
        with office.app.db.begin() as session:
            session.execute(sa.text(statement))
        assert any("waiver" in each.message for each in verifying.verify(office.app).problems)


def test_neither_who_asked_nor_who_has_part_in_the_case_confirms(office):
    case = office.start("guarded", by="jianghe")
    asked = past_legal(office, case).waiver

    for name in ("admin", "jianghe", "linyue"):
        with pytest.raises(Forbidden):
            confirming.confirm(office.app, identity.actor(office.app, name), asked.id, reason="同意")

    assert waivers.who_can_answer(office.app, case.id, "admin") == ("suhang",)
    assert office.active(case) == ["plan"]


def test_nobody_agrees_twice_or_in_silence(office):
    case = office.start("guarded")
    asked = past_legal(office, case).waiver

    with pytest.raises(InvalidInput):
        confirming.confirm(office.app, second(office), asked.id, reason=" ")
    confirming.decline(office.app, second(office), asked.id, reason="请等法务")
    with pytest.raises(Conflict):
        confirming.confirm(office.app, second(office), asked.id, reason="同意")

    assert office.active(case) == ["plan"]


def test_what_the_case_has_left_behind_is_refused_with_why(office):
    case = office.start("guarded")
    asked = past_legal(office, case).waiver
    office.complete(case, "plan", "linyue")

    with pytest.raises(confirming.MovedOn):
        confirming.confirm(office.app, second(office), asked.id, reason="同意")

    assert confirming.present(office.app, second(office), asked.id).problem
    assert office.active(case) == ["legal_review"]


def test_a_request_is_withdrawn_by_who_asked_and_stale_when_the_case_ends(office):
    case = office.start("guarded")
    withdrawn, stale = past_legal(office, case).waiver, past_legal(office, case).waiver

    with pytest.raises(Forbidden):
        waivers.withdraw(office.app, second(office), withdrawn.id)
    waivers.withdraw(office.app, office.cast.admin, withdrawn.id, reason="弄错了")
    instances.cancel(office.app, office.cast.admin, case.id, reason="作废")

    states = {each.id: each.state for each in waivers.find(office.app, office.cast.admin, state=None)}
    assert states == {withdrawn.id: "withdrawn", stale.id: "stale"}
    assert verifying.verify(office.app).problems == ()


def test_who_asked_and_has_lost_the_right_gets_nothing_done(office):
    case = office.start("guarded")
    given = {"cancel": [office.task(case, "plan").token_id], "start": ["launch"], "reason": "临期"}
    asked = modifying.modify(office.app, second(office), case.id, **given).waiver
    identity.update_user(office.app, SYSTEM, "jianghe", groups=())

    with pytest.raises(confirming.MovedOn):
        confirming.confirm(office.app, office.cast.admin, asked.id, reason="同意")


def test_a_task_promised_to_others_is_assigned_by_two(office):
    case = office.start("guarded")
    office.complete(case, "plan", "linyue")
    task = office.task(case, "legal_review")
    admin = office.cast.admin

    asked = user_tasks.act(office.app, admin, task.id, "assign", {"to": "admin", "reason": "无人"})
    assert office.task(case, "legal_review").assignee is None
    confirming.confirm(office.app, second(office), asked.id, reason="法务全员休假")
    own = user_tasks.act(office.app, admin, task.id, "assign", {"to": "zhouheng", "reason": "已回"})

    assert [each.key for each in asked.promises] == ["legal_does_its_own"]
    assert own.assignee == "zhouheng"
    assert verifying.verify(office.app).problems == ()
