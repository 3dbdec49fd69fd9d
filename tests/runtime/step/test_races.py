"""Two at once: whoever comes second is told so, and nothing is lost or done twice."""

from __future__ import annotations

import threading

import pytest

from service.errors import Conflict, NotACandidate, ServiceError
from service.runtime.cases import instances
from service.runtime.incidents import incidents
from service.runtime.tasks import user_tasks
from service.runtime.time import timers
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review

ROUNDS = 6
AGREED = {"conclusion": "同意", "opinion": "规则合法"}


def at_once(*acts):
    """Run the calls in threads that set off together; return each one's result or error."""
    together, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        together.wait()
        try:
            outcomes[index] = act()
        except ServiceError as error:
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


def winners(outcomes):
    return [outcome for outcome in outcomes if not isinstance(outcome, ServiceError)]


@pytest.fixture
def reviewing(any_company):
    any_company.deploy(review())
    return any_company


def test_one_of_two_answers_to_the_same_task_counts(reviewing):
    company, zhou = reviewing, reviewing.cast.zhouheng
    for _ in range(ROUNDS):
        case = company.start("review")
        task = company.task(case, "legal_review")

        def answer(task=task):
            return user_tasks.complete(company.app, zhou, task.id, task.version, AGREED)

        outcomes = at_once(answer, answer, answer)

        assert len(winners(outcomes)) == 1
        assert all(isinstance(each, Conflict) for each in outcomes if isinstance(each, ServiceError))
        assert company.active(case) == ["finance_confirm"]
        assert company.events(case).count("left") == 2  # the start event and the review


def test_claiming_and_answering_exclude_each_other(reviewing):
    company, app, zhou = reviewing, reviewing.app, reviewing.cast.zhouheng
    for _ in range(ROUNDS):
        case = company.start("review")
        task = company.task(case, "legal_review")

        outcomes = at_once(
            lambda task=task: user_tasks.complete(app, zhou, task.id, task.version, AGREED),
            lambda task=task: user_tasks.claim(app, zhou, task.id, task.version),
        )

        assert len(winners(outcomes)) == 1
        now = company.tasks(case)[0]
        assert (now.activity_id, now.assignee) in {("finance_confirm", None), ("legal_review", "zhouheng")}


def test_one_of_two_colleagues_gets_the_task(reviewing):
    from service.runtime import identity
    from service.runtime.step.context import SYSTEM

    company, app = reviewing, reviewing.app
    identity.create_user(app, SYSTEM, "mengxiao", groups=("法务部",), department="法务部")
    people = [identity.actor(app, name) for name in ("zhouheng", "mengxiao")]
    for _ in range(ROUNDS):
        task = company.task(company.start("review"), "legal_review")

        outcomes = at_once(
            *(lambda who=who, task=task: user_tasks.claim(app, who, task.id) for who in people)
        )

        assert len(winners(outcomes)) == 1
        assert all(
            isinstance(each, (Conflict, NotACandidate)) for each in outcomes if isinstance(each, ServiceError)
        )


def test_answering_and_cancelling_leave_one_story(reviewing):
    company, app = reviewing, reviewing.app
    for _ in range(ROUNDS):
        case = company.start("review", by="linyue")
        task = company.task(case, "legal_review")

        outcomes = at_once(
            lambda task=task: user_tasks.complete(app, company.cast.zhouheng, task.id, 1, AGREED),
            lambda case=case: instances.cancel(app, company.cast.linyue, case.id),
        )

        assert company.get(case).state == "cancelled"
        assert company.tasks(case) == ()
        answered = "left" in [
            line.event
            for line in instances.history(app, company.cast.linyue, case.id)
            if line.activity_id == "legal_review"
        ]
        assert answered == (outcomes[0] in winners(outcomes))


def test_an_answer_and_an_interrupting_timer_take_one_way_only(any_company, clock):
    company, app = any_company, any_company.app
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.user("review"),
                d.boundary("late", "review", d.timer("duration", "PT1H")),
                d.user("answered"),
                d.user("overdue"),
                d.end(),
                d.path("begin", "review", "answered", "done"),
                d.path("late", "overdue", "done"),
            )
        }
    )
    for _ in range(ROUNDS):
        case = company.start("p")
        task = company.task(case, "review")
        clock.forward(hours=1)

        outcomes = at_once(
            lambda task=task: user_tasks.complete(app, company.cast.zhouheng, task.id, 1, {}),
            lambda case=case: timers.fire_due(app, case.id),
            lambda case=case: timers.fire_due(app, case.id),
        )

        fired = [outcome for outcome in outcomes[1:] if outcome is True]
        was_answered = not isinstance(outcomes[0], ServiceError)
        assert len(fired) + was_answered == 1
        assert company.active(case) == (["answered"] if was_answered else ["overdue"])


