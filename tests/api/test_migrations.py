"""Moving running instances over the API."""

from __future__ import annotations

import pytest

from tests.engine import diagrams as d


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
