"""Several tasks answered at once on one page: where their drawing allows it, each with its own result."""

from __future__ import annotations

import json
import re

import pytest

from service.runtime.cases import instances
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM
from service.runtime.tasks import user_tasks
from service.runtime.tasks.views import TaskView
from tests.engine import diagrams as d
from tests.runtime.drawings import chain
from tests.web.company import Company

FORM = json.dumps(
    {
        "type": "default",
        "id": "read_it",
        "components": [
            {"type": "text", "id": "f_text", "text": "决议：**{{resolution}}**"},
            {
                "type": "radio",
                "id": "f_conclusion",
                "key": "conclusion",
                "label": "结论",
                "values": [{"label": each, "value": each} for each in ("确认", "有异议")],
                "validate": {"required": True},
                "properties": {"role": "conclusion"},
            },
        ],
    }
)


@pytest.fixture
def tasks(company: Company) -> list[TaskView]:
    """Two tasks of 法务部 that may be answered together."""
    said = {"bulk": "true", "approval": "false"}
    shown = {"resolution": '="维持原方案"'}
    task = d.user("read_it", camunda_formRef="read_it", name="确认已阅", properties=said, inputs=shown)
    drawing = chain("reading", task)["reading.bpmn"]
    deployments.deploy(company.app, SYSTEM, {"reading.bpmn": drawing, "read_it.form": FORM.encode()})
    cases = [instances.start(company.app, company.actor("linyue"), "reading") for _ in range(2)]
    return [company.task(case, "read_it") for case in cases]


def test_tasks_are_ticked_in_the_list_shown_together_and_answered_one_by_one(
    company: Company, tasks: list[TaskView]
) -> None:
    first, second = tasks
    zhou = company.browser("zhouheng")
    listed = zhou.get("/tasks").text
    shown = zhou.get(f"/tasks/together?id={first.id}&id={second.id}").text
    user_tasks.claim(company.app, company.actor("zhouheng"), second.id)

    seen = re.findall(r'name="task" value="([^"]+)"', shown)
    done = zhou.post("/tasks/together", data={"key": "conclusion", "conclusion": "确认", "task": seen}).text

    assert f'value="{first.id}" form="together"' in listed
    assert "维持原方案" in shown
    assert "有异议" not in re.findall(r"<button[^>]*>[^<]*", shown)
    assert (done.count("未办"), "办理结果" in done) == (1, True)
    states = [user_tasks.get(company.app, SYSTEM, each.id).state for each in tasks]
    assert states == ["completed", "open"]


def test_a_task_whose_drawing_does_not_allow_it_is_neither_offered_nor_answered(
    company: Company,
) -> None:
    task = company.task(company.campaign(), "goals")
    lin = company.browser("linyue")

    sent = {"key": "goals", "conclusion": "确认", "task": [f"{task.id}:{task.version}"]}

    assert "没有可以一并办理的任务" in lin.get(f"/tasks/together?id={task.id}").text
    assert "未办" in lin.post("/tasks/together", data=sent).text
    assert user_tasks.get(company.app, SYSTEM, task.id).state == "open"