def test_parallel_answers_in_one_case_both_count(any_company):
    company, app = any_company, any_company.app
    company.deploy(
        {
            "p.bpmn": d.process(
                d.start(),
                d.parallel("fork"),
                d.user("legal", outputs={"legal": "conclusion"}),
                d.user("finance", group="财务部", outputs={"finance": "conclusion"}),
                d.parallel("join"),
                d.user("after"),
                d.end(),
                d.path("begin", "fork", "legal", "join", "after", "done"),
                d.path("fork", "finance", "join"),
            )
        }
    )
    for _ in range(ROUNDS):
        case = company.start("p")
        legal, finance = company.task(case, "legal"), company.task(case, "finance")

        outcomes = at_once(
            lambda legal=legal: user_tasks.complete(
                app, company.cast.zhouheng, legal.id, 1, {"conclusion": "同意"}
            ),
            lambda finance=finance: user_tasks.complete(
                app, company.cast.xunuo, finance.id, 1, {"conclusion": "不同意"}
            ),
        )

        assert len(winners(outcomes)) == 2
        assert company.active(case) == ["after"]
        shown = company.get(case).variables
        assert (shown["legal"], shown["finance"]) == ("同意", "不同意")


def test_an_effect_carried_out_by_two_workers_happens_once(any_company):
    from sqlalchemy import select

    from service.runtime.effects import outbox
    from service.store.models import Outbox

    company, app = any_company, any_company.app
    company.deploy(
        chain("p", d.service("begin_day", "process.start", {"process": "day"}), d.user("review"))
        | chain("day", d.user("report"))
    )
    for number in range(1, ROUNDS + 1):
        company.start("p")
        with app.db.read() as session:
            [effect] = session.scalars(select(Outbox.id).where(Outbox.state == "pending"))

        outcomes = at_once(*[lambda effect=effect: outbox.dispatch(app, effect)] * 3)

        assert sorted(outcomes) == [False, False, True]
        days = instances.find(app, company.cast.admin, definition="day").items
        assert len(days) == number


def test_suspending_and_answering_leave_one_story(reviewing):
    company, app, zhou = reviewing, reviewing.app, reviewing.cast.zhouheng
    for _ in range(ROUNDS):
        case = company.start("review")
        task = company.task(case, "legal_review")

        answered, suspended = at_once(
            lambda task=task: user_tasks.complete(app, zhou, task.id, task.version, AGREED),
            lambda case=case: instances.suspend(app, company.cast.admin, case.id),
        )

        assert suspended.state == "suspended"
        went_on = not isinstance(answered, ServiceError)
        assert company.active(case) == (["finance_confirm"] if went_on else ["legal_review"])
        instances.resume(app, company.cast.admin, case.id)
        if not went_on:
            company.complete(case, "legal_review", "zhouheng", **AGREED)
        company.complete(case, "finance_confirm", "xunuo")
        assert company.get(case).state == "completed"


def test_a_case_started_during_a_deployment_runs_wholly_on_the_old_or_the_new_drawing(any_company):
    company, app = any_company, any_company.app
    manifests = [chain("p", d.user("first"), d.user(second)) for second in ("old", "new")]
    company.deploy(manifests[0])
    for round_ in range(ROUNDS):
        outcomes = at_once(
            lambda round_=round_: company.deploy(manifests[(round_ + 1) % 2]),
            *(lambda: company.start("p") for _ in range(3)),
        )

        for case in outcomes[1:]:
            company.complete(case, "first", "zhouheng")
            drawn = b'id="new"' in instances.diagram_xml(app, company.cast.admin, case.id, "p")
            assert company.active(case) == ["new" if drawn else "old"]


def test_an_incident_tried_again_by_two_admins_goes_on_once(any_company):
    company, app = any_company, any_company.app
    company.deploy(chain("p", d.script("compute", "limit + 1", "more"), d.user("after"), inputs="limit"))
    for _ in range(ROUNDS):
        case = company.start("p", by="admin")
        [incident] = company.get(case).incidents

        outcomes = at_once(
            *(
                lambda incident=incident: incidents.retry(
                    app, company.cast.admin, incident.id, variables={"limit": 1}
                )
                for _ in range(3)
            )
        )

        assert len(winners(outcomes)) == 1
        assert company.active(case) == ["after"]
