"""What a drawing may refer to in its manifest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from service.engine.case.schema import NO_CASE, CaseSchema
from service.engine.check.expressions import Expression, find_expressions
from service.engine.decisions import Decision, DecisionFile
from service.engine.drawing import Element, Process
from service.engine.files.xml import Tag
from service.engine.organisation import Organisation
from service.feel.schema import Schema, form_keys


class Topic(Protocol):
    """What a service task's topic promises: see `service.handlers.topic.Topic`."""

    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> Collection[str]: ...

    @property
    def required(self) -> Collection[str]: ...

    @property
    def outputs(self) -> Collection[str]: ...

    @property
    def errors(self) -> Collection[str]: ...

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def kinds(self) -> Mapping[str, str]: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def tells(self) -> bool: ...

    @property
    def applies(self) -> bool: ...

    @property
    def only_reads(self) -> bool: ...


@dataclass
class Surroundings:
    """Everything a drawing may refer to, filled while the files of a manifest are read.

    `drawings` are the files as written. `forms` are known by the name of their file and by their id,
    `schemas` by file. `unreadable` are the files of which nothing is known. `groups` are the groups and
    relations of the organisation: None where there is none, so none is unknown.
    """

    topics: Mapping[str, Topic] = field(default_factory=dict)
    drawings: dict[str, Tag] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    forms: dict[str, Schema] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    tables: dict[str, DecisionFile] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    groups: frozenset[str] | None = None
    lanes: frozenset[str] = frozenset()
    case: CaseSchema = NO_CASE
    organisation: Organisation = field(default_factory=lambda: Organisation(is_first_release=True))
    _expressions: dict[Element, tuple[Expression, ...]] = field(default_factory=dict, repr=False)
    _keys: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def expressions(self, element: Element) -> tuple[Expression, ...]:
        """Return the FEEL expressions of an element, found once; ask when the forms are all there."""
        if element not in self._expressions:
            self._expressions[element] = tuple(find_expressions(element, self.answers_to))
        return self._expressions[element]

    @cached_property
    def forms_asked(self) -> frozenset[str]:
        """The forms that some task or start asks with; ask when the drawings are all there."""
        every = (each for process in self.processes.values() for each in process.elements.values())
        return frozenset(each.form for each in every if each.form)

    def start_answers(self, process: str) -> frozenset[str] | None:
        """Return the names that a process's start form asks for; None where it has none."""
        return self.answers_to(self.processes[process].start_form or "")

    def answers_to(self, form: str) -> frozenset[str] | None:
        """Return the names a form asks for; None when there is no such form."""
        if form not in self._keys and form in self.forms:
            self._keys[form] = form_keys(self.forms[form])
        return self._keys.get(form)
