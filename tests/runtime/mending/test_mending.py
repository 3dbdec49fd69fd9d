"""Cases put right by hand: variables corrected, tokens moved, many at once."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Forbidden, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.cases.seeking import Sought
from service.runtime.incidents import causes, incidents
from service.runtime.keeping import audit, verifying
from service.runtime.mending import batches, modifying, queue, variables
from service.runtime.step.context import SYSTEM
from service.store.models import Outbox
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review
from tests.runtime.mending.drawings import fork


@pytest.fixture
def office(any_company):
    any_company.deploy(fork() | review() | chain("stopped", d.script("sum", "1 + applicant", "x")))
    return any_company


@pytest.fixture
def case(office):
    return office.start("fork")


def correct(office, case, given, reason="录入有误", **options):
    return variables.correct(office.app, office.cast.admin, case.id, given, reason, **options)


def token(office, case, activity):
    [found] = [each.token_id for each in office.get(case).active if each.activity_id == activity]
    return found


# ---- variables ------------------------------------------------------------------------------------


def test_a_variable_is_corrected_with_before_and_after_on_record(office, case):
    done = correct(office, case, {"total": 60000, "day": "2026-03-10"})

    assert done.before["total"] == 50000
    assert office.get(case).variables["day"].isoformat() == "2026-03-10"
    entry = audit.entries(office.app, SYSTEM, case.id)[-1]
    assert entry.action == "instance.variables"
    assert (entry.facts["before"]["total"], entry.facts["after"]["total"]) == (50000, 60000)
    assert entry.facts["reason"] == "录入有误"
    assert office.events(case)[-1] == "variables_corrected"
    assert verifying.verify(office.app).problems == ()


@pytest.mark.parametrize(
    "given", [{"totel": 1}, {"total": "很多"}, {"total": True}, {"day": "下周"}, {"day": 3}, {}]
)
def test_what_is_not_there_or_of_another_kind_is_refused(office, case, given):
    with pytest.raises(InvalidInput):
        correct(office, case, given)

    assert office.get(case).variables["total"] == 50000


def test_a_misspelt_name_is_told_the_nearest_one(office, case):
    with pytest.raises(InvalidInput) as refused:
        correct(office, case, {"totel": 1})

    assert "total" in refused.value.errors[0].message


def test_nobody_corrects_in_silence_or_without_the_right(office, case):
    with pytest.raises(InvalidInput):
        correct(office, case, {"total": 1}, reason="  ")
    with pytest.raises(Forbidden):
        variables.correct(office.app, office.cast.linyue, case.id, {"total": 1}, "因为")
    with pytest.raises(NotFound):
        correct(office, case, {"total": 1}, scope="nowhere")


def test_a_retry_makes_no_variable_of_a_misspelt_name(office):
    stopped = office.start("stopped")
    [incident] = incidents.find(office.app, SYSTEM, instance=stopped.id).items

    with pytest.raises(InvalidInput):
        incidents.retry(office.app, SYSTEM, incident.id, variables={"aplicant": 1}, reason="补录")
    incidents.retry(office.app, SYSTEM, incident.id, variables={"applicant": 1}, reason="补录")

    assert office.get(stopped).state == "completed"


# ---- tokens ---------------------------------------------------------------------------------------


def modify(office, case, *, cancel=(), start=(), **options):
    tokens = [token(office, case, each) for each in cancel]
    given = {"reason": "走错了", **options}
    return modifying.modify(office.app, office.cast.admin, case.id, cancel=tokens, start=start, **given)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(office, case):
    before = office.get(case)

    seen = modify(office, case, cancel=["legal", "finance"], start=["decide"], dry_run=True, reason="")

    assert [each.activity_id for each in seen.opened] == ["decide"]
    assert sorted(each.activity_id for each in seen.closed) == ["finance", "legal"]
    assert seen.instance is None
    assert office.get(case) == before


def test_tokens_are_moved_with_their_tasks_and_the_reason_on_record(office, case):
    done = modify(office, case, cancel=["legal", "finance"], start=["decide"], values={"total": 1})

    assert [each.activity_id for each in done.instance.active] == ["decide"]
    assert [task.activity_id for task in office.tasks(case)] == ["decide"]
    entry = audit.entries(office.app, SYSTEM, case.id)[-1]
    assert entry.facts["opened"] == ["decide"]
    assert (entry.facts["before"], entry.facts["after"]) == ({"total": 50000}, {"total": 1})
    assert entry.facts["reason"] == "走错了"
    office.complete(case, "decide", by="shenlan")
    assert office.get(case).state == "completed"
    assert verifying.verify(office.app).problems == ()


def test_a_join_that_would_wait_for_ever_is_refused_and_why(office, case):
    with pytest.raises(InvalidInput, match="would wait for ever"):
        modify(office, case, cancel=["legal"])

    assert office.active(case) == ["finance", "legal"]


def test_moving_tokens_takes_a_reason_and_an_admin(office, case):
    with pytest.raises(InvalidInput):
        modify(office, case, start=["decide"], reason="")
    with pytest.raises(Forbidden):
        modifying.modify(office.app, office.cast.linyue, case.id, start=["decide"], reason="因为")


# ---- many -----------------------------------------------------------------------------------------


def order(office, action, **options):
    made = batches.order(office.app, office.cast.admin, action, **{"reason": "批量处理", **options})
    while batches.run(office.app, made.id):
        pass
    return batches.get(office.app, office.cast.admin, made.id)


def test_incidents_of_one_cause_stand_together_and_are_retried_together(office):
    stopped = [office.start("stopped") for _ in range(3)]
    [cause] = causes.find(office.app, SYSTEM)
    assert (cause.activity_id, cause.count) == ("sum", 3)

    again = order(office, "retry", sought=Sought(incident=cause.code, activity="sum"))

    assert (again.state, again.total, again.done, len(again.failed)) == ("done", 3, 3, 3)
    [one] = incidents.find(office.app, SYSTEM, instance=stopped[0].id).items
    assert again.failed[0].detail == one.message
    assert one.attempts == 2


def test_incidents_that_say_something_else_stand_apart_and_are_retried_apart(office):
    several = {by: [office.start("stopped", by=by) for _ in range(count)] for by, count in MANY.items()}

    found = causes.find(office.app, SYSTEM)
    again = order(office, "retry", sought=Sought(incident=found[0].code, message=found[0].says))

    assert [each.count for each in found] == [2, 1]
    assert all(by in cause.says for by, cause in zip(MANY, found, strict=True))
    assert again.total == 2
    attempts = {
        by: incidents.find(office.app, SYSTEM, instance=cases[0].id).items[0].attempts
        for by, cases in several.items()
    }
    assert attempts == {"linyue": 2, "zhouheng": 1}


def test_where_each_case_says_its_own_it_is_one_cause(office):
    for by, count in MANY.items():
        for _ in range(count):
            office.start("stopped", by=by)

    [cause] = causes.find(office.app, SYSTEM, most_apart=1)

    assert (cause.count, cause.says) == (3, None)


MANY = {"linyue": 2, "zhouheng": 1}


def test_what_can_be_done_is_done_and_what_failed_is_named(office, case):
    other = office.start("fork")
    instances.suspend(office.app, SYSTEM, other.id)

    done = order(office, "suspend", ids=[case.id, other.id, "nothing"])

    assert (done.total, done.done) == (3, 3)
    assert {each.id for each in done.failed} == {other.id, "nothing"}
    assert office.get(case).state == "suspended"
    assert "suspended" in office.events(case)


def test_a_dry_run_of_many_changes_nothing(office, case):
    other = office.start("fork")
    instances.suspend(office.app, SYSTEM, other.id)

    seen = order(office, "cancel", sought=Sought(definition="fork"), dry_run=True)
    resumed = order(office, "resume", ids=[case.id, other.id], dry_run=True)

    assert (seen.total, seen.failed) == (2, ())
    assert [each.id for each in resumed.failed] == [case.id]
    assert {office.get(each).state for each in (case, other)} == {"active", "suspended"}


def test_tasks_of_many_cases_are_assigned_and_cases_moved(office, case):
    order(office, "assign", ids=[case.id], to="ouwen")
    assert {task.assignee for task in office.tasks(case)} == {"ouwen"}

    moved = order(office, "migrate", sought=Sought(definition="fork"))

    assert (moved.done, moved.failed) == (1, ())


def test_rights_count_while_it_is_carried_out(office, case):
    made = batches.order(office.app, office.cast.admin, "suspend", ids=[case.id], reason="批量")
    identity.set_groups(office.app, SYSTEM, "admin", ("市场部",))

    batches.run(office.app, made.id)

    assert office.get(case).state == "active"
    [failed] = batches.get(office.app, SYSTEM, made.id).failed
    assert failed.id == case.id


def test_an_order_needs_a_reason_a_right_and_something_to_do_it_to(office, case):
    for wrong in ({"reason": ""}, {"ids": None}, {"ids": [case.id], "sought": Sought()}):
        with pytest.raises(InvalidInput):
            batches.order(office.app, SYSTEM, "suspend", **{"ids": [case.id], "reason": "因为", **wrong})
    with pytest.raises(Forbidden):
        batches.order(office.app, office.cast.linyue, "suspend", ids=[case.id], reason="因为")
    made = batches.order(office.app, SYSTEM, "suspend", ids=[case.id], reason="因为")
    with pytest.raises(NotFound):
        batches.get(office.app, office.cast.linyue, made.id)


def test_an_order_whose_worker_died_is_taken_up_again(office, case):
    made = batches.order(office.app, office.cast.admin, "suspend", ids=[case.id], reason="批量")
    assert batches.unfinished(office.app) == (made.id,)
    assert batches._taken(office.app, made.id) is not None
    assert batches.unfinished(office.app) == ()

    office.app.clock.forward(minutes=5)

    assert batches.unfinished(office.app) == (made.id,)
    batches.run(office.app, made.id)
    assert batches.unfinished(office.app) == ()


# ---- the record and the queue ---------------------------------------------------------------------


def test_an_order_is_stopped_between_two_cases_and_what_is_done_stays_done(office, case, monkeypatch):
    other = office.start("fork")
    order = batches.order(office.app, office.cast.admin, "suspend", ids=[case.id, other.id], reason="盘点")
    first, second = sorted([case.id, other.id])
    # The admin stops it at the moment at which the first one has been carried out.
    suspend = batches._DO["suspend"]

    def suspend_and_stop(app, by, subject, row):
        suspend(app, by, subject, row)
        batches.stop(app, by, order.id)

    monkeypatch.setitem(batches._DO, "suspend", suspend_and_stop)
    is_left = batches.run(office.app, order.id)

    after = batches.get(office.app, office.cast.admin, order.id)
    assert (is_left, after.state, after.done, after.total) == (False, "stopped", 1, 2)
    states = [instances.get(office.app, SYSTEM, each).state for each in (first, second)]
    assert states == ["suspended", "active"]
    assert batches.unfinished(office.app) == ()
    with pytest.raises(Conflict):
        batches.stop(office.app, office.cast.admin, order.id)
    with pytest.raises(NotFound):
        batches.stop(office.app, office.cast.linyue, order.id)


def test_the_record_is_searched_by_case_person_and_action(office, case):
    office.complete(case, "legal", by="zhouheng")

    def found(**wanted):
        return [each.action for each in audit.find(office.app, SYSTEM, **wanted).items]

    assert found(instance=case.id, by="zhouheng") == ["task.completed"]
    assert set(found(action="task.")) == {"task.completed"}
    assert found(action="user.created", limit=200)
    first = audit.find(office.app, SYSTEM, limit=1)
    second = audit.find(office.app, SYSTEM, limit=1, cursor=first.next)
    assert first.items[0].id != second.items[0].id
    with pytest.raises(Forbidden):
        audit.find(office.app, office.cast.linyue)


def test_what_was_given_up_is_listed_first_and_tried_again(office, case):
    now = office.app.clock()
    with office.app.db.begin() as session:
        given_up = Outbox(
            kind="notify", payload={}, state="failed", available_at=now, created_at=now, attempts=5
        )
        session.add(given_up)
        session.flush()
        job = given_up.id

    [failed] = queue.find(office.app, SYSTEM, state="failed")
    again = queue.retry(office.app, office.cast.admin, job)

    assert (failed.id, failed.what, failed.attempts) == (job, "notify", 5)
    assert (again.state, again.attempts) == ("due", 0)
    with pytest.raises(NotFound):
        queue.retry(office.app, office.cast.admin, "nothing")
    with pytest.raises(Forbidden):
        queue.find(office.app, office.cast.linyue)
