"""A case at any task of drawings whose reminders were timers moves onto the drawings as they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from service import resources
from service.engine import migration
from service.engine.definition import Model
from service.engine.nodes import Node
from service.engine.nodes.memory import Memory, Round
from service.engine.nodes.scope import Scope
from service.engine.tokens import snapshot
from service.engine.tokens.tree import Root, Token

DUE = datetime(2026, 12, 1, tzinfo=UTC)
REMINDING = re.compile(r'<camunda:property name="(?:remind|escalate)\w+" value="[^"]*" />')
TIMER = """
    <bpmn:boundaryEvent id="{task}_due" name="到期" cancelActivity="false" attachedToRef="{task}">
      <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:serviceTask id="remind_{task}" camunda:type="external" camunda:topic="notify.remind" />
    <bpmn:endEvent id="{task}_reminded" name="已催办" />
    <bpmn:sequenceFlow id="{task}_1" sourceRef="{task}_due" targetRef="remind_{task}" />
    <bpmn:sequenceFlow id="{task}_2" sourceRef="remind_{task}" targetRef="{task}_reminded" />
  </bpmn:process>"""


def with_timers(drawing: bytes) -> bytes:
    """Return a drawing as it would be without the properties: with a timer at each task."""
    text = REMINDING.sub("", drawing.decode("utf-8"))
    for task in re.findall(r'<bpmn:userTask id="(\w+)"', text):
        text = text.replace("\n  </bpmn:process>", TIMER.format(task=task))
    return text.encode("utf-8")


NEW = Model.load(resources.manifest_files())
OLD = Model.load(
    {
        name: with_timers(content) if name.endswith(".bpmn") else content
        for name, content in resources.manifest_files().items()
    }
)
TASKS = [
    (process.key, element.id)
    for process in NEW.processes.values()
    for element in process.elements.values()
    if element.kind == "userTask"
]


def standing_at(model: Model, process: str, task: str) -> bytes:
    """Return a case in which somebody is asked at this task, and every event at its edge is armed."""
    root = Root(model.spec(process), Scope("root", {}))
    nodes = root.spec.task_specs
    host = _waiting(root, nodes[task], Memory(is_recorded=True))
    inner = nodes.get(f"{task} [element]")
    if inner is not None:
        host.memory.round = Round(["法务部"], 1)
        element = root.place(inner, Memory(is_recorded=True, element=0), element_of=host)
        element.own_scope = Scope(f"element:{element.token_id}", {}, host.scope)
        element.wait()
    for event in nodes[task].boundary:
        _waiting(root, nodes[event], Memory(host=host.token_id, due=DUE))
    return snapshot.encode(process, "active", 1, root)


def _waiting(root: Root, node: Node, memory: Memory) -> Token:
    token = root.place(node, memory)
    token.wait()
    return token


def test_there_are_tasks_and_timers_to_move_away_from():
    assert len(TASKS) >= 35
    assert all(f"{task}_due" in OLD.process(process).elements for process, task in TASKS)


@pytest.mark.parametrize(("process", "task"), TASKS, ids=[task for _, task in TASKS])
def test_a_case_at_a_task_moves_and_its_old_timer_simply_goes(process, task):
    plan = migration.plan(standing_at(OLD, process, task), OLD, NEW)

    assert plan.obstacles == ()
    assert [note.code for note in plan.notes if note.activity_path == f"{task}_due"] == ["event-gone"]
