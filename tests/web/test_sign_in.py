"""Signing in and out, as a person does it."""

from __future__ import annotations

import pytest

from tests.conftest import PASSWORD
from tests.web.company import Company


def test_a_stranger_is_asked_to_sign_in_and_then_lands_where_they_wanted(company: Company) -> None:
    browser = company.browser()

    asked = browser.get("/cases?state=active")
    answer = browser.post(
        "/login", data={"username": "linyue", "password": PASSWORD, "next": "/cases?state=active"}
    )

    assert asked.status_code == 303
    assert asked.location == "/login?next=/cases%3Fstate%3Dactive"
    assert answer.location == "/cases?state=active"
    assert browser.get("/cases").status_code == 200


def test_a_wrong_password_keeps_the_user_name_and_says_so_without_saying_which_is_wrong(
    company: Company,
) -> None:
    answer = company.browser().post("/login", data={"username": "linyue", "password": "wrong"})

    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert 'value="linyue"' in answer.text


def test_too_many_wrong_passwords_are_answered_with_how_long_to_wait(company: Company) -> None:
    browser = company.browser()
    answers = [
        browser.post("/login", data={"username": "nobody-at-all", "password": "wrong"}) for _ in range(30)
    ]

    assert answers[-1].status_code == 429
    assert "尝试次数过多" in answers[-1].text
    assert "分钟后再试" in answers[-1].text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "tasks"])
def test_signing_in_never_leads_to_another_site(company: Company, elsewhere: str) -> None:
    answer = company.browser().post(
        "/login", data={"username": "linyue", "password": PASSWORD, "next": elsewhere}
    )

    assert answer.location == "/tasks"


def test_after_signing_out_the_pages_are_closed_again(company: Company) -> None:
    browser = company.browser("linyue")

    browser.post("/logout")

    assert browser.get("/tasks").status_code == 303


def test_somebody_signed_in_does_not_see_the_sign_in_page_again(company: Company) -> None:
    assert company.browser("linyue").get("/login?next=/start").location == "/start"
