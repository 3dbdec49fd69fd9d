"""Guarantees over HTTP: listed with what was found, told by a deployment, changed with their own right."""

from __future__ import annotations

import pytest

from service import resources
from service.runtime import identity
from service.runtime.step.context import SYSTEM
from tests.conftest import PASSWORD
from tests.processes.gaps import with_a_known_gap

AUDIT = b'calledElement="audit_phase"'


@pytest.fixture
def company(deploy):
    """Deploys everything the project ships, with one sentence that does not hold yet."""
    return deploy(resources.manifest_files() | with_a_known_gap())


def upload(client, path: str, **files: bytes):
    return client.upload(path, {name.replace("__", "."): content for name, content in files.items()})


def test_the_live_ones_are_listed_with_their_state_and_way(company, client_for):
    found = {each["key"]: each for each in client_for("admin").get("/guarantees").json["items"]}

    assert found["legal_before_launch"] == {
        "key": "legal_before_launch",
        "name": "上线前法务同意过",
        "text": "没有法务在会签、快审或放行中同意的，任何活动都不得上线；联席会议维持的，也要法务放行。",
        "state": "holds",
        "path": [],
        "is_sure": True,
        "doubted": [],
        "reason": None,
        "known_gap": None,
    }
    gap = found["ceo_meeting_ratifies"]
    assert (gap["state"], gap["known_gap"]["since"]) == ("broken", "2026-11-27")
    assert gap["path"][0]["element"] == "campaign_started"
    assert gap["path"][-1] == {
        "process": "campaign_approval",
        "element": "campaign_closed",
        "name": "已归档",
        "path": "",
    }


def test_strangers_may_not_read_them(company, client_for):
    assert client_for("linyue").get("/guarantees").status_code == 403


def test_a_deployment_that_breaks_one_is_refused_with_the_way(company, client_for):
    broken = resources.manifest_files()["closeout_phase.bpmn"].replace(
        AUDIT, b'calledElement="kpi_sheet_process"'
    )

    answer = upload(client_for("admin"), "/deployments", closeout_phase__bpmn=broken)

    assert answer.status_code == 422
    [told] = [each for each in answer.json["errors"] if each["code"] == "guarantee-broken"]
    assert (told["file"], told["element"]) == ("guarantees.yaml", "audited")
    assert told["path"][-1]["element"] == "archive_campaign"


def test_changing_them_needs_a_right_of_its_own(company, client_for, app):
    identity.create_user(
        app,
        SYSTEM,
        "yezhen",
        display_name="叶蓁",
        password=PASSWORD,
        groups=("流程管理部",),
        department="流程管理部",
    )
    changed = with_a_known_gap()["guarantees.yaml"].replace(b"told_within: 2", b"told_within: 3")
    moved = b"# \xe7\xa7\xbb\xe5\x8a\xa8\n" + with_a_known_gap()["guarantees.yaml"]

    # 流程管理部 deploys drawings, 流程负责人 changes promises.
    drawer = client_for("yezhen")
    refused = upload(drawer, "/deployments", guarantees__yaml=changed)
    same = upload(drawer, "/deployments", guarantees__yaml=moved)
    dropped = drawer.upload("/deployments", {}, remove="guarantees.yaml")

    assert (refused.status_code, same.status_code, dropped.status_code) == (403, 201, 403)
    assert "guarantee.change" in refused.json["detail"]
    assert upload(client_for("admin"), "/deployments", guarantees__yaml=changed).status_code == 201


def test_promises_that_would_be_gone_are_named_before_anybody_deploys(company, client_for):
    less = with_a_known_gap()["guarantees.yaml"].replace(b"  audited:", b"  audited_anew:")

    found = upload(client_for("admin"), "/deployments/check", guarantees__yaml=less).json["findings"]
    nothing = upload(client_for("admin"), "/deployments/check", guarantees__yaml=b"guarantees: {}").json[
        "findings"
    ]

    [dropped] = [each for each in found if each["code"] == "guarantee-dropped"]
    assert dropped["severity"] == "warning"
    assert "执行过的活动都经审计" in dropped["message"]
    assert "guarantee-dropped" in {each["code"] for each in nothing}
