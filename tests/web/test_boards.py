"""The boards as pages: numbers in tables and the same as CSV, charts here alone, for who may see them."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from service.domain.metrics import ChannelDay
from service.domain.workdays import local_day
from service.runtime.campaigns import measurements
from service.runtime.cases.views import InstanceView
from service.runtime.step.context import SYSTEM
from service.runtime.step.transaction import on_instance
from service.runtime.time import timers
from tests.web.company import Company

PAGES = ("executive", "execution", "pace", "steps")


@pytest.fixture(scope="module")
def measured(company: Company, campaign: InstanceView) -> InstanceView:
    """A campaign with figures of yesterday; the name of one of its channels looks like a formula."""
    day = local_day(company.clock()) - timedelta(days=1)
    samples = [
        ChannelDay(
            day, "抖音", clicks=200, orders=4, gmv=Decimal(900), revenue=Decimal(800), cost=Decimal(400)
        ),
        ChannelDay(day, "=1+1", cost=Decimal("20.50")),
    ]
    measurements.record_metrics(company.app, company.actor("admin"), campaign.business_key or "", samples)
    return campaign


def table(page: str, key: str) -> list[list[str]]:
    """Return the cells of a table of a page, row by row."""
    body = page.split(f'id="table-{key}"', 1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


@pytest.fixture(scope="module")
def adopted(company: Company, campaign: InstanceView) -> InstanceView:
    """An improvement that was adopted for the campaign, a week ago at the latest to be carried out."""
    key = company.app.live().model.figures.improvements.process
    said = {
        **dict.fromkeys(("current", "target", "unit")),
        "process_step": "抽奖规则撰写",
        "activity": "countersign_legal/legal_review",
        "deliverable": "抽奖规则标准模板",
        "owner": "周衡",
        "due": local_day(company.clock()) - timedelta(days=7),
    }
    payload = {"key": key, "variables": said, "business_key": campaign.business_key}
    with on_instance(company.app, campaign.id, SYSTEM) as step:
        step.queue("process.start", payload)
    timers.run_due(company.app)
    return campaign


def test_adopted_improvements_are_listed_for_who_sees_the_campaign(
    company: Company, adopted: InstanceView
) -> None:
    page = company.browser("linyue").get("/boards/improvements?state=overdue").text

    [row] = table(page, "improvements")[1:]
    assert row[:3] == ["抽奖规则撰写", "已逾期", "周衡"]
    assert row[4:7] == ["抽奖规则标准模板", "数据不足（n = 0）", "数据不足（n = 0）"]
    assert 'id="table-improvements"' not in company.browser("ouwen").get("/boards/improvements").text
    assert "抽奖规则撰写" not in company.browser("linyue").get("/boards/improvements?state=done").text


@pytest.mark.parametrize("page", PAGES)
def test_a_board_has_its_numbers_as_tables_and_nothing_inline(
    company: Company, measured: InstanceView, page: str
) -> None:
    answer = company.browser("admin").get(f"/boards/{page}")

    assert answer.status_code == 200
    assert "<table" in answer.text
    assert " style=" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    # the picture is not for screen readers: the table is
    assert answer.text.count('data-island="chart"') == answer.text.count('aria-hidden="true"></div>')


def test_the_channels_of_a_campaign_as_its_own_people_see_them(
    company: Company, measured: InstanceView
) -> None:
    page = company.browser("linyue").get(f"/boards/execution?campaign={measured.business_key}").text

    rows = {row[0]: row for row in table(page, "channels")[1:]}
    # 4 of 200 clicks, 800 for 400; what nobody reported is not nothing
    assert rows["抖音"][1:] == [
        "—",
        "200",
        "4",
        "¥900.00",
        "¥800.00",
        "¥400.00",
        "—",
        "2%",
        "—",
        "¥100.00",
        "2.00",
        "—",
    ]
    assert rows["全部渠道"][6] == "¥420.50"


def test_a_table_is_exported_with_exact_numbers_and_without_formulas(
    company: Company, measured: InstanceView
) -> None:
    answer = company.browser("linyue").get(f"/boards/execution?campaign={measured.business_key}&csv=channels")

    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "抖音", "全部渠道"]
    assert rows[1][6] == "20.50"


def test_without_figures_a_board_says_so(company: Company) -> None:
    page = company.browser("admin").get("/boards/executive?from=2020-01-01&to=2020-01-31").text

    assert "暂无数据" in page


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_no_board(company: Company, measured: InstanceView, page: str) -> None:
    assert company.browser("ouwen").get(f"/boards/{page}?campaign={measured.business_key}").status_code == 403


def test_the_menu_leads_to_boards_those_who_may(company: Company) -> None:
    pages = {name: company.browser(name).get("/tasks").text for name in ("admin", "linyue")}

    assert ['href="/boards"' in pages[name] for name in ("admin", "linyue")] == [True, False]


def test_a_campaigns_page_leads_to_its_board_and_no_other_page_carries_charts(
    company: Company, measured: InstanceView
) -> None:
    page = company.browser("linyue").get(f"/cases/{measured.id}").text

    assert f"/boards/execution?campaign={measured.business_key}" in page
    assert "chart-" not in page


@pytest.mark.parametrize("wrong", ["from=yesterday", "from=2026-02-01&to=2026-01-01", "csv=nothing"])
def test_what_cannot_be_asked_is_refused(company: Company, wrong: str) -> None:
    assert company.browser("admin").get(f"/boards/steps?{wrong}").status_code in (404, 422)


def test_a_grouping_nobody_knows_is_refused(company: Company) -> None:
    assert company.browser("admin").get("/boards/pace?by=mood").status_code == 422
