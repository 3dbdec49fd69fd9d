from __future__ import annotations

import json
from io import BytesIO

import pytest

from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.engine import diagrams as d
from tests.runtime import drawings

BROKEN = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'


def files():
    return {
        name: data.encode() if isinstance(data, str) else data for name, data in drawings.review().items()
    }


def test_deploying_over_http_makes_the_files_live(client_for):
    admin = client_for("admin")

    answer = admin.upload("/deployments", files())

    assert answer.status_code == 201
    assert answer.json["warnings"] == [] or answer.json["warnings"][0]["severity"] == "warning"
    live = admin.get("/resources").json["items"]
    assert [(each["name"], each["kind"], each["version"]) for each in live] == [
        ("legal_review.form", "form", 1),
        ("organisation.yaml", "yaml", 1),
        ("review.bpmn", "bpmn", 1),
    ]
    assert {each["sha256"] for each in live} == {each["sha256"] for each in answer.json["files"]}
    assert admin.get("/resources/review.bpmn").data == files()["review.bpmn"]


def test_a_broken_file_is_refused_with_the_place_of_every_finding(review, client_for):
    admin = client_for("admin")

    refused = admin.upload("/deployments", {"broken.bpmn": BROKEN})

    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert refused.json["errors"]
    for finding in refused.json["errors"]:
        assert set(finding) == {"file", "line", "element", "severity", "code", "message"}
    assert [each["id"] for each in admin.get("/deployments").json["items"]] == [review.id]


def test_what_is_not_uploaded_carries_over_and_remove_drops(review, client_for):
    admin = client_for("admin")
    changed = files()["review.bpmn"].replace("财务确认".encode(), "财务复核".encode())

    second = admin.upload("/deployments", {"review.bpmn": changed, "extra.form": b'{"components": []}'})
    third = admin.upload("/deployments", {}, remove="extra.form")

    versions = {each["name"]: each["version"] for each in second.json["files"]}
    assert versions == {
        "extra.form": 1,
        "legal_review.form": 1,
        "organisation.yaml": 1,
        "review.bpmn": 2,
    }
    assert [each["name"] for each in third.json["files"]] == [
        "legal_review.form",
        "organisation.yaml",
        "review.bpmn",
    ]


def test_removing_a_file_that_is_not_there_is_refused(review, client_for):
    assert client_for("admin").upload("/deployments", {}, remove="nothing.bpmn").status_code == 422


def test_the_live_manifest_over_again_changes_nothing(review, client_for):
    admin = client_for("admin")

    again = admin.upload("/deployments", files())

    assert again.status_code == 201
    assert again.json["id"] == review.id
    assert len(admin.get("/deployments").json["items"]) == 1


def test_an_earlier_deployment_becomes_live_again(review, client_for):
    admin = client_for("admin")
    changed = files()["review.bpmn"].replace("财务确认".encode(), "财务复核".encode())
    second = admin.upload("/deployments", {"review.bpmn": changed}).json["id"]

    activated = admin.post(f"/deployments/{review.id}/activate")

    assert activated.status_code == 200
    assert admin.get("/resources/review.bpmn").data == files()["review.bpmn"]
    assert admin.get("/process-definitions/review").json["version"] == 1
    listed = admin.get("/deployments").json["items"]
    assert [(each["id"], each["is_live"]) for each in listed] == [(second, False), (review.id, True)]


def test_an_instance_keeps_the_drawing_it_started_with(started, client_for, deploy):
    changed = files()["review.bpmn"].replace("财务确认".encode(), "财务复核".encode())
    deploy({"review.bpmn": changed})
    zhouheng = client_for("zhouheng")
    task = zhouheng.get("/tasks", mine=True).json["items"][0]

    answered = zhouheng.post(
        f"/tasks/{task['id']}/complete",
        {"version": task["version"], "answers": {"conclusion": "同意", "opinion": "同意上线"}},
    )

    assert [each["name"] for each in answered.json["opened"]] == ["财务确认"]


def test_two_deployments_are_compared_by_element_and_property(review, client_for):
    admin = client_for("admin")
    changed = (
        files()["review.bpmn"]
        .replace("财务确认".encode(), "财务复核".encode())
        .replace(b"=120000.50", b"=99.50")
    )
    admin.upload("/deployments", {"review.bpmn": changed})

    answer = admin.get("/compare", **{"from": review.id, "to": "live"})

    assert {
        (each["element"], each["property"]): (each["before"], each["after"])
        for each in answer.json["changes"]
    } == {
        ("finance_confirm", "name"): ("财务确认", "财务复核"),
        ("legal_review", "inputParameter[budget]"): ("=120000.50", "=99.50"),
    }
    assert {each["file"] for each in answer.json["changes"]} == {"review.bpmn"}


def test_a_changed_form_field_is_told_by_its_key(review, client_for):
    admin = client_for("admin")
    changed = files()["legal_review.form"].replace(b'"minLength": 4', b'"minLength": 10')
    admin.upload("/deployments", {"legal_review.form": changed})

    changes = admin.get("/compare", **{"from": review.id}).json["changes"]

    assert changes == [
        {
            "file": "legal_review.form",
            "element": "opinion",
            "property": "validate.minLength",
            "before": "4",
            "after": "10",
        }
    ]


def test_comparing_with_nothing_there_is_not_found(review, client_for):
    assert client_for("admin").get("/compare", **{"from": "0" * 32}).status_code == 404


