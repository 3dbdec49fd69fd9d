"""Moving running instances over the API."""

from __future__ import annotations

import pytest

from tests.engine import diagrams as d
from tests.runtime.drawings import REVIEW_FORM


@pytest.fixture
def changed(started, deploy):
    """`review` deployed again: finance's step belongs to tech now. Returns the id of the running instance."""
    file = d.process(
        d.start(),
        d.user("legal_review", camunda_formRef="legal_review", outputs={"legal_conclusion": "conclusion"}),
        d.user("finance_confirm", group="技术部"),
        d.end(),
        d.path("begin", "legal_review", "finance_confirm", "done"),
        key="review",
    )
    deploy({"review.bpmn": file})
    return started


@pytest.fixture
def without_review(started, deploy):
    """`review` deployed again without the step the instance stands on."""
    file = d.process(d.start(), d.user("other"), d.end(), d.path("begin", "other", "done"), key="review")
    deploy({"review.bpmn": file})
    return started


def test_a_dry_run_tells_and_the_real_run_moves(changed, client_for):
    admin = client_for("admin")

    planned = admin.post(f"/process-instances/{changed}/migrate", {"dry_run": True})
    assert (planned.status_code, planned.json["outcome"]) == (200, "movable")
    done = admin.post(f"/process-instances/{changed}/migrate", {"deployment": "live"})
    assert (done.status_code, done.json["outcome"]) == (200, "moved")

    assert admin.get(f"/process-instances/{changed}").json["version"] == 2


def test_an_instance_that_cannot_move_is_a_conflict_with_every_reason(without_review, client_for):
    answer = client_for("admin").post(f"/process-instances/{without_review}/migrate")

    assert answer.status_code == 409
    assert [each["path"] for each in answer.json["errors"]] == ["legal_review"]


def test_a_batch_answers_for_each_instance(changed, client_for):
    answer = client_for("admin").post("/migrations", {"definition": "review"})

    assert (answer.status_code, answer.json["next"]) == (200, None)
    [view] = answer.json["items"]
    assert (view["instance_id"], view["outcome"], view["obstacles"]) == (changed, "moved", [])


def test_only_who_keeps_the_processes_may_move_instances(changed, client_for):
    applicant = client_for("linyue")

    assert applicant.post(f"/process-instances/{changed}/migrate").status_code == 403
    assert applicant.post("/migrations", {"dry_run": True}).status_code == 403


def test_a_dry_run_lists_each_obstacle(without_review, client_for):
    answer = client_for("admin").post(f"/process-instances/{without_review}/migrate", {"dry_run": True})

    assert (answer.status_code, answer.json["outcome"]) == (200, "blocked")
    [obstacle] = answer.json["obstacles"]
    assert (obstacle["activity_path"], set(obstacle)) == (
        "legal_review",
        {"activity_path", "code", "message"},
    )
    assert obstacle["message"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_batch_lists_each_obstacle_and_moves_nothing(without_review, client_for, dry_run):
    admin = client_for("admin")

    answer = admin.post("/migrations", {"definition": "review", "dry_run": dry_run})

    assert answer.status_code == 200
    [view] = answer.json["items"]
    assert (view["outcome"], [each["activity_path"] for each in view["obstacles"]]) == (
        "blocked",
        ["legal_review"],
    )
    assert admin.get(f"/process-instances/{without_review}").json["version"] == 1


@pytest.fixture
def due_otherwise(started, deploy):
    """`review` deployed again: the open task asks with another form, and another group does it."""
    form = REVIEW_FORM.replace(b'"minLength": 4', b'"minLength": 5')
    file = d.process(
        d.start(),
        d.user(
            "legal_review",
            camunda_formRef="legal_review",
            group="财务部",
            outputs={"legal_conclusion": "conclusion"},
        ),
        d.user("finance_confirm", group="财务部"),
        d.end(),
        d.path("begin", "legal_review", "finance_confirm", "done"),
        key="review",
    )
    deploy({"review.bpmn": file, "legal_review.form": form})
    return started


@pytest.mark.parametrize("path", ["/process-instances/{id}/migrate", "/migrations"])
def test_what_is_different_afterwards_is_listed_by_the_plan_and_by_the_move(due_otherwise, client_for, path):
    admin, url = client_for("admin"), path.format(id=due_otherwise)

    planned, moved = admin.post(url, {"dry_run": True}), admin.post(url, {})

    assert (planned.status_code, moved.status_code) == (200, 200)
    views = [each.json["items"][0] if "items" in each.json else each.json for each in (planned, moved)]
    assert [view["outcome"] for view in views] == ["movable", "moved"]
    assert all({note["code"] for note in view["notes"]} >= {"form-changed"} for view in views)
    assert admin.get(f"/process-instances/{due_otherwise}").json["version"] == 2


def test_the_reasons_come_in_the_language_that_is_asked_for(without_review, client_for):
    admin = client_for("admin")
    admin.headers["Accept-Language"] = "zh-CN"

    answer = admin.post(f"/process-instances/{without_review}/migrate", {"dry_run": True})

    [obstacle] = answer.json["obstacles"]
    assert not obstacle["message"].isascii()
