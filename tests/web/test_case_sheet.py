"""The list of cases as a workbook: the same rows as the list, for the same people, without formulas."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

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
    page = company.browser("linyue").get("/cases?q=HYPERLINK&state=active").text

    assert "/api/v1/cases.xlsx?q=HYPERLINK&amp;state=active&amp;leading=True" in page