def test_staff_neither_deploy_nor_read_the_drawings_but_see_what_they_can_start(review, client_for):
    linyue = client_for("linyue")

    assert linyue.upload("/deployments", files()).status_code == 403
    assert linyue.post(f"/deployments/{review.id}/activate").status_code == 403
    assert linyue.get("/process-definitions/review/xml").status_code == 403
    assert linyue.get("/process-definitions/review").json["key"] == "review"
    assert client_for("admin").get("/process-definitions/review/xml").data == files()["review.bpmn"]


@pytest.mark.parametrize("name", ["run.py", "x.exe", "noending"])
def test_a_file_that_has_no_place_in_a_manifest_is_refused(client_for, name):
    refused = client_for("admin").upload("/deployments", {name: b"x"})

    assert refused.status_code == 422
    assert [each["code"] for each in refused.json["errors"]] == ["unknown-kind"]


def test_folders_in_front_of_a_name_do_not_matter(client_for):
    answer = client_for("admin").upload(
        "/deployments", {f"processes/{name}": data for name, data in files().items()}
    )

    assert [each["name"] for each in answer.json["files"]] == sorted(files())


def test_checking_says_the_same_and_changes_nothing(review, client_for):
    admin = client_for("admin")

    checked = admin.upload("/deployments/check", {"broken.bpmn": BROKEN})
    refused = admin.upload("/deployments", {"broken.bpmn": BROKEN})

    assert checked.status_code == 200
    assert checked.json["findings"] == refused.json["errors"]
    assert len(admin.get("/deployments").json["items"]) == 1


def test_definitions_are_listed_with_key_name_and_version(review, client_for):
    items = client_for("linyue").get("/process-definitions").json["items"]

    assert [(each["key"], each["version"]) for each in items] == [("review", 1)]


def test_deploying_works_the_same_on_both_databases(any_app):
    first = deployments.deploy(any_app, SYSTEM, files())
    second = deployments.deploy(any_app, SYSTEM, {"extra.form": b'{"components": []}'})

    assert [page.id for page in deployments.find(any_app, SYSTEM).items] == [second.id, first.id]
    assert deployments.activate(any_app, SYSTEM, first.id).is_live
    assert any_app.live().deployment_id == first.id


def test_findings_are_english_unless_the_program_asks_for_chinese(review, client_for):
    admin = client_for("admin")

    def said(path, **headers):
        found = admin.http.post(
            f"/api/v1{path}",
            data={"files": (BytesIO(BROKEN), "broken.bpmn")},
            headers={**admin.headers, **headers},
        ).json
        return {each["message"] for each in found.get("findings") or found["errors"]}

    for path in ("/deployments/check", "/deployments"):
        assert "There is no start event." in said(path)
        assert "There is no start event." in said(path, **{"Accept-Language": "*"})
        assert "没有开始事件，请加上一个。" in said(path, **{"Accept-Language": "zh-CN,zh;q=0.9"})


PART = b'{"components": [{"type": "textfield", "id": "a", "key": "name", "label": "%s"}]}'
HOLDER = b"""{"components": [{"type": "group", "id": "g", "properties": {"part": "person"}, "components": [
    {"type": "textfield", "id": "g_a", "key": "name", "label": "%s"}]}]}"""


def test_a_changed_part_alone_names_the_forms_that_it_would_leave_behind(review, client_for):
    admin = client_for("admin")
    admin.upload("/deployments", {"person.form": PART % b"Name", "apply.form": HOLDER % b"Name"})

    refused = admin.upload("/deployments", {"person.form": PART % b"Full name"})
    both = {"person.form": PART % b"Full name", "apply.form": HOLDER % b"Full name"}

    assert refused.status_code == 422
    assert [(each["file"], each["element"], each["code"]) for each in refused.json["errors"]] == [
        ("apply.form", "g", "part-stale")
    ]
    assert admin.upload("/deployments", both).status_code == 201


def test_a_changed_part_is_written_into_the_live_forms_on_request(review, client_for):
    admin = client_for("admin")
    admin.upload("/deployments", {"person.form": PART % b"Name", "apply.form": HOLDER % b"Name"})
    changed = {"person.form": PART % b"Full name"}

    checked = admin.upload("/deployments/check", changed, weave="true")
    deployed = admin.upload("/deployments", changed, weave="true")

    # Of the company it says who is missing; of the forms there is nothing to mend.
    assert {each["file"] for each in checked.json["findings"]} <= {"organisation.yaml"}
    assert deployed.status_code == 201
    assert json.loads(admin.get("/resources/apply.form").data) == json.loads(HOLDER % b"Full name")


def test_a_drawing_of_another_tool_is_deployed_under_its_plain_name(client_for):
    drawing = d.process(d.start("Start"), d.user("a"), d.end("End"), d.path("Start", "a", "End"), key="other")
    admin = client_for("admin")

    sent = admin.upload(
        "/deployments", {"other.bpmn20.xml": drawing, "organisation.yaml": drawings.ORGANISATION}
    )

    assert sent.status_code == 201
    assert {each["name"] for each in sent.json["files"]} == {"other.bpmn", "organisation.yaml"}
    assert admin.post("/process-definitions/other/start").status_code == 201


def test_what_changed_is_told_in_sentences_beside_the_changes(review, client_for):
    admin = client_for("admin")
    changed = files()["legal_review.form"].replace(b'"minLength": 4', b'"minLength": 10')
    admin.upload("/deployments", {"legal_review.form": changed})

    told = admin.get("/compare", **{"from": review.id}).json["told"]

    assert [{name: each[name] for name in ("file", "element", "kind")} for each in told] == [
        {"file": "legal_review.form", "element": "opinion", "kind": "changed"}
    ]
    assert told[0]["text"] == "field 意见 (opinion): characters at least was 4, now 10"
