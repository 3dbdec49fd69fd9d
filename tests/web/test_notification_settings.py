"""The page on which one chooses how to be told, and where admins see how the channels fare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.runtime.effects import health, preferences
from service.runtime.effects.channels import wecom
from tests.web.company import Company


@pytest.fixture
def office(company: Company) -> Iterator[Company]:
    """The company with mail and a robot of WeCom."""
    before = company.app.settings
    robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-secret"
    company.app.settings = replace(
        before, smtp_url="smtp://robot:a-secret@a.example", mail_from="a@a.example", wecom_url=robot
    )
    yield company
    company.app.settings = before


def test_one_chooses_where_and_of_what_one_is_told(office: Company) -> None:
    browser = office.browser("zhouheng")
    chosen = {"address.mail": "zhouheng@a.example", "address.wecom": "", "mail.copy": "off"}

    answer = browser.post("/notifications/settings", data=chosen)
    page = browser.get("/notifications/settings").text

    [mail, _] = preferences.get(office.app, office.actor("zhouheng")).channels
    assert answer.location == "/notifications/settings"
    assert (mail.address, mail.modes["copy"], mail.modes["task"]) == ("zhouheng@a.example", "off", "now")
    assert "通知设置已保存" in page
    assert 'value="zhouheng@a.example"' in page
    assert "a-secret" not in page


def test_what_cannot_be_is_said_on_the_page(office: Company) -> None:
    answer = office.browser("zhouheng").post("/notifications/settings", data={"address.mail": "nobody"})

    assert answer.status_code == 422
    assert "这个地址不对" in answer.text


def test_without_any_channel_the_page_says_so(company: Company) -> None:
    page = company.browser("zhouheng").get("/notifications/settings").text

    assert "还没有站外通知" in page
    assert "<select" not in page.split("<main", 1)[1]


def test_admins_see_that_a_channel_fails(office: Company) -> None:
    health.failed(office.app, wecom.CHANNEL, TimeoutError("nobody answers"))

    page = office.browser("admin").get("/admin/jobs").text

    assert "企业微信" in page
    assert "TimeoutError: nobody answers" in page
