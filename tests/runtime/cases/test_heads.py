"""The head of a case: what it is about at a glance, and how far it has come, in its owners' words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.errors import InvalidDeployment
from service.runtime import identity
from service.runtime.cases import heads, instances
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

SCHEMA = """
main: way
head: [total]
phases:
  方案: {at: [plan], label_en: Plan}
  会签: {at: [sign]}
  审批: {at: [decide]}
facts:
  total: {kind: money, label: 金额}
""".encode()


@pytest.fixture
def way(company):
    """A case whose owners name three phases of its way; the second may send it back."""
    drawing = chain(
        "way",
        d.user("plan", group="法务部", name="编制", outputs={"case.total": "=12000"}),
        d.user("sign", group="法务部", name="会签", properties={"returnTo": "plan"}),
        d.user("decide", group="法务部", name="审批"),
    )
    company.deploy({**drawing, "case.yaml": SCHEMA, "organisation.yaml": ORGANISATION})
    return company.start("way")


def head(company, case, by="linyue"):
    number = company.get(case).business_key
    return heads.of(company.app, identity.actor(company.app, by), [number]).get(number)


def states(company, case):
    return {phase.label: phase.state for phase in head(company, case).phases}


def test_phases_stand_in_the_owners_order_with_where_the_case_is(company, way):
    before = states(company, way)

    company.complete(way, "plan", "zhouheng")

    assert before == {"方案": "now", "会签": "to_come", "审批": "to_come"}
    assert states(company, way) == {"方案": "done", "会签": "now", "审批": "to_come"}
    [total] = head(company, way).facts
    assert (total.fact.label, total.value) == ("金额", Decimal("12000.00"))


def test_a_case_that_is_sent_back_has_the_way_before_it_again(company, way):
    company.complete(way, "plan", "zhouheng")
    task = company.task(way, "sign")

    user_tasks.return_to(company.app, company.cast.zhouheng, task.id, task.version, "plan", reason="重做")

    assert states(company, way) == {"方案": "now", "会签": "to_come", "审批": "to_come"}


def test_a_case_that_ended_early_says_what_it_passed_over(company, way):
    company.complete(way, "plan", "zhouheng")
    instances.cancel(company.app, company.cast.admin, way.id, reason="不做了")

    assert states(company, way) == {"方案": "done", "会签": "done", "审批": "to_come"}


def test_a_case_has_no_head_for_whom_it_does_not_concern(company, way):
    assert head(company, way, by="ouwen") is None


def test_a_phase_at_an_activity_that_is_not_drawn_is_refused_with_the_nearest_one(company):
    wrong = SCHEMA.replace(b"at: [decide]", b"at: [decides]")

    with pytest.raises(InvalidDeployment) as refused:
        company.deploy({**chain("way", d.user("decide", group="法务部")), "case.yaml": wrong})

    found = {(each.code, each.element) for each in refused.value.findings}
    assert {("unknown-activity", "审批"), ("unknown-activity", "方案")} <= found
