"""One fact, one home: what a case's processes write, who sees it when, and what two at once do."""

from __future__ import annotations

import json
import threading
from decimal import Decimal

import pytest
from sqlalchemy import select

from service.errors import Conflict, InvalidAnswers
from service.runtime.cases import instances
from service.runtime.incidents import incidents
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.store import cases
from service.store.models import Case, CaseApplication, CaseFact
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION
from tests.runtime.step.test_races import ROUNDS, at_once, winners

SCHEMA = """
main: campaign
facts:
  total: {kind: money, label: 总额}
  version: {kind: number, label: 版本}
  agreed: {kind: list, label: 已同意}
  tier: {kind: text, label: 层级}
""".encode()
PLAN = json.dumps(
    {
        "id": "plan",
        "type": "default",
        "components": [{"type": "number", "key": "amount", "id": "f1", "label": "金额"}],
    }
).encode()
CHANGED = d.declare_message("plan_changed")


def write(id="write", **facts):
    written = {f"case.{name}": text for name, text in facts.items()}
    return d.user(id, group="市场部", camunda_formRef="plan", outputs=written)


def campaign():
    """A plan is written; then a campaign that hears of changes and reads the facts each time."""
    return d.process(
        d.start(**{"case.version": "=1"}),
        write(total="=amount"),
        d.element("exclusiveGateway", "again"),
        d.user("run", inputs={"total": "=case.total", "text": "=dossier.plan.amount"}),
        d.boundary("changed", "run", d.message("plan_changed")),
        d.end(),
        d.path("begin", "write", "again", "run", "done"),
        d.flow("changed", "again"),
        key="campaign",
        declared=CHANGED,
    )


def revision():
    """A phase that writes another plan: its total, a version more, nobody who agreed."""
    return d.process(
        d.start(),
        write("revise", total="=amount", version="=case.version + 1"),
        d.script("check", "case.total", "checked"),
        d.end(),
        d.path("begin", "revise", "check", "done"),
        key="revision",
    )


def change(message: str | None = "plan_changed"):
    """A follow-up: the phase, a decision, and then what it proposed is applied."""
    told = {"message": message} if message else {}
    return d.process(
        d.start(),
        d.call("phase", "revision", {}, {"amount": "=checked"}),
        d.user("approve", inputs={"total": "=case.total"}, outputs={"refused": "=refused"}),
        d.xor("gate", "yes"),
        d.service("apply", "case.apply", told),
        d.boundary("too_late", "apply", d.error("campaign_ended")),
        d.boundary("overtaken", "apply", d.error("facts_changed")),
        *map(d.end, ("done", "refused_end", "late_end", "overtaken_end")),
        d.path("begin", "phase", "approve", "gate"),
        d.flow("gate", "refused_end", "refused"),
        d.flow("gate", "apply", id="yes"),
        d.path("apply", "done"),
        d.path("too_late", "late_end"),
        d.path("overtaken", "overtaken_end"),
        key="change",
        declared=d.declare_error("campaign_ended") + d.declare_error("facts_changed"),
    )


def note():
    """A follow-up whose own task writes a fact: that needs no applying."""
    return d.process(
        d.start(),
        d.user("count", group="市场部", outputs={"case.version": "=case.version + 1"}),
        d.end(),
        d.path("begin", "count", "done"),
        key="note",
    )


def files(**more):
    return {
        "campaign.bpmn": campaign(),
        "revision.bpmn": revision(),
        "change.bpmn": change(),
        "note.bpmn": note(),
        "plan.form": PLAN,
        "case.yaml": SCHEMA,
        "organisation.yaml": ORGANISATION,
        **more,
    }


@pytest.fixture
def running(any_company):
    """A campaign of 林悦 over 60 000 that is being carried out, under K1."""
    any_company.deploy(files())
    main = any_company.start("campaign", business_key="K1")
    any_company.complete(main, "write", by="linyue", amount=60_000)
    return any_company, main


def facts(company, number="K1"):
    with company.app.db.read() as session:
        return cases.in_force(session, number)


def rows(company):
    with company.app.db.read() as session:
        return [
            (row.name, row.state, row.before, row.value, row.by, row.instance_id)
            for row in session.scalars(select(CaseFact).order_by(CaseFact.seq))
        ]


def propose(company, amount, by="shenlan"):
    """Start a change and hand in its revision; it waits for its approval."""
    other = company.start("change", by=by, business_key="K1")
    company.complete(other, "revise", by="linyue", amount=amount)
    return other


def decide(company, other, *, refused=False):
    company.complete(other, "approve", by="zhouheng", refused=refused)
    company.run_due()


def end_of(company, instance):
    lines = instances.history(company.app, SYSTEM, instance.id)
    return [line.activity_id for line in lines if line.kind == "endEvent" and line.event == "left"][-1:]


def seen_total(company, instance, activity):
    return user_tasks.form(company.app, SYSTEM, company.task(instance, activity).id).data["total"]


# ---- the case ------------------------------------------------------------------------------------


