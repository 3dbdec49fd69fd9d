"""Process owners bring changed files: check, deploy, compare, roll back."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import resources
from service.feel import walk
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company

TIER = "approval_tier.dmn"


def packed(page: str) -> list[str]:
    """Return the files that a page of the check carries on."""
    return re.findall(r'name="file" value="([^"]+)"', page)


def upload(browser: FlaskClient, name: str, content: bytes) -> TestResponse:
    return browser.post(
        "/processes/check", data={"files": (BytesIO(content), name)}, content_type="multipart/form-data"
    )


def limit() -> int:
    """Return the amount below which the lowest tier decides, as the owners have it."""
    found = re.search(rb"&lt; (\d+)", resources.manifest_files()[TIER])
    assert found is not None
    return int(found[1])


def changed_tier() -> bytes:
    return resources.manifest_files()[TIER].replace(b"%d" % limit(), b"%d" % (limit() + 1))


def test_a_good_change_is_checked_deployed_compared_and_rolled_back(company: Company) -> None:
    browser = company.browser("yezhen")

    checked = upload(browser, TIER, changed_tier())
    packed = re.search(r'name="file" value="([^"]+)"', checked.text)
    assert packed is not None, checked.text
    deployed = browser.post("/processes/deploy", data={"file": packed[1]}, follow_redirects=True)
    older = re.search(r"/processes/history/([^/]+)/activate", deployed.text)
    assert older is not None
    compared = browser.get(f"/processes/compare?from={older[1]}&to=live").text
    live = browser.get("/processes/decisions/approval_tier").text
    browser.post(f"/processes/history/{older[1]}/activate")
    restored = browser.get("/processes/decisions/approval_tier").text

    assert "可以部署" in checked.text
    assert "1 个文件已生效" in deployed.text
    assert TIER in compared
    assert f"审批层级，规则 1：预算总额（元）由 &lt; {limit()} 改为 &lt; {limit() + 1}" in compared
    assert str(limit() + 1) in compared
    assert f"&lt; {limit() + 1}" in live
    assert f"&lt; {limit()}" in restored


def test_a_deployed_file_arrives_byte_for_byte(company: Company) -> None:
    browser = company.browser("yezhen")
    content = changed_tier().replace(b"\n", b"\r\n")

    packed = re.search(r'name="file" value="([^"]+)"', upload(browser, TIER, content).text)
    assert packed is not None
    browser.post("/processes/deploy", data={"file": packed[1]})

    assert browser.get(f"/processes/files/{TIER}").data == content


def test_a_broken_drawing_shows_its_findings_and_offers_no_deployment(company: Company) -> None:
    drawing = resources.manifest_files()["campaign_approval.bpmn"].replace(
        b'calledElement="planning_phase"', b'calledElement="nowhere"'
    )

    answer = upload(company.browser("yezhen"), "campaign_approval.bpmn", drawing)

    assert "不能部署" in answer.text
    assert "campaign_approval.bpmn" in answer.text
    assert 'name="file"' not in answer.text


def test_nonsense_instead_of_a_drawing_is_a_finding_not_a_crash(company: Company) -> None:
    answer = upload(company.browser("yezhen"), "broken.bpmn", b"this is no XML <<<")

    assert answer.status_code == 200
    assert "不能部署" in answer.text


def test_files_of_another_kind_are_refused_by_name(company: Company) -> None:
    answer = upload(company.browser("yezhen"), "notes.docx", b"PK")

    assert "notes.docx" in answer.text
    assert "不能部署这种文件" in answer.text
    assert 'name="file"' not in answer.text


def test_a_changed_part_alone_names_the_forms_it_would_leave_behind(company: Company) -> None:
    part = resources.manifest_files()["tech_plan.form"].replace("回滚方案".encode(), "回退方案".encode())

    answer = upload(company.browser("yezhen"), "tech_plan.form", part)

    assert answer.text.count("分组与公共部分不一致") == 3
    for form in ("design_tech.form", "revise_plan.form", "rework_plan.form"):
        assert form in answer.text
    assert "countersign weave forms" in answer.text
    assert ">部署</button>" not in answer.text


def test_a_changed_part_is_written_into_the_forms_that_hold_it(company: Company) -> None:
    browser, before = company.browser("yezhen"), company.app.live().deployment_id
    part = resources.manifest_files()["tech_plan.form"].replace("回滚方案".encode(), "回退方案".encode())

    checked = upload(browser, "tech_plan.form", part).text
    woven = browser.post("/processes/weave", data={"file": packed(checked)}).text
    answer = browser.post("/processes/deploy", data={"file": packed(woven)})
    live = company.app.live()
    deployments.activate(company.app, SYSTEM, before)

    assert "可以部署" in woven
    assert len(packed(woven)) == 4
    assert answer.status_code == 303
    for form in ("tech_plan", "design_tech", "revise_plan", "rework_plan"):
        [rollback] = [each.label for each in walk(live.model.forms[form]) if each.key == "rollback"]
        assert rollback == "回退方案"


def test_what_hinders_the_weaving_is_shown(company: Company) -> None:
    browser = company.browser("yezhen")
    form = resources.manifest_files()["design_tech.form"].replace(b'"part": "tech_plan"', b'"part": "tech"')
    form = form.replace("技术可行性".encode(), "可行性".encode())

    answer = browser.post(
        "/processes/weave", data={"file": packed(upload(browser, "design_tech.form", form).text)}
    )

    assert answer.status_code == 422
    assert "没有这个公共部分" in answer.text


def test_somebody_without_the_right_cannot_check_or_deploy(company: Company) -> None:
    browser = company.browser("linyue")

    assert upload(browser, TIER, changed_tier()).status_code == 403
    assert browser.post("/processes/deploy", data={"file": "x|y.dmn"}).status_code == 403


def test_findings_are_told_in_the_readers_language(company: Company) -> None:
    broken = (
        changed_tier()
        .replace(b'hitPolicy="UNIQUE"', b'hitPolicy="LAST"')
        .replace(b'hitPolicy="FIRST"', b'hitPolicy="LAST"')
    )

    chinese = upload(company.browser("yezhen"), TIER, broken).text
    english = upload(company.browser("yezhen", language="en"), TIER, broken).text

    assert "命中策略“LAST”不可识别" in chinese
    assert "The hit policy &#39;LAST&#39; is unknown" in english


def test_a_removed_step_is_told_and_marked_on_the_earlier_drawing(company: Company) -> None:
    def drawn(*steps: str) -> bytes:
        tasks = (d.user(step, group="市场部", name=f"步骤 {step}") for step in steps)
        return chain("told", *tasks)["told.bpmn"]

    earlier = deployments.deploy(company.app, SYSTEM, {"told.bpmn": drawn("one", "two")})
    deployments.deploy(company.app, SYSTEM, {"told.bpmn": drawn("one")})

    page = company.browser("yezhen").get(f"/processes/compare?from={earlier.id}&to=live").text

    assert "步骤 two：已删除" in page
    assert '"removed": ["two"]' in page
    assert f"/processes/history/{earlier.id}/told.bpmn" in page
    assert "<summary><h3>版面与连线</h3>" in page, "flows that followed are folded away"


def test_a_way_that_breaks_a_promise_is_marked_on_the_uploaded_drawing(company: Company) -> None:
    drawing = resources.manifest_files()["countersign_phase.bpmn"].decode()
    broken = drawing.replace("[objector]", '["法务部", "财务部", "技术部"]')
    assert broken != drawing

    page = upload(company.browser("yezhen"), "countersign_phase.bpmn", broken.encode())

    [drawn] = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page.text, re.DOTALL)
    [diagram] = json.loads(drawn)["diagrams"]
    assert {"legal_stage", "joint_meeting", "uphold"} <= {*diagram["changes"]["passed"]}
    assert "uphold" in {each["element"] for each in diagram["findings"]}
    told = html.unescape(page.text)
    assert "立项 → " in told, "the way is told from its beginning on"
