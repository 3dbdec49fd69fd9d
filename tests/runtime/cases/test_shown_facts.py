"""The facts of a case as people see them: what holds, by whom and where, what was, and what is proposed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.errors import NotFound
from service.runtime.cases import facts, instances
from service.runtime.step.context import SYSTEM
from tests.engine import diagrams as d
from tests.runtime.cases.test_case_facts import SCHEMA, decide, files, propose


@pytest.fixture
def running(any_company):
    """A campaign of 林悦 over 60 000 that is being carried out, under K1."""
    any_company.deploy(files())
    main = any_company.start("campaign", business_key="K1")
    any_company.complete(main, "write", by="linyue", amount=60_000)
    return any_company, main


def known(company, instance):
    """Return what is shown of the facts, by name."""
    return {each.fact.name: each for each in facts.overview(company.app, SYSTEM, instance.id)}


def test_every_declared_fact_is_shown_in_the_order_of_its_file_also_before_it_is_written(running):
    company, main = running

    shown = known(company, main)

    assert list(shown) == ["total", "version", "agreed", "tier"]
    assert [each.value for each in shown.values()] == [Decimal("60000.00"), 1, [], ""]
    assert [each.current is None for each in shown.values()] == [False, False, True, True]


def test_who_set_a_fact_when_and_at_which_step_is_told_in_the_words_of_the_drawing(any_company):
    drawing = d.process(
        d.start(),
        d.user("write", group="市场部", name="编制预算", outputs={"case.total": "=5"}),
        d.user("run"),
        d.end(),
        d.path("begin", "write", "run", "done"),
        key="campaign",
    )
    named = drawing.replace(b'name="campaign"', 'name="活动"'.encode())
    any_company.deploy(files(**{"campaign.bpmn": named}))
    main = any_company.start("campaign", business_key="K1")
    any_company.complete(main, "write", by="shenlan")

    row = known(any_company, main)["total"].current

    assert (row.label, row.kind, row.before, row.value) == ("总额", "money", Decimal("0.00"), Decimal("5.00"))
    assert (row.by, row.at, row.instance_id) == ("shenlan", any_company.app.clock(), main.id)
    assert (row.process_name, row.activity_name, row.activity_path) == ("活动", "编制预算", "write")


def test_a_proposal_stands_beside_the_fact_and_not_in_its_place(running):
    company, main = running
    other = propose(company, 333_000)

    for instance in (main, other):
        total = known(company, instance)["total"]
        assert total.value == Decimal("60000.00")
        assert [(row.value, row.instance_id) for row in total.proposals] == [(Decimal("333000.00"), other.id)]
    assert company.get(main).case.facts["total"] == Decimal("60000.00")
    assert {row.name: row.value for row in company.get(main).case.pending} == {
        "total": Decimal("333000.00"),
        "version": 2,
    }


def test_what_was_applied_is_the_fact_and_the_value_before_is_history(running):
    company, main = running
    other = propose(company, 333_000)

    decide(company, other)

    total = known(company, main)["total"]
    assert (total.value, total.proposals) == (Decimal("333000.00"), ())
    assert [row.value for row in total.earlier] == [Decimal("60000.00")]
    assert (total.current.instance_id, total.current.activity_path) == (other.id, "apply")


def test_a_refused_or_cancelled_proposal_is_no_longer_shown(running):
    company, main = running
    refused, cancelled = propose(company, 333_000), propose(company, 70_000)

    decide(company, refused, refused=True)
    instances.cancel(company.app, SYSTEM, cancelled.id)

    assert known(company, main)["total"].proposals == ()
    assert company.get(main).case.pending == ()


def test_the_history_holds_every_value_oldest_first_and_narrows_to_one_name(running):
    company, main = running
    propose(company, 333_000)

    whole = facts.history(company.app, SYSTEM, main.id)
    total = facts.history(company.app, SYSTEM, main.id, "total")

    assert [row.seq for row in whole] == sorted(row.seq for row in whole)
    assert {row.name for row in whole} == {"total", "version"}
    assert [(row.state, row.value) for row in total] == [
        ("applied", Decimal("60000.00")),
        ("proposed", Decimal("333000.00")),
    ]


def test_who_does_not_see_the_case_is_told_there_is_none(running):
    company, main = running

    for ask in (facts.overview, facts.history):
        with pytest.raises(NotFound):
            ask(company.app, company.cast.ouwen, main.id)


def test_a_fact_that_only_later_drawings_declare_is_shown_behind_once_it_is_written(running):
    company, main = running
    later = SCHEMA + "  channel: {kind: text, label: 主渠道}\n".encode()
    writer = d.process(
        d.start(),
        d.user("tell", group="市场部", outputs={"case.channel": '="抖音"'}),
        d.end(),
        d.path("begin", "tell", "done"),
        key="note",
    )
    company.deploy({"case.yaml": later, "note.bpmn": writer})
    assert "channel" not in known(company, main)

    company.complete(company.start("note", business_key="K1"), "tell", by="linyue")

    channel = known(company, main)["channel"]
    assert list(known(company, main))[-1] == "channel"
    assert (channel.fact.label, channel.value) == ("主渠道", "抖音")
    assert list(company.get(main).case.facts.items())[-1] == ("channel", "抖音")
