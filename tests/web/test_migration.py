"""An admin looks at what moving a case would do, and moves it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from service import resources
from service.runtime.cases import instances
from service.runtime.cases.views import InstanceView
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from tests.web.company import Company


@pytest.fixture
def case(company: Company) -> Iterator[InstanceView]:
    """A campaign on drawings that are no longer live: the form of its open task has changed since."""
    started = company.campaign("要迁移的活动")
    before = company.app.live().deployment_id
    [task, *_] = user_tasks.find(company.app, SYSTEM, instance=started.id).items
    schema = json.loads(resources.manifest_files()[f"{task.form}.form"])
    schema["components"].append({"type": "textfield", "key": "added_later", "id": "added", "label": "新增"})
    deployments.deploy(company.app, SYSTEM, {f"{task.form}.form": json.dumps(schema).encode()})
    yield started
    deployments.activate(company.app, SYSTEM, before)


def test_the_page_shows_what_will_be_different_and_the_button_moves_the_case(
    company: Company, case: InstanceView
) -> None:
    browser = company.browser("admin")
    shown = browser.get(f"/admin/instances/{case.id}").text
    page = browser.get(f"/admin/instances/{case.id}/migrate").text
    live = company.app.live().deployment_id

    answer = browser.post(f"/admin/instances/{case.id}/migrate", data={"deployment": live})
    after = browser.get(f"/admin/instances/{case.id}").text

    assert "迁移到现行流程图" in shown
    assert "迁移后的变化" in page
    assert "已填内容、草稿" in page
    assert answer.status_code == 303
    assert "已迁移，实例此后按新流程图办理" in after
    assert "迁移到现行流程图" not in after
    assert instances.get(company.app, SYSTEM, case.id).deployment_id == live


def test_a_case_on_the_live_drawings_offers_no_move(company: Company) -> None:
    started = company.campaign("不必迁移的活动")

    assert "迁移到现行流程图" not in company.browser("admin").get(f"/admin/instances/{started.id}").text
