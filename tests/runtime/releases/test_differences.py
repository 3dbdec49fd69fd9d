from __future__ import annotations

import json

import pytest

from service.runtime.releases.differences import differences

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
)
DRAWING = f"""<definitions {NAMESPACES}><process id="p"><laneSet id="lanes">
<lane id="legal" name="法务部"><flowNodeRef>review</flowNodeRef></lane>
<lane id="finance" name="财务部"></lane></laneSet>
<userTask id="review" name="会签" camunda:formRef="f"><documentation>看</documentation>
<extensionElements><camunda:properties><camunda:property name="notBy" value="applicant"/></camunda:properties>
<camunda:inputOutput><camunda:outputParameter name="total">=a</camunda:outputParameter></camunda:inputOutput>
</extensionElements></userTask>
<sequenceFlow id="flow" sourceRef="review" targetRef="review">
<conditionExpression id="c1">=a &gt; 1</conditionExpression></sequenceFlow>
<boundaryEvent id="late" attachedToRef="review">
<timerEventDefinition id="t1"><timeDuration>P2D</timeDuration></timerEventDefinition></boundaryEvent>
</process><bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
<bpmndi:BPMNShape id="s" bpmnElement="review"><dc:Bounds x="1" y="2" width="100" height="80"/>
</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def changes(old, new, name="p.bpmn"):
    found = differences({name: old.encode()}, {name: new.encode()})
    return {(each.element, each.property): (each.before, each.after) for each in found}


@pytest.mark.parametrize(
    ("old", "new", "element", "prop", "before", "after"),
    [
        ('name="会签"', 'name="审核"', "review", "name", "会签", "审核"),
        ('formRef="f"', 'formRef="g"', "review", "formRef", "f", "g"),
        (">看<", ">细看<", "review", "documentation", "看", "细看"),
        ('value="applicant"', 'value="x"', "review", "property[notBy].value", "applicant", "x"),
        (">=a<", ">=b<", "review", "outputParameter[total]", "=a", "=b"),
        ("&gt; 1", "&gt; 2", "flow", "conditionExpression", "=a > 1", "=a > 2"),
        ("P2D", "P3D", "late", "timerEventDefinition.timeDuration", "P2D", "P3D"),
        ('x="1"', 'x="5"', "review", "layout", "1 2 100 80", "5 2 100 80"),
    ],
)
def test_a_changed_property_is_told_with_its_element(old, new, element, prop, before, after):
    assert changes(DRAWING, DRAWING.replace(old, new)) == {(element, prop): (before, after)}


def test_a_task_dragged_to_another_lane_is_done_by_others():
    moved = DRAWING.replace("<flowNodeRef>review</flowNodeRef></lane>", "</lane>").replace(
        'name="财务部">', 'name="财务部"><flowNodeRef>review</flowNodeRef>'
    )

    assert changes(DRAWING, moved) == {("review", "lane"): ("法务部", "财务部")}


def test_an_element_that_came_is_told_with_what_it_is():
    added = DRAWING.replace("</process>", '<manualTask id="call" name="打电话"/></process>')

    assert changes(DRAWING, added) == {
        ("call", "element"): (None, "manualTask"),
        ("call", "name"): (None, "打电话"),
    }


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace(
            'id="review" name="会签" camunda:formRef="f"', 'camunda:formRef="f" name="会签" id="review"'
        ),
        lambda text: text.replace('id="t1"', 'id="Timer_0x1"').replace('id="c1"', 'id="Expr_9"'),
        lambda text: text.replace("\n", "\n  "),
    ],
    ids=["attribute order", "ids of parts", "indentation"],
)
def test_what_a_modeler_rewrites_without_meaning_is_no_change(rewrite):
    assert rewrite(DRAWING) != DRAWING
    assert changes(DRAWING, rewrite(DRAWING)) == {}


def test_a_changed_cell_of_a_decision_is_told_with_its_rule():
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="tier">'
        '<decisionTable id="t"><rule id="r1"><inputEntry id="i1"><text>&lt; 50000</text></inputEntry>'
        '<outputEntry id="o1"><text>"head"</text></outputEntry></rule></decisionTable></decision>'
        "</definitions>"
    )

    assert changes(table, table.replace("50000", "60000"), "tier.dmn") == {
        ("r1", "inputEntry.text"): ("< 50000", "< 60000")
    }


def test_fields_of_a_form_are_told_by_key_and_by_order():
    form = {"components": [{"type": "textfield", "key": "a"}, {"type": "number", "key": "b", "min": 1}]}
    swapped = {"components": list(reversed(form["components"]))}
    changed = json.loads(json.dumps(form).replace('"min": 1', '"min": 2'))

    assert changes(json.dumps(form), json.dumps(swapped), "f.form") == {("", "order"): ("a, b", "b, a")}
    assert changes(json.dumps(form), json.dumps(changed), "f.form") == {("b", "min"): ("1", "2")}


def test_a_group_of_the_organisation_is_told_by_name():
    before, after = "groups: {总监: department}", "groups: {总监: role}"

    assert changes(before, after, "organisation.yaml") == {("groups", "groups.总监"): ("department", "role")}


def test_a_whole_file_that_came_or_went_is_one_change():
    found = list(differences({"a.form": b"{}"}, {"b.form": b"{}"}))

    assert [(each.file, each.element, each.property, each.before is None) for each in found] == [
        ("a.form", "", "file", False),
        ("b.form", "", "file", True),
    ]
