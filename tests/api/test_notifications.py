"""Notifications over HTTP: one's own list, reading one, reading all."""

from __future__ import annotations

import pytest

from service.runtime.time import timers
from tests.engine import diagrams as d
from tests.runtime.drawings import chain


@pytest.fixture
def told(app, client_for, deploy):
    """周衡 has been told twice, the newer one last."""
    wanted = {"users": '=["zhouheng"]', "subject": "预算", "text": "超预算"}
    first, second = (d.service(name, "notify.alert", wanted) for name in ("first", "second"))
    deploy(chain("tell", first, second))
    client_for("linyue").post("/process-definitions/tell/start")
    timers.run_due(app)
    return client_for("zhouheng")


def test_one_lists_reads_and_lists_what_is_left(told):
    newest, older = told.get("/notifications").json["items"]

    read = told.post(f"/notifications/{newest['id']}/read").json

    assert (newest["subject"], newest["kind"], newest["read_at"]) == ("预算", "notice", None)
    assert read["read_at"] is not None
    assert [each["id"] for each in told.get("/notifications", unread="true").json["items"]] == [older["id"]]


def test_all_are_marked_at_once(told):
    assert told.post("/notifications/read-all").json == {"marked": 2}
    assert told.get("/notifications", unread="true").json["items"] == []


def test_somebody_elses_notification_is_not_there(told, client_for):
    [newest, _] = told.get("/notifications").json["items"]

    answer = client_for("admin").post(f"/notifications/{newest['id']}/read")

    assert answer.status_code == 404
    assert client_for("admin").get("/notifications").json["items"] == []


def test_a_notice_says_why_one_is_told_and_is_settled_with_its_task(app, client_for, deploy):
    deploy(chain("ask", d.user("check", group="法务部", name="核对合同")))
    case = client_for("linyue").post("/process-definitions/ask/start").json
    legal = client_for("zhouheng")

    [notice] = legal.get("/notifications", unread="true").json["items"]
    [task] = legal.get("/tasks", instance=case["id"]).json["items"]
    legal.post(f"/tasks/{task['id']}/complete", {"version": task["version"], "answers": {}})

    assert (notice["kind"], notice["subject"], notice["reason"]) == ("task", "请办理：核对合同", "办理人")
    assert (notice["task_id"], notice["on_behalf_of"], notice["settled_at"]) == (task["id"], None, None)
    assert legal.get("/notifications", unread="true").json["items"] == []
    assert legal.get("/notifications").json["items"][0]["settled_at"] is not None
