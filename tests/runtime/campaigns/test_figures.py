"""Figures that come in beside the process: daily metrics, load, and the department's allowance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from service.domain.figures import channel_days
from service.domain.metrics import ChannelDay, LoadSample
from service.errors import FiguresClosed, Forbidden, InstanceNotActive, InvalidInput, NotFound
from service.handlers.measure import CLOSED
from service.runtime.campaigns import allowances, campaign_figures, measurements
from service.runtime.keeping import verifying
from service.store import cases
from service.store.models import Figure, ProcessInstance
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


def recorded(company, case):
    with company.app.db.read() as session:
        return campaign_figures.figures(session, case, DAY, DAY)


def stored(company, case):
    return channel_days(recorded(company, case))


def report(company, case, by=None, reason=None, **known):
    sample = ChannelDay(DAY, "抖音", **known)
    return measurements.record_metrics(
        company.app, by or company.cast.linyue, case, [sample], [reason] if reason else []
    )


def close(company, case, is_closed=True):
    with company.app.db.begin() as session:
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.business_key == case)).one()
        place = {"instance_id": instance.id, "definition": "review", "activity_id": "x", "activity_path": "x"}
        fact = {"number": case, "name": CLOSED, "state": "applied", "before": None, "value": is_closed}
        cases.write(session, [{**fact, **place, "by": "x", "on_behalf_of": None, "at": company.app.clock()}])


def test_what_a_later_sample_says_takes_the_place_of_the_earlier_figure(any_company, case):
    app, linyue = any_company.app, any_company.cast.linyue
    first = [ChannelDay(DAY, "抖音", clicks=100, cost=Decimal("10.50")), ChannelDay(DAY, "百度", clicks=7)]
    measurements.record_metrics(app, linyue, case, first)

    count = report(any_company, case, clicks=120, invalid_clicks=0)

    assert count == 1
    found = {sample.channel: sample for sample in stored(any_company, case)}
    # what it says nothing of stays
    assert (found["抖音"].clicks, found["抖音"].cost, found["百度"].clicks) == (120, Decimal("10.50"), 7)
    # nothing reported is not the same as nothing found
    assert (found["抖音"].invalid_clicks, found["百度"].invalid_clicks) == (0, None)


def test_a_correction_keeps_the_old_value_with_who_and_why(any_company, case):
    report(any_company, case, clicks=100, source="巨量引擎")

    report(
        any_company, case, by=any_company.cast.admin, reason="剔除重复点击", clicks=90, source="代理商对账"
    )

    views = measurements.figures(any_company.app, any_company.cast.linyue, case)
    assert [
        (view.value, view.before, view.source, view.by, view.reason, view.in_force) for view in views
    ] == [
        (100, None, "巨量引擎", "linyue", None, False),
        (90, 100, "代理商对账", "admin", "剔除重复点击", True),
    ]


def test_another_source_corrects_only_with_a_reason(any_company, case):
    report(any_company, case, clicks=100, source="巨量引擎")

    with pytest.raises(InvalidInput) as refused:
        report(any_company, case, clicks=90, source="代理商对账")

    assert [error.path for error in refused.value.errors] == ["samples.0.reason"]
    assert len(recorded(any_company, case)) == 1


def test_a_source_that_says_the_same_again_records_nothing(any_company, case):
    report(any_company, case, clicks=100)

    report(any_company, case, clicks=100, source="代理商对账")

    assert len(recorded(any_company, case)) == 1


def test_a_day_to_come_has_no_figures(any_company, case):
    with pytest.raises(InvalidInput) as refused:
        measurements.record_metrics(
            any_company.app, any_company.cast.linyue, case, [ChannelDay(date(2031, 1, 1), "抖音", clicks=1)]
        )

    assert [error.path for error in refused.value.errors] == ["samples.0.day"]


def test_closed_figures_are_opened_by_the_audit_alone(any_company, case):
    report(any_company, case, clicks=100)
    close(any_company, case)

    with pytest.raises(FiguresClosed):
        report(any_company, case, reason="清洗", clicks=90)

    close(any_company, case, is_closed=False)
    report(any_company, case, reason="清洗", clicks=90)
    assert stored(any_company, case)[0].clicks == 90


def test_an_ended_case_takes_no_figures(any_company, case):
    with any_company.app.db.begin() as session:
        session.scalars(select(ProcessInstance)).one().state = "completed"

    with pytest.raises(InstanceNotActive):
        report(any_company, case, clicks=100)


def test_the_audit_vouches_for_figures(any_company, case):
    report(any_company, case, clicks=100)
    assert verifying.verify(any_company.app).problems == ()

    with any_company.app.db.begin() as session:
        session.execute(update(Figure).values(value=Decimal(1)))

    (problem,) = verifying.verify(any_company.app).problems
    assert "抖音" in problem.message
    assert "was changed since" in problem.message


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


@pytest.mark.parametrize("granted", [Decimal(150_000), None])
def test_a_campaign_that_is_moved_to_another_quarter_holds_nothing_of_the_first(deployed, granted):
    app, finance = deployed.app, deployed.cast.xunuo
    department, period, later = *QUARTER, "2030Q1"
    allowances.grant(app, finance, department, period, Decimal(200_000))
    if granted is not None:
        allowances.grant(app, finance, department, later, granted)

    for quarter in (period, later):
        with app.db.begin() as session:
            allowances.commit(session, department, quarter, "C-1", Decimal(120_000))

    held = {each.period: each.committed for each in allowances.find(app, finance)}
    assert held == {period: 0} | ({later: 120_000} if granted is not None else {})


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


def test_a_closed_campaign_holds_nothing_and_has_spent_what_it_did(deployed):
    app, finance = deployed.app, deployed.cast.xunuo
    allowances.grant(app, finance, *QUARTER, Decimal(1_000))
    with app.db.begin() as session:
        allowances.commit(session, *QUARTER, "C-1", Decimal(400))

    for _ in range(2):  # a step repeated counts once
        with app.db.begin() as session:
            allowances.settle(session, "C-1", Decimal(350))

    (found,) = allowances.find(app, finance)
    assert (found.committed, found.spent, found.left) == (0, 350, 650)