def test_an_instance_opens_a_case_or_joins_one(running):
    company, main = running
    change = company.start("change", by="shenlan", business_key="K1")
    alone = company.start("note", by="zhouheng")

    with company.app.db.read() as session:
        of = {row.number: row for row in session.scalars(select(Case))}
    assert of["K1"].main_instance == main.id
    assert (of["K1"].applicant, of["K1"].department) == ("linyue", "市场部")
    assert of[company.get(alone).business_key].main_instance == alone.id
    assert len(of) == 2
    joined = company.get(change)
    assert (joined.applicant, joined.department, joined.started_by) == ("linyue", "市场部", "shenlan")


def test_a_number_that_is_taken_starts_no_second_campaign(running):
    company, _ = running

    with pytest.raises(Conflict, match="taken"):
        company.start("campaign", business_key="K1")

    assert len(instances.find(company.app, SYSTEM, business_key="K1").items) == 1


def test_of_two_who_start_a_campaign_under_one_number_one_gets_it(any_company):
    company = any_company
    company.deploy(files())
    for number in range(ROUNDS):

        def start(number=number):
            return company.start("campaign", business_key=f"R{number}")

        outcomes = at_once(start, start, start)

        assert len(winners(outcomes)) == 1
        assert all(isinstance(each, Conflict) for each in outcomes if each not in winners(outcomes))


def test_a_case_is_closed_when_its_leading_instance_ends(running):
    company, main = running

    company.complete(main, "run", by="zhouheng")

    with company.app.db.read() as session:
        assert session.get_one(Case, "K1").closed_at == company.get(main).ended_at


# ---- facts, proposals, applying ------------------------------------------------------------------


def test_what_the_leading_instance_writes_is_a_fact_with_its_whole_history(running):
    company, main = running

    assert facts(company) == {"version": 1, "total": Decimal("60000.00")}
    assert rows(company) == [
        ("version", "applied", 0, 1, "linyue", main.id),
        ("total", "applied", Decimal("0.00"), Decimal("60000.00"), "linyue", main.id),
    ]


def test_what_a_phase_of_a_follow_up_writes_is_known_to_that_follow_up_alone(running):
    company, _ = running

    other = propose(company, 333_000)

    assert facts(company)["total"] == Decimal("60000.00")
    assert seen_total(company, other, "approve") == Decimal("333000.00")
    third = company.start("change", business_key="K1")
    company.complete(third, "revise", by="linyue", amount=1)
    assert facts(company)["version"] == 1
    assert [row[:4] for row in rows(company)[-2:]] == [
        ("total", "proposed", Decimal("60000.00"), Decimal("1.00")),
        ("version", "proposed", 1, 2),
    ]


def test_what_is_applied_is_fact_for_all_at_the_moment_the_campaign_hears_of_it(running):
    company, main = running
    other = propose(company, 333_000)

    decide(company, other)

    assert end_of(company, other) == ["done"]
    assert facts(company) == {"version": 2, "total": Decimal("333000.00")}
    assert seen_total(company, main, "run") == Decimal("333000.00")
    form = user_tasks.form(company.app, SYSTEM, company.task(main, "run").id)
    assert form.data["text"] == 333_000, "the text in force is that of the applied answers"
    assert verifying.verify(company.app).problems == ()


def test_the_facts_change_in_one_transaction_with_the_message(running):
    company, main = running
    other = propose(company, 333_000)
    instances.suspend(company.app, SYSTEM, main.id)

    decide(company, other)

    assert facts(company)["total"] == Decimal("333000.00")
    instances.resume(company.app, SYSTEM, main.id)
    assert seen_total(company, main, "run") == Decimal("333000.00")


def test_who_applied_what_is_told(running):
    company, _ = running
    other = propose(company, 333_000)

    decide(company, other)

    applied = [row for row in rows(company) if row[1] == "applied"][-2:]
    assert applied == [
        ("total", "applied", Decimal("60000.00"), Decimal("333000.00"), "zhouheng", other.id),
        ("version", "applied", 1, 2, "zhouheng", other.id),
    ]
    with company.app.db.read() as session:
        [application] = session.scalars(select(CaseApplication))
    assert (application.instance_id, application.by) == (other.id, "zhouheng")
    assert application.activity_path == "apply"


@pytest.mark.parametrize("ending", ["refused", "cancelled"])
def test_a_change_that_is_not_applied_leaves_nothing_behind(running, ending):
    company, _ = running
    other = propose(company, 333_000)

    if ending == "refused":
        decide(company, other, refused=True)
    else:
        instances.cancel(company.app, SYSTEM, other.id)

    assert facts(company) == {"version": 1, "total": Decimal("60000.00")}
    with company.app.db.read() as session:
        assert session.scalars(cases.pending("K1")).all() == []
    later = propose(company, 70_000)
    assert facts(company)["version"] == 1
    decide(company, later)
    assert facts(company) == {"version": 2, "total": Decimal("70000.00")}


