"""Tables of figures as platforms export them: looked at, taken once, refused by row and column."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from service.domain.figures import MEASURED
from service.errors import Forbidden, InvalidInput, NotFound
from service.runtime.campaigns import campaign_metrics, figure_import, measurements
from service.runtime.campaigns.figure_rows import Given
from service.runtime.keeping import verifying
from service.store.models import CHANNEL_DAYS
from tests.runtime.campaigns import planned
from tests.runtime.campaigns.planned import csv_of, xlsx_of

OCEAN = ("时间-天", "展示数", "点击数", "点击率", "消耗(元)")


@pytest.fixture
def case(company):
    """The number of a campaign of 林悦 on 抖音 and 百度 in February; it is the 2nd of March."""
    return campaign(company)


def campaign(company):
    company.deploy(planned.files())
    return company.start("campaign", answers=planned.answers()).business_key


def take(company, case, content, by=None, dry_run=False, **given):
    return figure_import.take(
        company.app, by or company.cast.linyue, case, content, Given(**given), dry_run=dry_run, name="表.csv"
    )


def wrong(found):
    return [(each.row, each.column) for each in found.rejected]


def of_channel(company, case, channel):
    found = campaign_metrics.metrics(company.app, company.cast.linyue, case, "channel")
    [row] = [each for each in found.rows if each.channel == channel]
    return row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_export_of_ocean_engine_is_taken_as_it_comes(company, case, encoding):
    rows = [
        ("巨量引擎 广告报表",),
        ("导出时间", "2026-03-01"),
        OCEAN,
        ("2026-02-01", "12,000", "240", "2.00%", "￥1,200.50"),
        ("2026/2/2", "--", "１００", "-", "99.5"),
        ("总计", "12,000", "340", "2.8%", "1,300.00"),
    ]

    found = take(company, case, csv_of(rows, encoding), channel="抖音")

    assert (found.source, found.accepted, found.rejected, found.skipped) == ("ocean_engine", 2, (), 1)
    assert [each.means for each in found.columns] == ["day", "impressions", "clicks", "", "cost"]
    row = of_channel(company, case, "抖音")
    # nobody said what the second day's impressions were: its clicks are in no ratio
    assert (row.impressions, row.clicks, row.cost) == (12_000, 340, Decimal("1300.00"))
    assert (row.ctr, row.cvr, row.incomplete_days["ctr"]) == (Decimal("0.02"), None, 1)


def test_a_plain_table_is_not_taken_for_a_platforms_and_what_it_lacks_is_named(company, case):
    rows = [("日期", "渠道", "点击", "花费"), ("2026-02-01", "抖音", 10, 5)]

    found = take(company, case, csv_of(rows), dry_run=True)

    assert found.source == "wide"
    assert found.missing == ("invalid_clicks", "top_source_clicks", "night_clicks", "bounces")
    asked = take(company, case, csv_of(rows), dry_run=True, source="ocean_engine")
    assert asked.missing[:2] == ("impressions", "registrations")
    assert {"clicks", "cost"}.isdisjoint(asked.missing)


def test_a_workbook_is_taken_with_its_values(company, case):
    rows = [
        ("日期", "渠道", "点击", "花费"),
        (date(2026, 2, 1), "抖音", 120, 10.5),
        ("20260202", "百度", "7", "¥3"),
    ]

    found = take(company, case, xlsx_of(rows))

    assert (found.accepted, found.rejected) == (2, ())
    assert of_channel(company, case, "抖音").cost == Decimal("10.50")


def test_a_formula_is_never_run_and_a_cell_that_shows_an_error_is_named(company, case):
    rows = [("日期", "渠道", "点击"), ("2026-02-01", "抖音", "=1+1"), ("2026-02-02", "抖音", "#DIV/0!")]

    found = take(company, case, csv_of(rows))

    assert wrong(found) == [(2, "点击"), (3, "点击")]
    # a workbook keeps what a formula came to; this one was never calculated
    assert take(company, case, xlsx_of([rows[0], ("2026-02-01", "抖音", "=1+1")])).skipped == 1


def test_every_slip_is_named_by_row_and_column_and_the_good_rows_are_taken(company, case):
    rows = [
        ("日期", "渠道", "点击", "花费"),
        ("2026-02-01", "抖音", 10, 1),
        ("2026-02-01", "抖因", 10, 1),
        ("2026-02-01", "抖音", 11, 1),
        ("2026-01-31", "百度", 10, 1),
        ("2026-03-09", "百度", 10, 1),
        ("昨天", "百度", 10, 1),
        ("2026-02-02", "百度", "1.5", "12%"),
        ("2026-02-03", "百度", -1, "许多"),
        ("", "百度", 1, 1),
        ("2026-02-04", "", 1, 1),
    ]

    found = take(company, case, csv_of(rows))

    assert found.accepted == 1
    assert wrong(found) == [
        (3, "渠道"),
        (4, "点击"),
        (5, "日期"),
        (6, "日期"),
        (7, "日期"),
        (8, "点击"),
        (8, "花费"),
        (9, "点击"),
        (9, "花费"),
        (10, "日期"),
        (11, "渠道"),
    ]
    messages = {(each.row, each.column): str(each.message) for each in found.rejected}
    assert "Did you mean '抖音'?" in messages[3, "渠道"]
    assert "row 2" in messages[4, "点击"]
    assert of_channel(company, case, "抖音").clicks == 10


def test_a_table_with_one_metric_a_row_names_metrics_that_nobody_measures(company, case):
    rows = [
        ("日期", "渠道", "指标", "数值"),
        ("2026-02-01", "抖音", "点击量", "10"),
        ("2026-02-01", "抖音", "点击亮", "10"),
        ("2026-02-01", "抖音", "clicks", "12"),
    ]

    found = take(company, case, csv_of(rows))

    assert (found.source, found.accepted, wrong(found)) == ("rows", 1, [(3, "指标"), (4, "数值")])
    assert "Did you mean '点击'?" in str(found.rejected[0].message)


def test_looking_records_nothing_and_says_what_would_be(company, case):
    rows = [("日期", "渠道", "点击"), ("2026-02-01", "抖音", 10)]

    found = take(company, case, csv_of(rows), dry_run=True)

    assert (found.accepted, found.recorded, found.is_done) == (1, 1, False)
    assert measurements.figures(company.app, company.cast.linyue, case) == ()


def test_the_same_table_again_records_nothing_new(company, case):
    content = csv_of([("日期", "渠道", "点击"), ("2026-02-01", "抖音", 10)])
    take(company, case, content)

    again = take(company, case, content)

    assert (again.accepted, again.recorded, again.corrected, again.unchanged) == (1, 0, 0, 1)
    assert len(measurements.figures(company.app, company.cast.linyue, case)) == 1


def test_a_correction_takes_a_reason_and_keeps_what_it_replaced(any_company):
    case = campaign(any_company)
    head = ("日期", "渠道", "点击")
    take(any_company, case, csv_of([head, ("2026-02-01", "抖音", 10)]))
    corrected = csv_of([head, ("2026-02-01", "抖音", 9)])

    refused = take(any_company, case, corrected)
    taken = take(any_company, case, corrected, reason="剔除无效点击")

    assert (refused.accepted, wrong(refused)) == (0, [(2, "reason")])
    assert (taken.recorded, taken.corrected) == (0, 1)
    views = measurements.figures(any_company.app, any_company.cast.linyue, case)
    assert [(each.value, each.before, each.reason) for each in views] == [
        (10, None, None),
        (9, 10, "剔除无效点击"),
    ]
    assert verifying.verify(any_company.app).problems == ()


def test_only_who_may_report_for_this_campaign_imports(company, case):
    content = csv_of([("日期", "渠道", "点击"), ("2026-02-01", "抖音", 10)])

    with pytest.raises(Forbidden):
        take(company, case, content, by=company.cast.zhouheng)
    with pytest.raises(NotFound):
        take(company, "no such case", content)
    with pytest.raises(Forbidden):
        take(company, case, content, by=company.cast.ouwen)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "file"),
        (b"\x00\x01\x02", "file"),
        (b"PK\x03\x04 cut off", "file"),
        (b"\xd0\xcf\x11\xe0 old excel", "file"),
        (b"a,b\n1,2\n", "file"),
        ("日期,渠道,点击\n".encode() + b'2026-02-01,"' + b"x" * 200_000 + b'",1\n', "file"),
    ],
    ids=["empty", "binary", "broken", "xls", "headings", "huge"],
)
def test_what_is_no_table_is_refused(company, content, part, case):

    with pytest.raises(InvalidInput) as refused:
        take(company, case, content)

    assert [each.path for each in refused.value.errors] == [part]


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(company, case):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))

    with pytest.raises(InvalidInput) as refused:
        take(company, case, bomb.getvalue())

    assert "100 MB" in str(refused.value.errors[0].message)


def test_an_entity_in_a_workbook_is_not_expanded(company, case):
    plain, hostile = io.BytesIO(xlsx_of([("日期", "渠道", "点击"), ("2026-02-01", "抖音", 1)])), io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(hostile, "w") as book:
        for each in source.infolist():
            text = source.read(each)
            if each.filename.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text.replace("抖音".encode(), b"&a;")
            book.writestr(each, text)

    with pytest.raises(InvalidInput) as refused:
        take(company, case, hostile.getvalue())

    assert [each.path for each in refused.value.errors] == ["file"]


def test_an_unknown_source_is_named_with_the_nearest(company, case):
    with pytest.raises(InvalidInput) as refused:
        take(company, case, b"x", source="ocean_engin")

    [error] = refused.value.errors
    assert (error.path, "ocean_engine" in str(error.message)) == ("source", True)


def test_sums_agree_with_a_query_written_by_hand(any_company):
    case = campaign(any_company)
    head = ("日期", "渠道", "展示数", "点击", "成交订单数", "实收金额", "付款人数", "消耗")
    rows = [("2026-02-01", "抖音", 1000, 20, 3, 300, 2, "150.25"), ("2026-02-02", "百度", 0, 0, 0, 0, 0, 0)]
    take(any_company, case, csv_of([head, *rows, ("2026-02-02", "抖音", 500, 40, 1, 99, 1, 10)]))
    take(any_company, case, csv_of([head[:4], ("2026-02-01", "抖音", 1000, 30)]), reason="补录")

    found = campaign_metrics.metrics(any_company.app, any_company.cast.linyue, case, "day")
    of_february = campaign_metrics.metrics(
        any_company.app, any_company.cast.linyue, case, "day", date(2026, 2, 2), date(2026, 2, 2)
    )

    by_hand = """
        SELECT metric, SUM(value) FROM figure WHERE number = :number AND seq IN (
          SELECT MAX(seq) FROM figure GROUP BY number, day, channel, metric) GROUP BY metric"""
    with any_company.app.db.read() as session:
        sums = {
            metric: Decimal(value) / 100 for metric, value in session.execute(text(by_hand), {"number": case})
        }
    assert sums == {name: getattr(found.total, name) for name in sums}
    assert found.total.ctr == (sums["clicks"] / sums["impressions"]).quantize(Decimal("1e-9")).normalize()
    assert (found.total.clicks, found.total.aov, found.total.cpa) == (70, 133, Decimal("40.0625"))
    # the second day had visitors on one channel only: nothing divided by nothing is not part of it
    assert [(str(row.day), row.clicks) for row in found.rows] == [("2026-02-01", 30), ("2026-02-02", 40)]
    by_channel = campaign_metrics.metrics(any_company.app, any_company.cast.linyue, case, "channel")
    assert [(row.channel, row.ctr) for row in by_channel.rows if row.channel == "百度"] == [("百度", None)]
    assert of_february.total.cost == Decimal(10)


def test_what_holds_of_a_day_is_what_the_figures_say_by_hand(any_company):
    case = campaign(any_company)
    head = ("日期", "渠道", "展示数", "点击", "消耗")
    take(
        any_company,
        case,
        csv_of([head, ("2026-02-01", "抖音", 1000, 20, 10), ("2026-02-02", "百度", 5, 1, 2)]),
    )
    take(any_company, case, csv_of([head[:4], ("2026-02-01", "抖音", 900, 30)]), reason="补录")
    by_hand = text(
        """SELECT day, channel, metric, value FROM figure WHERE seq IN (
             SELECT MAX(seq) FROM figure GROUP BY number, day, channel, metric)"""
    )

    with any_company.app.db.read() as session:
        held = session.execute(select(CHANNEL_DAYS)).mappings().all()
        found = {
            (str(row["day"]), row["channel"], metric): row[metric]
            for row in held
            for metric in MEASURED
            if row[metric] is not None
        }
        wanted = {
            (str(day), channel, metric): Decimal(value) / 100
            for day, channel, metric, value in session.execute(by_hand)
        }

    assert found == wanted
    assert found["2026-02-01", "抖音", "clicks"] == 30


def test_the_latest_corrections_come_first_each_with_what_it_replaced(any_company):
    case, linyue = campaign(any_company), any_company.cast.linyue
    head = ("日期", "渠道", "展示数", "点击")
    for clicks, reason in ((20, None), (30, "补录"), (25, "再核对")):
        take(any_company, case, csv_of([head, ("2026-02-01", "抖音", 1000, clicks)]), reason=reason)

    found = measurements.corrected(any_company.app, linyue, case, 5)

    assert [(each.before, each.value, each.reason, each.in_force) for each in found] == [
        (30, 25, "再核对", True),
        (20, 30, "补录", False),
    ]
    assert measurements.corrected(any_company.app, linyue, case, 1) == found[:1]


def test_a_hundred_bad_rows_among_fifty_thousand_are_each_named(company):
    company.deploy(planned.files())
    channels = [f"渠道{number:03}" for number in range(128)]
    case = company.start("campaign", answers=planned.answers(channels)).business_key
    days = [f"2026-02-{day:02}" for day in range(1, 29)]
    rows = [(day, channel, metric, 7) for day in days for channel in channels for metric in MEASURED][:50_000]
    bad = {place: place * 499 for place in range(1, 101)}
    for number, place in bad.items():
        day, channel, metric, value = rows[place]
        slips = [("2026-02-30", channel, metric, value), (day, "渠道", metric, value), (day, channel, "x", 1)]
        rows[place] = [*slips, (day, channel, metric, "许多")][number % 4]

    found = take(company, case, csv_of([("日期", "渠道", "指标", "数值"), *rows]))

    assert (found.accepted, found.recorded) == (49_900, 49_900)
    assert sorted({each.row for each in found.rejected}) == [place + 2 for place in bad.values()]
    columns = {each.row: each.column for each in found.rejected}
    assert [columns[bad[number] + 2] for number in (4, 1, 2, 3)] == ["日期", "渠道", "指标", "数值"]
    with company.app.db.read() as session:
        held, whole = (
            session.scalar(text(f"SELECT SUM({part}) FROM {table}"))
            for part, table in (
                ("value", "figure"),
                ("+".join(f"COALESCE({m},0)" for m in MEASURED), "channel_day"),
            )
        )
    assert held == whole == 49_900 * 700
