"""Figures that come in beside the process: daily metrics, load, and the department's allowance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.domain.metrics import ChannelDay, LoadSample
from service.errors import Forbidden, InvalidInput, NotFound
from service.runtime.campaigns import allowances, campaign_figures, measurements
from tests.conftest import MONDAY
from tests.runtime.drawings import review

DAY = date(2026, 3, 1)
QUARTER = ("市场部", "2026Q1")


@pytest.fixture
def case(any_company):
    """The number of a running case of 林悦."""
    any_company.deploy(review())
    return any_company.start("review").business_key


@pytest.fixture
def deployed(any_company):
    """The company with its organisation deployed, which says who may do what."""
    any_company.deploy(review())
    return any_company


def stored(company, case):
    with company.app.db.read() as session:
        return campaign_figures.metrics(session, case, DAY, DAY)


def test_a_later_sample_of_the_day_replaces_the_earlier_one(any_company, case):
    app, linyue = any_company.app, any_company.cast.linyue
    first = [ChannelDay(DAY, "抖音", clicks=100, cost=Decimal("10.50")), ChannelDay(DAY, "百度", clicks=7)]
    measurements.record_metrics(app, linyue, case, first)

    count = measurements.record_metrics(
        app, linyue, case, [ChannelDay(DAY, "抖音", clicks=120, invalid_clicks=0)]
    )

    assert count == 1
    found = {sample.channel: sample for sample in stored(any_company, case)}
    assert (found["抖音"].clicks, found["抖音"].cost, found["百度"].clicks) == (120, 0, 7)
    # nothing reported is not the same as nothing found
    assert (found["抖音"].invalid_clicks, found["百度"].invalid_clicks) == (0, None)


def test_whoever_may_not_see_the_case_records_nothing(any_company, case):
    app, cast = any_company.app, any_company.cast

    with pytest.raises(NotFound):
        measurements.record_metrics(app, cast.liangxiao, case, [ChannelDay(DAY, "抖音")])
    with pytest.raises(NotFound):
        measurements.record_metrics(app, cast.admin, "no such case", [ChannelDay(DAY, "抖音")])
    with pytest.raises(Forbidden):
        measurements.record_metrics(app, cast.ouwen, case, [ChannelDay(DAY, "抖音")])

    assert stored(any_company, case) == []


def test_load_is_kept_with_its_time(any_company, case):
    sample = LoadSample(MONDAY, Decimal(1800), Decimal("0.91"), Decimal(850), Decimal("0.02"), 8)

    measurements.record_load(any_company.app, any_company.cast.admin, case, sample)

    with any_company.app.db.read() as session:
        assert campaign_figures.load_samples(session, case, MONDAY) == [sample]


def test_an_approved_campaign_holds_its_share_once(deployed):
    app, finance = deployed.app, deployed.cast.xunuo
    allowances.grant(app, finance, *QUARTER, Decimal(1_200_000), committed=Decimal(640_000))

    for amount in (90_000, 100_000, 100_000):  # approved, raised by a change order, and recorded twice
        with app.db.begin() as session:
            mine = allowances.commit(session, *QUARTER, "C-1", Decimal(amount))

    assert (mine.committed, mine.own_share, mine.left) == (740_000, 100_000, 560_000)
    with app.db.read() as session:
        assert allowances.of_case(session, *QUARTER, "C-2").left == 460_000


def test_a_quarter_without_an_allowance_counts_nothing(any_company):
    with any_company.app.db.begin() as session:
        assert allowances.commit(session, "市场部", "2030Q1", "C-1", Decimal(1)) is None
        assert allowances.of_case(session, "市场部", "2030Q1", "C-1") is None


def test_raising_an_allowance_keeps_what_is_committed(deployed):
    app, finance = deployed.app, deployed.cast.xunuo
    allowances.grant(app, finance, *QUARTER, Decimal(100), committed=Decimal(40))

    allowances.grant(app, finance, *QUARTER, Decimal(200))

    (found,) = allowances.find(app, finance)
    assert (found.granted, found.committed) == (200, 40)


def test_only_finance_grants_and_nobody_grants_less_than_nothing(deployed):
    app, cast = deployed.app, deployed.cast

    with pytest.raises(Forbidden):
        allowances.grant(app, cast.linyue, *QUARTER, Decimal(1))
    with pytest.raises(InvalidInput):
        allowances.grant(app, cast.xunuo, *QUARTER, Decimal(-1))
    with pytest.raises(Forbidden):
        allowances.find(app, cast.linyue)
