"""What people do with each other's tasks, over HTTP."""

from __future__ import annotations

from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, REVIEW_FORM


def test_reminding_again_says_when_to_come_back(client_for, legal_task):
    linyue, address = client_for("linyue"), f"/tasks/{legal_task['id']}/remind"

    first, again = linyue.post(address, {"note": "请尽快"}), linyue.post(address, {})

    assert first.status_code == 200
    assert (again.status_code, again.headers["Retry-After"]) == (429, "3600")


def test_the_reader_of_a_copy_sees_it_in_their_list_until_they_have_read_the_case(
    client_for, legal_task, started
):
    ouwen, address = client_for("ouwen"), f"/tasks/{legal_task['id']}/copies"

    sent = client_for("zhouheng").post(address, {"users": ["ouwen"], "note": "供参考"})
    [copy] = ouwen.get("/copies", unread="true").json["items"]
    read = ouwen.get(f"/process-instances/{started}")

    assert (sent.status_code, sent.json["id"]) == (200, legal_task["id"])
    assert (copy["sent_by"], copy["read_at"], copy["instance_id"]) == ("zhouheng", None, started)
    assert read.status_code == 200
    assert ouwen.get("/copies", unread="true").json["items"] == []
    assert ouwen.get("/copies").json["items"][0]["read_at"] is not None


def test_a_task_is_lent_and_comes_back_with_a_draft(client_for, legal_task):
    zhou, liang, address = client_for("zhouheng"), client_for("liangxiao"), f"/tasks/{legal_task['id']}"

    lent = zhou.post(f"{address}/delegate", {"to": "liangxiao", "reason": "先看接口"})
    refused = liang.post(f"{address}/complete", {"version": lent.json["version"], "answers": {}})
    back = liang.post(f"{address}/resolve", {"opinion": "可行", "answers": {"opinion": "接口可行"}})

    assert (lent.json["assignee"], lent.json["lender"]) == ("liangxiao", "zhouheng")
    assert refused.status_code == 409
    assert (back.json["assignee"], back.json["lender"]) == ("zhouheng", None)
    assert zhou.get(f"{address}/form").json["data"]["opinion"] == "接口可行"


def test_who_cannot_be_handed_a_task_is_a_wrong_field(client_for, legal_task):
    for name in ("transfer", "delegate"):
        answer = client_for("zhouheng").post(
            f"/tasks/{legal_task['id']}/{name}", {"to": "nobody", "reason": "出差"}
        )

        assert answer.status_code == 422
        assert [error["path"] for error in answer.json["errors"]] == ["to"]


def test_a_signer_is_added_removed_and_signs_over_http(client_for, legal_task):
    zhou, liang, address = client_for("zhouheng"), client_for("liangxiao"), f"/tasks/{legal_task['id']}"

    added = zhou.post(
        f"{address}/signers", {"users": ["liangxiao", "ouwen"], "mode": "after", "reason": "请把关"}
    )
    removed = zhou.delete(f"{address}/signers/ouwen")
    answers = {"conclusion": "同意", "opinion": "规则合法"}
    held = zhou.post(f"{address}/complete", {"version": removed.json["version"], "answers": answers})
    [own] = liang.get("/tasks", mine="true").json["items"]
    form = liang.get(f"/tasks/{own['id']}/form").json
    signed = liang.post(
        f"/tasks/{own['id']}/complete",
        {"version": own["version"], "answers": {"conclusion": "同意", "opinion": "可以"}},
    )

    assert [(each["user"], each["mode"], each["state"]) for each in added.json["signers"]] == [
        ("liangxiao", "after", "waiting"),
        ("ouwen", "after", "waiting"),
    ]
    assert [each["user"] for each in removed.json["signers"]] == ["liangxiao"]
    assert (held.status_code, held.json["opened"]) == (200, [])
    assert [each["key"] for each in form["schema"]["components"]] == ["conclusion", "opinion"]
    assert [each["activity_id"] for each in signed.json["opened"]] == ["finance_confirm"]
    assert zhou.get(address).json["signers"][0]["conclusion"] == "同意"


def test_an_answer_is_taken_back_over_http_until_something_has_moved(client_for, legal_task):
    zhou, address = client_for("zhouheng"), f"/tasks/{legal_task['id']}"
    answers = {"conclusion": "同意", "opinion": "规则合法"}
    zhou.post(f"{address}/complete", {"version": legal_task["version"], "answers": answers})

    reopened = zhou.post(f"{address}/withdraw", {"reason": "漏看一条"})
    again = {"version": reopened.json["reopened"]["version"], "answers": answers}
    opened = zhou.post(f"{address}/complete", again).json["opened"]
    client_for("xunuo").post(f"/tasks/{opened[0]['id']}/claim")
    refused = zhou.post(f"{address}/withdraw", {"reason": "再看一次"})

    assert reopened.status_code == 200
    assert (reopened.json["reopened"]["id"], reopened.json["reopened"]["state"]) == (legal_task["id"], "open")
    assert refused.status_code == 409
    assert "财务确认" in refused.json["detail"]


