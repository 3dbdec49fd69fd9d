"""Days and moments of scenarios: named, counted from the present, and the pace at which people answer."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from service.runtime.scenarios import ScenarioError, read, run_file
from service.runtime.scenarios.moments import Days, Pace, later, minutes
from service.settings import ZONE
from tests.processes.test_scenario_runner import drawn, folder

__all__ = ["folder"]

# A Thursday: seven free days lie before it, and 10 October is worked in place of one of them.
THURSDAY = datetime(2026, 10, 8, 10, 30, tzinfo=ZONE)
DAYS = Days(THURSDAY, {"开始日": date(2026, 9, 23)})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-01", date(2026, 9, 1)),
        ("今天", date(2026, 10, 8)),
        ("昨天", date(2026, 10, 7)),
        ("后天", date(2026, 10, 10)),
        ("45 天前", date(2026, 8, 24)),
        ("3天后", date(2026, 10, 11)),
        ("1 个工作日前", date(2026, 9, 30)),
        # 10 October is worked in place of a holiday.
        ("2 个工作日后", date(2026, 10, 10)),
        ("开始日", date(2026, 9, 23)),
    ],
)
def test_a_day_may_be_written_in_many_ways(text: str, day: date) -> None:
    assert DAYS.day(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-01", datetime(2026, 9, 1, tzinfo=ZONE)),
        ("2026-09-01 9:05", datetime(2026, 9, 1, 9, 5, tzinfo=ZONE)),
        ("2026-09-01 23:59:59", datetime(2026, 9, 1, 23, 59, 59, tzinfo=ZONE)),
        ("现在", THURSDAY),
        ("1 个工作日前 09:30", datetime(2026, 9, 30, 9, 30, tzinfo=ZONE)),
        ("开始日 14:00", datetime(2026, 9, 23, 14, 0, tzinfo=ZONE)),
    ],
)
def test_a_moment_is_a_day_with_a_time(text: str, moment: datetime) -> None:
    assert DAYS.moment(text) == moment


@pytest.mark.parametrize("text", ["某日", "3 周前", "现在 09:30", "2026-13-01", ""])
def test_other_texts_are_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        DAYS.moment(text)


@pytest.mark.parametrize("text", ["今天", "现在", "3 天前"])
def test_without_a_present_nothing_counts_from_it(text: str) -> None:
    with pytest.raises(ValueError):
        Days().moment(text)


def test_spans_lead_over_free_days_and_keep_the_time() -> None:
    before_the_holidays = datetime(2026, 9, 29, 16, 0, tzinfo=ZONE)

    assert later(before_the_holidays, "2 个工作日") == datetime(2026, 10, 8, 16, 0, tzinfo=ZONE)
    assert later(before_the_holidays, "2天") == datetime(2026, 10, 1, 16, 0, tzinfo=ZONE)
    assert minutes("2 小时") == 120


def test_people_answer_within_office_hours_and_some_things_on_any_day() -> None:
    pace = Pace(300, frozenset({"daily_report"}))
    evening_before_the_holidays = datetime(2026, 9, 30, 15, 0, tzinfo=ZONE)

    assert pace.next_answer(evening_before_the_holidays, "budget") == datetime(
        2026, 10, 8, 9, 30, tzinfo=ZONE
    )
    assert pace.next_answer(datetime(2026, 10, 3, 9, 10, tzinfo=ZONE), "daily_report") == datetime(
        2026, 10, 3, 9, 30, tzinfo=ZONE
    )
    assert pace.next_answer(datetime(2026, 9, 30, 9, 30, tzinfo=ZONE), "budget") == datetime(
        2026, 9, 30, 14, 30, tzinfo=ZONE
    )


def written(folder: Path, head: str, steps: str = "") -> Path:
    file = folder / "case.yaml"
    file.write_text(f"场景: 申请\n发起人: 林悦\n{head}步骤:\n  - 启动: request\n{steps}", encoding="utf-8")
    return file


def test_a_scenario_with_a_present_ends_there(folder: Path) -> None:
    file = written(
        folder,
        "现在: 2026-10-12 10:30\n时间: 3 个工作日前 09:00\n",
        """  - 办到: 现在
    除: [decide]
  - 期望: {待办: [decide], 经过: [reminded]}
  - 过: 3 天
  - 期望: {期限: {decide: "2026-10-10 23:59:59"}}
  - 办到: granted
    除: [decide]
""",
    )

    (failure,) = run_file(file, source=drawn).failures

    assert failure.startswith(f"{file}:12: 办到 granted: nothing happens any more; open are decide")


def test_another_present_can_take_its_place(folder: Path) -> None:
    file = written(folder, "现在: 2026-10-08 10:30\n时间: 1 天前 09:00\n日期: {期末: 2 天后}\n")

    scenario = read(file, datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))

    assert scenario.starts_at == datetime(2026, 3, 1, 9, 0, tzinfo=ZONE)
    assert scenario.days.named == {"期末": date(2026, 3, 4)}


def test_people_take_their_time_where_a_pace_is_set(folder: Path) -> None:
    file = written(
        folder,
        "时间: 2026-10-03 09:00\n节奏: 150 分钟\n答复: {decide: {granted: true}}\n",
        "  - 期望: {期限: {decide: '2026-10-10 23:59:59'}}\n"
        "  - 办理: decide\n"
        "  - 到: 2026-10-08 12:00\n"
        "  - 到: 2026-10-08 11:59\n",
    )

    # Begun on the first workday at 9:30, answered 150 minutes later.
    assert run_file(file, source=drawn).failures == (
        f"{file}:11: 到 2026-10-08 11:59: it is already 2026-10-08 12:00.",
    )


def test_answers_may_speak_of_the_days_of_the_scenario_at_any_depth(folder: Path) -> None:
    (folder / "answers" / "期限.yaml").write_text(
        "日期: {首日: 2026-09-01, 末日: '=首日 + duration(\"P5D\")'}\n"
        'decide: {granted: "=末日 > 首日", rows: [{day: =末日}]}\n',
        encoding="utf-8",
    )
    file = written(
        folder,
        "时间: 2026-09-28 09:00\n资料: 期限\n日期: {首日: 2026-09-10}\n",
        "  - 办到: 结束\n  - 期望: {结束: granted}\n",
    )

    scenario = read(file)

    # The scenario's first day stands in the place of the set's, and moves the last.
    assert scenario.days.named == {"首日": date(2026, 9, 10), "末日": date(2026, 9, 15)}
    assert run_file(file, source=drawn).failures == ()


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("时间: 3 天前\n", ":3: 3 天前 counts from the present: the scenario needs the key 现在."),
        ("时间: 某日\n", ":3: 某日 is no moment"),
        ("时间: 2026-01-01\n节奏: 慢\n", ":4: 节奏 慢: write for example 150 分钟."),
        ("时间: 2026-01-01\n节拍: 1 小时\n", ":4: '节拍' is not known here. Did you mean '节奏'?"),
        ("时间: 2026-01-01\n日期: {结束: 2026-02-01}\n", ":4: 结束 already means something"),
        ("时间: 2026-01-01\n日期: {末日: 某日}\n", ":4: 末日: 某日 is no day"),
        ("时间: 2026-01-01\n日期: {末日: =1 + 1}\n", ":4: 末日: =1 + 1 is no day"),
        ("时间: 2026-01-01\n资料: [缺]\n", ":4: There is no set of answers '缺'"),
    ],
)
def test_what_the_head_says_wrongly_is_told_with_its_line(folder: Path, head: str, reason: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(reason)):
        read(written(folder, head))
