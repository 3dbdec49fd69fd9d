from __future__ import annotations

import pytest

from tests.engine import diagrams as d
from tests.runtime import drawings


def test_an_instance_shows_what_the_contract_names(started, client_for):
    shown = client_for("linyue").get(f"/process-instances/{started}").json

    assert shown["definition"] == "review"
    assert shown["version"] == 1
    assert shown["state"] == "active"
    assert [(each["activity_id"], each["activity_path"]) for each in shown["active"]] == [
        ("legal_review", "legal_review")
    ]
    assert shown["active"][0]["token_id"]
    assert shown["variables"]["applicant"] == "linyue"
    assert shown["incidents"] == []
    assert shown["started_at"].startswith("2026-03-02T01:00:00")
    assert shown["ended_at"] is None


def test_an_outsider_is_told_there_is_no_such_instance(started, client_for):
    ouwen = client_for("ouwen")

    answers = [
        ouwen.get(f"/process-instances/{started}"),
        ouwen.get(f"/process-instances/{started}/history"),
        ouwen.get(f"/process-instances/{started}/dossier"),
        ouwen.post(f"/process-instances/{started}/cancel"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert ouwen.get("/process-instances").json == {"items": [], "next": None}


def test_instances_are_listed_by_business_key_and_state(review, client_for):
    linyue = client_for("linyue")
    linyue.post("/process-definitions/review/start", {"business_key": "HD-1"})
    linyue.post("/process-definitions/review/start", {"business_key": "HD-2"})

    found = linyue.get("/process-instances", business_key="HD-2", state="active").json

    assert [each["business_key"] for each in found["items"]] == ["HD-2"]
    assert linyue.get("/process-instances", state="completed").json["items"] == []


def test_suspending_stops_and_resuming_goes_on(started, legal_task, client_for):
    admin, zhouheng = client_for("admin"), client_for("zhouheng")
    body = {"version": legal_task["version"], "answers": {"conclusion": "同意", "opinion": "同意上线"}}

    suspended = admin.post(f"/process-instances/{started}/suspend")
    refused = zhouheng.post(f"/tasks/{legal_task['id']}/complete", body)
    resumed = admin.post(f"/process-instances/{started}/resume")

    assert (suspended.json["state"], refused.status_code, resumed.json["state"]) == (
        "suspended",
        409,
        "active",
    )


def test_a_cancelled_instance_is_over(started, client_for):
    linyue = client_for("linyue")

    cancelled = linyue.post(f"/process-instances/{started}/cancel", {"reason": "不做了"})
    again = linyue.post(f"/process-instances/{started}/cancel")

    assert (cancelled.json["state"], again.status_code) == ("cancelled", 409)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"answers": 1}, "answers"),
        ({"business_key": ""}, "business_key"),
        ({"anwsers": {}}, "anwsers"),
        ({"variables": []}, "variables"),
    ],
)
def test_a_start_with_a_wrong_body_names_the_field(review, client_for, body, path):
    refused = client_for("linyue").post("/process-definitions/review/start", body)

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == [path]


def test_variables_are_only_for_declared_inputs_and_for_who_may_set_them(deploy, client_for):
    deploy(drawings.chain("limited", d.user("look", group="市场部"), inputs="limit"))
    linyue, admin = client_for("linyue"), client_for("admin")

    by_staff = linyue.post("/process-definitions/limited/start", {"variables": {"limit": 3}})
    by_admin = admin.post("/process-definitions/limited/start", {"variables": {"limit": 3.5}})
    undeclared = admin.post("/process-definitions/limited/start", {"variables": {"other": 3}})

    assert by_staff.status_code == 403
    assert by_admin.json["variables"]["limit"] == 3.5
    assert undeclared.status_code == 422


def test_the_history_tells_what_happened_in_order(started, client_for):
    lines = client_for("linyue").get(f"/process-instances/{started}/history").json["items"]

    seqs = [line["seq"] for line in lines]
    assert seqs == sorted(seqs)
    assert ("legal_review", "entered") in [(line["activity_id"], line["event"]) for line in lines]


def test_the_dossier_shows_what_was_handed_in(started, legal_task, client_for):
    answers = {"conclusion": "同意", "opinion": "同意上线"}
    zhouheng = client_for("zhouheng")
    zhouheng.post(
        f"/tasks/{legal_task['id']}/complete", {"version": legal_task["version"], "answers": answers}
    )

    dossier = client_for("linyue").get(f"/process-instances/{started}/dossier").json

    submission = dossier["sections"][0]["submissions"][0]
    assert submission["by"] == "zhouheng"
    assert submission["data"]["opinion"] == "同意上线"


def test_only_admins_see_every_incident(client_for):
    assert client_for("admin").get("/incidents").json == {"items": [], "next": None}
    assert client_for("linyue").get("/incidents").status_code == 403


def test_an_unknown_process_cannot_be_started(client_for, review):
    assert client_for("linyue").post("/process-definitions/nothing/start").status_code == 404


def test_a_message_that_begins_a_process_begins_it_once_however_often_it_is_sent(deploy, client_for):
    begun = d.process(
        d.begins("begin", d.message("m")),
        d.user("look", group="市场部"),
        d.end(),
        d.path("begin", "look", "done"),
        key="begun",
        declared=d.declare_message("m", "order"),
    )
    deploy({"begun.bpmn": begun, "organisation.yaml": drawings.ORGANISATION})
    admin, body = client_for("admin"), {"payload": {"amount": 7}, "business_key": "HD-9"}

    sent = [admin.post("/messages/order", body, key="one") for _ in range(2)]

    assert [each.status_code for each in sent] == [200, 200]
    assert sent[0].json == sent[1].json
    assert sent[0].json["has_begun"] is True
    [found] = admin.get("/process-instances", definition="begun").json["items"]
    assert (found["id"], found["business_key"]) == (sent[0].json["instance_id"], "HD-9")
    assert client_for("linyue").post("/messages/order", body).status_code == 403
    assert admin.post("/messages/unknown", {}).status_code == 404
