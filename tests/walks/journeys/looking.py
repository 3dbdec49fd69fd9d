"""What every journey looks at: facts, money, what is left; and how a campaign comes to where it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.walks.people import Company
from tests.walks.walk import Walk

Journey = Callable[[Company], None]
JOURNEYS: dict[str, Journey] = {}
HEAD, DIRECTOR, VICE_PRESIDENT, CEO, SECRETARY = (
    "shenlan",
    "hezhixing",
    "luchengyuan",
    "gumingchuan",
    "fangjin",
)
APPLICANT = "linyue"
GRANTED = "100000000"
NO = {"action": "否决"}
CHANGE = {"conclusion": "修改后同意", "required_changes": [{"text": "抽奖页须公示中奖概率"}]}


def journey(act: Journey) -> Journey:
    """Walk this one too."""
    JOURNEYS[act.__name__] = act
    return act


def equal(found: Any, expected: Any, what: str = "") -> None:
    assert found == expected, f"{what}: {found!r}, not {expected!r}"


def is_so(walk: Walk, **facts: Any) -> None:
    """Look whether the campaign's facts are these; amounts as text."""
    found = walk.facts()
    for name, value in facts.items():
        is_amount = isinstance(value, str) and value.replace(".", "").isdigit()
        shown = Decimal(str(found[name])) if is_amount else found[name]
        equal(shown, Decimal(value) if is_amount else value, name)


def holds(walk: Walk, before: Decimal, amount: str) -> None:
    """Look whether the campaign holds this much of the allowance."""
    equal(walk.held() - before, Decimal(amount), "held of the allowance")


def is_over(walk: Walk, outcome: str) -> None:
    """Look whether nothing of a campaign is left: no process, task, incident, or share of the allowance."""
    is_so(walk, outcome=outcome)
    equal((walk.running(), dict(walk.open())), ([], {}), "what still runs")
    equal(walk.seen()["incidents"], [], "incidents")
    equal(walk.seen()["case"]["pending"], [], "proposals")


def begun(
    company: Company, total: str, plan: Mapping[str, Any] | None = None, **given: Any
) -> tuple[Walk, Decimal]:
    """Return a campaign that has just begun, and what the department's campaigns held before."""
    walk = Walk(company, total, plan, **given)
    walk.grant(GRANTED)
    return walk, walk.held()


def on_the_way(company: Company, total: str, *activities: str, **given: Any) -> tuple[Walk, Decimal]:
    """Return a campaign that has come to an activity, and what was held before."""
    walk, before = begun(company, total, **given)
    walk.until(*activities)
    return walk, before
