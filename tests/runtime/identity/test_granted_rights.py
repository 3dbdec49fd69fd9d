"""Who holds which right: what the live organisation says, and nobody but admins before it says anything."""

from __future__ import annotations

import pytest

from service.errors import Forbidden
from service.runtime import identity
from service.runtime.cases import instances
from service.runtime.identity.rights import may, require
from service.runtime.releases import deployments
from tests.runtime.drawings import ORGANISATION, review

OWNED = ORGANISATION.decode() + "rights: {deployment.create: [市场部], deployment.activate: [市场部]}\n"


def organisation(rights: str) -> dict[str, bytes]:
    return {"organisation.yaml": ORGANISATION + f"rights: {rights}\n".encode()}


def test_without_a_deployment_only_admins_hold_rights(company):
    assert may(company.cast.admin, "deployment.create")
    assert not may(company.cast.xunuo, "allowance.grant")


def test_rights_follow_what_is_live_for_old_cases_too(company):
    company.deploy(review() | organisation("{case.see_all: [财务部]}"))
    case = company.start("review", by="linyue")
    assert instances.get(company.app, company.cast.xunuo, case.id).id == case.id
    assert not may(company.cast.ouwen, "case.see_all")

    company.deploy(organisation("{case.see_all: [客服部]}"))

    assert not may(company.cast.xunuo, "case.see_all")
    assert instances.get(company.app, company.cast.ouwen, case.id).id == case.id


def test_a_right_that_does_not_exist_is_a_mistake_of_the_program(company):
    with pytest.raises(KeyError):
        may(company.cast.admin, "case.see_everything")
    with pytest.raises(Forbidden):
        require(company.cast.ouwen, "user.manage")


def test_who_draws_cannot_give_themselves_a_right(company):
    company.deploy(review() | {"organisation.yaml": OWNED.encode()})
    wider = {"organisation.yaml": OWNED.replace("rights: {", "rights: {audit.read: [市场部], ").encode()}

    with pytest.raises(Forbidden, match="Only admins may change who holds which right"):
        deployments.deploy(company.app, company.cast.linyue, wider)

    renamed = {"organisation.yaml": OWNED.replace("信息部", "数字部").encode()}
    assert deployments.deploy(company.app, company.cast.linyue, renamed).is_live
    assert deployments.deploy(company.app, company.cast.admin, wider).is_live


def test_who_draws_cannot_bring_back_a_right_with_an_old_deployment(company):
    wide = company.deploy(
        review() | {"organisation.yaml": OWNED.replace("{dep", "{audit.read: [市场部], dep", 1).encode()}
    )
    company.deploy({"organisation.yaml": OWNED.encode()})

    with pytest.raises(Forbidden):
        deployments.activate(company.app, company.cast.linyue, wide.id)
    assert deployments.activate(company.app, company.cast.admin, wide.id).is_live


def test_a_new_account_holds_what_its_groups_hold(company):
    company.deploy(review() | organisation("{audit.read: [总监]}"))

    assert may(identity.actor(company.app, "shenlan"), "audit.read")
