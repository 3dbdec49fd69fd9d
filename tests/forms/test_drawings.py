"""Forms and drawings fit together: each task finds its form, and each form the values it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml import etree

from service.engine.forms import marks
from service.feel import FEEL, form_keys, parse, strip_equals
from tests.forms.material import NAMES, NOW, ROOT, check, components, schema

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
# What an expression of a form may name besides answers and inputs: rows, and variables of its own loops.
OWN = {"this", "parent", "i", "value", "item"} | set("acglpqrxz")


def places() -> list[tuple[str, etree._Element]]:
    """(drawing, element) of every start event and user task that shows a form."""
    files = sorted((ROOT / "processes").glob("*.bpmn"))
    found = [
        (file.stem, element)
        for file in files
        for element in etree.parse(file).iter(f"{BPMN}userTask", f"{BPMN}startEvent")
    ]
    return [(name, element) for name, element in found if element.get(f"{CAMUNDA}formRef")]


PLACES = places()
TASKS = pytest.mark.parametrize(
    "element",
    [element for _, element in PLACES],
    ids=[f"{name}-{element.get('id')}" for name, element in PLACES],
)


def parameters(element: etree._Element, kind: str) -> dict[str, str]:
    return {each.get("name"): each.text or "" for each in element.iter(f"{CAMUNDA}{kind}Parameter")}


def expressions(form: dict) -> Iterator[str]:
    for component in components(form):
        texts = [component.get("expression"), component.get("dataSource"), component.get("valuesExpression")]
        texts += [component.get("conditional", {}).get("hide"), *component.get("validate", {}).values()]
        texts += [value for name, value in component.get("properties", {}).items() if "Message" not in name]
        yield from (strip_equals(text) for text in texts if isinstance(text, str) and text.startswith("="))
        found = re.findall(r"{{(.*?)}}", component.get("text", ""))
        yield from (text.removeprefix("#loop ") for text in found if not text.startswith("/"))


def reads(form: dict) -> set[str]:
    """The values a form shows or tests without asking for them."""
    names = {name for text in expressions(form) for name in parse(text).names}
    return names - form_keys(form) - OWN


def test_every_form_is_used_and_every_user_task_has_one():
    used = {element.get(f"{CAMUNDA}formRef") for _, element in PLACES}

    assert used == set(NAMES)


@TASKS
def test_a_form_is_handed_every_value_it_shows(element):
    form = schema(element.get(f"{CAMUNDA}formRef"))

    assert reads(form) - set(parameters(element, "input")) == set()


@TASKS
def test_what_a_task_hands_to_its_form_is_asked_or_shown(element):
    form = schema(element.get(f"{CAMUNDA}formRef"))
    rested_on = {name for _, names in marks.recalled(form) for name in names}
    shown = reads(form) | form_keys(form) | rested_on
    unseen = set(parameters(element, "input")) - shown

    # Some inputs serve other readers of the task: its own output parameters, or its title.
    assert unseen <= {
        "execution_outcome",
        "kpi_department",
        "support_department",
        "start_date",
        "strategic_goal",
        "urgency",
    }


@TASKS
def test_what_the_process_takes_from_the_answers_can_be_computed(element):
    form = element.get(f"{CAMUNDA}formRef")
    answers = dict.fromkeys(form_keys(schema(form))) | check(form).data

    for name, expression in parameters(element, "output").items():
        if parse(strip_equals(expression)).names <= set(answers):
            FEEL.evaluate(expression, answers, now=NOW)  # raises FeelError, naming what is wrong
            assert name not in {"total", "date", "count"}, "a variable would hide the function of that name"
