"""Who may do what, and what may be spent: whoever changes it behind the service is found."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from service.runtime import identity
from service.runtime.campaigns import allowances
from service.runtime.company import people
from service.runtime.identity import substitutes
from service.runtime.keeping import verifying
from service.runtime.step.context import SYSTEM
from tests.runtime.drawings import review


@pytest.fixture
def company(company):
    company.deploy(review())
    return company


def problems(app):
    return [each.message for each in verifying.verify(app).problems]


_WHO = "(SELECT id FROM user_account WHERE name = 'ouwen')"
COMPANY_TAMPERED = {
    "a group of one's own": (
        f"INSERT INTO user_group (user_id, group_name) VALUES ({_WHO}, '财务部')",
        "the account ouwen was changed since: its groups",
    ),
    "a group taken away": ("DELETE FROM user_group", "was changed since: its groups"),
    "one who left is back": (
        f"UPDATE user_account SET is_active = false WHERE id = {_WHO}",
        "the account ouwen was changed since: its active",
    ),
    "another department": (
        "UPDATE user_account SET department = '财务部'",
        "was changed since: its department",
    ),
    "another superior": (f"UPDATE user_account SET superior_id = {_WHO}", "was changed since: its superior"),
    "another name": (
        "UPDATE user_account SET name = 'wudi' WHERE name = 'ouwen'",
        "the account wudi was added: no entry records it",
    ),
    "another head": (f"UPDATE organisation_unit SET head_user_id = {_WHO}", "the head of 市场部 was changed"),
    "another substitute": (
        f"UPDATE substitution SET substitute_id = {_WHO}",
        "that ouwen stands in for xunuo was added or changed",
    ),
    "a substitute for longer": ("UPDATE substitution SET ends_at = starts_at", "was added or changed"),
    "a substitute gone": ("DELETE FROM substitution", "that zhouheng stands in for xunuo is gone"),
    "a substitute taken back": ("UPDATE substitution SET revoked_at = starts_at", "was changed"),
    "a larger allowance": (
        "UPDATE department_allowance SET granted = 9000000",
        "the allowance of 市场部 for 2026Q1 was changed",
    ),
    "an allowance gone": ("DELETE FROM department_allowance", "the allowance of 市场部 for 2026Q1 is gone"),
}


@pytest.mark.parametrize("name", COMPANY_TAMPERED)
def test_who_may_do_what_is_as_the_systems_chain_tells_of_it(company, name):
    app, statement = company.app, COMPANY_TAMPERED[name]
    identity.set_head(app, SYSTEM, "市场部", "shenlan")
    now = app.clock()
    substitutes.substitute(app, identity.actor(app, "xunuo"), "zhouheng", now, now + timedelta(days=1))
    allowances.grant(app, SYSTEM, "市场部", "2026Q1", Decimal(500_000))
    assert problems(app) == []

    with app.db.begin() as session:
        session.execute(text(statement[0]))

    assert any(statement[1] in each for each in problems(app)), problems(app)


def test_what_somebody_who_left_had_is_their_successors(company):
    app, by = company.app, identity.actor(company.app, "admin")
    identity.set_head(app, SYSTEM, "市场部", "shenlan")
    now = app.clock()
    substitutes.substitute(app, identity.actor(app, "xunuo"), "shenlan", now, now + timedelta(days=1))

    people.change(app, by, "shenlan", hand_over_to="linyue", active=False)
    people.change(app, by, "shenlan", active=True)

    assert problems(app) == []
