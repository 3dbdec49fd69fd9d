"""The boards by role: every figure beside a sum made by hand, and who may see which."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from service.domain.metrics import ChannelDay
from service.errors import Forbidden, NotFound
from service.runtime import identity
from service.runtime.campaigns import allowances, approvals, execution_board, executive_board, measurements
from service.runtime.step.context import SYSTEM
from service.store.models import ProcessInstance
from tests.conftest import MONDAY
from tests.engine import diagrams as d

ORGANISATION = """
groups: {市场部: department, 法务部: department, 财务部: department, 技术部: department, 客服部: department,
         信息部: department, 总监: role}
relations: {发起人: {user: applicant}}
rights:
  dashboard.executive: [财务部]
  dashboard.execution: [客服部]
  sample.record: [市场部, 信息部]
  statistics.read: [财务部]
  allowance.grant: [财务部]
metrics:
  ctr: {name: 点击率, additive: false, target: ctr_target}
  cpa: {name: CPA, additive: false}
""".encode()
CASE = """
main: campaign
pace: {from: submitted_at, to: decided_at, target: [3, 7], tier: tier}
facts:
  submitted_at: {kind: datetime, label: 提交时间, initial: null}
  decided_at: {kind: datetime, label: 批准时间, initial: null}
  start_date: {kind: date, label: 开始日期, initial: null}
  plan_total: {kind: money, label: 预算总额}
  tier: {kind: text, label: 层级, values: {"": 未定, head: 负责人, vice: 副总裁}, initial: ""}
