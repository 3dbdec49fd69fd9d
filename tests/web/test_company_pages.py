"""The pages on which an admin sets the company up."""

from __future__ import annotations

import io
import re

import pytest

from service.runtime import identity
from service.runtime.step.context import SYSTEM
from service.web import staff
from tests.web.company import Company

AT = "/admin/company"


@pytest.fixture
def admin(company: Company):
    return company.browser("admin")


def test_what_is_missing_is_told_where_the_admin_begins(company: Company, admin) -> None:
    assert "组织还不完整" in admin.get("/tasks").text
    assert "组织还不完整" not in company.browser("linyue").get("/tasks").text
    assert "总裁办没有成员。" in admin.get(AT).text


def test_an_account_is_added_with_a_password_told_once(company: Company, admin) -> None:
    made = admin.post(
        f"{AT}/people/new",
        data={"name": "chenmo", "display_name": "陈默", "department": "法务部", "groups": ["法务部", "总监"]},
    )

    password = re.search(r'<strong class="mono">([^<]+)</strong>', made.text)[1]
    assert identity.authenticate(company.app, "chenmo", password, address="::1").name == "chenmo"
    page = admin.get(f"{AT}/people/chenmo").text
    assert password not in page
    assert identity.user(company.app, SYSTEM, "chenmo").groups == ("总监", "法务部")


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(admin) -> None:
    refused = admin.post(f"{AT}/people/new", data={"name": "chen mo", "display_name": "陈默然"})

    assert refused.status_code == 422
    assert 'value="chen mo"' in refused.text
    assert 'value="陈默然"' in refused.text
    assert "is-wrong" in refused.text


def test_who_leaves_hands_over_on_their_page(company: Company, admin) -> None:
    case = company.campaign(by="newcomer")
    assert case.active

    refused = admin.post(f"{AT}/people/newcomer/leave", data={})
    done = admin.post(f"{AT}/people/newcomer/leave", data={"hand_over_to": "ouwen"})

    assert refused.status_code == 409
    assert "请指定由谁接手" in refused.text
    assert done.status_code == 303
    page = admin.get(f"{AT}/people/newcomer").text
    assert "已停用" in page
    assert re.search(r"\d+ 个未办结任务已交给欧文", page)


def test_people_are_found_by_any_of_their_words(admin) -> None:
    assert "周衡" in admin.get(f"{AT}/people?q=法务").text
    assert "周衡" not in admin.get(f"{AT}/people?q=技术").text


def test_a_long_list_of_people_says_how_many_more_there_are(company: Company, admin, monkeypatch) -> None:
    monkeypatch.setattr(staff, "MOST", 1)
    count = sum(user.active for user in identity.users(company.app, SYSTEM))

    assert f"还有 {count - 1} 人" in admin.get(f"{AT}/people").text
    assert "还有" not in admin.get(f"{AT}/people?q=周衡").text


def test_a_table_is_looked_at_first_and_taken_when_that_is_confirmed(company: Company, admin) -> None:
    table = "账号,姓名,部门\nqinlan,秦岚,设计部\n".encode("gbk")
    looked = admin.post(f"{AT}/people/import", data={"file": (io.BytesIO(table), "人员.csv")})
    assert "导入预览" in looked.text
    assert "qinlan" not in admin.get(f"{AT}/people").text

    kept = re.search(r'name="table" value="([^"]+)"', looked.text)[1]
    taken = admin.post(f"{AT}/people/import", data={"table": kept, "confirmed": "1", "passwords": "1"})

    assert "已导入 1 人" in taken.text
    assert identity.user(company.app, SYSTEM, "qinlan").department == "设计部"
    assert admin.get(f"{AT}/people/people.csv").data.startswith("\ufeff账号".encode())


def test_a_head_a_group_company_days_and_an_allowance(company: Company, admin) -> None:
    outsider = admin.post(f"{AT}/departments/设计部", data={"head": "ouwen"})
    admin.post(f"{AT}/departments/设计部", data={"head": "suhe"})
    admin.post(f"{AT}/groups", data={"name": "人力资源部", "kind": "department"})
    admin.post(f"{AT}/calendar/2026", data={"holidays": "2026-10-09，2026/10/12", "workdays": ""})
    admin.post(f"{AT}/allowances", data={"department": "市场部", "period": "2026q2", "granted": "500,000"})

    assert outsider.status_code == 422
    assert "设计部的负责人只能是本部门成员" in outsider.text
    assert "苏禾 现在是设计部的负责人" in admin.get(f"{AT}/groups").text
    assert "人力资源部" in admin.get(f"{AT}/groups").text
    assert "2026-10-09 2026-10-12" in admin.get(f"{AT}/calendar?year=2026").text
    assert "500,000.00" in admin.get(f"{AT}/allowances").text
    refused = admin.post(f"{AT}/calendar/2026", data={"holidays": "十月九日"})
    assert (refused.status_code, "十月九日" in refused.text) == (422, True)
    assert admin.post(f"{AT}/allowances", data={"granted": "很多"}).status_code == 422


def test_only_who_may_read_people_sees_them(company: Company) -> None:
    staff = company.browser("linyue")

    for path in ("", "/people", "/people/zhouheng", "/groups", "/allowances"):
        assert staff.get(AT + path).status_code == 403
    assert staff.get(f"{AT}/calendar").status_code == 200
    assert f'href="{AT}' not in staff.get("/tasks").text
