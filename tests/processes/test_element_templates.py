"""What the modeler offers to choose from exists, and every lane means somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from service import resources
from service.engine.definition import Model
from service.handlers import HANDLERS, v0_1

TEMPLATES = json.loads((resources.processes() / "element-templates.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(resources.manifest_files())


def choices(binding: str) -> Iterator[str]:
    """Yield what the templates offer for an attribute."""
    for template in TEMPLATES:
        for entry in template["properties"]:
            if entry["binding"].get("name") == binding:
                yield from (choice["value"] for choice in entry.get("choices", ()))


def test_the_services_offered_are_all_there_are() -> None:
    old = {topic.name for topic in v0_1.TOPICS}

    assert set(choices("camunda:topic")) == set(HANDLERS) - old


def test_the_decisions_offered_are_all_there_are(model: Model) -> None:
    assert set(choices("camunda:decisionRef")) == set(model.decisions)


def test_the_phases_offered_are_all_that_are_called(model: Model) -> None:
    called = {key for process in model.processes.values() for key in process.calls}

    assert set(choices("calledElement")) == called


def bound(template: dict[str, Any], kind: str) -> set[str]:
    return {each["binding"]["name"] for each in template["properties"] if each["binding"]["type"] == kind}


def test_a_task_has_the_newest_template_which_knows_all_that_stands_there(model: Model) -> None:
    """The modeler drops what stands at a task and its template does not know; a task may do without one."""
    known = {template["id"]: template for template in TEMPLATES}
    wrong = []
    for process in model.processes.values():
        for task in (each for each in process.elements.values() if each.kind == "userTask"):
            applied = task.extensions.attribute("modelerTemplate")
            template = known.get(applied or "")
            version = task.extensions.attribute("modelerTemplateVersion")
            if applied is None:
                continue
            if template is None or version != str(template["version"]):
                wrong.append((task.id, "template"))
            elif set(task.properties) - bound(template, "camunda:property"):
                wrong.append((task.id, "property"))

    assert wrong == []


def test_every_choice_has_a_name_of_its_own() -> None:
    ids = [template["id"] for template in TEMPLATES]
    entries: list[dict[str, Any]] = [
        entry for template in TEMPLATES for entry in template["properties"] if entry["type"] != "Hidden"
    ]

    assert len(set(ids)) == len(ids)
    assert all(entry["label"] for entry in entries)


def test_every_lane_is_a_group_a_relation_or_explained(model: Model) -> None:
    organisation = yaml.safe_load((resources.processes() / "organisation.yaml").read_text(encoding="utf-8"))
    known = {*organisation["groups"], *organisation["relations"], *organisation["lanes"]}
    lanes = {each.lane for key in model.processes for each in model.activities(key).values() if each.lane}

    assert lanes <= known
    assert set(organisation["lanes"]) <= lanes, "a lane is explained that no drawing has"
