"""What is judged: the drawings of a manifest, with all they refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from service.engine.case.schema import NO_CASE, CaseSchema
from service.engine.decisions import Decision
from service.engine.drawing import Element, Process
from service.engine.guarantees.tables import Tables
from service.engine.organisation import Organisation
from service.feel.schema import Schema


class Topic(Protocol):
    """What is asked of a service task's topic: see `service.handlers.topic.Topic`."""

    @property
    def outputs(self) -> Collection[str]: ...

    @property
    def errors(self) -> Collection[str]: ...

    @property
    def tells(self) -> bool: ...

    @property
    def applies(self) -> bool: ...


class Drawn(Protocol):
    """A manifest that has been read, for the check or for running it."""

    @property
    def processes(self) -> Mapping[str, Process]: ...

    @property
    def decisions(self) -> Mapping[str, Decision]: ...

    @property
    def forms(self) -> Mapping[str, Schema]: ...

    @property
    def case(self) -> CaseSchema: ...

    @property
    def organisation(self) -> Organisation: ...


@dataclass(frozen=True, eq=False)
class Subject:
    """The drawings under judgment. `topics` are the service tasks' by name, `forms` by id."""

    processes: Mapping[str, Process]
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    forms: Mapping[str, Schema] = field(default_factory=dict)
    case: CaseSchema = NO_CASE
    organisation: Organisation = field(default_factory=Organisation)
    topics: Mapping[str, Topic] = field(default_factory=dict)

    @classmethod
    def of(cls, drawn: Drawn, topics: Mapping[str, Topic]) -> Subject:
        """Return a manifest as it is judged."""
        parts = drawn.processes, drawn.decisions, drawn.forms, drawn.case, drawn.organisation
        return cls(*parts, topics)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The processes that people or events start, or nobody calls; the main one first."""
        called = set(self.called)
        begun = {key for key, each in self.processes.items() if each.startable or each.begun_by is not None}
        started = (begun | (self.processes.keys() - called) | {self.case.main or ""}) & self.processes.keys()
        return tuple(sorted(started, key=lambda key: (key != self.case.main, key)))

    @cached_property
    def called(self) -> tuple[str, ...]:
        """The processes that another one calls."""
        calls = {key for process in self.processes.values() for key in process.calls}
        return tuple(sorted(calls & self.processes.keys()))

    @cached_property
    def tables(self) -> Tables:
        return Tables()

    def topic_of(self, element: Element) -> Topic | None:
        return self.topics.get(element.extensions.attribute("topic") or "")

    def decision_of(self, element: Element) -> Decision | None:
        return self.decisions.get(element.extensions.attribute("decisionRef") or "")
