"""Each evaluation of a decision table is kept, with the step that made it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from service.errors import NotFound
from service.runtime.cases import evaluations
from service.runtime.incidents import incidents
from service.runtime.keeping import audit
from service.runtime.step.context import SYSTEM
from service.store.models import DecisionEvaluation
from tests.engine import diagrams as d
from tests.engine.decision_tables import definitions, literal, requires, table
from tests.runtime.drawings import chain

TIERS = table(
    [["< 50000", '"head"'], ["[50000..200000]", '"vice"'], ["> 200000", '"ceo"']],
    inputs=["amount:number"],
    outputs=["tier:string"],
    id_="tier",
).replace('<rule id="r2">', '<rule id="r2"><description>五万至二十万，分管副总裁</description>')


def ask(*inside: str) -> str:
    named = {"camunda_decisionRef": "tier", "camunda_resultVariable": "tier", "name": "判定层级"}
    return d.element("businessRuleTask", "decide", *inside, **named)


def files(*elements: str, dmn: bytes | None = None) -> dict[str, bytes]:
    drawn = chain("p", d.user("propose", outputs={"amount": "amount"}), *elements)
    return drawn | {"tier.dmn": dmn or definitions(TIERS)}


def decided(company, instance):
    return evaluations.of_instance(company.app, SYSTEM, instance.id)


def rows(company):
    with company.app.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(DecisionEvaluation))


def test_what_a_table_was_asked_and_which_rule_answered_is_kept(any_company, clock):
    company = any_company
    company.deploy(files(ask(), d.user("approve")))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=Decimal("80000.50"))

    [made] = decided(company, case)
    assert (made.decision, made.file, made.version) == ("tier", "tier.dmn", 1)
    assert (made.activity_path, made.activity_name) == ("decide", "判定层级")
    assert [(each.name, each.value) for each in made.inputs] == [("amount", Decimal("80000.50"))]
    assert made.outputs == {"tier": "vice"}
    [rule] = made.rules
    assert (rule.index, rule.id, rule.annotation, rule.counts) == (2, "r2", "五万至二十万，分管副总裁", True)
    assert [(each.label, each.cell) for each in rule.conditions] == [("amount", "[50000..200000]")]
    assert made.at == company.get(case).started_at
    assert not made.is_proposed


def test_an_evaluation_shows_the_table_as_it_was_then(company):
    company.deploy(files(ask(), d.user("approve")))
    case = company.start("p")
    company.complete(case, "propose", "zhouheng", amount=80_000)
    other = TIERS.replace("50000", "90000").replace("五万", "九万")

    company.deploy({"tier.dmn": definitions(other)})
    later = company.start("p")
    company.complete(later, "propose", "zhouheng", amount=80_000)

    [before], [after] = decided(company, case), decided(company, later)
    assert (before.version, before.outputs, before.rules[0].conditions[0].cell) == (
        1,
        {"tier": "vice"},
        "[50000..200000]",
    )
    assert (after.version, after.outputs, after.rules[0].conditions[0].cell) == (
        2,
        {"tier": "head"},
        "< 90000",
    )
    assert before.sha256 != after.sha256


def test_a_table_that_fails_keeps_nothing_and_one_tried_again_keeps_what_it_answers_then(company):
    company.deploy(files(ask(), d.user("approve")))
    case = company.start("p")
    company.complete(case, "propose", "zhouheng", amount=None)
    [incident] = company.get(case).incidents

    assert decided(company, case) == ()
    incidents.retry(company.app, SYSTEM, incident.id, variables={"amount": 10})
    assert [each.outputs for each in decided(company, case)] == [{"tier": "head"}]


def test_tables_that_a_table_asks_are_kept_before_it(company):
    again = requires("base")
    dmn = definitions(
        literal("amount * 2", id_="base", variable="doubled"),
        table(
            [["> 100", '"big"'], ["<= 100", '"small"']], inputs=["doubled:number"], extra=again, id_="tier"
        ),
    )
    company.deploy(files(ask(), d.user("approve"), dmn=dmn))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=70)

    made = decided(company, case)
    assert [(each.decision, each.outputs) for each in made] == [
        ("base", {"doubled": 140}),
        ("tier", {"y": "big"}),
    ]
    assert [(each.name, each.value) for each in made[0].inputs] == [("amount", 70)]
    assert [(each.name, each.value) for each in made[1].inputs] == [("doubled", 140)]


@pytest.mark.parametrize(
    ("hit", "outputs", "counted"),
    [
        ("FIRST", {"y": "low"}, {1: True}),
        ("COLLECT", [{"y": "low"}, {"y": "high"}], {1: True, 2: True}),
        ("PRIORITY", {"y": "high"}, {1: False, 2: True}),
    ],
)
def test_of_several_rules_that_match_those_are_marked_that_count(company, hit, outputs, counted):
    rules = [["< 100", '"low"'], ["> 10", '"high"']]
    text = table(rules, inputs=["amount:number"], outputs=['y:string:"high","low"'], hit=hit, id_="tier")
    company.deploy(files(ask(), d.user("approve"), dmn=definitions(text)))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=50)

    [made] = decided(company, case)
    assert made.outputs == outputs
    assert {rule.index: rule.counts for rule in made.rules} == counted


def test_every_element_of_a_multi_instance_table_is_kept(company):
    repeated = d.loop("[10, 60000, 300000]", "amount", sequential=True)
    company.deploy(files(ask(repeated), d.user("approve")))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=1)

    assert [each.outputs["tier"] for each in decided(company, case)] == ["head", "vice", "ceo"]


def test_dates_stay_dates(company):
    text = table(
        [['< date("2026-05-01")', '"early"'], ['>= date("2026-05-01")', '"late"']],
        inputs=["amount:date"],
        id_="tier",
    )
    company.deploy(files(ask(), d.user("approve"), dmn=definitions(text)))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount="2026-04-30")

    assert decided(company, case)[0].inputs[0].value == date(2026, 4, 30)


def test_only_who_sees_the_case_sees_why(company):
    company.deploy(files(ask(), d.user("approve")))
    case = company.start("p")
    company.complete(case, "propose", "zhouheng", amount=1)

    assert len(evaluations.of_instance(company.app, company.cast.linyue, case.id)) == 1
    with pytest.raises(NotFound):
        evaluations.of_instance(company.app, company.cast.ouwen, case.id)


def test_what_a_follow_ups_phase_asks_is_a_proposal_until_it_is_applied(company):
    phase = chain("phase", d.user("propose", outputs={"amount": "amount"}), ask(), d.user("check"))
    company.deploy(
        chain("p", d.user("wait"))
        | phase
        | chain("change", d.call("planning", "phase"), d.user("decide_change"))
        | {"tier.dmn": definitions(TIERS)}
    )
    main = company.start("p", business_key="K")
    change = company.start("change", business_key="K")

    company.complete(change, "propose", "zhouheng", amount=60_000)

    [made] = decided(company, change)
    assert made.is_proposed
    assert decided(company, main) == ()


def test_the_audit_tells_of_it(any_company):
    company = any_company
    company.deploy(files(ask(), d.user("approve")))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=1)

    entries = audit.entries(company.app, SYSTEM, case.id)
    [entry] = [each for each in entries if each.action == "decisions.evaluated"]
    [told] = entry.facts["evaluations"]
    assert (told["decision"], told["outputs"], told["rules"]) == ("tier", {"tier": "head"}, [1])


def test_a_completed_task_without_a_table_writes_no_row(company):
    company.deploy(files(d.user("approve")))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=1)

    assert rows(company) == 0


def test_what_the_owners_call_an_answer_is_told_beside_it(company):
    said = "<description>head = 部门负责人\nvice = 分管副总裁</description>"
    values = (
        f"<outputValues>{said}<text>&quot;head&quot;,&quot;vice&quot;,&quot;ceo&quot;</text></outputValues>"
    )
    company.deploy(files(ask(), dmn=definitions(TIERS.replace("</output>", f"{values}</output>", 1))))
    case = company.start("p")

    company.complete(case, "propose", "zhouheng", amount=60_000)

    [made] = decided(company, case)
    assert made.output_words == {"tier": {"head": "部门负责人", "vice": "分管副总裁"}}


def test_words_that_a_table_lacked_then_are_those_it_has_now(company):
    company.deploy(files(ask()))
    case = company.start("p")
    company.complete(case, "propose", "zhouheng", amount=60_000)
    said, all_ = (
        "<description>vice = 分管副总裁</description>",
        "&quot;head&quot;,&quot;vice&quot;,&quot;ceo&quot;",
    )
    values = f"<outputValues>{said}<text>{all_}</text></outputValues>"

    company.deploy({"tier.dmn": definitions(TIERS.replace("</output>", f"{values}</output>", 1))})

    [made] = decided(company, case)
    assert made.output_words == {"tier": {"vice": "分管副总裁"}}
