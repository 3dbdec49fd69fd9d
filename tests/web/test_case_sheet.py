"""The list of cases as a workbook: the same rows as the list, for the same people, without formulas."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from service.runtime.cases import instances
from service.web import case_sheet
from tests.web.company import Company


@pytest.fixture(scope="module")
def written(company: Company) -> str:
    """Two campaigns of 林悦, one of them called like a formula; returns that one's number."""
    company.campaign("秋日换新")
    return company.campaign("=HYPERLINK(1)").business_key or ""


def rows(company: Company, who: str, query: str = "") -> list[tuple[Any, ...]]:
    """Return the rows of the workbook that somebody gets, without its heads."""
    answer = company.browser(who).get(f"/api/v1/cases.xlsx{query}")
    assert (answer.status_code, answer.mimetype) == (200, case_sheet.MEDIA_TYPE)
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_the_workbook_has_what_the_list_has(company: Company, written: str) -> None:
    found = rows(company, "linyue")

    listed = company.browser("linyue").get("/api/v1/process-instances").json["items"]
    assert [row[0] for row in found] == [each["business_key"] for each in listed]
    assert [row[1] for row in found] == ["'=HYPERLINK(1)", "秋日换新"]


def test_filters_are_those_of_the_list(company: Company, written: str) -> None:
    assert [row[0] for row in rows(company, "linyue", "?q=HYPERLINK")] == [written]
    assert rows(company, "linyue", "?state=completed") == []


def test_nobody_gets_what_they_may_not_see(company: Company, written: str) -> None:
    assert rows(company, "ouwen") == []


def test_the_list_leads_to_the_workbook_of_what_it_shows(company: Company, written: str) -> None:
    browser = company.browser("linyue")
    place = "/cases?q=HYPERLINK&state=active&phase=准备&kind=all"
    whole, changed = (browser.get(place, headers=each).text for each in ({}, {"HX-Request": "true"}))

    for page in (whole, changed):
        [link] = re.findall(r'<a class="btn" id="cases-workbook"[^>]*href="([^"]+)"', page)
        path, _mark, query = unescape(link).partition("?")
        assert path == "/api/v1/cases.xlsx"
        assert query == "q=HYPERLINK&state=active&phase=%E5%87%86%E5%A4%87&leading=false"
        assert [row[0] for row in rows(company, "linyue", f"?{query}")] == [written]
    assert 'hx-swap-oob="true"' in changed
    assert "hx-swap-oob" not in whole
    assert rows(company, "linyue", "?phase=审批") == []
    assert browser.get("/api/v1/cases.xlsx?phase=x").status_code == 422


def test_the_workbook_says_what_the_list_says_of_a_campaign(company: Company, written: str) -> None:
    answer = company.browser("linyue").get("/api/v1/cases.xlsx?q=HYPERLINK")
    heads, row = load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True)
    said = dict(zip(heads, row, strict=True))
    [case] = company.browser("linyue").get("/api/v1/process-instances?q=HYPERLINK").json["items"]
    facts = instances.get(company.app, company.actor("linyue"), case["id"]).case.facts

    assert (said["活动名称"], said["发起人"]) == ("'=HYPERLINK(1)", "林悦")
    assert {"审批金额（含关联活动）", "审批层级", "开始日期", "结束日期"} <= said.keys()
    assert str(said["开始日期"])[:10] == str(facts["start_date"])
