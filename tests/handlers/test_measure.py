"""Numbers from the samples: the day's report, the load, the traffic, the closeout."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.domain.metrics import ChannelDay, LoadSample
from service.errors import BpmnError, HandlerFailed
from service.handlers import HANDLERS
from service.handlers.ports import OpenTask
from tests.handlers.fake_ports import MAIN, NOON, FakePorts

DAY = date(2026, 11, 22)


def load(minutes_ago, qps):
    return LoadSample(
        NOON - timedelta(minutes=minutes_ago), qps, Decimal("0.9"), Decimal(800), Decimal("0.01"), 4
    )


@pytest.fixture
def ports():
    ports = FakePorts(samples=[ChannelDay(DAY, "抖音", impressions=10_000, clicks=195, cost=Decimal(500))])
    ports.hand_in(
        "fill_kpi_sheet",
        ctr_target=Decimal("0.024"),
        cvr_target=Decimal("0.05"),
        kpis=[{"department": "市场部", "metric": "曝光", "target": 20_000}],
        daily_overrides=[{"date": "2026-11-23", "ctr": Decimal("0.03"), "cvr": None}],
    )
    ports.hand_in(
        "write_plan",
        start_date="2026-11-20",
        channels=[{"name": "抖音", "budget_item": "信息流"}],
        lines=None,
    )
    ports.hand_in("budget", lines=[{"category": "信息流", "unit_price": 600, "quantity": 1}])
    ports.hand_in("design_tech", expected_peak_qps=2000)
    return ports


def test_the_morning_report_starts_with_the_days_rows_and_targets(ports):
    outputs = HANDLERS["metrics.collect"]({"day": DAY}, ports)

    (row,) = outputs["channels"]
    assert (row["channel"], row["clicks"], row["cost"]) == ("抖音", 195, 500)
    assert "day" not in row
    assert outputs["targets"] == {"ctr": Decimal("0.024"), "cvr": Decimal("0.05"), "aov": None}
    ctr, _, aov = outputs["metrics"]
    # 195 / 10 000 = 0.0195; (0.0195 − 0.024) / 0.024 = −0.1875
    assert (ctr["metric"], ctr["actual"], ctr["deviation"]) == ("ctr", Decimal("0.0195"), Decimal("-0.1875"))
    assert (aov["target"], aov["actual"], aov["deviation"]) == (None, None, None)


def test_a_single_day_may_have_its_own_target(ports):
    outputs = HANDLERS["metrics.collect"]({"day": "2026-11-23"}, ports)

    assert (outputs["targets"]["ctr"], outputs["targets"]["cvr"]) == (Decimal("0.03"), Decimal("0.05"))
    assert outputs["channels"] == []


def test_a_day_that_is_no_date_is_refused(ports):
    with pytest.raises(HandlerFailed):
        HANDLERS["metrics.collect"]({"day": "yesterday"}, ports)


def test_what_somebody_types_or_changes_in_the_report_is_recorded(ports):
    row = {"channel": "抖音", "impressions": 10_000, "clicks": 190, "orders": 5, "reason": "剔除重复"}
    shown = HANDLERS["metrics.collect"]({"day": DAY}, ports)["channels"]

    outputs = HANDLERS["metrics.record"](
        {"day": DAY, "channels": [row], "shown": shown, "source": "晨会日报"}, ports
    )

    # the impressions are not theirs: they are as the report opened
    assert [(each.metric, each.value, each.source, each.reason) for each in ports.kept] == [
        ("clicks", 190, "晨会日报", "剔除重复"),
        ("orders", 5, "晨会日报", "剔除重复"),
    ]
    assert outputs == {"recorded": 2}


def test_a_late_report_says_what_is_missing_and_corrects_nothing(ports):
    ports.facts["figures_closed"] = True
    row = {"channel": "抖音", "clicks": 190, "orders": 5}

    HANDLERS["metrics.record"]({"day": DAY, "channels": [row], "shown": []}, ports)

    assert [each.metric for each in ports.kept] == ["orders"]
    assert [text for text, _ in ports.notes] == ["数据已封存，以下更正没有记入"]


def test_the_audit_is_told_where_there_are_no_data(ports):
    facts = HANDLERS["traffic.check"]({"start_date": "2026-11-20", "end_date": DAY}, ports)

    assert (facts["invalid_rate"], facts["night_share"], facts["bounce"]) == (None, None, None)
    assert facts["days_without_data"] == [date(2026, 11, 20), date(2026, 11, 21)]


def test_the_audit_is_told_what_was_corrected(ports):
    HANDLERS["metrics.record"](
        {"day": DAY, "channels": [{"channel": "抖音", "clicks": 190, "reason": "剔除重复"}]}, ports
    )

    (told,) = HANDLERS["traffic.check"]({"start_date": DAY, "end_date": DAY}, ports)["corrections"]

    assert (told["metric"], told["before"], told["value"], told["reason"]) == ("点击", 195, 190, "剔除重复")


def test_the_latest_load_is_compared_with_the_plans_peak(ports):
    ports.load = [load(3, 1800), load(9, 500)]

    outputs = HANDLERS["load.read"]({"within_minutes": 15}, ports)

    assert (outputs["qps"], outputs["qps_ratio"], outputs["cdn_nodes"]) == (1800, Decimal("0.9"), 4)


def test_an_old_sample_is_no_news(ports):
    ports.load = [load(16, 10)]

    with pytest.raises(BpmnError) as error:
        HANDLERS["load.read"]({"within_minutes": 15}, ports)

    assert error.value.code == "no_load_data"


def test_traffic_is_checked_over_the_whole_campaign(ports):
    ports.samples = [
        ChannelDay(DAY, "抖音", clicks=1000, invalid_clicks=60),
        ChannelDay(DAY + timedelta(days=9), "抖音", clicks=1000, invalid_clicks=1000),  # after the end
    ]

    outputs = HANDLERS["traffic.check"]({"start_date": "2026-11-20", "end_date": DAY}, ports)

    assert outputs["invalid_rate"] == Decimal("0.06")
    assert set(outputs) == set(HANDLERS["traffic.check"].outputs)


def test_the_closeout_report_starts_with_what_is_known(ports):
    ports.owed = [OpenTask("adjust_today", "当日调整", "campaign_day", MAIN, None)]

    outputs = HANDLERS["closeout.collect"]({"actual_end_date": DAY}, ports)

    assert outputs["spend"] == [
        {"budget_item": "信息流", "budget": 600, "actual": 500, "reason": None, "invoice_no": None}
    ]
    (kpi,) = outputs["kpi_results"]
    assert (kpi["metric"], kpi["target"], kpi["actual"]) == ("曝光", 20_000, 10_000)
    assert outputs["open_items"] == ["当日调整（campaign_day）尚未完成"]
    assert outputs["nps"] == {"before": None, "before_n": None, "after": None, "after_n": None}


def test_what_a_channel_spent_outside_the_budget_has_a_row_of_its_own(ports):
    ports.samples.append(ChannelDay(DAY, "电台", cost=Decimal(70)))

    outputs = HANDLERS["closeout.collect"]({"actual_end_date": DAY, "outside": "预算外·"}, ports)

    assert [(row["budget_item"], row["budget"], row["actual"]) for row in outputs["spend"]] == [
        ("信息流", 600, 500),
        ("预算外·电台", 0, 70),
    ]


def test_a_campaign_stopped_before_its_launch_has_nothing_to_show(ports):
    outputs = HANDLERS["closeout.collect"]({"actual_end_date": "2026-11-10"}, ports)

    assert outputs["spend"][0]["actual"] is None
    assert outputs["kpi_results"][0]["actual"] is None
