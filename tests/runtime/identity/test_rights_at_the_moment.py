"""Rights count at the moment of the act: who lost one since they asked does nothing with it any more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.domain.metrics import LoadSample
from service.errors import Forbidden, NotACandidate
from service.runtime import identity
from service.runtime.campaigns import allowances, measurements
from service.runtime.cases import instances, messages
from service.runtime.incidents import incidents
from service.runtime.releases import contents, decisions, deployments, migrations, weaving
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.conftest import MONDAY
from tests.engine import diagrams as d
from tests.runtime.drawings import chain, review

RIGHTS = """
rights:
  instance.suspend: [总监]
  instance.cancel: [总监]
  instance.migrate: [总监]
  incident.retry: [总监]
  message.send: [总监]
  sample.record: [总监]
  allowance.grant: [总监]
  deployment.create: [总监]
  deployment.activate: [总监]
  deployment.read: [总监]
  case.see_all: [总监]
""".encode()


@pytest.fixture
def company(company):
    files = review() | chain("stopped", d.script("sum", "1 + nothing", "x"))
    files["organisation.yaml"] += RIGHTS
    company.deploy({name: files[name] for name in files if name != "stopped.bpmn"})
    return company


@pytest.fixture
def case(company):
    return company.start("review")


@pytest.fixture
def former(company, case):
    """Somebody as they were when they asked: a moment later they are no director any more."""
    asked = identity.actor(company.app, "shenlan")
    identity.set_groups(company.app, SYSTEM, "shenlan", ("市场部",))
    return asked


ACTS = {
    "suspend": lambda app, who, case: instances.suspend(app, who, case.id),
    "cancel": lambda app, who, case: instances.cancel(app, who, case.id),
    "migrate": lambda app, who, case: migrations.migrate(app, who, instances=[case.id]),
    "send a message": lambda app, who, case: messages.send(app, who, case.id, "hello"),
    "offer a message": lambda app, who, case: messages.receive(
        app, who, "hello", business_key=case.business_key
    ),
    "record load": lambda app, who, case: measurements.record_load(
        app, who, case.business_key, LoadSample(MONDAY, *(Decimal(1),) * 4, 1)
    ),
    "grant": lambda app, who, case: allowances.grant(app, who, "市场部", "2026Q1", Decimal(1)),
    "deploy": lambda app, who, case: deployments.deploy(app, who, {"a.form": b'{"id":"a","components":[]}'}),
    "activate": lambda app, who, case: deployments.activate(app, who, app.live().deployment_id),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_right_lost_since_the_request_came_is_no_right(company, case, former, name):
    before = company.get(case)

    with pytest.raises(Forbidden):
        ACTS[name](company.app, former, case)

    assert company.get(case) == before


def test_who_administers_no_more_changes_no_account(company, case):
    app = company.app
    asked = identity.actor(app, "admin")
    identity.set_groups(app, SYSTEM, "admin", ())

    for act in (
        lambda: identity.create_user(app, asked, "newcomer"),
        lambda: identity.update_user(app, asked, "ouwen", department=None),
        lambda: identity.set_groups(app, asked, "ouwen", ("admin",)),
        lambda: identity.set_password(app, asked, "ouwen", "another password"),
        lambda: identity.set_head(app, asked, "市场部", "ouwen"),
        lambda: identity.create_token(app, asked, "ouwen"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_who_was_deactivated_meanwhile_retries_nothing(company):
    app = company.app
    company.deploy(chain("stopped", d.script("sum", "1 + applicant", "x")))
    stopped = company.start("stopped")
    asked = identity.actor(app, "admin")
    identity.update_user(app, SYSTEM, "admin", active=False)
    [incident] = incidents.find(app, SYSTEM, instance=stopped.id).items

    with pytest.raises(Forbidden):
        incidents.retry(app, asked, incident.id)


def test_who_took_a_task_and_left_the_department_answers_nothing_in_its_name(company, case):
    app = company.app
    task = company.task(case, "legal_review")
    zhou = identity.actor(app, "zhouheng")
    user_tasks.claim(app, zhou, task.id)
    identity.set_groups(app, SYSTEM, "zhouheng", ("客服部",))

    with pytest.raises(NotACandidate):
        user_tasks.complete(app, zhou, task.id, None, {"conclusion": "同意"})


READS = {
    "the files": lambda app, who: contents.find(app, who),
    "a file": lambda app, who: contents.get(app, who, "review.bpmn"),
    "a drawing": lambda app, who: contents.definition_xml(app, who, "review"),
    "a comparison": lambda app, who: deployments.compare(app, who, "live", "live"),
    "a check": lambda app, who: deployments.check(app, who, {}),
    "weaving": lambda app, who: weaving.with_woven(app, who, {}),
    "a decision": lambda app, who: decisions.evaluate(app, who, "tier", {}),
}


@pytest.mark.parametrize("name", READS)
def test_what_owners_read_is_refused_by_the_use_case_whoever_asks_for_a_page_of_it(company, case, name):
    with pytest.raises(Forbidden):
        READS[name](company.app, company.cast.ouwen)
