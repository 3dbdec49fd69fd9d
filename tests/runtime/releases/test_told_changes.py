"""What changed between two deployments, in words; what only follows from it, and layout, apart."""

from __future__ import annotations

import json

import pytest

from service import languages, resources
from service.runtime.releases.differences import differences
from service.runtime.releases.told_changes import told
from service.wording import translated
from tests.runtime.releases.test_differences import DRAWING

SHIPPED = resources.manifest_files()
chinese = languages.catalogue(languages.CHINESE).gettext


def sentences(before, after, *, minor=False):
    found = told(differences(before, after), before, after)
    return [translated(each.text, chinese) for each in found if each.is_minor == minor]


def edited(name, *replacements):
    content = SHIPPED[name].decode()
    for old, new in replacements:
        assert old in content
        content = content.replace(old, new, 1)
    return {name: SHIPPED[name]}, {name: content.encode()}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name="会签"', 'name="审核"', "审核：名称由 会签 改为 审核"),
        ('formRef="f"', 'formRef="g"', "会签：表单由 f 改为 g"),
        ("&gt; 1", "&gt; 2", "会签 → 会签：条件由 =a > 1 改为 =a > 2"),
        ("P2D", "P3D", "late：时间由 2 天 改为 3 天"),
        ("P2D", "=workdays_after(now(), 5)", "late：时间由 2 天 改为 5 个工作日"),
        (">=a<", ">=b<", "会签：输出 total由 =a 改为 =b"),
        ('value="applicant"', 'value="x"', "会签：属性 notBy由 applicant 改为 x"),
    ],
)
def test_a_changed_property_is_told_in_words(old, new, sentence):
    before, after = {"p.bpmn": DRAWING.encode()}, {"p.bpmn": DRAWING.replace(old, new).encode()}

    assert sentences(before, after) == [sentence]


def test_a_due_date_is_told_by_the_name_of_its_task():
    before, after = edited(
        "countersign_legal.bpmn", ("=workdays_after(now(), 2)", "=workdays_after(now(), 3)")
    )

    assert "法务会签：截止由 2 个工作日 改为 3 个工作日" in sentences(before, after)


def test_a_new_task_is_told_with_its_lane_and_form_and_its_connections_apart():
    added = DRAWING.replace(
        "</process>",
        '<userTask id="call" name="打电话" camunda:formRef="phone" camunda:dueDate="PT4H"/>'
        '<sequenceFlow id="to_call" sourceRef="review" targetRef="call"/></process>',
    ).replace('name="财务部">', 'name="财务部"><flowNodeRef>call</flowNodeRef>')
    before, after = {"p.bpmn": DRAWING.encode()}, {"p.bpmn": added.encode()}

    assert sentences(before, after) == ["打电话：新增（泳道 财务部、表单 phone、期限 4 小时）"]
    assert sentences(before, after, minor=True) == ["会签 → 打电话：新增"]


def test_what_is_gone_is_told_by_the_name_it_had():
    added = DRAWING.replace("</process>", '<manualTask id="call" name="打电话"/></process>')

    assert sentences({"p.bpmn": added.encode()}, {"p.bpmn": DRAWING.encode()}) == ["打电话：已删除"]


def test_layout_is_told_apart():
    before, after = {"p.bpmn": DRAWING.encode()}, {"p.bpmn": DRAWING.replace('x="1"', 'x="9"').encode()}

    assert sentences(before, after) == []
    assert sentences(before, after, minor=True) == ["会签：在图上移动了位置"]


def test_a_table_is_told_cell_by_cell():
    before, after = edited("approval_tier.dmn", ("[50000..200000]", "[50000..300000]"))

    assert sentences(before, after) == [
        "审批层级，规则 2：预算总额（元）由 [50000..200000] 改为 [50000..300000]"
    ]


def test_a_new_rule_is_told_with_its_cells():
    rule = (
        '<rule id="more"><inputEntry id="m1"><text>&gt; 900000</text></inputEntry>'
        '<outputEntry id="m2"><text>"ceo_meeting"</text></outputEntry></rule>\n    </decisionTable>'
    )
    before, after = edited("approval_tier.dmn", ("</decisionTable>", rule))

    assert sentences(before, after)[0] == (
        '审批层级，规则 4：新增（预算总额（元） > 900000、审批层级 "ceo_meeting"）'
    )


def test_forms_are_told_field_by_field():
    form = {"components": [{"type": "number", "key": "b", "label": "预算", "validate": {"min": 1}}]}
    field = {"type": "textfield", "key": "c", "label": "理由"}
    changed = json.loads(json.dumps(form).replace('"min": 1', '"min": 2'))
    changed["components"].append(field)
    before, after = ({"f.form": json.dumps(each).encode()} for each in (form, changed))

    assert sentences(before, after) == ["字段 预算（b）：不小于由 1 改为 2", "字段 理由（c）：新增"]


def test_whole_files_come_and_go():
    assert sentences({"a.form": b"{}"}, {"b.form": b"{}"}) == ["文件已删除。", "文件是新的。"]


def test_an_old_file_that_nobody_could_read_today_is_told_by_its_ids():
    before, after = {"f.form": b"[1]"}, {"f.form": b"{}"}

    assert [each.file for each in told([], before, after)] == []
