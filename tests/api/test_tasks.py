from __future__ import annotations

AGREED = {"conclusion": "同意", "opinion": "同意上线"}


def test_a_case_walks_from_its_start_to_its_end_over_http(review, client_for):
    linyue, zhouheng, xunuo = client_for("linyue"), client_for("zhouheng"), client_for("xunuo")

    started = linyue.post("/process-definitions/review/start", {"business_key": "HD-1"})
    legal = zhouheng.get("/tasks", mine=True).json["items"][0]
    answered = zhouheng.post(
        f"/tasks/{legal['id']}/complete", {"version": legal["version"], "answers": AGREED}
    )
    finance = xunuo.get("/tasks", mine=True).json["items"][0]
    last = xunuo.post(f"/tasks/{finance['id']}/complete", {"version": finance["version"], "answers": {}})

    assert (started.status_code, answered.status_code, last.status_code) == (201, 200, 200)
    assert started.headers["Location"] == f"/api/v1/process-instances/{started.json['id']}"
    assert [task["activity_id"] for task in answered.json["opened"]] == ["finance_confirm"]
    assert answered.json["instance"]["state"] == "active"
    assert last.json["instance"] == {
        "id": started.json["id"],
        "state": "completed",
        "active": [],
        "incidents": [],
    }


def test_a_task_shows_what_the_contract_names(legal_task, started):
    shown = {
        key: legal_task[key]
        for key in ("name", "activity_id", "activity_path", "definition", "form", "candidate_groups")
    }

    assert shown == {
        "name": "法务会签",
        "activity_id": "legal_review",
        "activity_path": "legal_review",
        "definition": "review",
        "form": "legal_review",
        "candidate_groups": ["法务部"],
    }
    assert legal_task["instance_id"] == started
    assert legal_task["assignee"] is None
    assert "element" not in legal_task


def test_the_form_comes_with_the_values_it_starts_with(legal_task, client_for):
    form = client_for("zhouheng").get(f"/tasks/{legal_task['id']}/form").json

    assert [field["key"] for field in form["schema"]["components"]] == [
        "conclusion",
        "opinion",
        "budget",
        "files",
    ]
    assert form["data"]["budget"] == 120000.5


def test_claiming_raises_the_version_and_an_older_one_is_stale(legal_task, client_for):
    zhouheng = client_for("zhouheng")

    claimed = zhouheng.post(f"/tasks/{legal_task['id']}/claim", {"version": legal_task["version"]})
    stale = zhouheng.post(
        f"/tasks/{legal_task['id']}/complete", {"version": legal_task["version"], "answers": AGREED}
    )

    assert claimed.json["assignee"] == "zhouheng"
    assert claimed.json["version"] == legal_task["version"] + 1
    assert stale.status_code == 409


def test_a_claim_needs_no_body(legal_task, client_for):
    http = client_for("zhouheng")

    response = http.http.post(f"/api/v1/tasks/{legal_task['id']}/claim", headers=http.headers)

    assert response.status_code == 200


def test_a_finished_task_cannot_be_answered_again(legal_task, client_for):
    zhouheng, body = client_for("zhouheng"), {"version": legal_task["version"], "answers": AGREED}
    zhouheng.post(f"/tasks/{legal_task['id']}/complete", body)

    again = zhouheng.post(f"/tasks/{legal_task['id']}/complete", body)

    assert again.status_code == 409


def test_bad_answers_come_back_by_field(legal_task, client_for):
    refused = client_for("zhouheng").post(
        f"/tasks/{legal_task['id']}/complete",
        {"version": legal_task["version"], "answers": {"conclusion": "也许", "opinion": "嗯"}},
    )

    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert {error["path"] for error in refused.json["errors"]} == {"conclusion", "opinion"}
    assert all(error["message"] for error in refused.json["errors"])


def test_completing_without_a_version_is_refused_by_field(legal_task, client_for):
    refused = client_for("zhouheng").post(f"/tasks/{legal_task['id']}/complete", {"answers": AGREED})

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["version"]


def test_who_sees_the_case_but_is_no_candidate_is_refused_and_an_outsider_sees_nothing(
    legal_task, client_for
):
    body = {"version": legal_task["version"], "answers": AGREED}

    applicant = client_for("linyue").post(f"/tasks/{legal_task['id']}/complete", body)
    outsider = client_for("ouwen").post(f"/tasks/{legal_task['id']}/complete", body)

    assert applicant.status_code == 403
    assert outsider.status_code == 404


def test_a_draft_of_another_window_is_not_written_over_unasked(legal_task, client_for):
    client, address = client_for("zhouheng"), f"/tasks/{legal_task['id']}/draft"
    first = client.post(address, {"answers": {"opinion": "甲窗口"}, "over": ""})
    second = client.post(address, {"answers": {"opinion": "乙窗口"}, "over": first.json["kept"]})

    stale = client.post(address, {"answers": {"opinion": "甲窗口再写"}, "over": first.json["kept"]})

    assert (first.status_code, second.status_code, stale.status_code) == (200, 200, 409)
    assert stale.json["kept"] == second.json["kept"]
    assert client.get(f"/tasks/{legal_task['id']}/form").json["data"]["opinion"] == "乙窗口"
    chosen = client.post(address, {"answers": {"opinion": "甲窗口再写"}, "over": stale.json["kept"]})
    assert chosen.status_code == 200
    assert client.post(address, {"answers": {}}).status_code == 200  # whoever does not ask is not told


def test_a_draft_is_kept_unchecked_and_does_not_raise_the_version(legal_task, client_for):
    zhouheng = client_for("zhouheng")

    kept = zhouheng.post(f"/tasks/{legal_task['id']}/draft", {"answers": {"opinion": "嗯"}})

    assert kept.status_code == 200
    assert zhouheng.get(f"/tasks/{legal_task['id']}/form").json["data"]["opinion"] == "嗯"
    assert zhouheng.get(f"/tasks/{legal_task['id']}").json["version"] == legal_task["version"]


def test_pages_of_tasks_join_at_the_cursor(review, client_for):
    linyue, zhouheng = client_for("linyue"), client_for("zhouheng")
    ids = {linyue.post("/process-definitions/review/start").json["id"] for _ in range(5)}

    first = zhouheng.get("/tasks", mine=True, limit=3).json
    second = zhouheng.get("/tasks", mine=True, limit=3, cursor=first["next"]).json

    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 2, None]
    assert {task["instance_id"] for task in first["items"] + second["items"]} == ids


def test_the_tasks_of_an_instance_are_listed_for_its_applicant(legal_task, started, client_for):
    listed = client_for("linyue").get("/tasks", instance=started).json["items"]

    assert [task["id"] for task in listed] == [legal_task["id"]]
