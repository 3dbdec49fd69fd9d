"""A campaign of 120 000 CNY goes by hand through every page, one person per role, from start to archive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from service import resources
from service.errors import FeelError
from service.runtime.scenarios.answers import Answers, answers_of, computed
from service.runtime.step.context import Application
from service.settings import ZONE
from tests.browser import hands
from tests.browser.office import Office
from tests.conftest import Clock

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "臻选新品首发抽奖季"
DAYS = ("2026-09-27", "2026-09-28", "2026-09-29")
"""The three days of the campaign: long enough for a warm-up, a burst and a long tail."""

PHONES = ("luchengyuan", "hezhixing")
"""The vice-president and the director work on their phones, everybody else at a desk."""

CHANGE = "抽奖页须公示各奖级中奖概率"
MET = {"answered_changes": [{"verdict": "已落实"}]}
"""Who demanded a change confirms that it was met."""
RAISED = "公示内容已补入抽奖规则，首屏展示各奖级概率。"


def at(text: str) -> datetime:
    """Return a moment in the company's time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def office(
    make_app: Callable[..., Application],
    sqlite_url: str,
    clock: Clock,
    chromium: Browser,
    _cheap_passwords: None,
    answers: Answers,
) -> Iterator[Office]:
    clock.set(at("2026-08-17 09:00"))
    wanted = os.environ.get("COUNTERSIGN_TEST_PICTURES")
    pictures = Path(wanted) if wanted else None
    app = make_app(sqlite_url)
    opened = Office(app, clock, chromium, pictures=pictures, phones=PHONES, others=answers)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What the company's people answer when all goes well: the same words as in the scenarios."""
    owners = answers_of(("通用", "臻选新品"), resources.scenarios())
    first, burst, tail = map(date.fromisoformat, DAYS)
    days = {"开始日": first, "爆发日": burst, "长尾日": tail, "结束日": tail}
    return replace(owners, days=owners.days | days)


@pytest.fixture(scope="module")
def words(answers: Answers) -> Mapping[str, dict[str, Any]]:
    """Those answers by form; what they say of a value the form opens with is left to who types it."""
    return {form: _typed(given, answers.days) for form, given in answers.by_form.items()}


def _typed(given: Mapping[str, Any], days: Mapping[str, date]) -> dict[str, Any]:
    typed = {}
    for key, value in given.items():
        with suppress(FeelError):
            typed[key] = computed(value, days, at(DAYS[0]))
    return typed


def test_a_campaign_goes_through_every_page_from_start_to_archive(
    office: Office, words: Mapping[str, Any]
) -> None:
    prepare(office, words)
    plan(office, words)
    countersign(office, words)
    approve(office, words)
    run(office, words)
    close(office, words)

    page = office.desk("linyue", "/cases")
    page.get_by_role("link", name=NAME).click()
    expect(page.get_by_text("按期结束").first).to_be_visible()
    office.picture(page, "已归档")
    assert office.errors == []


def prepare(office: Office, words: Mapping[str, Any]) -> None:
    page = office.desk("linyue", "/start")
    page.get_by_role("link", name="网络营销活动策划审批", exact=True).click()
    hands.fill(page, words["campaign"])
    office.picture(page, "发起")
    office.hand_in(page, "发起")
    office.picture(page, "活动页")

    office.do("wenke", "市场调研", words["research"])
    office.do("linyue", "设定目标", words["goals"])
    office.do("linyue", "评估资源", words["resources"])
    office.do("suhe", "承诺支持资源", words["commit_resources"])
    office.do("liangxiao", "承诺支持资源", words["commit_resources"])
    office.do("linyue", "编制预算", words["budget"])
    office.do("linyue", "评估风险", words["risks"])
    office.until(at("2026-08-18 10:00"))
    report = [("风险评估报告.pdf", b"%PDF-1.4 risks")]
    office.do("linyue", "汇总提交材料", {"risk_report": report, "note": "材料齐全，请审核。"})


def plan(office: Office, words: Mapping[str, Any]) -> None:
    office.do("linyue", "编制活动方案", words["write_plan"] | {"copy_precheck_needed": True})
    office.do("liangxiao", "设计技术方案", words["design_tech"])
    office.do("linyue", "确认责任分工", {})
    office.do("mengxiao", "预审宣传文案", words["copy_precheck"])
    office.until(at("2026-08-19 10:00"))
    office.do("shenlan", "审核提交方案", words["submit_plan"])


