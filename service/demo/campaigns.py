"""The demo campaigns, each walked to the state it is there to show. Dates are relative to the seeding."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.demo import people
from service.demo.answers import FORMS, Campaign, start_form
from service.demo.walk import Clock, Walk
from service.domain.metrics import ChannelDay
from service.domain.workdays import official_calendar, workdays_after, workdays_between
from service.errors import ServiceError
from service.runtime.campaigns import measurements
from service.runtime.step.context import SYSTEM, Application
from service.runtime.tasks.views import TaskView
from service.settings import ZONE

BASIC, SELECT = "澄野基础", "澄野臻选"
LEAD = timedelta(days=45)
UNHURRIED = 300  # minutes from one answer to the next

LOG = logging.getLogger(__name__)


def run_all(app: Application, clock: Clock) -> None:
    """Walk every campaign of the demo; the oldest first, as they would have happened.

    A campaign that cannot be walked, because somebody changed the drawings, is left where it stands: the
    service starts all the same, and the log says which and why.
    """
    today = clock.present.astimezone(ZONE).date()
    for campaign, tell in _stories(today):
        try:
            tell(_Story(app, clock, campaign))
        except ServiceError as error:
            LOG.warning("demo campaign %s is incomplete: %s %s", campaign.name, error, error.detail)
    people.settle_allowance(app, today)


def _stories(today: date) -> tuple[tuple[Campaign, Callable[[_Story], None]], ...]:
    regulars = {"信息流": 30_000, "视频": 12_120, "备用金": 4_680}
    school = {"信息流": 55_000, "KOL": 30_500, "备用金": 9_500}
    return (
        (_archived(today, "秋日换新·老客回访", regulars, 75), _Story.to_the_end),
        (_archived(today, "臻选开学季", school, 60), _Story.to_the_end),
        (_website(today), _Story.to_audit),
        (_short_videos(today), _Story.to_a_shortfall),
        (_membership(today), _Story.to_the_ceo_meeting),
        (_prize_draw(today), _Story.to_the_second_round),
        (_campus(today), _Story.to_a_missing_commitment),
        (_hot_topic(today), _Story.to_the_green_channel),
    )


class _Story:
    """One campaign, told by walking it."""

    def __init__(self, app: Application, clock: Clock, campaign: Campaign) -> None:
        self.app, self.clock, self.campaign = app, clock, campaign
        self.walk = Walk(app, clock, self._answers)

    def to_the_end(self) -> None:
        self.walk.minutes = UNHURRIED
        self._begin(self.campaign.start - LEAD)
        self._launch()
        self.walk.until()

    def to_audit(self) -> None:
        self.walk.minutes = UNHURRIED
        self._begin(self.campaign.start - LEAD)
        self._launch()
        self.walk.until(holding=("audit_review",))

    def to_a_shortfall(self) -> None:
        self.walk.minutes = UNHURRIED
        self._begin(self.campaign.start - LEAD)
        self._launch(until=self._today())
        self.walk.until(holding=("adjust_today",))

    def to_the_ceo_meeting(self) -> None:
        meeting = workdays_after(self.clock.present, 2).replace(hour=10, minute=0, second=0)
        self.campaign = replace(self.campaign, meeting_at=meeting)
        self._begin(self._workdays_ago(9), ip_license="热点 IP 授权书（演示）")
        self.walk.until()

    def to_the_second_round(self) -> None:
        self._begin(self._workdays_ago(6))
        self.walk.until("legal_review")
        self.walk.answer(
            "legal_review",
            conclusion="修改后同意",
            opinion="抽奖概率须在首屏公示，活动页补充免责条款后同意。",
            required_changes=[
                {"text": "抽奖页首屏公示各奖级中奖概率", "closed": False},
                {"text": "活动页补充免责与限制条款", "closed": False},
            ],
        )
        self.walk.until("legal_review")

    def to_a_missing_commitment(self) -> None:
        self._begin(self._workdays_ago(2))
        self.walk.until(holding=("commit_resources", "risks"))

    def to_the_green_channel(self) -> None:
        self.walk.minutes = 20
        self._begin(self._workdays_ago(1))
        self.walk.until("submit_explanation")
        self._launch(until=self._today())
        self.walk.until(holding=("submit_explanation", "late_review"))

    def _today(self) -> date:
        return self.clock.present.astimezone(ZONE).date()

    def _workdays_ago(self, count: int) -> date:
        day = self._today()
        while workdays_between(day, self._today()) < count or not official_calendar().is_workday(day):
            day -= timedelta(days=1)
        return day

    def _begin(self, day: date, **files: str) -> None:
        self.clock.now = self.clock.present
        self.clock.set(datetime.combine(day, time(9, 30), ZONE))
        self.clock.work(0)
        texts = {"risk_report": f"{self.campaign.name}\n风险评估报告（演示）", **files}
        uploaded = {
            name: self.walk.upload(self.campaign.applicant, f"{name}.txt", text)
            for name, text in texts.items()
        }
        self.campaign = replace(self.campaign, files=uploaded)
        self.walk.start(self.campaign.applicant, start_form(self.campaign))

    def _launch(self, until: date | None = None) -> None:
        """Walk to the launch, and let the figures of all days before `until` come in."""
        self.walk.until("launch_check")
        last = self.campaign.end if until is None else min(self.campaign.end, until - timedelta(days=1))
        days = [self.campaign.start + timedelta(days=n) for n in range((last - self.campaign.start).days + 1)]
        measurements.record_metrics(
            self.app, SYSTEM, self.walk.key, _figures(days, is_short=until is not None)
        )

    def _answers(self, task: TaskView, data: dict[str, Any], now: datetime) -> Mapping[str, Any]:
        answer = FORMS.get(task.form or "")
        return {} if answer is None else answer(self.campaign, data, now)


def _figures(days: Iterable[date], *, is_short: bool) -> list[ChannelDay]:
    """Return one row a day. The last day of a running campaign falls short of its click-through rate.

    Then CTR 4 290 / 220 000 = 1.95 %, CVR 79 / 4 290 = 1.84 %, average order 20 550 / 75 = 274.
    """
    rows = [
        ChannelDay(
            day,
            "抖音",
            impressions=220_000,
            clicks=5_280,
            visits=5_000,
            registrations=450,
            orders=101,
            payers=97,
            gmv=Decimal(27_100),
            revenue=Decimal(26_000),
            cost=Decimal(7_200),
            source="巨量引擎后台",
            invalid_clicks=96,
            top_source_clicks=21,
            night_clicks=320,
            bounces=2_300,
        )
        for day in days
    ]
    if is_short and rows:
        poor = {
            "clicks": 4_290,
            "orders": 79,
            "payers": 75,
            "revenue": Decimal(20_550),
            "gmv": Decimal(21_600),
        }
        rows[-1] = replace(rows[-1], **poor)
    return rows


def _archived(today: date, name: str, amounts: Mapping[str, int], ago: int) -> Campaign:
    start = today - timedelta(days=ago)
    return Campaign(
        name,
        "拉新",
        BASIC,
        start,
        start + timedelta(days=4),
        amounts,
        "以老客专属内容与回访礼遇唤回沉睡用户，分三段推进。",
    )


def _website(today: date) -> Campaign:
    return Campaign(
        "官网焕新引流",
        "品牌",
        SELECT,
        today - timedelta(days=14),
        today - timedelta(days=8),
        {"信息流": 70_000, "搜索竞价": 30_000, "KOL": 30_000, "视频": 12_200, "备用金": 15_800},
        "以官网焕新为契机，用短片与搜索承接，带动访问与新用户注册。",
        # 151 240 of 158 000
        spent={"信息流": 68_940, "搜索竞价": 29_500, "KOL": 30_000, "视频": 12_000, "备用金": 10_800},
    )


def _short_videos(today: date) -> Campaign:
    return Campaign(
        "臻选短视频种草",
        "品牌",
        SELECT,
        today - timedelta(days=3),
        today + timedelta(days=6),
        {"信息流": 45_000, "KOL": 22_400, "视频": 10_000, "备用金": 8_600},
        "以真实使用场景的短视频种草，带动收藏、搜索与到店体验。",
    )


def _membership(today: date) -> Campaign:
    return Campaign(
        "年度会员节·热点IP联名",
        "节日",
        SELECT,
        today + timedelta(days=40),
        today + timedelta(days=54),
        {"信息流": 160_000, "KOL": 120_000, "视频": 40_000, "小程序": 22_000, "备用金": 38_000},
        "与热点 IP 联名推出会员限定礼盒，会员节期间分三段释放。",
        registrations=12_000,
        supporting=("设计部", "技术部"),
    )


def _prize_draw(today: date) -> Campaign:
    return Campaign(
        "臻选新品首发抽奖季",
        "新品",
        SELECT,
        today + timedelta(days=45),
        today + timedelta(days=66),
        {
            "信息流": 45_000,
            "搜索竞价": 18_000,
            "KOL": 25_000,
            "视频": 12_000,
            "H5": 5_000,
            "奖品": 3_000,
            "备用金": 12_000,
        },
        "以“把好日子拆出来”为主题，新品首发抽奖带动注册，再以开箱内容延续讨论。",
        has_prizes=True,
        supporting=("设计部", "技术部"),
    )


def _campus(today: date) -> Campaign:
    return Campaign(
        "春季拉新·校园大使",
        "拉新",
        BASIC,
        today + timedelta(days=60),
        today + timedelta(days=80),
        {"信息流": 90_000, "KOL": 60_000, "H5": 24_000, "图文": 15_000, "备用金": 21_000},
        "招募校园大使，以宿舍场景内容带动新客注册与首单转化。",
    )


def _hot_topic(today: date) -> Campaign:
    return Campaign(
        "冬日热点借势",
        "热点",
        BASIC,
        today,
        today + timedelta(days=5),
        {"信息流": 20_000, "视频": 8_800, "备用金": 3_200},
        "借降温热点上线保暖主题短视频，引导领取冬季体验装。",
        is_green=True,
        green_reason="本地降温话题今晚登上热搜第一，四十八小时内有效，需立即跟进。",
        registrations=1_000,
        supporting=(),
    )
