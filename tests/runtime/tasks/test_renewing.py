"""What a task shows is what is true when it is decided on, not what was true when it opened."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.domain.budget import quarter
from service.errors import StaleVersion
from service.runtime.campaigns import allowances
from service.runtime.cases import instances
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.tasks.renewing import NotFoundOut
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

LEFT = {"allowance_left": "=allowance_left"}
REVIEW = chain(
    "p",
    d.service("recompute", "budget.recompute", outputs=LEFT),
    d.script("compare", "allowance_left < 600000", "is_short"),
    d.user(
        "review",
        inputs={**LEFT, "short": "=is_short"},
        properties={"restsOn": "recompute, compare"},
    ),
    d.script("keep", "if is_short then 0 else allowance_left", "seen"),
    d.user("rest"),
)
SHARED = {
    "case.yaml": (
        b"main: p\nfacts:\n  total: {kind: money, label: \xe6\x80\xbb\xe9\xa2\x9d, label_en: Total}\n"
    ),
    "p.bpmn": d.process(
        d.start(),
        d.parallel("fork"),
        d.user("review", inputs={"total": "=case.total"}),
        d.user("raise", outputs={"case.total": "=total"}),
        d.parallel("join"),
        d.end(),
        d.path("begin", "fork", "review", "join", "done"),
        d.path("fork", "raise", "join"),
    ),
    "organisation.yaml": ORGANISATION,
}


def grant(company, amount):
    department = company.cast.linyue.department
    period = quarter(company.app.clock().date())
    allowances.grant(company.app, SYSTEM, department, period, Decimal(amount))


def shown(company, case, activity="review"):
    return user_tasks.form(company.app, company.cast.zhouheng, company.task(case, activity).id).data


@pytest.fixture
def reviewed(any_company):
    any_company.deploy(REVIEW)
    grant(any_company, 956_000)
    return any_company, any_company.start("p")


def test_who_opens_a_task_sees_the_allowance_that_is_left_now(reviewed):
    company, case = reviewed
    assert shown(company, case) == {"allowance_left": 956_000, "short": False}

    grant(company, 560_000)

    assert shown(company, case) == {"allowance_left": 560_000, "short": True}
    [line] = [each for each in instances.history(company.app, SYSTEM, case.id) if each.event == "renewed"]
    assert line.note.splitlines()[0] == "allowance_left: 956000 → 560000"


def test_what_cannot_be_found_out_can_be_read_as_it_was_and_not_decided_on(any_company):
    any_company.deploy(
        chain(
            "p",
            d.service("recompute", "budget.recompute", outputs=LEFT),
            d.script("compare", 'number(if allowance_left < 600000 then "short" else "1")', "share"),
            d.user("review", inputs=LEFT, properties={"restsOn": "recompute, compare"}),
        )
    )
    grant(any_company, 956_000)
    case = any_company.start("p")
    grant(any_company, 560_000)

    assert shown(any_company, case) == {"allowance_left": 956_000}
    with pytest.raises(NotFoundOut, match="cannot be found out anew"):
        any_company.complete(case, "review", "zhouheng")

    grant(any_company, 700_000)
    assert shown(any_company, case) == {"allowance_left": 700_000}
    any_company.complete(case, "review", "zhouheng")


def test_nobody_decides_on_an_allowance_they_have_not_seen(reviewed):
    company, case = reviewed
    seen = company.task(case, "review")
    grant(company, 560_000)

    with pytest.raises(StaleVersion):
        user_tasks.complete(company.app, company.cast.zhouheng, seen.id, seen.version, {})

    assert company.active(case) == ["review"]
    company.complete(case, "review", by="zhouheng")
    # The case goes on from what was true when it was decided.
    assert company.get(case).variables["seen"] == 0


def test_what_has_not_changed_raises_no_version_and_is_no_line(reviewed):
    company, case = reviewed
    before = company.task(case, "review").version

    shown(company, case)
    shown(company, case)

    assert company.task(case, "review").version == before
    assert "renewed" not in company.events(case)


def test_a_fact_that_changes_beside_an_open_task_is_shown_there(any_company):
    company = any_company
    company.deploy(SHARED)
    case = company.start("p")
    assert shown(company, case)["total"] == 0

    company.app.clock.forward(minutes=5)
    company.complete(case, "raise", by="zhouheng", total=Decimal("120000"))

    assert shown(company, case)["total"] == Decimal("120000.00")
