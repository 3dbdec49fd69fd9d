"""What is missing before campaigns can go their whole way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service import resources
from service.errors import Forbidden
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.company import founding, groups, readiness, spending
from service.runtime.releases import deployments
from service.runtime.scenarios import people as scenario_people
from service.runtime.step.context import SYSTEM


@pytest.fixture
def fresh(any_app, _cheap_passwords):
    """An installation without the demo: the shipped drawings, and one admin."""
    deployments.deploy(any_app, SYSTEM, resources.manifest_files())
    founding.found(any_app)
    return any_app


def hire_everybody(app):
    people = scenario_people.read_people(resources.demo())
    scenario_people.hire(app, [person for person in people if person.name != "admin"])
    groups.set_head(app, SYSTEM, "信息部", "ouwen")


def blocking(app):
    return {(gap.kind, gap.subject) for gap in readiness.gaps(app, SYSTEM) if gap.is_blocking}


def test_a_fresh_installation_says_whom_it_needs(fresh):
    found = blocking(fresh)

    assert ("applicant", "") in found
    assert {
        ("members", "法务部"),
        ("members", "财务部"),
        ("members", "分管副总裁"),
        ("head", "总裁办"),
    } <= found
    # Nobody is ever asked by these names: they only hold rights.
    assert ("members", "信息部") not in found


def test_with_the_people_of_the_scenarios_nothing_is_missing(fresh):
    hire_everybody(fresh)

    assert blocking(fresh) == set()
    assert [gap.kind for gap in readiness.gaps(fresh, SYSTEM)] == ["allowance"]
    spending.grant(fresh, SYSTEM, "市场部", "2026Q1", Decimal(500_000))
    assert readiness.gaps(fresh, SYSTEM) == ()


def test_a_department_with_people_needs_a_head(fresh):
    identity.create_user(fresh, SYSTEM, "linyue", groups=("市场部",), department="市场部")
    assert ("head", "市场部") in blocking(fresh)

    groups.set_head(fresh, SYSTEM, "市场部", "linyue")

    assert ("head", "市场部") not in blocking(fresh)


def test_a_group_that_was_added_is_named_until_somebody_belongs_to_it(fresh):
    hire_everybody(fresh)
    spending.grant(fresh, SYSTEM, "市场部", "2026Q1", Decimal(500_000))
    groups.create(fresh, SYSTEM, "直播部")
    groups.create(fresh, SYSTEM, "品牌委员会", "role")
    added = [(gap.kind, gap.subject, gap.is_blocking) for gap in readiness.gaps(fresh, SYSTEM)]

    identity.set_groups(fresh, SYSTEM, "linyue", ["市场部", "直播部", "品牌委员会"])

    assert added == [("members", "直播部", False), ("members", "品牌委员会", False)]
    assert readiness.gaps(fresh, SYSTEM) == ()


def test_an_admin_without_a_department_starts_no_campaign_whose_head_nobody_knows(fresh):
    admin = identity.actor(fresh, "admin")
    offered = {each.key for each in instances.startable(fresh, admin)}
    with pytest.raises(Forbidden) as caught:
        instances.start_form(fresh, admin, "campaign_approval")

    identity.update_user(fresh, SYSTEM, "admin", department="信息部")

    assert "campaign_approval" not in offered
    assert "department" in caught.value.message
    found = instances.startable(fresh, identity.actor(fresh, "admin"))
    assert "campaign_approval" in {each.key for each in found}


def test_the_first_admin_is_made_once(fresh):
    assert founding.found(fresh) is None
    assert identity.user(fresh, SYSTEM, "admin").groups == ("admin",)


def test_a_deployment_warns_of_groups_nobody_is_in(fresh):
    hire_everybody(fresh)
    lawyers = [user for user in identity.users(fresh, SYSTEM) if "法务部" in user.groups]
    for user in lawyers:
        identity.set_groups(fresh, SYSTEM, user.name, [each for each in user.groups if each != "法务部"])
    groups.set_head(fresh, SYSTEM, "市场部", None)

    warned = deployments.check(fresh, SYSTEM, {})
    told = {(finding.code, finding.element) for finding in warned}
    assert {("group-without-members", "法务部"), ("department-without-head", "市场部")} <= told


def test_a_deployment_warns_of_accounts_that_nobody_has(fresh):
    hire_everybody(fresh)
    drawing = resources.manifest_files()["audit_phase.bpmn"].decode()
    task = '<bpmn:userTask id="rectify"'
    named = drawing.replace(task, f'{task} camunda:candidateUsers="linyue，zhouhen、xunuo"')

    warned = deployments.check(fresh, SYSTEM, {"audit_phase.bpmn": named.encode()})

    told = [finding for finding in warned if finding.code == "unknown-account"]
    assert [(each.element, "zhouhen" in each.message) for each in told] == [("rectify", True)]
    assert "zhouheng" in told[0].message
