"""A step is added as docs/how-to/add-a-step.md says: drawing, group, form, labels, answers. No Python."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from service import cli, resources

# Not the example's own id and group: somebody may have followed the how-to to the letter.
TASK = """    <bpmn:userTask id="tone_review" name="审核品牌调性" camunda:formRef="tone_review"
        camunda:candidateGroups="调性组">
      <bpmn:documentation>调性组看过方案再送部门审核（N1）。</bpmn:documentation>
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="approval" value="false" />
      </camunda:properties></bpmn:extensionElements>
      <bpmn:incoming>{before}</bpmn:incoming>
      <bpmn:outgoing>flow_tone_review_to_submit_plan</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="flow_tone_review_to_submit_plan" sourceRef="tone_review" targetRef="submit_plan" />
"""
SHAPE = """      <bpmndi:BPMNShape id="tone_review_di" bpmnElement="tone_review">
        <dc:Bounds x="1000" y="60" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_tone_review_to_submit_plan_di" bpmnElement="flow_tone_review_to_submit_plan">
        <di:waypoint x="1000" y="300" />
        <di:waypoint x="1050" y="140" />
      </bpmndi:BPMNEdge>
"""
BEFORE = re.compile(r'<bpmn:sequenceFlow id="(\w+)" sourceRef="\w+" targetRef="submit_plan"')
TASK_BEFORE_WHICH = '    <bpmn:userTask id="submit_plan"'
DRAWN = '      <bpmndi:BPMNShape id="submit_plan_di"'
FORM = {
    "type": "default",
    "id": "tone_review",
    "schemaVersion": 19,
    "components": [
        {
            "type": "radio",
            "id": "f_conclusion",
            "key": "conclusion",
            "label": "调性结论",
            "validate": {"required": True},
            "values": [{"label": "同意", "value": "同意"}, {"label": "退回", "value": "退回"}],
            "properties": {"role": "conclusion"},
        }
    ],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The owners' files, as they are."""
    shutil.copytree(resources.processes(), tmp_path / "processes")
    shutil.copytree(resources.forms(), tmp_path / "forms")
    return tmp_path


def add_the_step(tree: Path) -> None:
    """Draw the task before 审核提交方案, give it a group and a form."""
    drawing = tree / "processes" / "planning_phase.bpmn"
    [before] = BEFORE.findall(drawing.read_text(encoding="utf-8"))
    _change(
        drawing,
        {
            f"<bpmn:incoming>{before}</bpmn:incoming>": (
                "<bpmn:incoming>flow_tone_review_to_submit_plan</bpmn:incoming>"
            ),
            'targetRef="submit_plan"': 'targetRef="tone_review"',
            TASK_BEFORE_WHICH: f"{TASK.format(before=before)}{TASK_BEFORE_WHICH}",
            "        <bpmn:flowNodeRef>submit_plan</bpmn:flowNodeRef>\n": (
                "        <bpmn:flowNodeRef>tone_review</bpmn:flowNodeRef>\n"
                "        <bpmn:flowNodeRef>submit_plan</bpmn:flowNodeRef>\n"
            ),
            DRAWN: f"{SHAPE}{DRAWN}",
        },
    )
    _change(tree / "processes" / "organisation.yaml", {"\n  市场部: ": "\n  调性组: role\n  市场部: "})
    _change(tree / "forms" / "labels.en.json", {"{\n": '{\n  "调性结论": "Tone",\n'})
    people = tree / "processes" / "scenarios" / "answers" / "人员.yaml"
    _change(people, {"账号: wenke, 姓名: 温可, ": "账号: wenke, 姓名: 温可, 岗位: [调性组], "})
    content = json.dumps(FORM, ensure_ascii=False)
    (tree / "forms" / "tone_review.form").write_text(content, encoding="utf-8")


def test_a_step_is_drawn_asked_and_answered_in_owners_files_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    scenario = next((tree / "processes" / "scenarios").glob("W02_*.yaml"))
    add_the_step(tree)

    assert cli.main(["check", str(tree / "processes"), str(tree / "forms")]) == 0
    capsys.readouterr()
    assert cli.main(["test", str(scenario)]) == 1
    assert "tone_review refuses its default answers: " in capsys.readouterr().out

    with (tree / "processes" / "scenarios" / "answers" / "通用.yaml").open("a", encoding="utf-8") as answers:
        answers.write("tone_review: {conclusion: 同意}\n")

    assert cli.main(["test", str(scenario)]) == 0
    assert " → tone_review → submit_plan → " in capsys.readouterr().out


def _change(path: Path, words: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in words.items():
        assert text.count(before) >= 1, before
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