def countersign(office: Office, words: Mapping[str, Any]) -> None:
    """Legal asks for a change, the others agree: in the second round only legal looks again."""
    asked = {
        "conclusion": "修改后同意",
        "opinion": "概率公示不完整，补充后同意。",
        "required_changes": [{"text": CHANGE}],
    }
    office.do("zhouheng", "法务会签", words["legal_review"] | asked)
    office.do("xunuo", "财务会签", words["finance_review"])
    office.until(at("2026-08-20 10:00"))
    office.do("liangxiao", "技术会签", words["tech_review"])

    page = office.open_task("linyue", "修改方案")
    assert [row["text"] for row in hands.shown(page)["required_changes"]] == [CHANGE]
    rules = words["write_plan"]["draw_rules"] + "各奖级概率见首屏。"
    answers = {
        "required_changes": [{"response": RAISED, "closed": True}],
        "draw_rules": rules,
        "change_note": "按法务意见补充概率公示。",
    }
    office.do("linyue", "修改方案", answers)

    office.until(at("2026-08-21 10:00"))
    office.do("zhouheng", "法务会签", words["legal_review"] | MET)
    for name in ("xunuo", "liangxiao"):
        assert not office.desk(name).locator("#tasks li").count(), f"{name} is asked again without need"
    page = office.desk("linyue", "/cases")
    page.get_by_role("link", name=NAME).click()
    for department in ("财务部", "技术部"):
        expect(page.get_by_text(f"{department}：无新内容，沿用原意见").first).to_be_visible()
    office.picture(page, "第二轮会签")


def approve(office: Office, words: Mapping[str, Any]) -> None:
    """The director moves money from influencers to short videos: finance and legal sign that again later."""
    moved = {"kind": "资源优先级", "from": "达人投放", "to": "短视频", "reason": "短视频转化更高"}
    wish = {"conclusion": "调整", "opinion": "压缩达人费用，增加短视频。", "adjustments": [moved]}
    office.do("hezhixing", "总监预审", words["director_review"] | wish)
    kept = [{} for _line in words["budget"]["lines"]]
    lines = [*kept[:2], {"unit_price": 4400}, {"quantity": 5}, *kept[4:]]
    rules = words["write_plan"]["draw_rules"] + "各奖级概率见首屏，同步在短视频中说明。"
    changes = {
        "required_changes": [{"response": "已调整", "closed": True}],
        "change_note": "达人降为每位 4 400 元，短视频增为五条。",
    }
    office.do("linyue", "修改方案", changes | {"lines": lines, "draw_rules": rules})
    office.do("hezhixing", "总监预审", words["director_review"] | MET)

    office.do("linyue", "编制考核表", words["fill_kpi_sheet"])
    office.do("wenke", "确认部门指标", words["confirm_kpi"])
    office.do("songyu", "确认部门指标", words["confirm_kpi"])
    office.until(at("2026-08-24 10:00"))
    office.do("xunuo", "财务确认", words["finance_confirm"])
    office.do("zhouheng", "法务放行", words["legal_release"])
    office.do("luchengyuan", "分管副总裁审批", words["vp_decision"])


def run(office: Office, words: Mapping[str, Any]) -> None:
    office.until(at("2026-09-25 10:00"))
    office.do("duanyiming", "检查上线条件", words["launch_check"])
    weak = {"clicks": 19500, "orders": 371, "payers": 371, "gmv": 99428, "revenue": 99428}
    for day, morning in zip(DAYS, ("2026-09-28 09:00", "2026-09-29 09:00", "2026-09-30 09:00"), strict=True):
        office.until(at(morning))
        [row] = words["daily_report"]["channels"]
        is_weak = day == DAYS[1]
        office.do(
            "wenke",
            "汇报晨会日报",
            {"channels": [row | (weak if is_weak else {})], "comment": "已与后台核对。"},
        )
        if is_weak:
            action = {"action": "换素材", "detail": "下线疲劳素材，上新开箱短视频三条", "result": "当日回升"}
            office.do("linyue", "当日调整投放", {"adjustments": [action]})


def close(office: Office, words: Mapping[str, Any]) -> None:
    office.until(at("2026-09-30 12:30"))
    page = office.open_task("linyue", "编写结案报告")
    spent = hands.shown(page)["spend"]
    improvement = {
        "process_step": "法务会签",
        "current": "平均 41 小时",
        "target": 24,
        "unit": "小时",
        "owner": "周衡",
        "due": "2026-11-30",
    }
    report = words["closeout_report"] | {
        "spend": [{"actual": row["budget"], "invoice_no": "24317005"} for row in spent],
        "improvements": [improvement],
    }
    office.do("linyue", "编写结案报告", report)
    if office.has("linyue", "清理未了事项"):
        office.do("linyue", "清理未了事项", {"items": [{"result": "已处理完毕", "closed": True}]})
    office.do("qinzheng", "审计活动", words["audit_review"])
    office.do("yezhen", "评审改进建议", {"improvements": [{"decision": "采纳"}]})
