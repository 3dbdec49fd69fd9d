"""How long deciding and each activity took: out of cases that were really walked, reckoned by hand beside."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from service.errors import Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.statistics import activities, cycle_times
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.settings import ZONE
from service.store import cases
from tests.engine import diagrams as d
from tests.runtime.drawings import REVIEW_FORM, review

ORGANISATION = """
groups: {市场部: department, 法务部: department, 财务部: department, 技术部: department, 客服部: department,
         信息部: department, 总监: role}
relations: {发起人: {user: applicant}}
rights: {statistics.read: [财务部, 客服部], case.see_all: [财务部]}
conclusions: {同意: good, 不同意: bad}
""".encode()
CASE = """
main: approval
outcome: outcome
pace: {from: submitted_at, to: decided_at, target: [3, 7], apart: {urgency: green}, tier: tier}
facts:
  submitted_at: {kind: datetime, label: 提交时间, initial: null}
  decided_at: {kind: datetime, label: 批准时间, initial: null}
  urgency: {kind: text, label: 紧急程度, values: {normal: 普通, green: 绿色通道}, initial: normal}
  tier: {kind: text, label: 层级, values: {"": 未定, vice: 副总裁, head: 负责人}, initial: ""}
  outcome: {kind: text, label: 结果, values: {open: 进行中, refused: 未获批准}, tones: {refused: bad},
            initial: open}
