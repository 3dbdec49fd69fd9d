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


def test_a_campaign_stopped_before_its_launch_has_nothing_to_show(ports):
    outputs = HANDLERS["closeout.collect"]({"actual_end_date": "2026-11-10"}, ports)

    assert outputs["spend"][0]["actual"] is None
    assert outputs["kpi_results"][0]["actual"] is None