def bulk(deploy):
    """Two tasks of legal's that may be answered together, and one that may not."""
    properties = {"bulk": "true"}
    deploy(
        {
            "many.bpmn": d.process(
                d.start(),
                d.user("sign", camunda_formRef="legal_review", properties=properties),
                d.user("look"),
                d.end(),
                d.path("begin", "sign", "look", "done"),
                key="many",
            ),
            "legal_review.form": REVIEW_FORM,
            "organisation.yaml": ORGANISATION,
        }
    )


def test_several_tasks_are_answered_at_once_each_by_itself(client_for, deploy):
    bulk(deploy)
    for _ in range(3):
        client_for("linyue").post("/process-definitions/many/start")
    zhou = client_for("zhouheng")
    first, second, third = zhou.get("/tasks", mine="true").json["items"]
    agreed = {"conclusion": "同意", "opinion": "规则合法"}
    items = [
        {"id": first["id"], "version": 1, "answers": agreed},
        {"id": second["id"], "version": 1, "answers": {"conclusion": "同意", "opinion": "短"}},
        {"id": third["id"], "version": 7, "answers": agreed},
        {"id": first["id"], "version": 1, "answers": agreed},
        {"id": "nowhere", "version": 1, "answers": agreed},
    ]

    answer = zhou.post("/tasks/complete-many", {"items": items}, key="once")
    repeated = zhou.post("/tasks/complete-many", {"items": items}, key="once")

    assert answer.status_code == 200
    assert [each["status"] for each in answer.json["items"]] == [200, 422, 409, 409, 404]
    # An opinion that has to be given has to be given here too.
    assert [error["path"] for error in answer.json["items"][1]["errors"]] == ["opinion"]
    assert zhou.get(f"/tasks/{first['id']}").json["state"] == "completed"
    assert zhou.get(f"/tasks/{second['id']}").json["state"] == "open"
    assert repeated.json == answer.json


def test_a_task_whose_drawing_does_not_allow_it_is_answered_alone(client_for, deploy):
    bulk(deploy)
    client_for("linyue").post("/process-definitions/many/start")
    zhou = client_for("zhouheng")
    [task] = zhou.get("/tasks", mine="true").json["items"]
    agreed = {"conclusion": "同意", "opinion": "规则合法"}
    [following] = zhou.post(f"/tasks/{task['id']}/complete", {"version": 1, "answers": agreed}).json["opened"]

    item = {"id": following["id"], "version": 1, "answers": {}}
    [outcome] = zhou.post("/tasks/complete-many", {"items": [item]}).json["items"]

    assert outcome["status"] == 403
    assert zhou.get(f"/tasks/{following['id']}").json["state"] == "open"


def test_one_keeps_phrases_for_oneself(client_for, review):
    zhou = client_for("zhouheng")

    kept = zhou.post("/phrases", {"text": " 同意，请按计划执行 "})
    again = zhou.post("/phrases", {"text": "同意，请按计划执行"})

    assert (kept.status_code, kept.json["text"]) == (201, "同意，请按计划执行")
    assert again.json["id"] == kept.json["id"]
    assert [each["text"] for each in zhou.get("/phrases").json["items"]] == ["同意，请按计划执行"]
    assert client_for("xunuo").get("/phrases").json["items"] == []
    assert client_for("xunuo").delete(f"/phrases/{kept.json['id']}").status_code == 404
    assert zhou.delete(f"/phrases/{kept.json['id']}").status_code == 204
    assert zhou.post("/phrases", {"text": "  "}).status_code == 422


def test_a_comment_brings_files_that_whoever_it_names_may_read(client_for, started):
    linyue, ouwen = client_for("linyue"), client_for("ouwen")
    own = linyue.upload("/attachments", {"a.txt": b"text"}, field="file").json["id"]
    strange = ouwen.upload("/attachments", {"b.txt": b"text"}, field="file").json["id"]
    address = f"/process-instances/{started}/comments"

    said = linyue.post(address, {"text": "见附件", "mentions": ["ouwen"], "attachments": [own]})
    refused = linyue.post(address, {"text": "也见这个", "attachments": [strange]})

    assert (said.status_code, said.json["attachments"][0]["name"]) == (201, "a.txt")
    assert refused.status_code == 422
    assert [each["text"] for each in ouwen.get(address).json["items"]] == ["见附件"]
    assert ouwen.get(f"/attachments/{own}").status_code == 200


def test_the_reader_of_a_copy_may_read_the_files_of_the_case(client_for, legal_task):
    zhou, address = client_for("zhouheng"), f"/tasks/{legal_task['id']}"
    file = zhou.upload("/attachments", {"a.txt": b"text"}, field="file").json["id"]
    zhou.post(f"{address}/copies", {"users": ["ouwen"]})
    answers = {"conclusion": "同意", "opinion": "规则合法", "files": [file]}

    zhou.post(f"{address}/complete", {"version": legal_task["version"], "answers": answers})

    assert client_for("ouwen").get(f"/attachments/{file}").status_code == 200
    assert client_for("liangxiao").get(f"/attachments/{file}").status_code == 404
