"""The pages of a campaign's figures: the morning meeting, tables brought in, corrections."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from service.domain.metrics import LoadSample
from service.runtime.campaigns import measurements
from service.runtime.cases.views import InstanceView
from tests.web.company import Company

TABLE = "日期,渠道,展示数,点击,订单数,消耗\n2026-03-01,抖音,1000,20,1,10\n2026-03-01,百度,错,20,1,10\n"


@pytest.fixture(scope="module")
def case(company: Company) -> InstanceView:
    """A campaign of 林悦, which has just begun."""
    return company.campaign()


@pytest.fixture(scope="module")
def place(case: InstanceView) -> str:
    """Where its pages are."""
    return f"/cases/{case.id}"


def sent(company: Company, place: str, table: str = TABLE, name: str = "linyue", **form: str) -> TestResponse:
    data = {**form, "file": (io.BytesIO(table.encode()), "表.csv")}
    headers = {} if "confirmed" in form else {"HX-Request": "true"}
    return company.browser(name).post(f"{place}/figures", data=data, headers=headers)


def test_a_table_is_looked_at_before_it_is_recorded(company: Company, place: str) -> None:
    looked_at = sent(company, place).text

    assert "可记入 1 行，有误 1 处" in looked_at
    assert "巨量引擎" in looked_at
    assert "错" in looked_at
    assert 'name="confirmed"' in looked_at
    assert "还没有数据" in company.browser("linyue").get(f"{place}/figures").text


def test_what_was_confirmed_is_on_the_page_with_its_corrections(company: Company, place: str) -> None:
    good = TABLE.replace("错", "500")
    sent(company, place, good, confirmed="1")
    sent(company, place, good.replace(",20,", ",25,"), confirmed="1", reason="剔除重复")

    page = company.browser("linyue").get(f"{place}/figures").text

    assert "更正记录" in page
    assert "剔除重复" in page
    assert "3.33%" in page


def test_a_file_that_is_no_table_says_so(company: Company, place: str) -> None:
    assert "没有找到表头" in sent(company, place, "a,b\n1,2\n").text


def test_the_meeting_shows_the_day_and_the_load_against_the_limits_of_the_table(
    company: Company, case: InstanceView, place: str
) -> None:
    sample = LoadSample(company.clock(), Decimal(1800), Decimal("0.91"), Decimal(850), Decimal("0.02"), 8)
    measurements.record_load(company.app, company.actor("linyue"), str(case.business_key), sample)

    day = case.case.facts["start_date"]
    page = company.browser("linyue").get(f"{place}/meeting", query_string={"day": str(day)}).text

    assert f"{day} 对照当日目标" in page
    assert "CPU 将满 ≥ 95%" in page
    assert "CPU 偏高 ≥ 80%" in page
    assert "<polyline" in page
    assert company.browser("linyue").get(f"{place}/meeting?day=x").status_code == 422


@pytest.mark.parametrize(("named", "nearest"), [("1900-01-01", "start_date"), ("9999-12-31", "end_date")])
def test_the_meeting_is_about_days_of_the_campaign(company: Company, named: str, nearest: str) -> None:
    case = company.campaign("只开活动日的会")

    page = company.browser("linyue").get(f"/cases/{case.id}/meeting?day={named}")

    assert page.status_code == 200
    assert f"{case.case.facts[nearest]} 对照当日目标" in page.text


def test_strangers_find_neither_page(company: Company, place: str) -> None:
    ouwen = company.browser("ouwen")

    assert ouwen.get(f"{place}/meeting").status_code == 404
    assert ouwen.get(f"{place}/figures").status_code == 404
    assert sent(company, place, name="ouwen").status_code == 404
