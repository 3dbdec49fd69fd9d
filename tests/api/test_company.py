"""The API over the drawings this project ships: what outsiders rely on by name."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from service import resources
from service.runtime.scenarios.yaml_lines import load
from service.store.models import LoadSample
from tests.web.company import example

SAMPLE = {
    "day": "2026-03-01",
    "channel": "抖音",
    "impressions": 1000,
    "clicks": 50,
    "gmv": 1234.50,
    "cost": "100.10",
}
HIGH_LOAD = {"qps": 5000, "cpu": 0.95, "p95": 2000, "error_rate": 0.05, "cdn_nodes": 8}
# The amounts and tiers the owners keep beside their table.
TIERS = [
    (case["budget_total"], case["得"])
    for case in load(resources.scenarios() / "tables" / "approval_tier.yaml")["决策表"]["approval_tier"]
    if "得" in case
]


@pytest.fixture
def company(deploy):
    """Deploys everything the project ships."""
    return deploy(resources.manifest_files())


@pytest.fixture
def campaign(company, client_for):
    """The business key of a case that 林悦 started."""
    body = {"business_key": "HD-2026-1", "variables": {}}
    answers = {
        "name": "春季新品",
        "type": "新品",
        "owner": "linyue",
        "department": "市场部",
        "brand_line": "澄野臻选",
        "strategic_goal": "第二季度新客增长",
        "start_date": "2026-05-01",
        "end_date": "2026-05-10",
        "urgency": "normal",
    }
    answer = client_for("linyue").post(
        "/process-definitions/campaign_approval/start", {**body, "answers": answers}
    )
    assert answer.status_code == 201, answer.json
    return "HD-2026-1"


@pytest.fixture
def answered_whenever_active(campaign, deploy):
    """Lets a response to load begin beside every active case, whatever its phase."""
    organisation = resources.manifest_files()["organisation.yaml"].decode()
    eased, count = re.subn(
        r"(?m)^  load_response: .*$",
        "  load_response: {when: 'state = \"active\"', begun_by: load}",
        organisation,
    )
    assert count == 1
    deploy({"organisation.yaml": eased})


@pytest.mark.parametrize(("total", "tier"), TIERS)
def test_the_approval_tier_follows_from_the_budget(company, client_for, total, tier):
    answer = client_for("admin").post(
        "/decisions/approval_tier/evaluate", {"variables": {"budget_total": total}}
    )

    assert answer.status_code == 200
    assert answer.json["outputs"] == {"tier": tier}
    assert len(answer.json["matched_rules"]) == 1


@pytest.mark.parametrize("variables", [{}, {"budget_total": "many"}, {"budget_total": None}])
def test_a_decision_without_a_usable_input_is_refused(company, client_for, variables):
    answer = client_for("admin").post("/decisions/approval_tier/evaluate", {"variables": variables})

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_an_unknown_decision_is_not_found(company, client_for):
    assert client_for("admin").post("/decisions/nothing/evaluate").status_code == 404


def test_figures_of_a_campaign_are_recorded(campaign, client_for):
    linyue = client_for("linyue")

    answer = linyue.post(f"/campaigns/{campaign}/metrics", {"samples": [SAMPLE, {**SAMPLE, "clicks": 60}]})

    assert (answer.status_code, answer.json) == (201, {"recorded": 2})


def test_figures_are_listed_with_their_source_and_what_they_took_the_place_of(campaign, client_for):
    linyue, path = client_for("linyue"), f"/campaigns/{campaign}"
    linyue.post(f"{path}/metrics", {"samples": [{"day": "2026-03-01", "channel": "抖音", "clicks": 50}]})
    sample = {"day": "2026-03-01", "channel": "抖音", "clicks": 48, "source": "代理商", "reason": "去重"}

    linyue.post(f"{path}/metrics", {"samples": [sample]})

    first, second = linyue.get(f"{path}/figures").json["items"]
    assert (first["metric"], first["value"], first["in_force"]) == ("clicks", 50, False)
    assert (second["value"], second["before"], second["in_force"]) == (48, 50, True)
    assert (second["source"], second["by"], second["reason"]) == ("代理商", "linyue", "去重")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"day": "2031-01-01"}, "samples.0.day"),
        ({"day": "yesterday"}, "samples.0.day"),
        ({"clicks": -1}, "samples.0.clicks"),
        ({"gmv": 0.001}, "samples.0.gmv"),
        ({"channel": ""}, "samples.0.channel"),
    ],
)
def test_figures_nobody_can_count_are_refused_by_field(campaign, client_for, change, path):
    refused = client_for("linyue").post(f"/campaigns/{campaign}/metrics", {"samples": [{**SAMPLE, **change}]})

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == [path]


def test_figures_of_a_campaign_one_does_not_see_are_refused(campaign, client_for):
    body = {"samples": [SAMPLE]}

    assert client_for("liangxiao").post("/campaigns/nothing/metrics", body).status_code == 404
    assert client_for("zhouheng").post(f"/campaigns/{campaign}/metrics", body).status_code == 403


def test_before_a_campaign_runs_a_load_report_is_kept_and_starts_nothing(app, campaign, client_for):
    answer = client_for("admin").post(f"/campaigns/{campaign}/load", HIGH_LOAD)

    assert (answer.status_code, answer.json) == (201, {"instance_id": None, "started": False})
    with app.db.read() as session:
        assert session.scalars(select(LoadSample.qps)).all() == [HIGH_LOAD["qps"]]


def test_a_high_load_starts_one_response_and_a_normal_one_ends_at_once(
    campaign, answered_whenever_active, client_for
):
    admin = client_for("admin")
    path = f"/campaigns/{campaign}/load"

    calm = admin.post(path, {**HIGH_LOAD, "qps": 10, "cpu": 0.2, "p95": 100, "error_rate": 0.001})
    first, second = admin.post(path, HIGH_LOAD), admin.post(path, HIGH_LOAD)

    states = [
        admin.get(f"/process-instances/{answer.json['instance_id']}").json["state"]
        for answer in (calm, first)
    ]
    assert states == ["completed", "active"]
    assert first.json["started"]
    assert second.json == {"instance_id": first.json["instance_id"], "started": False}
    tasks = client_for("liangxiao").get("/tasks", group="技术部").json["items"]
    assert [task["activity_id"] for task in tasks] == ["add_cdn_nodes"]


def start_linked(client, *numbers, key=None):
    """Start a campaign that says it belongs to others."""
    linked = {"linked_campaigns": [{"case": number, "reason": "同一波段"} for number in numbers]}
    answers = example("campaign") | {"name": "春季新品第二波"} | linked
    body = {"answers": answers, **({"business_key": key} if key else {})}
    return client.post("/process-definitions/campaign_approval/start", body)


def test_one_number_is_one_campaign(campaign, client_for):
    again = start_linked(client_for("linyue"), key=campaign)

    assert again.status_code == 409
    assert len(client_for("linyue").get("/process-instances", business_key=campaign).json["items"]) == 1


@pytest.mark.parametrize(("who", "number"), [("linyue", "HD-2026-9"), ("zhouheng", "HD-2026-1")])
def test_a_campaign_is_linked_only_with_one_that_is_there_and_that_its_author_sees(
    campaign, client_for, who, number
):
    refused = start_linked(client_for(who), number)

    assert refused.status_code == 422
    assert [each["path"] for each in refused.json["errors"]] == ["linked_campaigns.0.case"]
    assert client_for(who).get("/process-instances", q="第二波").json["items"] == []


def test_a_campaign_is_linked_with_one_its_author_sees(campaign, client_for):
    assert start_linked(client_for("linyue"), campaign).status_code == 201


@pytest.mark.parametrize("typed", [" hd-2026-1 ", "ＨＤ－2026－1", "HD - 2026 - 1"])
def test_a_number_is_taken_as_people_type_it_and_kept_as_it_stands(campaign, client_for, typed):
    case = start_linked(client_for("linyue"), typed).json["id"]

    sections = client_for("linyue").get(f"/process-instances/{case}/dossier").json["sections"]
    [answered] = [each["data"]["linked_campaigns"] for each in sections[0]["submissions"]]
    assert [each["case"] for each in answered] == [campaign]