def test_a_change_that_comes_too_late_changes_nothing(running):
    company, main = running
    other = propose(company, 333_000)
    company.complete(main, "run", by="zhouheng")

    decide(company, other)

    assert end_of(company, other) == ["late_end"]
    assert facts(company) == {"version": 1, "total": Decimal("60000.00")}


def test_a_second_change_on_facts_that_changed_meanwhile_is_noticed(running):
    company, _ = running
    first, second = propose(company, 333_000), propose(company, 70_000)
    decide(company, first)

    decide(company, second)

    assert end_of(company, first) == ["done"]
    assert end_of(company, second) == ["overtaken_end"]
    assert facts(company) == {"version": 2, "total": Decimal("333000.00")}


def test_a_change_begun_before_another_took_effect_is_noticed_even_if_it_proposes_afterwards(running):
    company, _ = running
    second = company.start("change", business_key="K1")
    decide(company, propose(company, 333_000))
    company.complete(second, "revise", by="linyue", amount=70_000)

    decide(company, second)

    assert end_of(company, second) == ["overtaken_end"]
    assert facts(company)["total"] == Decimal("333000.00")


def test_where_the_drawing_catches_nothing_being_overtaken_is_an_incident(running):
    company, _ = running
    drawing = d.process(
        d.start(),
        d.call("phase", "revision"),
        d.user("approve"),
        d.service("apply", "case.apply", {"message": "plan_changed"}),
        d.end(),
        d.path("begin", "phase", "approve", "apply", "done"),
        key="change",
    )
    company.deploy({"change.bpmn": drawing})
    first, second = propose(company, 333_000), propose(company, 70_000)
    decide(company, first)

    decide(company, second)

    [incident] = incidents.find(company.app, SYSTEM).items
    assert (incident.instance_id, incident.activity_id) == (second.id, "apply")
    assert incident.message.endswith("'facts_changed': Changed meanwhile by somebody else: 总额、版本.")
    assert facts(company)["total"] == Decimal("333000.00")


def test_without_a_message_applying_needs_nobody_to_hear_of_it(any_company):
    company = any_company
    company.deploy(files(**{"change.bpmn": change(message=None)}))
    main = company.start("campaign", business_key="K1")
    other = propose(company, 500)

    decide(company, other)

    assert end_of(company, other) == ["done"]
    assert facts(company) == {"version": 2, "total": Decimal("500.00")}
    assert company.active(main) == ["write"]


def test_what_a_follow_up_writes_itself_is_a_fact_at_once(running):
    company, _ = running
    other = company.start("note", business_key="K1")

    company.complete(other, "count", by="shenlan")

    assert facts(company)["version"] == 2


def test_an_answer_that_makes_no_fact_changes_nothing(running):
    company, _ = running
    other = company.start("change", business_key="K1")

    with pytest.raises(InvalidAnswers):
        company.complete(other, "revise", by="linyue", amount=None)

    assert len(rows(company)) == 2
    assert company.active(other) == ["revise"]


# ---- two at once, and killed in between ----------------------------------------------------------


def test_two_steps_that_count_up_the_same_fact_lose_nothing(running):
    company, _ = running
    for number in range(ROUNDS):
        others = [company.start("note", business_key="K1") for _ in range(3)]

        outcomes = at_once(
            *(lambda other=other: company.complete(other, "count", by="shenlan") for other in others)
        )

        assert len(winners(outcomes)) == 3
        assert facts(company)["version"] == 1 + 3 * (number + 1)


def test_of_two_changes_applied_at_once_one_holds_and_the_other_is_overtaken(running):
    company, main = running
    for amount in range(1, ROUNDS):
        others = [propose(company, amount * 1000), propose(company, amount * 1000 + 1)]

        at_once(
            *(
                lambda other=other: company.complete(other, "approve", by="zhouheng", refused=False)
                for other in others
            )
        )
        threads = [threading.Thread(target=company.run_due) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        company.run_due()

        assert sorted(end_of(company, each)[0] for each in others) == ["done", "overtaken_end"]
        assert facts(company)["version"] == 1 + amount
        assert seen_total(company, main, "run") == facts(company)["total"]


def test_rows_of_facts_are_never_changed(running):
    company, _ = running
    before = rows(company)

    decide(company, propose(company, 333_000))
    decide(company, propose(company, 5), refused=True)

    assert rows(company)[: len(before)] == before


def test_a_fact_has_its_value_back_when_the_answer_that_wrote_it_is_taken_back(running):
    company, main = running
    [task] = [
        each for each in user_tasks.find(company.app, SYSTEM, instance=main.id, state="completed").items
    ]
    before = rows(company)

    linyue = company.cast.linyue
    user_tasks.act(company.app, linyue, task.id, "withdraw", {"reason": "少算一行"})

    initial = before[1][2]
    assert facts(company)["total"] == initial
    assert rows(company)[: len(before)] == before
    company.complete(main, "write", by="linyue", amount=70_000)
    assert facts(company)["total"] == Decimal(70_000)
    assert not verifying.verify(company.app).problems
