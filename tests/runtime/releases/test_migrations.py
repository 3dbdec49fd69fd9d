"""Running cases move onto another deployment: whole, one by one, or not at all."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from service.errors import Forbidden, NotFound, ServiceError, StaleVersion
from service.runtime.cases import dossier, instances
from service.runtime.keeping import audit, verifying
from service.runtime.releases import migrations
from service.runtime.tasks import user_tasks
from service.store.models import TASKS, Draft
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, REVIEW_FORM
from tests.runtime.step.test_races import at_once

AGREED = {"conclusion": "同意", "opinion": "没有问题"}


def drawing(
    *, group="法务部", more="", due="=workdays_after(now(), 2)", hours=1, form=REVIEW_FORM, assignee=None
):
    """Legal answers a form before a timer runs out; `more` is a further task between that and the end."""
    held = {"camunda_assignee": assignee} if assignee else {}
    ids = ["begin", "legal_review", *([more] if more else []), "done"]
    file = d.process(
        d.start(),
        d.user("legal_review", group=group, camunda_formRef="legal_review", camunda_dueDate=due, **held),
        d.boundary("late", "legal_review", d.timer("duration", f"PT{hours}H"), interrupting=False),
        d.service("remind", "notify.remind", {"activity": "legal_review"}),
        *([d.user(more)] if more else []),
        d.end(),
        d.end("reminded"),
        d.path(*ids),
        d.path("late", "remind", "reminded"),
        key="review",
    )
    return {"review.bpmn": file, "legal_review.form": form, "organisation.yaml": ORGANISATION}


def other_form():
    schema = json.loads(REVIEW_FORM)
    schema["components"][1]["key"] = "remark"
    return json.dumps(schema).encode()


def move(company, case, **options):
    return migrations.migrate_one(company.app, company.cast.admin, case.id, **options)


def codes(notes):
    return sorted(note.code for note in notes)


@pytest.fixture
def case(any_company):
    any_company.deploy(drawing())
    return any_company.start("review")


@pytest.fixture
def company(any_company):
    return any_company


def test_a_case_finishes_on_the_drawing_it_began_with_unless_it_is_moved(company, case):
    company.deploy(drawing(more="confirm"))

    company.complete(case, "legal_review", by="zhouheng", conclusion="同意", opinion="没有问题")

    assert company.get(case).state == "completed"


def test_a_moved_case_goes_on_by_the_new_drawing_and_its_record_says_so(company, case):
    before = company.get(case)
    live = company.deploy(drawing(more="confirm"))

    done = move(company, case)

    after = company.get(case)
    assert (done.outcome, done.from_deployment, done.to_deployment) == (
        "moved",
        before.deployment_id,
        live.id,
    )
    assert (after.deployment_id, after.version) == (live.id, before.version + 1)
    assert company.events(case)[-1] == "migrated"
    assert audit.entries(company.app, company.cast.admin, case.id)[-1].action == "instance.migrated"
    company.complete(case, "legal_review", by="zhouheng", conclusion="同意", opinion="没有问题")
    assert company.active(case) == ["confirm"]
    assert verifying.verify(company.app).problems == ()


def test_the_open_task_keeps_id_draft_claim_due_date_and_timer(company, case, clock):
    task = company.task(case, "legal_review")
    zhou = company.cast.zhouheng
    task = user_tasks.claim(company.app, zhou, task.id, task.version)
    user_tasks.save_draft(company.app, zhou, task.id, {"opinion": "写了一半"})
    due = company.get(case).next_due
    company.deploy(drawing(due="=workdays_after(now(), 9)", hours=9, more="confirm"))

    done = move(company, case)

    moved = company.task(case, "legal_review")
    assert codes(done.notes) == ["due-kept"]
    assert (moved.id, moved.assignee, moved.due_at) == (task.id, "zhouheng", task.due_at)
    assert moved.version == task.version + 1
    assert company.get(case).next_due == due
    assert user_tasks.form(company.app, zhou, task.id).data["opinion"] == "写了一半"
    with pytest.raises(StaleVersion):
        user_tasks.complete(
            company.app, zhou, task.id, task.version, {"conclusion": "同意", "opinion": "可以的"}
        )
    clock.forward(hours=1)
    company.run_due()
    assert "note" in company.events(case)


def test_a_task_drawn_into_another_lane_goes_to_the_new_people_and_leaves_the_old_ones(company, case):
    task = company.task(case, "legal_review")
    user_tasks.claim(company.app, company.cast.zhouheng, task.id)
    company.deploy(drawing(group="财务部"))

    done = move(company, case)

    assert codes(done.notes) == ["claim-dropped", "task-changed"]
    assert user_tasks.find(company.app, company.cast.zhouheng, mine=True).items == ()
    [found] = user_tasks.find(company.app, company.cast.xunuo, mine=True).items
    assert (found.id, found.candidate_groups, found.assignee) == (task.id, ("财务部",), None)
    company.complete(case, "legal_review", by="xunuo", conclusion="同意", opinion="没有问题")


def test_a_task_the_new_drawing_gives_to_one_person_is_theirs(company, case):
    company.deploy(drawing(assignee="liangxiao"))

    move(company, case)

    assert company.task(case, "legal_review").assignee == "liangxiao"


def test_a_task_that_leads_to_nobody_after_the_move_is_an_incident_and_moving_on_mends_it(company):
    company.deploy(drawing())
    case = company.start("review", by="ouwen")  # 客服部 has no head
    company.deploy(drawing(group="部门负责人"))

    move(company, case)
    assert [incident.code for incident in company.get(case).incidents] == ["no_candidates"]

    company.deploy(drawing(group="财务部"))
    move(company, case)
    assert company.get(case).incidents == ()


def test_a_dry_run_says_the_same_and_changes_nothing(company, case):
    company.deploy(drawing(group="财务部", form=other_form()))
    before = company.get(case), company.tasks(case), company.events(case)

    planned = move(company, case, dry_run=True)

    assert planned.outcome == "movable"
    assert codes(planned.notes) == ["form-changed", "task-changed"]
    assert (company.get(case), company.tasks(case), company.events(case)) == before


def test_what_would_be_lost_stops_the_move_and_is_named(company, case):
    gone = d.process(d.start(), d.user("confirm"), d.end(), d.path("begin", "confirm", "done"), key="review")
    company.deploy({"review.bpmn": gone})
    before = company.get(case)

    with pytest.raises(migrations.CannotMove) as refused:
        move(company, case)

    assert [(each.path, "not in the new drawing" in each.message) for each in refused.value.errors] == [
        ("legal_review", True)
    ]
    assert company.get(case) == before


def test_a_batch_moves_what_can_move_and_says_what_became_of_each(company, case):
    answered = company.start("review")
    company.complete(answered, "legal_review", by="zhouheng", conclusion="同意", opinion="没有问题")
    live = company.deploy(drawing(more="confirm"))
    there = company.start("review")
    wanted = [case.id, answered.id, there.id]

    done = migrations.migrate(company.app, company.cast.admin, instances=wanted).items

    assert {view.instance_id: view.outcome for view in done} == {
        case.id: "moved",
        answered.id: "blocked",
        there.id: "there",
    }
    assert company.get(case).deployment_id == live.id
    again = migrations.migrate(company.app, company.cast.admin, definition="review").items
    assert {view.outcome for view in again} == {"there"}


def test_a_case_whose_new_drawing_cannot_be_computed_stays_as_it_was(company, case):
    broken = drawing(due="=workdays_after(nowhere, 2)")
    broken["review.bpmn"] = broken["review.bpmn"].replace(
        b'isExecutable="true">',
        b'isExecutable="true"><bpmn:extensionElements><camunda:properties><camunda:property name="inputs" '
        b'value="nowhere"/></camunda:properties></bpmn:extensionElements>',
    )
    company.deploy(broken)
    before = company.get(case), company.tasks(case)

    [done] = migrations.migrate(company.app, company.cast.admin, instances=[case.id]).items

    assert (done.outcome, "nowhere" in (done.problem or "")) == ("failed", True)
    assert (company.get(case), company.tasks(case)) == before


def test_long_lists_come_in_pages_and_the_last_page_ends_them(company, case):
    others = [company.start("review") for _ in range(4)]
    company.deploy(drawing(more="confirm"))
    found, cursor = [], None
    while True:
        page = migrations.migrate(
            company.app, company.cast.admin, definition="review", limit=2, cursor=cursor
        )
        found += [view.instance_id for view in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert found == [case.id, *(other.id for other in others)]


def test_moving_and_answering_at_once_leave_one_story(company, case):
    for number in range(5):
        case = company.start("review")
        company.deploy(drawing(more=f"confirm{number}"))
        task = company.task(case, "legal_review")

        moved, answered = at_once(
            lambda case=case: move(company, case),
            lambda task=task: user_tasks.complete(
                company.app, company.cast.zhouheng, task.id, task.version, AGREED
            ),
        )

        if isinstance(answered, ServiceError):  # moved first: the answerer has to look again
            assert isinstance(answered, StaleVersion)
            assert (moved.outcome, company.active(case)) == ("moved", ["legal_review"])
        else:  # answered first, on the old drawing: what came next there cannot be moved, or is over
            assert isinstance(moved, migrations.CannotMove)
            assert company.get(case).deployment_id == case.deployment_id


def test_a_suspended_case_moves_and_stays_suspended(company, case):
    instances.suspend(company.app, company.cast.admin, case.id)
    company.deploy(drawing(more="confirm"))

    assert move(company, case).outcome == "moved"

    assert company.get(case).state == "suspended"


def test_answers_given_before_the_move_are_shown_on_the_form_they_were_given_on(company):
    company.deploy(drawing(more="confirm"))
    case = company.start("review")
    company.complete(case, "legal_review", by="zhouheng", conclusion="同意", opinion="没有问题")
    company.deploy(drawing(more="confirm", form=other_form()))

    move(company, case)

    [section] = dossier.dossier(company.app, company.cast.admin, case.id).sections
    [shown] = section.submissions
    assert "opinion" in [field["key"] for field in shown.schema["components"]]


def test_moving_cases_is_for_process_owners_and_admins_only(company, case):
    for act in (migrations.plan, migrations.migrate):
        with pytest.raises(Forbidden):
            act(company.app, company.cast.zhouheng, instances=[case.id])
    with pytest.raises(NotFound):
        migrations.plan(company.app, company.cast.admin, instances=["nowhere"])
    with pytest.raises(NotFound):
        migrations.plan(company.app, company.cast.admin, to="nowhere")


def test_draft_and_tasks_are_rows_of_the_same_id_after_the_move(company, case):
    task = company.task(case, "legal_review")
    user_tasks.save_draft(company.app, company.cast.zhouheng, task.id, {"opinion": "写了一半"})
    company.deploy(drawing(more="confirm"))

    move(company, case)

    with company.app.db.read() as session:
        assert session.scalars(select(TASKS.c.id)).all() == [task.id]
        assert session.scalars(select(Draft.subject)).all() == [task.id]
