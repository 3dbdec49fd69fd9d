"""Drives one instance in memory: every act loads the last snapshot, as the service does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from service.engine.definition import Model
from service.engine.instance import Instance
from service.engine.progress import Environment, HandlerCall, HandlerResult, Progress

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Case:
    """An instance under test. Tasks and incidents are kept as the store would keep them."""

    def __init__(
        self,
        *files: bytes,
        key: str = "p",
        variables: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
        handlers: Mapping[str, Callable[[HandlerCall], Any]] | None = None,
        dossier: Mapping[str, Any] | None = None,
        extra: Mapping[str, bytes] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        named = {f"file{number}.bpmn": content for number, content in enumerate(files)}
        self.model = Model.load({**named, **(extra or {})})
        self.now = MONDAY
        self.handlers = dict(handlers or {})
        self.dossier = dict(dossier or {})
        self.facts = self.model.case.complete({}, facts or {})
        self.fact_reads = 0
        self.written: list[Any] = []
        self.told: list[Any] = []
        self.open: dict[str, Any] = {}
        self.incidents: dict[str, Any] = {}
        self.steps: list[Any] = []
        self.sent: list[Any] = []
        started = Instance.start(self.model, key, variables or {}, self.environment(), answers=answers)
        self.keep(started.progress())

    def environment(self) -> Environment:
        return Environment(self.now, self.dossier.get, self.call, facts=self.read_facts)

    def read_facts(self) -> Mapping[str, Any]:
        self.fact_reads += 1
        return dict(self.facts)

    def call(self, call: HandlerCall) -> HandlerResult:
        result = self.handlers[call.topic](call)
        return result if isinstance(result, HandlerResult) else HandlerResult(result or {})

    def keep(self, progress: Progress) -> None:
        self.progress = progress
        for closed in progress.closed:
            del self.open[closed.token_id]
        self.open |= {task.token_id: task for task in progress.opened}
        for token_id in progress.resolved:
            del self.incidents[token_id]
        self.incidents |= {incident.token_id: incident for incident in progress.incidents}
        self.steps += progress.history
        self.sent += progress.sent
        self.written += progress.facts
        self.told += progress.told
        self.facts |= {fact.name: fact.value for fact in progress.facts}

    def act(self, do: Callable[[Instance], Any]) -> Any:
        instance = Instance.load(self.model, self.progress.snapshot, self.environment())
        result = do(instance)
        self.keep(instance.progress())
        return result

    # ---- what a test says -------------------------------------------------------------------------

    def complete(self, activity: str, element: int | None = None, **answers: Any) -> None:
        token_id = self.token(activity, element)
        self.act(lambda instance: instance.complete(token_id, answers))

    def token(self, activity: str, element: int | None = None) -> str:
        found = [
            task.token_id
            for task in self.open.values()
            if task.activity_id == activity and element in (None, task.element_index)
        ]
        assert found, f"{activity} is not open; open are {self.tasks()}"
        return found[0]

    def wait(self, **duration: float) -> bool:
        self.now += timedelta(**duration)
        return self.act(lambda instance: instance.fire_due())

    def send(self, name: str, **payload: Any) -> bool:
        return self.act(lambda instance: instance.deliver(name, payload))

    def tasks(self) -> list[str]:
        return sorted(task.activity_id for task in self.open.values())

    def failed(self) -> list[tuple[str, str]]:
        return sorted((incident.activity_id, incident.code) for incident in self.incidents.values())

    def retry(self, activity: str, **variables: Any) -> None:
        token_id = next(each.token_id for each in self.incidents.values() if each.activity_id == activity)
        self.act(lambda instance: instance.retry(token_id, variables=variables))

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.progress.variables

    @property
    def state(self) -> str:
        return self.progress.state

    def left(self) -> list[str]:
        return [step.activity_id for step in self.steps if step.event == "left"]