""".encode()


def form(name, *keys, lists=()):
    fields = [{"type": "textfield", "key": key, "id": f"f_{key}", "label": key} for key in keys]
    for path, own in lists:
        inner = [{"type": "textfield", "key": key, "id": f"{path}_{key}", "label": key} for key in own]
        fields.append({"type": "dynamiclist", "path": path, "id": path, "components": inner})
    return json.dumps({"id": name, "type": "default", "components": fields}).encode()


FILES = {
    "campaign.bpmn": d.process(
        d.start(),
        d.user(
            "plan",
            group="发起人",
            camunda_formRef="plan",
            outputs={
                "case.submitted_at": "=now()",
                "case.plan_total": "=number(total)",
                "case.tier": "=tier",
                "case.start_date": "=date(start)",
            },
        ),
        d.user("sheet", group="发起人", camunda_formRef="sheet", outputs={"case.decided_at": "=now()"}),
        d.call("execution", "run"),
        d.end(),
        d.path("begin", "plan", "sheet", "execution", "done"),
        key="campaign",
    ),
    "run.bpmn": d.process(
        d.start(),
        d.user("look", group="技术部", camunda_dueDate="=workdays_after(now(), 1)"),
        d.end(),
        d.path("begin", "look", "done"),
        key="run",
    ),
    "plan.form": form(
        *("plan", "total", "tier", "start", "gross_margin", "roi"),
        lists=[("channels", ("name", "budget_item")), ("lines", ("category", "unit_price", "quantity"))],
    ),
    "sheet.form": form(
        "sheet", "ctr_target", lists=[("kpis", ("metric", "target")), ("daily_overrides", ("date", "ctr"))]
    ),
    "organisation.yaml": ORGANISATION,
    "case.yaml": CASE,
}
DAY, NEXT = date(2026, 2, 25), date(2026, 2, 26)
FEBRUARY = {"first": date(2026, 2, 1), "last": MONDAY.date()}


def plan(total="1000", tier="head", start="2026-02-25", margin="0.5", channels=("抖音",)):
    return {
        "total": total,
        "tier": tier,
        "start": start,
        "gross_margin": margin,
        "roi": "1.5",
        "channels": [{"name": name, "budget_item": "信息流"} for name in channels],
        "lines": [
            {"category": "信息流", "unit_price": "400", "quantity": "2"},
            {"category": "视频", "unit_price": "200", "quantity": "1"},
        ],
    }


SHEET = {
    "ctr_target": "0.02",
    "kpis": [{"metric": "CPA", "target": "30"}],
    "daily_overrides": [{"date": "2026-02-26", "ctr": "0.03"}],
}


@pytest.fixture
def boards(company):
    return run_two(company)


@pytest.fixture
def boards_anywhere(any_company):
    return run_two(any_company)


def run_two(company):
    """Two campaigns with figures, one of them corrected; a third still waits for its KPI sheet."""
    company.deploy(FILES)
    company.one = begin(company, "一", **plan(channels=("抖音", "百度")))
    company.two = begin(company, "二", **plan(total="5000", tier="vice", margin="0.2"))
    for case in (company.one, company.two):
        company.complete(case, "sheet", "linyue", **SHEET)
    company.three = begin(company, "三", **plan(total="70", start="2026-03-01"))
    known = {"impressions": 1000, "clicks": 10, "orders": 2, "payers": 2}
    report(company, "一", DAY, "抖音", **known, gmv=Decimal(300), revenue=Decimal(280), cost=Decimal("99.5"))
    report(
        company, "一", NEXT, "抖音", impressions=3000, clicks=90, orders=1, gmv=Decimal(100), cost=Decimal(50)
    )
    report(company, "一", DAY, "百度", impressions=0, clicks=0, cost=Decimal(20))
    report(company, "二", DAY, "抖音", clicks=7, gmv=Decimal(1000), cost=Decimal(100))
    report(company, "一", DAY, "抖音", reason="剔除退单", gmv=Decimal(200), source="对账")
    return company


def begin(company, number, **answers):
    case = company.start("campaign", business_key=number)
    company.complete(case, "plan", "linyue", **answers)
    return case


def report(company, number, day, channel, reason=None, **known):
    sample = ChannelDay(day, channel, **known)
    measurements.record_metrics(company.app, company.cast.admin, number, [sample], [reason])


def executive(company, who="xunuo", **asked):
    return executive_board.find(company.app, identity.actor(company.app, who), **{**FEBRUARY, **asked})


def execution(company, who="linyue", **asked):
    return execution_board.find(company.app, identity.actor(company.app, who), **asked)


def test_the_trend_is_what_holds_of_all_campaigns_by_day(boards_anywhere):
    by_hand = sa.text(
        "SELECT day, sum(value) FROM figure f WHERE metric = 'gmv' AND seq = (SELECT max(seq) FROM figure g "
        "WHERE g.number = f.number AND g.day = f.day AND g.channel = f.channel AND g.metric = 'gmv') "
        "GROUP BY day ORDER BY day"
    )
    with boards_anywhere.app.db.read() as session:
        expected = [(str(day), Decimal(int(value)) / 100) for day, value in session.execute(by_hand)]

    found = executive(boards_anywhere).trend

    assert [(str(each.day), each.gmv) for each in found] == expected
    # 200 as corrected, not 300, and 1 000 of the other
    assert expected == [("2026-02-25", 1200), ("2026-02-26", 100)]
    assert [each.cost for each in found] == [Decimal("219.50"), 50]


def test_roi_is_reckoned_of_the_sums(boards_anywhere):
    found = executive(boards_anywhere)

    # gross profit: 300 × 50 % + 1 000 × 20 % = 350; cost 149.50 + 100;
    # what 百度 brought for its 20 is not known
    assert (found.total.n, found.total.gmv, found.total.cost) == (2, 1300, Decimal("269.50"))
    assert found.total.roi == Decimal("0.402806")
    assert [(each.number, each.gmv, each.roi, each.planned_roi) for each in found.campaigns] == [
        ("二", 1000, 1, Decimal("1.5")),
        ("一", 300, Decimal("0.003344"), Decimal("1.5")),
    ]


def test_a_day_without_one_of_both_figures_is_left_out_of_the_ratio_and_told(boards_anywhere):
    report(boards_anywhere, "二", NEXT, "抖音", cost=Decimal(400))

    found = executive(boards_anywhere)

    assert (found.total.cost, found.total.roi) == (Decimal("669.50"), Decimal("0.402806"))
    assert found.total.incomplete_days == {"roas": 2, "roi": 2}
    assert [(each.number, each.roi, each.incomplete_days.get("roi")) for each in found.campaigns] == [
        ("二", 1, 1),
        ("一", Decimal("0.003344"), 1),
    ]


def test_money_under_way_by_tier_and_phase(boards_anywhere):
    found = executive(boards_anywhere)

    assert [(each.label, each.n, each.planned) for each in found.by_tier] == [
        ("负责人", 2, 1070),
        ("副总裁", 1, 5000),
    ]
    assert sorted((each.key, each.n, each.planned) for each in found.by_phase) == [
        ("", 1, 70),
        ("execution", 2, 6000),
    ]


def test_quarters_of_the_period_with_what_is_left(boards):
    for period in ("2026Q1", "2026Q2"):
        grant = {"committed": Decimal(300)}
        allowances.grant(boards.app, boards.cast.xunuo, "市场部", period, Decimal(1000), **grant)

    [row] = executive(boards).allowances

    assert (row.period, row.granted, row.committed, row.left) == ("2026Q1", 1000, 300, 700)


def test_the_pace_of_what_was_decided(boards):
    found = executive(boards)

    assert (found.pace.gross.n, found.pace.gross.mean, found.target) == (2, 0, (3, 7))


def test_what_speaks_against_a_campaign(boards, clock):
    clock.forward(days=3)
    report(boards, "二", MONDAY.date(), "抖音", cost=Decimal(6000))
    with boards.app.db.begin() as session:
        session.execute(
            sa.update(ProcessInstance).where(ProcessInstance.id == boards.one.id).values(open_incidents=1)
        )

    found = executive(boards, last=clock().date()).at_risk

    assert [(each.number, each.reasons, each.overdue) for each in found] == [
        ("一", ("incident", "overdue"), 1),
        ("二", ("overdue", "over_budget"), 1),
        # the first of March has come, and nobody has approved it
        ("三", ("undecided",), 0),
    ]
    # 许诺 takes part in none of them
    assert {each.instance_id for each in found} == {None}


def test_a_channel_by_day_against_its_target(boards_anywhere):
    found = execution(boards_anywhere, campaign="一")

    assert (found.since, found.until) == (DAY, NEXT)
    douyin = next(each for each in found.channels if each.channel == "抖音")
    # 100 clicks of 4 000; 149.50 for 3 orders; revenue 280 of 2 payers; 280 / 99.50
    assert (douyin.measured.ctr, douyin.measured.cpa) == (Decimal("0.025"), Decimal("49.833333"))
    assert (douyin.measured.aov, douyin.measured.roas) == (140, Decimal("2.814070"))
    assert douyin.measured.incomplete_days == {"roas": 1}
    told = [(each.day, each.measured.ctr, each.targets["ctr"], each.targets["cpa"]) for each in douyin.days]
    assert [(day, ctr, str(target), str(cpa)) for day, ctr, target, cpa in told] == [
        (DAY, Decimal("0.01"), "0.02", "30"),
        (NEXT, Decimal("0.03"), "0.03", "30"),
    ]


def test_over_nothing_there_is_no_ratio(boards):
    baidu = next(each for each in execution(boards, campaign="一").channels if each.channel == "百度")

    assert (baidu.measured.ctr, baidu.measured.aov, baidu.measured.roas) == (None, None, None)
    assert (baidu.measured.clicks, baidu.measured.orders) == (0, None)


def test_spend_stands_against_the_plan(boards):
    report(boards, "二", NEXT, "抖音", cost=Decimal("60.5"))

    assert [
        (each.budget_item, each.planned, each.spent) for each in execution(boards, campaign="二").spend
    ] == [
        ("信息流", 800, Decimal("160.50")),
        ("视频", 200, None),
    ]


def test_all_campaigns_together_are_the_sum_of_each(boards):
    one, two = (execution(boards, "ouwen", campaign=each, **FEBRUARY) for each in "一二")

    both = execution(boards, "ouwen", **FEBRUARY)

    assert both.measured.cost == one.measured.cost + two.measured.cost == Decimal("269.50")
    assert both.spend == ()


def test_each_board_is_for_who_may_see_it(boards):
    with pytest.raises(Forbidden):
        executive(boards, "linyue")
    for stranger in ("zhouheng", "xunuo"):
        with pytest.raises(Forbidden):
            execution(boards, stranger, campaign="一")
        # whether there is one is not told either
        with pytest.raises(Forbidden):
            execution(boards, stranger, campaign="没有")
    with pytest.raises(Forbidden):
        execution(boards, "linyue")
    with pytest.raises(NotFound):
        execution(boards, "ouwen", campaign="没有")


def test_one_chooses_among_the_campaigns_one_may_look_at(boards):
    def numbers(who):
        found = execution_board.choices(boards.app, identity.actor(boards.app, who))
        return [each.number for each in found]

    # 三 has no figures yet
    assert (numbers("linyue"), numbers("ouwen"), numbers("zhouheng")) == (["二", "一"], ["二", "一"], [])


def test_a_campaign_without_figures_has_a_board_that_says_so(boards):
    found = execution(boards, campaign="三")

    assert (found.days, found.channels, found.measured.gmv) == ((), (), None)


def test_the_pace_by_channel_is_that_of_the_plans(boards):
    found = approvals.cycle_times_of(boards.app, SYSTEM, by="channel", **FEBRUARY)

    assert [(each.key, each.gross.n) for each in found.groups] == [("抖音", 2), ("百度", 1)]
