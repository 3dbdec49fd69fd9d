"""The company's own days move what is drawn: due dates in FEEL, timers, and what a form counts."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain.workdays import local_day
from service.errors import InvalidAnswers
from service.runtime.company import calendar
from tests.engine import diagrams as d
from tests.runtime.drawings import ORGANISATION, chain

# The cast's Monday is 2 March 2026.
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)


def drawn() -> dict[str, bytes]:
    return chain("plan", d.user("ask"), d.user("sign", camunda_dueDate="=workdays_after(now(), 1)"))


def test_a_day_off_moves_the_drawn_due_date_of_a_case_that_runs_already(any_company):
    any_company.deploy(drawn())
    case = any_company.start("plan")
    calendar.set_year(any_company.app, any_company.cast.admin, 2026, [TUESDAY], [])

    any_company.complete(case, "ask", "zhouheng")

    assert local_day(any_company.task(case, "sign").due_at) == WEDNESDAY


@pytest.mark.parametrize(("days", "is_accepted"), [(1, True), (2, False)])
def test_the_form_counts_the_days_the_company_works(any_company, days, is_accepted):
    form = b"""{"id": "ask", "type": "default", "components": [
        {"type": "number", "key": "days", "id": "f1", "label": "days", "properties":
         {"assert": "=value <= workdays_between(\\"2026-03-02\\", \\"2026-03-04\\")"}}]}"""
    files = chain("plan", d.user("ask", camunda_formRef="ask"))
    own = ORGANISATION + b"calendar: {holidays: [2026-03-03], workdays: []}\n"
    any_company.deploy(files | {"ask.form": form, "organisation.yaml": own})
    case = any_company.start("plan")

    if is_accepted:
        any_company.complete(case, "ask", "zhouheng", days=days)
        assert any_company.get(case).state == "completed"
    else:
        with pytest.raises(InvalidAnswers):
            any_company.complete(case, "ask", "zhouheng", days=days)


def test_a_due_date_in_a_year_not_announced_is_provisional(company):
    company.deploy(chain("plan", d.user("sign", camunda_dueDate='=workdays_after("2027-01-04", 1)')))

    case = company.start("plan")

    assert company.task(case, "sign").due_is_provisional
