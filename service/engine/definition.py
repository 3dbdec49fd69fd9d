"""A deployment manifest, parsed: processes, decisions, forms, organisation. Shared by threads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.domain.words import Words
from service.engine import (
    case_facts,
    dialect,
    english,
    extensions,
    form_marks,
    nodes,
    organisation,
    v0_1,
    xml,
)
from service.engine.case_facts import NO_CASE, CaseSchema
from service.engine.decisions import Decision, read_dmn
from service.engine.extensions import Extensions, split_list
from service.engine.form_marks import Marked
from service.engine.organisation import Organisation
from service.errors import NotFound


@dataclass(frozen=True)
class ProcessInfo:
    """What a list of processes says about one of them."""

    key: str
    name: str
    file: str
    start_form: str | None
    start_lane: str | None
    starter_groups: tuple[str, ...]
    startable: bool
    inputs: tuple[str, ...]
    documentation: str = ""
    calls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activity:
    """One flow node of a process, embedded sub-processes included."""

    id: str
    name: str
    kind: str
    process: str
    lane: str | None
    documentation: str
    form: str | None
    properties: Mapping[str, str]
    extensions: Extensions = field(repr=False)
    parent: str | None = None
    called: str | None = None

    @property
    def not_by(self) -> tuple[str, ...]:
        """Return whom four eyes keep from a task: `applicant`, or who did these activities."""
        return self.extensions.listed("notBy")

    @property
    def return_targets(self) -> tuple[str, ...]:
        """Return the activities a task may send the case back to."""
        return self.extensions.listed("returnTo")


@dataclass(frozen=True)
class Model:
    """One checked manifest. `specs`: the task specs by process key, `key/sub_process` for embedded ones.

    `english`: the words of the forms in English.
    """

    processes: Mapping[str, ProcessInfo]
    decisions: Mapping[str, Decision]
    forms: Mapping[str, dict[str, Any]]
    organisation: Organisation
    specs: Mapping[str, Any] = field(repr=False)
    _activities: Mapping[str, Mapping[str, Activity]] = field(repr=False)
    case: CaseSchema = NO_CASE
    english: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def words(self) -> Words:
        """What the owners call the things Python calculates with."""
        own = self.organisation
        text = v0_1.TEXT if own.is_first_release else form_marks.text_fields(self.forms)
        return Words(text, own.metrics, own.reserve, own.influencers)

    def marked(self, form: str | None) -> Marked:
        """Return where the answers of a form hold its conclusion and its opinion."""
        known = self._marked.get(form or "")
        if known is None:
            return v0_1.marked(None) if self.organisation.is_first_release else Marked()
        return known

    @cached_property
    def _marked(self) -> Mapping[str, Marked]:
        read = v0_1.marked if self.organisation.is_first_release else form_marks.marked
        return {form: read(schema) for form, schema in self.forms.items()}

    @classmethod
    def load(cls, files: Mapping[str, bytes]) -> Model:
        """Parse the files of a manifest that the check has passed. Names end in .bpmn, .dmn, .form, .yaml."""
        processes: dict[str, ProcessInfo] = {}
        specs: dict[str, Any] = {}
        activities: dict[str, Mapping[str, Activity]] = {}
        decisions: dict[str, Decision] = {}
        for name, content in files.items():
            if name.endswith(".bpmn"):
                root = xml.parse_xml(name, content)
                specs.update(dialect.parse(root, name))
                for process in root.iterchildren(xml.bpmn("process")):
                    info = _process_info(process, name, specs[process.get("id")])
                    processes[info.key] = info
                    activities[info.key] = dict(_activities(info.key, specs))
            elif name.endswith(".dmn"):
                decisions.update((decision.id, decision) for decision in read_dmn(name, content).decisions)
        forms = {
            name.removesuffix(".form"): json.loads(data) for name, data in files.items() if _is_form(name)
        }
        forms |= {schema["id"]: schema for schema in forms.values() if isinstance(schema.get("id"), str)}
        declared = organisation.read(files.get(organisation.FILE, b"")).organisation
        case = case_facts.read(files.get(case_facts.FILE, b"")).schema
        words = english.read(files.get(english.FILE, b"")).table
        return cls(processes, decisions, forms, declared, specs, activities, case, words)

    def spec(self, key: str) -> Any | None:
        return self.specs.get(key)

    def start_of(self, spec: Any) -> nodes.StartEvent:
        """Return the start event of a process or sub-process."""
        return next(each for each in spec.task_specs.values() if isinstance(each, nodes.StartEvent))

    def process(self, key: str) -> ProcessInfo:
        """Return a process by its key. NotFound when the manifest has none of that name."""
        if key not in self.processes:
            raise NotFound(f"There is no process {key!r}.", key=key)
        return self.processes[key]

    def activities(self, process_key: str) -> Mapping[str, Activity]:
        self.process(process_key)
        return self._activities[process_key]

    def activity(self, process_key: str, activity_id: str) -> Activity:
        found = self.activities(process_key).get(activity_id)
        if found is None:
            raise NotFound(f"The process {process_key!r} has no element {activity_id!r}.")
        return found


def _is_form(name: str) -> bool:
    return name.endswith(".form")


def _process_info(process: Any, file: str, spec: Any) -> ProcessInfo:
    properties = extensions.process_properties(process)
    start = next(each for each in spec.task_specs.values() if isinstance(each, nodes.StartEvent))
    documentation = process.find("bpmn:documentation", xml.NS)
    return ProcessInfo(
        key=process.get("id"),
        name=process.get("name") or process.get("id"),
        file=file,
        start_form=start.extensions.attribute("formRef"),
        start_lane=start.lane,
        starter_groups=split_list(process.get(xml.camunda("candidateStarterGroups"))),
        startable=process.get(xml.camunda("isStartableInTasklist"), "true") != "false",
        inputs=split_list(properties.get("inputs")),
        documentation=xml.text(documentation),
        calls=tuple(
            dict.fromkeys(node.get("calledElement", "") for node in process.iter(xml.bpmn("callActivity")))
        ),
    )


def _activities(key: str, specs: Mapping[str, Any]) -> list[tuple[str, Activity]]:
    found: list[tuple[str, Activity]] = []
    for spec_key, spec in specs.items():
        if spec_key != key and not spec_key.startswith(f"{key}/"):
            continue
        parent = spec_key.split("/")[-1] if spec_key != key else None
        for node in spec.task_specs.values():
            if isinstance(node, nodes.Node) and not node.name.endswith(dialect.ELEMENT_SUFFIX):
                found.append((node.element_id, _activity(node, key, parent, spec)))
    return found


def _activity(node: nodes.Node, process: str, parent: str | None, spec: Any) -> Activity:
    inner = spec.task_specs[node.element_spec] if isinstance(node, nodes.MultiInstance) else node
    return Activity(
        id=node.element_id,
        name=node.bpmn_name or "",
        kind=node.kind,
        process=process,
        lane=node.lane,
        documentation=(node.documentation or "").strip(),
        form=node.extensions.attribute("formRef"),
        properties=node.extensions.properties,
        extensions=node.extensions,
        parent=parent,
        called=inner.spec if isinstance(inner, nodes.CallActivity) else None,
    )
