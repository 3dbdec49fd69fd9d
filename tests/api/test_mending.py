"""Understanding and mending cases over HTTP."""

from __future__ import annotations

import csv
import io
import json

import pytest

from service.runtime import identity
from service.runtime.keeping import certificates
from service.runtime.mending import batches
from service.runtime.step.context import SYSTEM
from tests.runtime.mending.drawings import guarded


@pytest.fixture
def admin(review, client_for):
    return client_for("admin")


def at(instance, part):
    return f"/process-instances/{instance}/{part}"


def test_one_learns_why_a_case_does_not_move(admin, started, client_for):
    [waits] = client_for("linyue").get(at(started, "waiting")).json["items"]

    assert (waits["activity_path"], waits["kind"], waits["who"]) == ("legal_review", "people", ["法务部"])
    assert waits["sentence"].endswith("since 2026-03-02 09:00.")
    assert client_for("ouwen").get(at(started, "waiting")).status_code == 404


def test_instances_are_found_by_the_parameters_of_the_contract(admin, started):
    def found(**query):
        return [each["id"] for each in admin.get("/process-instances", **query).json["items"]]

    assert found(waiting_for="法务部", activity="legal_review", version=1) == [started]
    assert found(started_from="2026-03-02", started_to="2026-03-02", text="林悦") == [started]
    assert found(started_to="2026-03-01") == []
    assert found(stalled="true") == []
    assert admin.get("/process-instances", started_from="gestern").status_code == 422


def test_variables_and_tokens_are_put_right(admin, started):
    [place] = admin.get(f"/process-instances/{started}").json["active"]
    order = {"cancel": [place["token_id"]], "start": [{"activity_path": "finance_confirm"}]}

    seen = admin.post(at(started, "modify"), {**order, "dry_run": True})
    done = admin.post(at(started, "modify"), {**order, "reason": "法务已线下会签"})
    wrong = admin.post(at(started, "variables"), {"variables": {"x": 1}, "reason": "录入有误"})

    assert [each["activity_path"] for each in seen.json["opened"]] == ["finance_confirm"]
    assert seen.json["instance"] is None
    assert [each["activity_id"] for each in done.json["instance"]["active"]] == ["finance_confirm"]
    assert wrong.status_code == 422
    assert admin.post(at(started, "modify"), {**order, "reason": ""}).status_code == 422


def test_what_sets_a_promise_aside_is_asked_for_and_confirmed_by_another(app, deploy, client_for):
    deploy(guarded())
    identity.create_user(app, SYSTEM, "jianghe", groups=("admin",))
    admin, other, applicant = (client_for(name) for name in ("admin", "jianghe", "linyue"))
    case = applicant.post("/process-definitions/guarded/start", {}).json["id"]
    [place] = admin.get(f"/process-instances/{case}").json["active"]
    order = {"cancel": [place["token_id"]], "start": [{"activity_path": "launch"}]}

    seen = admin.post(at(case, "modify"), {**order, "dry_run": True})
    asked = admin.post(at(case, "modify"), {**order, "reason": "临期"})
    waiver = asked.json["id"]
    listed = [each["id"] for each in other.get("/waivers", state="open").json["items"]]
    own = admin.post(f"/waivers/{waiver}/confirm", {"reason": "同意"})
    present = other.get(f"/waivers/{waiver}/present").json
    done = other.post(f"/waivers/{waiver}/confirm", {"reason": "总裁同意"})
    again = other.post(f"/waivers/{waiver}/decline", {"reason": "请等"})

    assert [each["key"] for each in seen.json["promises"]] == ["legal_first"]
    assert (asked.status_code, asked.json["state"]) == (202, "open")
    assert asked.headers["Location"].endswith(f"/waivers/{waiver}")
    assert listed == [waiver]
    assert (own.status_code, done.status_code, again.status_code) == (403, 200, 409)
    assert (present["problem"], [each["name"] for each in present["promises"]]) == (None, ["上线前法务同意"])
    certificate = applicant.get(at(case, "certificate")).json
    [aside] = certificate["set_aside"]
    assert (aside["asked_by"]["name"], aside["agreed_by"]["name"]) == ("admin", "jianghe")
    verdict = certificates.verify(app.audit_keys, json.dumps(certificate).encode())
    assert (verdict.state, verdict.about["set_aside"]) == ("whole", ["上线前法务同意"])
    certificate["set_aside"] = []
    assert certificates.verify(app.audit_keys, json.dumps(certificate).encode()).state == "changed"


def test_many_are_done_in_the_background_with_progress(admin, started, app):
    ordered = admin.post("/batch", {"action": "suspend", "ids": [started, "nothing"], "reason": "盘点"})
    before = admin.get(f"/batch/{ordered.json['id']}").json
    batches.run(app, ordered.json["id"])
    after = admin.get(f"/batch/{ordered.json['id']}").json

    assert ordered.status_code == 202
    assert (before["state"], before["total"], before["done"]) == ("pending", 2, 0)
    assert (after["state"], after["done"]) == ("done", 2)
    assert [each["id"] for each in after["failed"]] == ["nothing"]
    assert admin.get(f"/process-instances/{started}").json["state"] == "suspended"
    for filter in ({}, {"state": "nowhere"}):
        body = {"action": "suspend", "filter": filter, "reason": "盘点"}
        assert admin.post("/batch", body).status_code == 422


def test_the_audit_record_comes_as_json_and_as_a_table_without_formulas(admin, started, client_for):
    admin.post("/users", {"name": "eve", "display_name": "=1+1"})
    found = admin.get("/audit", instance=started, actor="linyue").json["items"]

    answer = admin.http.get("/api/v1/audit?from=2020-01-01", headers={**admin.headers, "Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert {each["chain"] for each in found} == {started}
    assert answer.content_type.startswith("text/csv")
    assert rows[0][:3] == ["at", "actor", "action"]
    assert len(rows) > 5
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert client_for("linyue").get("/audit").status_code == 403


def test_jobs_are_listed(admin, client_for):
    assert admin.get("/jobs", state="failed").json == {"items": [], "next": None}
    assert admin.get("/jobs", state="x").status_code == 422
    assert client_for("linyue").get("/jobs").status_code == 403
