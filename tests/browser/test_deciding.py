"""Deciding costs few clicks: from the list of tasks to the answer, counted as the browser hears them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service import resources
from service.demo import accounts
from service.runtime import identity
from service.runtime.scenarios import read
from service.runtime.scenarios.answers import answers_of
from service.runtime.scenarios.playing import Play
from service.runtime.scenarios.world import VirtualClock, World
from service.runtime.wiring import open_application
from service.settings import Settings
from tests.browser.office import Office
from tests.browser.others import clear_the_way
from tests.conftest import Clock

pytestmark = pytest.mark.browser

COUNTED = """if (!window.counted) addEventListener('click', ({ isTrusted, detail }) => {
  if (isTrusted && detail) sessionStorage.setItem('clicks', Number(sessionStorage.getItem('clicks')) + 1);
}, true);
window.counted = true;"""
"""What the keyboard presses has no detail: only the mouse and fingers count."""
CASES = Path(__file__).parents[1] / "fixtures" / "deciding"
"""Scenarios that bring a campaign to where somebody decides."""


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    _migrated_sqlite: Path,
    chromium: Browser,
    _cheap_passwords: None,
) -> Iterator[Office]:
    folder, clock = tmp_path_factory.mktemp("deciding"), Clock()
    database = shutil.copyfile(_migrated_sqlite, folder / "countersign.db")
    settings = Settings(folder, f"sqlite:///{database}", queue_url="memory://", secret_key="of the tests")
    app = open_application(settings, clock=clock)
    others = answers_of(("通用", "臻选新品"), resources.scenarios())
    opened = Office(app, clock, chromium, others=others)
    (folder / "answers").symlink_to(resources.scenarios() / "answers")
    for case in sorted(CASES.glob("*.yaml")):
        play(opened, Path(shutil.copy(case, folder)))
    yield opened
    opened.close()
    app.close()


def play(office: Office, path: Path) -> None:
    scenario = read(path)
    people = tuple(identity.actor(office.app, person.name) for person in accounts.people())
    clock = VirtualClock(scenario.starts_at)
    office.app.clock = clock
    Play(scenario, World(office.app, clock, people)).run()
    office.app.clock = office.clock
    office.clock.set(clock.now)


def inbox(office: Office, name: str) -> Page:
    page = office.desk(name)
    page.evaluate("sessionStorage.removeItem('clicks')")
    page.add_init_script(COUNTED)
    page.goto(page.url)
    return page


def opened(page: Page, case: str) -> None:
    page.locator("#tasks li").filter(has_text=case).get_by_role("link").first.click()
    page.wait_for_selector("html[data-form=ready]")


def opinion(page: Page) -> Locator:
    return page.locator(".form-host textarea[id$=f_opinion]")


def clicks_until_done(page: Page) -> int:
    page.wait_for_url("**/tasks?done=*")
    return int(page.evaluate("sessionStorage.getItem('clicks')"))


def test_refusing_asks_for_an_opinion_and_says_what_it_means(office: Office) -> None:
    page = inbox(office, "shenlan")
    opened(page, "小额")
    refuse = page.get_by_role("button", name="否决", exact=True)
    said = page.locator("[data-form-notices]")

    refuse.click()
    expect(said).to_contain_text("意见")
    opinion(page).fill("与季度目标不符，今年不再安排。")
    expect(said.locator(".notice")).to_have_count(0)
    refuse.click()

    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("不能恢复")
    asked.get_by_role("button", name="取消").click()
    expect(asked).to_have_count(0)


def test_a_head_agrees_with_two_clicks_and_is_told_who_is_next(office: Office) -> None:
    page = inbox(office, "shenlan")

    opened(page, "小额")
    page.get_by_role("button", name="同意", exact=True).click()

    assert clicks_until_done(page) == 2
    expect(page.get_by_role("status")).to_contain_text("接下来")


def test_finance_confirms_with_three_clicks(office: Office) -> None:
    page = inbox(office, "xunuo")

    opened(page, "延长")
    page.get_by_label("已核对关联活动").check()
    page.get_by_role("button", name="同意", exact=True).click()

    assert clicks_until_done(page) == 3


def test_legal_answers_anew_only_what_changed_and_director_and_vice_president_are_quick(
    office: Office,
) -> None:
    page = inbox(office, "zhouheng")
    opened(page, "最后")
    expect(page.get_by_role("region", name="此后的变化")).to_contain_text("抽奖规则")
    page.get_by_label("已落实").check()
    page.locator("[id$=f_compliance_prize_draw_result-display]").click()
    page.locator(".fjs-dropdownlist-item").get_by_text("合格", exact=True).click()
    opinion(page).click()
    page.keyboard.type("概率已在首屏公示，同意上线。")
    page.get_by_role("button", name="同意", exact=True).click()
    assert clicks_until_done(page) <= 6

    clear_the_way(office.app, office.others, "hezhixing", "总监预审")
    page = inbox(office, "hezhixing")
    opened(page, "最后")
    page.keyboard.type("4")
    page.get_by_label("可行", exact=True).check()
    page.get_by_role("button", name="通过", exact=True).click()
    assert clicks_until_done(page) == 3

    clear_the_way(office.app, office.others, "luchengyuan", "分管副总裁审批")
    page = inbox(office, "luchengyuan")
    opened(page, "最后")
    expect(page.locator(".case-head")).to_contain_text("¥")
    expect(page.locator(".stepper [aria-current]")).to_contain_text("审批")
    page.get_by_role("button", name="同意", exact=True).click()
    assert clicks_until_done(page) == 2