""".encode()
APPROVAL = d.process(
    d.start(),
    d.user("write", group="发起人", outputs={"case.submitted_at": "=now()", "case.tier": '="head"'}),
    d.user(
        "legal", name="法务会签", camunda_formRef="legal_review", camunda_dueDate="=workdays_after(now(), 1)"
    ),
    d.user("revise", name="修改方案", group="发起人", properties={"notice": "returned"}),
    d.user("decide", name="审批", group="财务部", outputs={"case.decided_at": "=now()"}),
    d.user("run", group="技术部"),
    d.end(),
    d.path("begin", "write", "legal", "revise", "decide", "run", "done"),
    key="approval",
)
MARKED = REVIEW_FORM.replace(
    b'"key": "conclusion"', b'"properties": {"role": "conclusion"}, "key": "conclusion"'
)
FILES = {
    "approval.bpmn": APPROVAL,
    "legal_review.form": MARKED,
    "organisation.yaml": ORGANISATION,
    "case.yaml": CASE,
}
MARCH = {"first": date(2026, 3, 1), "last": date(2026, 3, 31)}


def at(day, hour=9):
    return datetime(2026, 3, day, hour, tzinfo=ZONE)


@pytest.fixture
def walked(company, clock):
    """Three decided cases of March: a slow one with rework, a quick one, and a green one; one still waits."""
    return walk_march(company, clock)


@pytest.fixture
def walked_anywhere(any_company, clock):
    """The same on SQLite, and again on PostgreSQL."""
    return walk_march(any_company, clock)


def walk_march(company, clock):
    company.deploy(FILES)

    def walk(name, days, **said):
        clock.set(at(days[0]))
        case = company.start("approval", business_key=name)
        company.complete(case, "write", "linyue")
        for day, (activity, who, answers) in zip(days[1:], _steps(**said), strict=False):
            clock.set(at(day))
            company.complete(case, activity, who, **answers)
        return case

    slow = walk("slow", (2, 4, 9, 12), conclusion="不同意", opinion="规则不合法")
    walk("quick", (3, 3, 3, 6))
    clock.set(at(10))
    hurried = walk("hurried", (10, 10, 10, 10))
    walk("waiting", (11,))
    fact(company, hurried, "urgency", "green")
    clock.set(at(31, 18))
    company.slow = slow
    return company


def _steps(conclusion="同意", opinion="没有意见"):
    return (
        ("legal", "zhouheng", {"conclusion": conclusion, "opinion": opinion}),
        ("revise", "linyue", {}),
        ("decide", "xunuo", {}),
    )


def fact(company, case, name, value):
    number = company.get(case).business_key
    place = {"instance_id": case.id, "definition": "approval", "activity_id": "x", "activity_path": "x"}
    row = {"number": number, "name": name, "state": "applied", "before": None, "value": value}
    with company.app.db.begin() as session:
        cases.write(session, [{**row, **place, "by": "x", "on_behalf_of": None, "at": company.app.clock()}])


def ask(company, who="xunuo", **asked):
    return cycle_times.find(company.app, identity.actor(company.app, who), **{**MARCH, **asked})


def test_gross_and_net_workdays_with_the_green_way_apart(walked_anywhere):
    found = ask(walked_anywhere)

    # slow: 3, 4, 5, 6, 9, 10, 11, 12 March; 5, 6, 9 it lay with its applicant. quick: 4, 5, 6 March
    assert (found.gross.n, found.gross.mean, found.gross.p50) == (2, Decimal("5.50"), Decimal("5.50"))
    assert (found.net.n, found.net.mean, found.net.p80) == (2, Decimal("4.00"), Decimal("4.60"))
    assert (found.gross.over_target, found.net.over_target) == (1, 0)
    assert (found.green.gross.n, found.green.gross.mean) == (1, Decimal("0.00"))
    assert found.target == (3, 7)


def test_what_was_decided_on_other_days_does_not_count(walked):
    assert ask(walked, last=date(2026, 3, 11)).gross.n == 1
    assert ask(walked, first=date(2026, 3, 12)).gross.mean == 8


def test_groups_by_month_tier_and_department(walked):
    named = {
        by: [(each.key, each.label, each.gross.n, each.green.gross.n) for each in ask(walked, by=by).groups]
        for by in ("month", "tier", "department")
    }

    assert named == {
        "month": [("2026-03", "2026-03", 2, 1)],
        "tier": [("head", "负责人", 2, 1)],
        "department": [("市场部", "市场部", 2, 1)],
    }


def test_channels_are_told_by_whoever_knows_them(walked):
    def channels(_session, found):
        return {each.number: ("抖音", "百度") if each.number == "slow" else ("抖音",) for each in found}

    found = ask(walked, by="channel", channels=channels)

    assert [(each.key, each.gross.n) for each in found.groups] == [("抖音", 2), ("百度", 1)]


def test_a_case_over_the_target_says_what_took_so_long(walked_anywhere):
    [slow] = ask(walked_anywhere).over

    assert (slow.number, slow.gross, slow.net, slow.rework) == ("slow", 8, 5, 3)
    # decided: 10, 11, 12 March; revised: 5, 6, 9; countersigned: 3, 4
    assert [(each.name, each.workdays, each.visits) for each in slow.because] == [
        ("审批", 3, 1),
        ("修改方案", 3, 1),
        ("法务会签", 2, 1),
    ]


def test_names_of_cases_are_told_only_to_who_sees_them(walked):
    finance, outsider = ask(walked, "xunuo"), ask(walked, "ouwen")

    assert [each.number for each in finance.over] == ["slow"]
    assert (outsider.gross.over_target, outsider.over) == (1, ())


def test_a_case_that_was_refused_is_decided_when_its_outcome_says_so(walked, clock):
    clock.set(at(16))
    case = walked.start("approval", business_key="refused")
    walked.complete(case, "write", "linyue")
    clock.set(at(18))
    fact(walked, case, "outcome", "refused")
    clock.set(at(31, 18))

    # 17 and 18 March
    assert ask(walked, first=date(2026, 3, 13)).gross.mean == 2


def test_a_refusal_after_the_approval_is_no_second_decision(walked):
    fact(walked, walked.slow, "outcome", "refused")

    assert ask(walked).gross.n == 2


def test_the_pace_is_told_to_who_has_the_right_and_of_days_that_can_be(walked):
    with pytest.raises(Forbidden):
        cycle_times.find(walked.app, walked.cast.zhouheng)
    with pytest.raises(Forbidden):
        activities.find(walked.app, walked.cast.zhouheng)
    for wrong in (
        {"first": date(2026, 4, 1)},
        {"first": date(2016, 4, 1)},
        {"by": "mood"},
        {"by": "channel"},
    ):
        with pytest.raises(InvalidInput):
            ask(walked, **wrong)


def test_without_a_declared_pace_there_is_none(company):
    company.deploy(review())

    found = cycle_times.find(company.app, SYSTEM)

    assert (found.target, found.gross.n, found.groups) == (None, 0, ())


def test_each_activity_with_its_times_and_what_it_sent_back(walked_anywhere):
    found = {each.activity_id: each for each in activities.find(walked_anywhere.app, SYSTEM, **MARCH)}

    legal = found["legal"]
    # from the 2nd 9:00 to the 4th 9:00, and twice at once
    assert (legal.n, legal.total.p50, legal.total.p95) == (3, Decimal("0.00"), Decimal("43.20"))
    assert (legal.returned, legal.conclusions) == (1, {"同意": 2, "不同意": 1})
    # due at the end of the next workday: the slow one on the 3rd, the one that waits on the 12th
    assert (legal.overdue, legal.open, legal.open_overdue) == (1, 1, 1)
    assert (found["run"].n, found["run"].open) == (0, 3)


def test_counts_agree_with_a_query_by_hand(walked):
    by_hand = sa.text(
        "SELECT activity_id, count(*), sum(CASE WHEN completed_at > due_at THEN 1 ELSE 0 END) "
        "FROM user_task WHERE state = 'completed' GROUP BY activity_id ORDER BY activity_id"
    )
    with walked.app.db.read() as session:
        expected = [tuple(row) for row in session.execute(by_hand)]

    found = [each for each in activities.find(walked.app, SYSTEM, **MARCH) if each.n]

    assert sorted((each.activity_id, each.n, each.overdue) for each in found) == expected


def test_working_time_is_known_of_what_was_taken_first(walked, clock):
    clock.set(at(12))
    task = walked.task(walked.slow, "run")
    clock.set(at(13))
    user_tasks.claim(walked.app, identity.actor(walked.app, "liangxiao"), task.id)
    clock.set(at(13, 15))
    walked.complete(walked.slow, "run", "liangxiao")

    [run] = [each for each in activities.find(walked.app, SYSTEM, **MARCH) if each.activity_id == "run"]

    # opened on the 12th at 9:00, taken a day later, answered six hours after that
    assert (run.waiting.p50, run.working.p50, run.working.n, run.total.p50) == (24, 6, 1, 30)


def test_activities_of_one_process_are_those_of_its_instances(walked_anywhere):
    assert activities.find(walked_anywhere.app, SYSTEM, definition="approval", **MARCH)
    assert activities.find(walked_anywhere.app, SYSTEM, definition="another", **MARCH) == ()
