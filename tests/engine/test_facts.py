"""Facts of the case: declared in case.yaml, read as `case.…`, written by outputs of that name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from service.engine.case import schema as case_facts
from service.errors import InvalidAnswers
from tests.engine import diagrams as d
from tests.engine.decision_tables import definitions, table
from tests.engine.driver import Case

SCHEMA = """
main: p
facts:
  urgency: {kind: text, label: 紧急程度, values: {normal: 普通, green: 绿色通道}, initial: normal}
  budget_total: {kind: money, label: 合计金额}
  plan_version: {kind: number, label: 方案版本}
  agreed: {kind: list, label: 已同意的部门}
  kpi_needed: {kind: boolean, label: 需要考核表, initial: true}
  start_date: {kind: date, label: 开始日期, initial: null}
  decided_at: {kind: datetime, label: 批准时间, initial: null}
  reserve_rate: {kind: share, label: 备用金占比, initial: null}
""".encode()


def case(*files, **options):
    return Case(*files, extra={"case.yaml": SCHEMA}, **options)


def task(**outputs):
    """A process with one task whose output parameters are `case.<name>`."""
    written = {f"case.{name}": text for name, text in outputs.items()}
    return d.process(d.start(), d.user("a", outputs=written), d.end(), d.path("begin", "a", "done"))


# ---- what a fact is ------------------------------------------------------------------------------


def test_every_fact_has_a_value_before_anything_is_known():
    schema = case_facts.read(SCHEMA).schema

    assert schema.main == "p"
    assert schema.complete({"number": "K1", "applicant": "linyue"}, {"agreed": ["法务部"]}) == {
        "urgency": "normal",
        "budget_total": Decimal("0.00"),
        "plan_version": 0,
        "agreed": ["法务部"],
        "kpi_needed": True,
        "start_date": None,
        "decided_at": None,
        "reserve_rate": None,
        "number": "K1",
        "title": "",
        "applicant": "linyue",
        "department": "",
    }


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("budget_total", Decimal("49999.995"), Decimal("50000.00")),
        ("budget_total", 5, Decimal("5.00")),
        ("plan_version", 3, 3),
        ("start_date", date(2026, 9, 1), date(2026, 9, 1)),
        ("start_date", None, None),
        ("decided_at", datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)),
        ("urgency", "green", "green"),
        ("agreed", [], []),
        ("reserve_rate", Decimal("0.1"), Decimal("0.1")),
        ("reserve_rate", 1, 1),
        ("reserve_rate", None, None),
    ],
)
def test_a_fact_keeps_values_of_its_kind(name, value, kept):
    assert case_facts.read(SCHEMA).schema.facts[name].accept(value) == kept


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("budget_total", "5", "'budget_total' is an amount of money, not str"),
        ("budget_total", True, "not bool"),
        ("budget_total", None, "not null"),
        ("start_date", datetime(2026, 9, 1, tzinfo=UTC), "'start_date' is a date, not datetime"),
        ("start_date", "2026-09-01", "not str"),
        ("decided_at", datetime(2026, 9, 1), "'decided_at' is a moment"),  # noqa: DTZ001
        ("urgency", "soon", "is one of normal, green, not 'soon'"),
        ("kpi_needed", 1, "true or false"),
        ("agreed", "法务部", "a list"),
        ("reserve_rate", 10, "'reserve_rate' is a share between 0 and 1"),
        ("reserve_rate", Decimal("-0.1"), "a share between 0 and 1"),
    ],
)
def test_a_fact_refuses_what_it_cannot_be(name, value, reason):
    with pytest.raises(case_facts.WrongKind, match=reason):
        case_facts.read(SCHEMA).schema.facts[name].accept(value)


# ---- reading and writing -------------------------------------------------------------------------


def test_an_output_parameter_writes_a_fact_that_is_read_at_once():
    drawing = d.process(
        d.start(**{"case.budget_total": "=60000", "case.agreed": '=["法务部"]'}),
        d.script("double", "case.budget_total * 2", "twice"),
        d.xor("gate", "small"),
        d.user("a"),
        d.user("b"),
        d.end(),
        d.path("begin", "double", "gate"),
        d.flow("gate", "a", 'list contains(case.agreed, "法务部") and case.budget_total > 50000'),
        d.flow("gate", "b", id="small"),
        d.path("a", "done"),
        d.path("b", "done"),
    )

    running = case(drawing)

    assert running.tasks() == ["a"]
    assert running.variables == {"twice": Decimal(120_000)}, "facts are no variables"
    assert [(fact.name, fact.value) for fact in running.written] == [
        ("budget_total", Decimal("60000.00")),
        ("agreed", ["法务部"]),
    ]


def test_who_wrote_a_fact_and_where_is_told():
    running = case(task(plan_version="=case.plan_version + 1"), facts={"plan_version": 4})

    running.complete("a")

    [fact] = running.written
    assert (fact.name, fact.value, fact.activity_path, fact.definition) == ("plan_version", 5, "a", "p")
    assert fact.is_in_call is False


def test_a_fact_that_stays_as_it_is_is_not_written():
    running = case(task(budget_total="=5.0", kpi_needed="=true"), facts={"budget_total": Decimal("5.00")})

    running.complete("a")

    assert running.written == []


def test_the_case_is_read_once_a_step_and_only_when_something_reads_it():
    drawing = d.process(
        d.start(),
        d.user("a"),
        d.script("one", "case.plan_version + 1", "x"),
        d.script("two", "case.plan_version + x", "y"),
        d.user("b"),
        d.end(),
        d.path("begin", "a", "one", "two", "b", "done"),
    )
    running = case(drawing)
    assert running.fact_reads == 0

    running.complete("a")
    assert running.fact_reads == 1

    running.complete("b")
    assert running.fact_reads == 1


def test_a_called_phase_reads_and_writes_the_same_facts():
    outer = d.process(
        d.start(),
        d.call("phase", "inner", {}, {"case.agreed": '=["财务部"]', "round": "=round"}),
        d.end(),
        d.path("begin", "phase", "done"),
    )
    inner = d.process(
        d.start(**{"case.plan_version": "=case.plan_version + 1", "round": "=7"}),
        d.sub("part", d.start("in"), d.script("s", "1", "n"), d.end("out"), d.path("in", "s", "out")),
        d.end(),
        d.path("begin", "part", "done"),
        key="inner",
    )

    running = case(outer, inner)

    assert [(fact.name, fact.value, fact.activity_path, fact.is_in_call) for fact in running.written] == [
        ("plan_version", 1, "phase/begin", True),
        ("agreed", ["财务部"], "phase", False),
    ]
    assert running.variables == {"round": 7}


def test_what_an_embedded_sub_process_writes_is_the_process_s_own():
    inside = d.sub(
        "part",
        d.start("in", **{"case.plan_version": "=2"}),
        d.end("out"),
        d.path("in", "out"),
    )

    running = case(d.process(d.start(), inside, d.end(), d.path("begin", "part", "done")))

    assert [(fact.activity_path, fact.is_in_call) for fact in running.written] == [("part/in", False)]


def test_a_decision_table_reads_facts():
    tier = table(
        [("< 50000", '"head"'), (">= 50000", '"vp"')],
        inputs=("case.budget_total:number",),
        outputs=("level:string",),
        id_="tier",
    )
    rule = d.element("businessRuleTask", "rule", camunda_decisionRef="tier", camunda_resultVariable="level")
    drawing = d.process(d.start(), rule, d.user("a"), d.end(), d.path("begin", "rule", "a", "done"))

    running = Case(
        drawing,
        extra={"case.yaml": SCHEMA, "tier.dmn": definitions(tier)},
        facts={"budget_total": Decimal("50000.00")},
    )

    assert running.variables == {"level": "vp"}


def test_a_handler_is_given_the_facts_as_they_are_now():
    seen = {}
    drawing = d.process(
        d.start(**{"case.plan_version": "=3"}), d.service("s"), d.end(), d.path("begin", "s", "done")
    )

    case(drawing, handlers={"echo": lambda call: seen.update(call.facts()) or {}})

    assert (seen["plan_version"], seen["urgency"]) == (3, "normal")


# ---- what cannot be ------------------------------------------------------------------------------


def test_an_answer_that_makes_a_fact_of_another_kind_is_refused():
    running = case(task(plan_version="=1", start_date="=day"))

    with pytest.raises(InvalidAnswers) as refused:
        running.complete("a", day="2026-09-01")

    assert "'start_date' is a date" in refused.value.errors[0].message
    assert running.written == []


def test_a_fact_of_another_kind_is_an_incident_and_none_beside_it_is_written():
    drawing = d.process(
        d.start(),
        d.user("a"),
        d.service("s", outputs={"case.plan_version": "=2", "case.kpi_needed": '="yes"', "x": "=1"}),
        d.end(),
        d.path("begin", "a", "s", "done"),
    )
    running = case(drawing, handlers={"echo": lambda _: {}})

    running.complete("a")

    assert running.failed() == [("s", "feel_error")]
    assert running.written == []
    assert running.variables == {}
