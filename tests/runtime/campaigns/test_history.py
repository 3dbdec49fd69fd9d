"""What archived campaigns paid and brought: held against figures by hand, and only of what one sees."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from service.runtime import identity
from service.runtime.campaigns import history
from service.store.models import ArchivedCampaign, Case
from tests.runtime.campaigns.test_boards import boards, boards_anywhere  # noqa: F401


def archive(company, *numbers, brand="澄野基础"):
    with company.app.db.begin() as session:
        for number in numbers:
            case = session.get_one(Case, number)
            row = ArchivedCampaign(
                business_key=number,
                instance_id=case.main_instance,
                name=case.title,
                brand_line=brand,
                facts={},
            )
            row.closed_at, row.campaign_type = company.app.clock(), "拉新"
            session.add(row)


def found(company, who="linyue", **asked):
    return history.find(company.app, identity.actor(company.app, who), **asked)


def test_ratios_of_a_channel_agree_with_figures_by_hand(boards_anywhere):  # noqa: F811
    archive(boards_anywhere, "一", "二")
    by_hand = """
        SELECT a.number, SUM(a.value), SUM(b.value) FROM figure a JOIN figure b
          ON a.number = b.number AND a.day = b.day AND a.channel = b.channel
        WHERE a.channel = '抖音' AND a.metric = 'clicks' AND b.metric = 'impressions'
          AND a.seq IN (SELECT MAX(seq) FROM figure GROUP BY number, day, channel, metric)
          AND b.seq IN (SELECT MAX(seq) FROM figure GROUP BY number, day, channel, metric)
        GROUP BY a.number"""
    with boards_anywhere.app.db.read() as session:
        rates = [Decimal(int(one)) / int(other) for _, one, other in session.execute(sa.text(by_hand))]

    ratios = {(each.channel, each.metric): each for each in found(boards_anywhere).ratios}

    ctr = ratios["抖音", "ctr"]
    assert (ctr.n, ctr.least, ctr.most) == (len(rates), min(rates), max(rates))
    assert ("百度", "roas") not in ratios, "nobody reported what it brought"


def test_unit_prices_are_told_by_line_with_how_many_campaigns(boards):  # noqa: F811
    archive(boards, "一", "二")

    prices = {each.category: each for each in found(boards).prices}

    assert {name: (each.n, each.median) for name, each in prices.items()} == {
        "信息流": (2, Decimal(400)),
        "视频": (2, Decimal(200)),
    }


def test_one_looks_up_what_is_archived_of_a_kind_and_what_one_sees(boards):  # noqa: F811
    archive(boards, "一")
    archive(boards, "二", brand="澄野臻选")

    assert found(boards).campaigns == 2, "the third is not archived"
    assert found(boards, brand_line="澄野臻选").campaigns == 1
    assert found(boards).brand_lines == ("澄野基础", "澄野臻选")
    stranger = found(boards, "ouwen")
    assert (stranger.campaigns, stranger.prices, stranger.ratios, stranger.brand_lines) == (0, (), (), ())
