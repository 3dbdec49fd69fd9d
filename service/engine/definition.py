"""A deployment manifest, parsed: processes, decisions, forms, organisation. Shared by threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.domain.words import Words
from service.engine import dialect, figures, guarantees, nodes, organisation, v0_1
from service.engine.case import schema as case_facts
from service.engine.case.schema import NO_CASE, CaseSchema
from service.engine.decisions import Decision, read_dmn
from service.engine.drawing import Element, Process, read_drawing
from service.engine.figures import FigureWords
from service.engine.forms import english
from service.engine.forms import marks as form_marks
from service.engine.forms.marks import Marked
from service.engine.forms.reading import read_form
from service.engine.guarantees import Guarantee
from service.engine.organisation import Organisation
from service.errors import NotFound
from service.feel.schema import Schema
from service.wording import Text


@dataclass(frozen=True)
class Model:
    """One checked manifest. `specs`: the task specs by process key, `key/sub_process` for embedded ones.

    `english`: the words of the forms in English. `figures`: where figures come from.
    """

    processes: Mapping[str, Process]
    decisions: Mapping[str, Decision]
    forms: Mapping[str, Schema]
    organisation: Organisation
    specs: Mapping[str, Any] = field(repr=False)
    case: CaseSchema = NO_CASE
    guarantees: tuple[Guarantee, ...] = ()
    english: Mapping[str, str] = field(default_factory=dict, repr=False)
    figures: FigureWords = field(default_factory=FigureWords)

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
        processes: dict[str, Process] = {}
        decisions: dict[str, Decision] = {}
        forms: dict[str, Schema] = {}
        for name, content in files.items():
            if name.endswith(".bpmn"):
                processes |= {each.key: each for each in read_drawing(name, content).processes}
            elif name.endswith(".dmn"):
                decisions |= {each.id: each for each in read_dmn(name, content).decisions}
            elif name.endswith(".form"):
                forms[name.removesuffix(".form")] = read_form(name, content)
        forms |= {schema["id"]: schema for schema in forms.values() if isinstance(schema.get("id"), str)}
        declared = organisation.read(files.get(organisation.FILE, b"")).organisation
        declares = case_facts.FILE in files
        case = case_facts.read(files[case_facts.FILE]).schema if declares else v0_1.case_of(processes)
        specs = {key: spec for each in processes.values() for key, spec in dialect.specs_of(each).items()}
        words = english.read(files.get(english.FILE, b"")).table
        promised = guarantees.read(files.get(guarantees.FILE, b"")).guarantees
        measured = figures.read(files.get(figures.FILE, b"")).words
        return cls(processes, decisions, forms, declared, specs, case, promised, words, measured)

    def begun_by_message(self, message: str) -> Process | None:
        """Return the process that a message begins."""
        begun = ((each, each.begun_by) for each in self.processes.values())
        return next((each for each, event in begun if event is not None and event.message == message), None)

    def spec(self, key: str) -> Any | None:
        return self.specs.get(key)

    def key_around(self, process_key: str, name: str) -> str | None:
        """Return the key of the process or sub-process in which a node is drawn; None when it is not."""
        return self._keys_around.get((process_key, name))

    @cached_property
    def _keys_around(self) -> Mapping[tuple[str, str], str]:
        return {
            (key.split("/")[0], name): key for key, spec in self.specs.items() for name in spec.task_specs
        }

    def start_of(self, spec: Any) -> nodes.StartEvent:
        """Return the start event of a process or sub-process."""
        return next(each for each in spec.task_specs.values() if isinstance(each, nodes.StartEvent))

    def process(self, key: str) -> Process:
        """Return a process by its key. NotFound when the manifest has none of that name."""
        if key not in self.processes:
            raise NotFound(Text("There is no process {key!r}.", key=key), key=key)
        return self.processes[key]

    def activities(self, process_key: str) -> Mapping[str, Element]:
        """Return the elements of a process by id, those of embedded sub-processes included."""
        return self.process(process_key).elements

    def activity(self, process_key: str, activity_id: str) -> Element:
        """Return an element of a process. NotFound when it has none of that id."""
        found = self.activities(process_key).get(activity_id)
        if found is None:
            raise NotFound(
                Text(
                    "The process {process_key!r} has no element {activity_id!r}.",
                    process_key=process_key,
                    activity_id=activity_id,
                )
            )
        return found
