"""Groups and company dates are changed in `organisation.yaml`, and nothing else of it is."""

from __future__ import annotations

from datetime import date

import pytest

from service import resources
from service.engine import organisation
from service.errors import Conflict, Forbidden, InvalidInput, NotFound
from service.runtime import identity
from service.runtime.company import calendar, declaring, groups
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from tests.runtime.drawings import ORGANISATION, review

SHIPPED = (resources.processes() / "organisation.yaml").read_text(encoding="utf-8")
NINTH, TENTH = date(2026, 10, 9), date(2026, 10, 10)
WRITTEN = {
    "as shipped": SHIPPED,
    "a day a line": "calendar:\n  holidays:\n    - 2026-01-05\n    - 2026-01-06\n  # 注\n  workdays: []\n",
    "in braces": "calendar: {holidays: [], workdays: []}\ngroups: {a: department}\n",
    "half": "groups:\n  a: role\ncalendar:\n  workdays: []  # 注\nbrand_lines: [x]\n",
    "empty": "calendar:\ngroups: {}\n",
    "not at all": "brand_lines: [x]\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_company_days_are_written_however_the_file_has_them(text):
    changed = declaring.with_calendar(text, [TENTH, NINTH], [date(2026, 1, 3)])

    before, after = (organisation.read(each.encode()).organisation for each in (text, changed))
    assert after.company_holidays == {NINTH, TENTH}
    assert after.company_workdays == {date(2026, 1, 3)}
    assert (after.groups, after.brand_lines) == (before.groups, before.brand_lines)


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_group_is_added_however_the_file_has_them(text):
    changed = declaring.with_group(text, "人力资源部", "department")

    before, after = (organisation.read(each.encode()).organisation for each in (text, changed))
    assert after.groups == {**before.groups, "人力资源部": "department"}


def test_all_other_lines_of_the_file_stay_as_they_are():
    changed = declaring.with_calendar(declaring.with_group(SHIPPED, "人力资源部", "role"), [NINTH], [])

    lines = changed.splitlines()
    assert [line for line in lines if line not in SHIPPED.splitlines()] == [
        "  人力资源部: role",
        "  holidays: [2026-10-09]          # 本为工作日，公司放假",
    ]


def test_a_new_group_is_deployed_and_can_have_members(any_company):
    any_company.deploy(review())

    made = groups.create(any_company.app, any_company.cast.admin, "人力资源部")
    identity.set_groups(any_company.app, SYSTEM, "ouwen", ["人力资源部"])

    assert (made.kind, made.members) == ("department", ())
    found = {each.name: each for each in groups.find(any_company.app, any_company.cast.admin)}
    assert found["人力资源部"].members == ("ouwen",)
    assert found["市场部"].head == "shenlan"
    assert deployments.find(any_company.app, SYSTEM).items[0].created_by == "admin"


@pytest.mark.parametrize("name", ["", "a: b", "- x", "yes", "12", "a" * 41, "a\nb"])
def test_a_name_that_would_not_stand_in_the_file_is_refused(company, name):
    company.deploy(review())

    with pytest.raises(InvalidInput):
        groups.create(company.app, company.cast.admin, name)


def test_a_group_that_is_there_is_not_added_again(company):
    company.deploy(review())

    for name in ("市场部", "admin"):
        with pytest.raises(Conflict):
            groups.create(company.app, company.cast.admin, name)
    with pytest.raises(Forbidden):
        groups.create(company.app, company.cast.linyue, "人力资源部")


def test_company_days_of_one_year_leave_the_others_alone(any_company):
    app, admin = any_company.app, any_company.cast.admin
    any_company.deploy(review())
    calendar.set_year(app, admin, 2026, [NINTH], [TENTH])

    calendar.set_year(app, admin, 2027, [date(2027, 1, 4)], [])

    shown = calendar.year(app, 2026)
    assert (shown.holidays, shown.workdays, shown.is_announced) == ((NINTH,), (TENTH,), True)
    assert calendar.year(app, 2027).holidays == (date(2027, 1, 4),)
    assert not app.live().model.organisation.calendar.is_workday(NINTH)


def test_a_day_of_another_year_or_both_free_and_worked_is_refused(company):
    company.deploy(review())

    for free, worked in (([date(2027, 1, 4)], []), ([NINTH], [NINTH])):
        with pytest.raises(InvalidInput):
            calendar.set_year(company.app, company.cast.admin, 2026, free, worked)
    with pytest.raises(NotFound):
        calendar.year(company.app, 1066)


def test_who_keeps_the_calendar_need_not_be_who_draws(company):
    files = review()
    files["organisation.yaml"] = ORGANISATION + "rights: {calendar.change: [客服部]}\n".encode()
    company.deploy(files)

    calendar.set_year(company.app, company.cast.ouwen, 2026, [NINTH], [])

    assert calendar.year(company.app, 2026).holidays == (NINTH,)
    with pytest.raises(Forbidden):
        calendar.set_year(company.app, company.cast.linyue, 2026, [], [])
