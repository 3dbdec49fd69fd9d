"""An admin meets an incident: reads what failed, corrects a variable, tries again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.app import create_app
from service.engine import failures
from service.runtime.cases import instances
from service.runtime.step.context import Application
from service.web import findings
from tests.conftest import PASSWORD, Cast
from tests.engine import diagrams as d

HALVING = d.process(
    d.start(),
    d.script("halve", "amount / 2", "half"),
    d.user("look", group="admin"),
    d.end(),
    d.path("begin", "halve", "look", "done"),
    inputs="amount",
)


@pytest.fixture
def admin(app: Application, cast: Cast):
    """The admin's browser."""
    client = create_app(app.settings, application=app).test_client()
    client.post("/login", data={"username": "admin", "password": PASSWORD})
    return client


def test_a_wrong_variable_is_corrected_and_the_case_goes_on(app, cast, deploy, admin) -> None:
    deploy({"p.bpmn": HALVING})
    case = instances.start(app, cast.admin, "p", variables={"amount": "twelve"})
    retry = f"/admin/incidents/{case.incidents[0].id}/retry"

    again = admin.post(retry, follow_redirects=True).text
    corrected = admin.post(retry, data={"name": "amount", "value": "12"}, follow_redirects=True).text

    assert "已重试，仍然失败" in again
    assert "改正变量" in again
    assert "重试成功" in corrected
    assert instances.get(app, cast.admin, case.id).variables["half"] == 6


def test_a_corrected_value_that_is_no_json_counts_as_text(app, cast, deploy, admin) -> None:
    drawing = HALVING.replace(b"amount / 2", b"upper case(amount)")
    deploy({"p.bpmn": drawing})
    case = instances.start(app, cast.admin, "p", variables={"amount": 12})

    admin.post(f"/admin/incidents/{case.incidents[0].id}/retry", data={"name": "amount", "value": "twelve"})

    assert instances.get(app, cast.admin, case.id).variables["half"] == "TWELVE"


def test_what_went_wrong_is_told_in_the_readers_language(app, cast, deploy, admin) -> None:
    deploy({"p.bpmn": HALVING})
    case = instances.start(app, cast.admin, "p", variables={"amount": "twelve"})
    pages = (f"/admin/instances/{case.id}", "/admin/instances")

    for page in pages:
        chinese = admin.get(page, headers={"Accept-Language": "zh-CN"}).text
        english = admin.get(page, headers={"Accept-Language": "en"}).text

        assert "string 与 number 不能相除" in chinese
        assert "Cannot divide string and number" in english


def test_a_program_reads_incidents_in_english_unless_it_asks_for_chinese(app, cast, deploy, admin) -> None:
    deploy({"p.bpmn": HALVING})
    instances.start(app, cast.admin, "p", variables={"amount": "twelve"})

    plain, chinese = (
        admin.get("/api/v1/incidents", headers=wish).json["items"][0]["message"]
        for wish in ({}, {"Accept-Language": "zh-CN"})
    )

    assert "Cannot divide string and number" in plain
    assert "string 与 number 不能相除" in chinese


def test_every_incident_of_the_engine_has_a_headline():
    engine = Path(findings.__file__).parents[1] / "engine"
    raised = re.compile(r'EngineFailure\(\s*"(\w+)"|journal\.fail\(\s*token, "(\w+)"')
    sources = (path.read_text("utf-8") for path in engine.rglob("*.py"))
    codes = {found[1] or found[2] for source in sources for found in raised.finditer(source)}

    assert {"stalled", "endless_loop", "too_deep", "bad_timer"} <= codes
    assert sorted({*codes, failures.INTERNAL} - findings.INCIDENTS.keys()) == []
