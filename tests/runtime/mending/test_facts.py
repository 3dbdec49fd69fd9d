"""Facts corrected by hand: their kind is kept, and what the company's tables make of them follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.errors import Forbidden, InvalidInput
from service.runtime import identity
from service.runtime.cases import facts as shown
from service.runtime.keeping import audit, verifying
from service.runtime.mending import confirming, facts
from service.runtime.step.context import SYSTEM
from tests.runtime.mending.drawings import tiered


@pytest.fixture
def office(company):
    company.deploy(tiered())
    identity.create_user(company.app, SYSTEM, "jianghe", groups=("admin",))
    return company


@pytest.fixture
def case(office):
    found = office.start("tiered")
    office.complete(found, "plan", "zhouheng")
    return found


def correct(office, case, given, **options):
    return facts.correct(office.app, office.cast.admin, case.id, given, "录入有误", **options)


def values(office, case):
    return office.get(case).case.facts


def test_a_fact_is_corrected_with_before_and_after_on_record(office, case):
    done = correct(office, case, {"launch_day": "2026-03-20"})

    assert (done.before, done.after) == ({"launch_day": None}, {"launch_day": date(2026, 3, 20)})
    assert values(office, case)["launch_day"] == date(2026, 3, 20)
    [row] = shown.history(office.app, SYSTEM, case.id, "launch_day")
    assert (row.by, row.before, row.state) == ("admin", None, "applied")
    assert office.events(case)[-1] == "facts_corrected"
    entry = audit.entries(office.app, SYSTEM, case.id)[-2:]
    assert {each.action for each in entry} == {"instance.facts", "facts.written"}
    assert verifying.verify(office.app).problems == ()


def test_the_tier_follows_a_corrected_total_and_is_shown_before(office, case):
    more = correct(office, case, {"budget_total": 400_000}, dry_run=True)
    less = correct(office, case, {"budget_total": 90_000.5}, dry_run=True)

    assert more.after == {"budget_total": Decimal(400_000), "tier": "ceo_meeting"}
    assert less.after == {"budget_total": Decimal("90000.50"), "tier": "vice_president"}
    assert values(office, case)["budget_total"] == 300_000
    correct(office, case, {"budget_total": 90_000})
    assert values(office, case)["tier"] == "vice_president"


def test_a_tier_that_is_not_what_the_table_says_takes_a_second_admin(office, case):
    asked = correct(office, case, {"tier": "department_head"}).waiver

    assert [each.key for each in asked.promises] == ["tier_by_the_table"]
    assert values(office, case)["tier"] == "ceo_meeting"
    confirming.confirm(office.app, identity.actor(office.app, "jianghe"), asked.id, reason="会议纪要")
    assert values(office, case)["tier"] == "department_head"
    assert verifying.verify(office.app).problems == ()


WRONG = ({"totel": 1}, {"budget_total": "很多"}, {"budget_total": True}, {"tier": "x"}, {"launch_day": 3}, {})


@pytest.mark.parametrize("given", WRONG)
def test_what_is_no_fact_or_of_another_kind_is_refused(office, case, given):
    with pytest.raises(InvalidInput):
        correct(office, case, given)


def test_nobody_corrects_facts_in_silence_or_without_the_right(office, case):
    with pytest.raises(InvalidInput):
        facts.correct(office.app, office.cast.admin, case.id, {"budget_total": 1}, " ")
    with pytest.raises(Forbidden):
        facts.correct(office.app, office.cast.linyue, case.id, {"budget_total": 1}, "因为")
