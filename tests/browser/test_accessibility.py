"""axe finds nothing on any page, at a desk and on a phone, by day and after dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from service.runtime.cases.views import InstanceView
from tests.browser.conftest import DESK, PHONE, Window
from tests.web.company import Company

pytestmark = pytest.mark.browser
Windows = Callable[..., Window]

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FINDINGS = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} — ${failureSummary}`));
}"""  # noqa: E501 — a script reads better whole
STAFF = (
    "/tasks",
    "/start",
    "/start/campaign_approval",
    "/cases",
    "/notifications",
    "/notifications/settings",
)
OTHERS = ("/copies", "/account", "/boards", "/processes", "/processes/upload", "/admin/instances")
COMPANY = ("/admin/company", "/admin/company/calendar", "/admin/jobs", "/admin/audit")


@pytest.fixture(scope="module")
def case(company: Company) -> InstanceView:
    return company.campaign("人人可用")


def findings(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FINDINGS, RULES)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_on_any_page(
    company: Company, case: InstanceView, window: Windows, size: dict[str, int], scheme: str
) -> None:
    mine = window("admin", size=size)
    mine.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tasks = [f"/tasks/{company.task(case, name).id}" for name in ("goals", "risks")]
    pages = (f"/cases/{case.id}", f"/cases/{case.id}/approval-sheet", f"/admin/instances/{case.id}")

    wrong = {}
    for path in (*STAFF, *OTHERS, *COMPANY, *pages, *tasks):
        page = mine.go(path)
        if path in (*tasks, "/start/campaign_approval"):
            page.wait_for_selector("html[data-form=ready]")
        if found := findings(page):
            wrong[path] = found

    assert wrong == {}


def test_axe_finds_nothing_at_the_sign_in(window: Windows) -> None:
    assert findings(window().go("/login")) == []


@pytest.mark.parametrize("name", ["goals", "resources"])
def test_axe_finds_nothing_in_a_form_that_is_refused(
    company: Company, case: InstanceView, window: Windows, name: str
) -> None:
    page = window("linyue").open_form(f"/tasks/{company.task(case, name).id}")

    page.click("[data-form-submit]")
    page.wait_for_selector("[data-form-notices] .notice")

    assert findings(page) == []
