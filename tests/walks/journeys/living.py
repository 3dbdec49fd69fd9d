"""What deciders see is true when they decide, however long the task has waited."""

from __future__ import annotations

import pytest

from tests.walks.filling import Unfillable
from tests.walks.journeys.green import green
from tests.walks.journeys.looking import equal, is_over, journey
from tests.walks.people import Company
from tests.walks.walk import Walk


def _shown(walk: Walk, activity: str, by: str, name: str) -> object:
    [task] = [each for each in walk.tasks() if each["activity_id"] == activity and walk.may(by, each)]
    return walk.company.person(by).get(f"/tasks/{task['id']}/form")["data"][name]


@journey
def the_allowance_a_late_review_sees(company: Company) -> None:
    """956 000 were left when it opened, 560 000 a day later, and 1 000 when finance signs."""
    walk, before = green(company, "120000", starts_in=3)
    walk.until("late_review")
    others = before + walk.spent()
    walk.grant(str(956000 + others))
    equal(_shown(walk, "late_review", "xunuo", "allowance_left"), 956000, "left")
    walk.grant(str(560000 + others))
    equal(_shown(walk, "late_review", "xunuo", "allowance_left"), 560000, "left")
    walk.grant(str(1000 + others))
    equal(_shown(walk, "late_review", "xunuo", "over_allowance"), True, "over")
    with pytest.raises(Unfillable, match="超出部门额度"):
        walk.answer("late_review", "xunuo", conclusion="同意")
    walk.answer("late_review", "xunuo", conclusion="不同意")
    walk.until("decide_late_refusal")
    walk.grant(str(2000 + others))
    equal(_shown(walk, "decide_late_refusal", "luchengyuan", "allowance_left"), 2000, "left")
    walk.answer("decide_late_refusal", conclusion="维持")
    walk.to_the_end()
    is_over(walk, "finished")
    assert [note for note in walk.notes() if "allowance_left: 956000 → 560000" in note], walk.notes()


@journey
def the_allowance_finance_countersigns_on(company: Company) -> None:
    """Granted more while finance had it open: nothing is over any more, and no meeting is held."""
    walk = Walk(company, "120000", starts_in=900)
    walk.grant("100000")
    walk.until("finance_review")
    equal(_shown(walk, "finance_review", "xunuo", "over_allowance"), True, "over")
    walk.grant("200000")
    equal(_shown(walk, "finance_review", "xunuo", "over_allowance"), False, "over")
    walk.until("director_review")
    equal(walk.passed()["convene_meeting"], 0, "meetings")
