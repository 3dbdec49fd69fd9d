"""My account: this browser, my password, who stands in for me."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.runtime import identity
from service.runtime.cases import instances
from tests.conftest import PASSWORD
from tests.web.company import Company, open_company

NEW_PASSWORD = "a new password"


@pytest.fixture
def office(tmp_path: Path, _migrated_sqlite: Path, _cheap_passwords: None) -> Iterator[Company]:
    """A company of the test's own: passwords and substitutes change."""
    opened = open_company(tmp_path, _migrated_sqlite)
    yield opened
    opened.app.close()


def change_password(browser, current=PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD):
    return browser.post("/account/password", data={"current": current, "new": new, "again": again})


def test_the_present_browser_is_marked_among_the_sessions(office: Company) -> None:
    office.browser("linyue")

    page = office.browser("linyue").get("/account").text

    assert page.count("当前浏览器") == 1
    assert len(re.findall(r"/account/sessions/\w+/revoke", page)) == 1, "the other one can be ended"


def test_a_new_password_signs_out_the_other_browsers_and_not_this_one(office: Company) -> None:
    other, browser = office.browser("linyue"), office.browser("linyue")

    answer = change_password(browser)

    assert answer.status_code == 303
    assert "密码已修改" in browser.get("/account").text
    assert other.get("/account").location.startswith("/login")
    assert identity.authenticate(office.app, "linyue", NEW_PASSWORD, address="").name == "linyue"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"current": "not it"}, "当前密码不正确"),
        ({"again": "something else"}, "两次输入的新密码不一致"),
        ({"new": "short", "again": "short"}, "密码长度为 8 到 200 个字符"),
    ],
)
def test_a_refused_password_is_told_on_the_page_itself(
    office: Company, given: dict[str, str], told: str
) -> None:
    browser = office.browser("linyue")

    answer = change_password(browser, **given)

    assert answer.status_code == 422
    assert told in answer.text
    assert browser.get("/account").status_code == 200


def test_a_substitute_sees_the_tasks_until_the_rule_is_ended(office: Company) -> None:
    case = office.campaign()
    task = office.task(case, "goals")
    browser, substitute = office.browser("linyue"), office.browser("suhe")
    given = {"who": "suhe", "first": "2026-03-02", "last": "2026-03-06"}

    named = browser.post("/account/substitutes", data=given, follow_redirects=True).text
    seen = substitute.get(f"/tasks/{task.id}").status_code
    [ending] = re.findall(r'action="(/account/substitutes/\w+/end)"', named)
    their_page = substitute.get("/account").text
    browser.post(ending)

    assert "苏禾 代理我" in named
    assert "2026-03-02 00:00 – 2026-03-06 23:59" in named
    assert seen == 200
    assert "我代理 林悦" in their_page
    assert ending not in their_page, "only whom it is about may end it"
    assert substitute.get(f"/tasks/{task.id}").status_code == 404
    assert instances.may_see(office.app, office.actor("suhe"), case.id) is False


@pytest.mark.parametrize(
    "wrong", [{"last": "2026-03-01"}, {"first": "soon"}, {"who": "linyue"}, {"who": "nobody"}]
)
def test_a_senseless_rule_is_refused_on_the_page(office: Company, wrong: dict[str, str]) -> None:
    given = {"who": "suhe", "first": "2026-03-02", "last": "2026-03-06"} | wrong

    answer = office.browser("linyue").post("/account/substitutes", data=given)

    assert answer.status_code == 422
    assert identity.substitutions(office.app, office.actor("linyue")) == ()
