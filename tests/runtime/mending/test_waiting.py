"""Why a case does not move, in sentences, and finding the cases that do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.errors import InvalidInput, NotFound
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review
from tests.runtime.mending.drawings import fork


def waits(company, case):
    return {each.activity_id: each for each in instances.waiting(company.app, SYSTEM, case.id)}


def test_people_are_named_with_since_and_until(any_company):
    company = any_company
    company.deploy(
        chain(
            "p", d.user("check", group="法务部", name="法务会签", camunda_dueDate='=now() + duration("P1D")')
        )
    )
    case = company.start("p")

    free = waits(company, case)["check"]
    user_tasks.claim(company.app, company.cast.zhouheng, company.task(case, "check").id)
    company.app.clock.forward(days=2)
    held = waits(company, case)["check"]

    assert (free.kind, free.who) == ("people", ("法务部",))
    assert "法务部（周衡） has “法务会签” to do, since 2026-03-02 09:00" in free.sentence
    assert held.who == ("zhouheng",)
    assert "周衡 has “法务会签” to do" in held.sentence
    assert "it was due 2026-03-03 09:00" in held.sentence


def test_a_time_a_message_and_a_join_say_what_they_wait_for(any_company):
    company = any_company
    company.deploy(fork() | chain("t", d.catch("pause", d.timer("duration", "PT2H"))))
    forked, timed = company.start("fork"), company.start("t")
    company.complete(forked, "legal", by="zhouheng")

    there = waits(company, forked)
    pause = waits(company, timed)["pause"]

    assert there["join"].kind == "join"
    assert "waits until “财务” is done" in there["join"].sentence
    assert (pause.kind, pause.until) == ("timer", company.app.clock() + timedelta(hours=2))


def test_an_incident_says_why(any_company):
    any_company.deploy(chain("stopped", d.script("sum", "1 + applicant", "x")))
    case = any_company.start("stopped")

    [stopped] = instances.waiting(any_company.app, SYSTEM, case.id)

    assert stopped.kind == "incident"
    assert stopped.sentence.startswith("Stopped at “sum” since 2026-03-02 09:00: ")


def test_what_has_ended_waits_for_nothing_and_others_do_not_see_it(any_company):
    any_company.deploy(review())
    case = any_company.start("review")
    with pytest.raises(NotFound):
        instances.waiting(any_company.app, any_company.cast.ouwen, case.id)

    instances.cancel(any_company.app, SYSTEM, case.id)

    assert instances.waiting(any_company.app, SYSTEM, case.id) == ()


def test_cases_are_found_by_what_they_wait_for(any_company):
    company, app = any_company, any_company.app
    company.deploy(
        review()
        | chain("stopped", d.script("sum", "1 + applicant", "x"))
        | chain("p", d.user("check", group="财务部", camunda_dueDate='=now() + duration("P1D")'))
    )
    first, stopped, late = company.start("review"), company.start("stopped"), company.start("p")
    company.complete(first, "legal_review", by="zhouheng", conclusion="同意", opinion="同意上线")

    def found(**wanted):
        return {each.id for each in instances.find(app, SYSTEM, **wanted).items}

    assert found(waiting_for="财务部") == {first.id, late.id}
    assert found(waiting_for="xunuo") == {first.id, late.id}
    assert found(waiting_for="zhouheng") == set()
    assert found(activity="finance_confirm") == {first.id}
    assert found(activity="legal_review") == set()
    assert found(incident="feel_error") | found(activity="sum") == {stopped.id}
    assert found(stalled=True) == {stopped.id}
    app.clock.forward(days=3)
    assert found(stalled=True) == {stopped.id, late.id}
    assert found(started_from=app.clock()) == set()
    assert found(started_to=app.clock(), version=1) == {first.id, stopped.id, late.id}
    assert found(text="林悦") == {first.id, stopped.id, late.id}
    with pytest.raises(InvalidInput):
        found(state="nowhere")
