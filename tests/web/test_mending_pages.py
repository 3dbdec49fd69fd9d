"""The pages on which an admin understands cases and puts them right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from service import web
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.mending import batches
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.store.models import ProcessInstance
from tests.conftest import PASSWORD
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company


@pytest.fixture
def admin(company: Company):
    return company.browser("admin")


@pytest.fixture
def case(company: Company):
    return company.campaign()


def test_the_pages_of_a_case_say_whom_it_waits_for(company: Company, admin, case) -> None:
    admins = admin.get(f"/admin/instances/{case.id}").text
    applicants = company.browser("linyue").get(f"/cases/{case.id}").text

    for page in (admins, applicants):
        assert re.search(r"等[^<]*林悦[^<]*办理“", page)


def test_instances_are_found_by_whom_they_wait_for(admin, case) -> None:
    assert case.name in admin.get("/admin/instances?waiting_for=linyue").text
    assert case.name not in admin.get("/admin/instances?waiting_for=zhouheng").text
    assert case.name not in admin.get("/admin/instances?stalled=1").text
    assert admin.get("/admin/instances?started_from=gestern").status_code == 200


def test_tokens_are_moved_after_one_has_seen_what_that_would_do(company: Company, admin, case) -> None:
    page = admin.get(f"/admin/instances/{case.id}").text
    place = instances.get(company.app, SYSTEM, case.id).active[0]
    assert f'name="cancel" value="{place.token_id}"' in page
    assert f'<option value="{place.activity_path}">' in page
    token, order = place.token_id, {"cancel": [place.token_id], "start": [place.activity_path]}

    seen = admin.post(f"/admin/instances/{case.id}/modify", data=order).text
    assert "还没有改动任何内容" in seen
    done = admin.post(f"/admin/instances/{case.id}/modify", data={**order, "reason": "走错了"})

    assert done.status_code == 303
    assert "人工调整" in admin.get(f"/admin/instances/{case.id}").text
    assert token not in {each.token_id for each in instances.get(company.app, SYSTEM, case.id).active}


def test_a_sub_process_is_taken_away_whole_from_the_page(company: Company, admin, case) -> None:
    seen = instances.get(company.app, SYSTEM, case.id)
    leaves, outer = [each.token_id for each in seen.active], seen.enclosing[0]
    at, inside = f"/admin/instances/{case.id}/modify", {"cancel": leaves, "start": ["closeout"]}

    page = admin.get(f"/admin/instances/{case.id}").text
    refused = admin.post(at, data=inside, follow_redirects=True).text
    done = admin.post(at, data={**inside, "cancel": [outer.token_id], "reason": "整段取消"})

    assert f'name="cancel" value="{outer.token_id}"' in page
    assert "连同其中运行的一切" in page
    assert "请在其中启动一个节点，或把它一并取消" in refused
    assert done.status_code == 303
    places = [each.activity_path for each in instances.get(company.app, SYSTEM, case.id).active]
    assert not any(place.startswith(f"{outer.activity_path}/") for place in places)


def test_a_variable_is_corrected_with_a_reason_and_never_made_up(company: Company, admin, case) -> None:
    at = f"/admin/instances/{case.id}/variables"

    wrong = admin.post(at, data={"name": "nothing", "value": "1", "reason": "更正"}, follow_redirects=True)
    silent = admin.post(at, data={"name": "nothing", "value": "1"}, follow_redirects=True)

    assert "这里没有变量" in wrong.text
    assert silent.status_code == 200
    assert "nothing" not in instances.get(company.app, SYSTEM, case.id).variables


def test_many_are_chosen_and_their_progress_is_shown(company: Company, admin, case) -> None:
    order = {"action": "suspend", "ids": [case.id, "nothing"], "reason": "盘点"}

    at = admin.post("/admin/batches", data=order).location
    assert "已处理 0 个" in admin.get(at).text
    batches.run(company.app, at.rpartition("/")[2])

    page = admin.get(at).text
    assert "共 2 个，已处理 2 个，其中失败 1 个" in page
    assert instances.get(company.app, SYSTEM, case.id).state == "suspended"
    assert company.browser("linyue").get(at).status_code == 404


def deploy_sum(company: Company, expression: str) -> None:
    drawn = chain("sum", d.script("add", expression, "x"), d.user("wait", group="法务部"))
    deployments.deploy(company.app, SYSTEM, {"sum.bpmn": drawn["sum.bpmn"]})


def test_a_wrong_expression_is_mended_in_sixty_cases_at_once(company: Company, admin) -> None:
    deploy_sum(company, "1 + applicant")
    cases = [instances.start(company.app, SYSTEM, "sum") for _ in range(60)]
    page = admin.get("/admin/instances").text
    assert "60 个异常" in page
    assert "1 + applicant" in page

    deploy_sum(company, "1 + 1")
    cause = {"definition": "sum", "incident": "feel_error", "activity": "add", "which": "all"}
    for action in ("migrate", "retry"):
        order = {**cause, "action": action, "reason": "算式写错"}
        at = admin.post("/admin/batches", data=order).location.rpartition("/")[2]
        while batches.run(company.app, at):
            pass
        done = batches.get(company.app, company.actor("admin"), at)
        assert (done.total, done.done, done.failed) == (60, 60, ())

    for case in cases:
        seen = instances.get(company.app, SYSTEM, case.id)
        assert (seen.incidents, [token.activity_id for token in seen.active]) == ((), ["wait"])


def test_the_record_is_searched_and_taken_along(admin, case) -> None:
    page = admin.get(f"/admin/audit?instance={case.id}").text
    table = admin.get(f"/admin/audit.csv?instance={case.id}").text

    assert "instance.started" in page
    assert "发起活动" in page
    assert table.startswith("\ufeff时间（Asia/Shanghai）,")
    assert case.id in table
    assert case.id in admin.get(f"/admin/audit.csv?instance={case.business_key}").text
    document = admin.get(f"/admin/audit.json?instance={case.id}")
    assert document.content_type == "application/json; charset=utf-8"
    assert {each["case_number"] for each in document.json["items"]} == {case.business_key}


def test_the_record_is_verified_where_it_is_read(company: Company, admin, case) -> None:
    whole = admin.post("/admin/audit/verify", data={"instance": case.id}).text
    with company.app.db.begin() as session:
        session.execute(update(ProcessInstance).values(applicant="somebody"))
    broken = admin.post("/admin/audit/verify", data={"instance": case.business_key}).text

    assert "核验无误" in whole
    assert "与记录不符" in broken


def test_what_waits_in_the_background_is_listed(company: Company, admin) -> None:
    assert admin.get("/admin/jobs").status_code == 200
    assert admin.get("/admin/jobs?state=failed").status_code == 200
    for path in ("/admin/jobs", "/admin/audit"):
        assert company.browser("linyue").get(path).status_code == 403


def test_no_page_names_anything_as_the_layout_around_it_does():
    """What the layout sets stands in for what a page sets: links of a page were gone without a word."""
    names = re.compile(r"{%-? set (\w+)")
    folder = Path(web.__file__).with_name("templates")
    around = set(names.findall((folder / "layout.html").read_text("utf-8")))
    pages = [
        page for page in folder.glob("*.html") if '{% extends "layout.html" %}' in page.read_text("utf-8")
    ]

    own = {page.name: around & set(names.findall(page.read_text("utf-8"))) for page in pages}

    assert around
    assert {page: taken for page, taken in own.items() if taken} == {}


def test_a_move_past_an_approval_is_asked_for_and_marked(company: Company, admin, case) -> None:
    identity.create_user(company.app, SYSTEM, "jianghe", password=PASSWORD, groups=("admin",))
    other, applicant = company.browser("jianghe"), company.browser("linyue")
    [preparation] = [each.token_id for each in case.enclosing if each.activity_id == "preparation"]
    order = {"cancel": [preparation], "start": ["approval_stage/formal_approval"]}

    seen = admin.post(f"/admin/instances/{case.id}/modify", data=order).text
    asked = admin.post(f"/admin/instances/{case.id}/modify", data={**order, "reason": "活动临期"})
    own = admin.get(asked.location).text
    home, page = other.get("/tasks").text, other.get(asked.location).text
    other.post(f"{asked.location}/confirm", data={"reason": "总裁已书面同意"})

    assert "送审前总监预审" in seen
    assert "提出申请" in seen
    assert "确认并执行</button>" not in own
    assert asked.location in home
    assert "确认并执行</button>" in page
    for marked in (f"/admin/instances/{case.id}", f"/cases/{case.id}", f"/cases/{case.id}/approval-sheet"):
        text = (other if "admin" in marked else applicant).get(marked).text
        assert "送审前总监预审" in text
        assert "总裁已书面同意" in text
