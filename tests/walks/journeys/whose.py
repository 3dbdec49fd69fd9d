"""Whose campaign it is: heads, the director, the vice-president and the secretary apply; substitutes act."""

from __future__ import annotations

from tests.walks.journeys.looking import (
    APPLICANT,
    CEO,
    DIRECTOR,
    HEAD,
    JOURNEYS,
    SECRETARY,
    VICE_PRESIDENT,
    begun,
    equal,
    is_over,
    journey,
    on_the_way,
)
from tests.walks.people import Company

_SIGNED = (
    "submit_plan",
    "legal_review",
    "finance_review",
    "tech_review",
    "director_review",
    "confirm_kpi",
    "head_decision",
    "vp_decision",
    "record_resolution",
    "finance_confirm",
    "legal_release",
    "launch_check",
    "audit_review",
    "copy_precheck",
)


def _applies(company: Company, name: str, total: str, department: str, decided: str, decider: str) -> None:
    walk, _ = begun(company, total, applicant=name, department=department)
    walk.until("launch_check")
    signed = {activity: walk.by(activity) for activity in _SIGNED}
    equal([each for each, by in signed.items() if name in by], [], "what the applicant signed")
    equal(signed[decided], [decider], f"who answered {decided}")
    walk.to_the_end()
    is_over(walk, "finished")
    signed = {activity: walk.by(activity) for activity in _SIGNED}
    equal([each for each, by in signed.items() if name in by], [], "what the applicant signed")


for _name, _given in {
    "the_head_applies": (HEAD, "30000", "市场部", "head_decision", VICE_PRESIDENT),
    "the_head_applies_for_more": (HEAD, "120000", "市场部", "submit_plan", VICE_PRESIDENT),
    "the_director_applies": (DIRECTOR, "120000", "市场部", "director_review", VICE_PRESIDENT),
    "the_vice_president_applies": (VICE_PRESIDENT, "120000", "市场部", "vp_decision", CEO),
    "the_secretary_applies": (SECRETARY, "380000", "市场部", "record_resolution", CEO),
}.items():
    JOURNEYS[_name] = lambda company, given=_given: _applies(company, *given)


@journey
def a_substitute_of_the_applicant(company: Company) -> None:
    """Who writes the plan in the applicant's stead is kept from signing it, as the applicant is (R24)."""
    today = company.clock.now.date()
    company.substitute(APPLICANT, HEAD, today)
    walk, _ = on_the_way(company, "30000", "goals")
    walk.until("write_plan")
    walk.answer("write_plan", HEAD, **walk.plan["write_plan"])
    walk.until("submit_plan")
    [task] = walk.tasks()
    assert not walk.may(HEAD, task), "who wrote the plan passes it"
    equal(walk.doer(task), VICE_PRESIDENT, "who passes it instead")
    walk.until("launch_check")
    assert HEAD not in walk.by("head_decision"), "who wrote the plan decides on it"


@journey
def a_substitute_of_the_decider(company: Company) -> None:
    """A substitute decides in the decider's stead, and the record says so; never on their own campaign."""
    today = company.clock.now.date()
    company.substitute("xunuo", APPLICANT, today)
    company.substitute(VICE_PRESIDENT, "songyu", today)
    walk, _ = on_the_way(company, "120000", "finance_review")
    [task] = walk.tasks()
    assert not walk.may(APPLICANT, task), "a substitute passes their own campaign"
    walk.until("vp_decision")
    walk.answer("vp_decision", "songyu")
    [decision] = walk.submissions("vp_decision")
    equal((decision["by"], decision["on_behalf_of"]), ("songyu", VICE_PRESIDENT), "who decided")
