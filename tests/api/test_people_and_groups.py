"""Setting a company up over HTTP: people, groups, heads, the calendar, allowances."""

from __future__ import annotations

import pytest


@pytest.fixture
def admin(review, client_for):
    return client_for("admin")


def test_an_account_is_made_changed_and_listed(admin):
    made = admin.post(
        "/users", {"name": "chenmo", "display_name": "陈默", "groups": ["法务部"], "department": "法务部"}
    )
    changed = admin.patch("/users/chenmo", {"display_name": "陈默然", "superior": "zhouheng"})

    assert made.status_code == 201
    assert (changed.json["display_name"], changed.json["superior"]) == ("陈默然", "zhouheng")
    assert changed.json["groups"] == ["法务部"]
    listed = {each["name"]: each for each in admin.get("/users").json["items"]}
    assert listed["chenmo"]["active"] is True
    assert admin.post("/users", {"name": "chenmo"}).status_code == 409
    assert admin.patch("/users/chenmo", {"groups": ["没有这个组"]}).status_code == 422


def test_who_has_open_tasks_is_not_deactivated_before_somebody_takes_them(admin, legal_task, client_for):
    client_for("zhouheng").post(f"/tasks/{legal_task['id']}/claim", {"version": legal_task["version"]})

    refused = admin.patch("/users/zhouheng", {"active": False})
    outsider = admin.patch("/users/zhouheng", {"active": False, "hand_over_to": "ouwen"})
    admin.patch("/users/ouwen", {"groups": ["法务部"]})
    done = admin.patch("/users/zhouheng", {"active": False, "hand_over_to": "ouwen"})

    assert refused.status_code == 409
    assert outsider.status_code == 422
    assert "法务部" in outsider.json["errors"][1]["message"]
    assert [each["id"] for each in refused.json["tasks"]] == [legal_task["id"]]
    assert (done.status_code, done.json["active"]) == (200, False)
    assert admin.get(f"/tasks/{legal_task['id']}").json["assignee"] == "ouwen"


def test_a_group_is_declared_and_a_department_gets_its_head(admin):
    made = admin.post("/groups", {"name": "人力资源部"})
    outsider = admin.patch("/departments/人力资源部", {"head": "ouwen"})
    admin.patch("/users/ouwen", {"groups": ["人力资源部"]})
    headed = admin.patch("/departments/人力资源部", {"head": "ouwen"})

    assert outsider.status_code == 422
    assert (made.status_code, headed.json["head"]) == (201, "ouwen")
    assert admin.patch("/departments/总监", {"head": "ouwen"}).status_code == 404
    assert admin.patch("/departments/人力资源部", {"head": "nobody"}).status_code == 422


def test_the_calendar_is_read_by_all_and_written_by_few(admin, client_for):
    written = admin.put("/calendar/2026", {"holidays": ["2026-10-09"], "workdays": ["2026-10-10"]})

    assert written.json["holidays"] == ["2026-10-09"]
    seen = client_for("ouwen").get("/calendar/2026").json
    assert (seen["workdays"], seen["is_announced"]) == (["2026-10-10"], True)
    assert "2026-10-01" in seen["official_holidays"]
    assert client_for("ouwen").put("/calendar/2026", {}).status_code == 403


def test_an_allowance_is_granted_and_shown(admin, client_for):
    assert admin.get("/allowances/市场部/2026Q2").status_code == 404

    granted = admin.put("/allowances/市场部/2026Q2", {"granted": "500000"})

    assert granted.json == {
        "department": "市场部",
        "period": "2026Q2",
        "granted": "500000.00",
        "committed": "0.00",
        "spent": "0.00",
        "left": "500000.00",
    } or granted.json["granted"] in ("500000.00", 500000)
    assert admin.put("/allowances/市场部/2026", {"granted": 1}).status_code == 422
    assert admin.put("/allowances/没有/2026Q2", {"granted": 1}).status_code == 404
    assert client_for("ouwen").put("/allowances/市场部/2026Q2", {"granted": 1}).status_code == 403
