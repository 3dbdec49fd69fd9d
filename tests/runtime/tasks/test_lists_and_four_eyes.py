"""Who may not do a task does not find it among theirs; lists and counts agree with who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.runtime import identity
from service.runtime.tasks import user_tasks
from tests.engine import diagrams as d
from tests.runtime.drawings import chain

RELEASE = d.user("release", group="市场部", properties={"notBy": "applicant"})


@pytest.fixture
def office(any_company):
    any_company.deploy(chain("p", RELEASE))
    return any_company


def mine(company, name, **of):
    actor = identity.actor(company.app, name)
    found = user_tasks.find(company.app, actor, mine=True, **of).items
    for task in found:
        assert user_tasks.may_complete(company.app, actor, task.id), f"{name} may not do what they find"
    return len(found)


def count(company, name):
    return user_tasks.count(company.app, identity.actor(company.app, name))


def test_the_applicant_does_not_find_what_four_eyes_keep_from_them(office):
    case = office.start("p", by="linyue")

    assert (mine(office, "linyue"), count(office, "linyue")) == (0, 0)
    assert mine(office, "linyue", business_key=case.business_key) == 0
    assert (mine(office, "shenlan"), count(office, "shenlan")) == (1, 1)
    assert mine(office, "shenlan", business_key=case.business_key) == 1
    # It still is a task of the case, and of the group.
    assert len(office.tasks(case)) == 1


def test_a_substitute_does_not_find_what_is_barred_to_whom_they_stand_in_for(office):
    app = office.app
    now = app.clock()
    identity.substitute(app, office.cast.linyue, "ouwen", now, now + timedelta(days=1))
    office.start("p", by="linyue")
    other = office.start("p", by="shenlan")

    assert mine(office, "ouwen") == 1
    assert mine(office, "ouwen", business_key=other.business_key) == 1


def test_what_is_barred_to_the_absent_is_not_taken_from_who_may_do_it_themselves(office):
    app = office.app
    now = app.clock()
    identity.substitute(app, office.cast.linyue, "shenlan", now, now + timedelta(days=1))
    office.start("p", by="linyue")

    assert (mine(office, "shenlan"), count(office, "shenlan")) == (1, 1)


def test_a_page_of_the_list_is_full_though_much_is_barred(office):
    for _ in range(7):
        office.start("p", by="linyue")
        office.start("p", by="shenlan")
    actor = office.cast.linyue

    page = user_tasks.find(office.app, actor, mine=True, limit=5)
    rest = user_tasks.find(office.app, actor, mine=True, limit=5, cursor=page.next)

    assert (len(page.items), len(rest.items), rest.next) == (5, 2, None)
