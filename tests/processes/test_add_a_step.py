"""A step is added as docs/how-to/add-a-step.md says: drawing, group, form, labels, answers. No Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from service import cli, resources

TASK = """    <bpmn:userTask id="brand_review" name="审核品牌调性" camunda:formRef="brand_review"
        camunda:candidateGroups="品牌组">
      <bpmn:documentation>品牌组看过方案再送部门审核（N1）。</bpmn:documentation>
      <bpmn:incoming>flow_to_brand_review</bpmn:incoming>
      <bpmn:outgoing>flow_copy_done_merge_to_submit_plan</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="flow_to_brand_review" sourceRef="copy_done_merge" targetRef="brand_review" />
"""
SHAPE = """      <bpmndi:BPMNShape id="brand_review_di" bpmnElement="brand_review">
        <dc:Bounds x="1000" y="60" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_to_brand_review_di" bpmnElement="flow_to_brand_review">
        <di:waypoint x="1000" y="300" />
        <di:waypoint x="1050" y="140" />
      </bpmndi:BPMNEdge>
"""
LEAVES = "<bpmn:outgoing>flow_copy_done_merge_to_submit_plan</bpmn:outgoing>"
DRAWN = '      <bpmndi:BPMNShape id="submit_plan_di"'
FORM = {
    "type": "default",
    "id": "brand_review",
    "schemaVersion": 19,
    "components": [
        {
            "type": "radio",
            "id": "f_conclusion",
            "key": "conclusion",
            "label": "品牌结论",
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
    _change(
        tree / "processes" / "planning_phase.bpmn",
        {
            '    <bpmn:userTask id="submit_plan"': f'{TASK}    <bpmn:userTask id="submit_plan"',
            'id="flow_copy_done_merge_to_submit_plan" sourceRef="copy_done_merge"': (
                'id="flow_copy_done_merge_to_submit_plan" sourceRef="brand_review"'
            ),
            f"{LEAVES}\n    </bpmn:exclusiveGateway>": (
                "<bpmn:outgoing>flow_to_brand_review</bpmn:outgoing>\n    </bpmn:exclusiveGateway>"
            ),
            "        <bpmn:flowNodeRef>submit_plan</bpmn:flowNodeRef>\n": (
                "        <bpmn:flowNodeRef>brand_review</bpmn:flowNodeRef>\n"
                "        <bpmn:flowNodeRef>submit_plan</bpmn:flowNodeRef>\n"
            ),
            DRAWN: f"{SHAPE}{DRAWN}",
        },
    )
    _change(tree / "processes" / "organisation.yaml", {"\n  市场部: ": "\n  品牌组: role\n  市场部: "})
    _change(tree / "forms" / "labels.en.json", {"{\n": '{\n  "品牌结论": "Brand",\n'})
    people = tree / "processes" / "scenarios" / "answers" / "人员.yaml"
    _change(
        people,
        {"姓名: 乔一帆, 角色: 内容, 部门: 市场部": "姓名: 乔一帆, 角色: 内容, 部门: 市场部, 岗位: [品牌组]"},
    )
    content = json.dumps(FORM, ensure_ascii=False)
    (tree / "forms" / "brand_review.form").write_text(content, encoding="utf-8")


def test_a_step_is_drawn_asked_and_answered_in_owners_files_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    scenario = next((tree / "processes" / "scenarios").glob("W02_*.yaml"))
    add_the_step(tree)

    assert cli.main(["check", str(tree / "processes"), str(tree / "forms")]) == 0
    capsys.readouterr()
    assert cli.main(["test", str(scenario)]) == 1
    assert "brand_review refuses its default answers: " in capsys.readouterr().out

    with (tree / "processes" / "scenarios" / "answers" / "通用.yaml").open("a", encoding="utf-8") as answers:
        answers.write("brand_review: {conclusion: 同意}\n")

    assert cli.main(["test", str(scenario)]) == 0
    assert " → brand_review → submit_plan → " in capsys.readouterr().out


def _change(path: Path, words: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for before, after in words.items():
        assert text.count(before) >= 1, before
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
