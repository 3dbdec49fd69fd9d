"""What becomes of a changed file: whether the check refuses it, and how it plays where it does not."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.engine.check import check
from service.engine.definition import Model
from service.engine.files.findings import Finding
from service.engine.guarantees import FILE as GUARANTEES
from service.engine.instance import Instance
from service.engine.progress import Environment, HandlerCall, HandlerResult, Progress
from service.errors import ServiceError
from service.feel.schema import components
from service.handlers import HANDLERS
from tests.engine.driver import MONDAY
from tests.engine.mutants.files import Files, Mutant, company, mutant

SLOW = 10.0
"""Seconds of processor time after which a check, or the steps of a case, count as hanging."""
STEPS = 25


@dataclass
class Outcome:
    """What became of a mutant. `kind`: refused, played, stalled, traceback, slow."""

    kind: str
    findings: list[Finding] = field(default_factory=list)
    detail: str = ""

    @property
    def is_odd(self) -> bool:
        return self.kind not in ("refused", "played")


def campaign(number: int, seed: int) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield so many mutants of the company's files with what became of each; no guarantee is proven."""
    files = {name: content for name, content in company().items() if name != GUARANTEES}
    for each in range(number):
        dice = random.Random(f"{seed}-{each}")
        changed = mutant(files, dice)
        yield changed, judged(files, changed, dice)


def judged(files: Files, changed: Mutant, dice: random.Random) -> Outcome:
    """Check a mutant among the other files, and play it where nothing is wrong with it."""
    began = time.process_time()
    findings: list[Finding] = []
    try:
        whole = changed.among(files)
        findings = check(whole, topics=HANDLERS)
        if time.process_time() - began > SLOW:
            return Outcome("slow", findings, "the check")
        if any(each.severity == "error" for each in findings):
            return Outcome("refused", findings)
        stalled = "" if not changed.file.endswith(".bpmn") else _played(Model.load(whole), changed, dice)
    except Exception:
        return Outcome("traceback", findings, traceback.format_exc())
    if time.process_time() - began > SLOW:
        return Outcome("slow", findings, "the steps")
    return Outcome("stalled" if stalled else "played", findings, stalled)


def _played(model: Model, changed: Mutant, dice: random.Random) -> str:
    """Play the processes of a drawing once; return where one stands still and nobody is told."""
    for key in [key for key, each in model.processes.items() if each.file == changed.file]:
        stalled = Player(model, dice).play(key)
        if stalled:
            return stalled
    return ""


class Player:
    """Plays one case at random: who answers, what, and which times and messages come."""

    def __init__(self, model: Model, dice: random.Random) -> None:
        self._model, self._dice, self._now = model, dice, MONDAY
        self._facts = model.case.complete({}, {})
        self._tasks: dict[str, Any] = {}
        self._failed: set[str] = set()

    def play(self, key: str) -> str:
        inputs = {name: self._value() for name in self._model.process(key).inputs}
        try:
            instance = Instance.start(self._model, key, inputs, self._environment(), answers={})
        except ServiceError:
            return ""
        progress = self._kept(instance.progress())
        for _ in range(STEPS):
            if progress.state != "active":
                return ""
            acts = list(self._acts(progress))
            if not acts:
                return "" if self._failed else f"{key} stands and nobody is told"
            instance = Instance.load(self._model, progress.snapshot, self._environment())
            try:
                self._dice.choice(acts)(instance)
            except ServiceError:
                continue
            progress = self._kept(instance.progress())
        return ""

    def _acts(self, progress: Progress) -> Iterator[Callable[[Instance], Any]]:
        for token, task in self._tasks.items():
            yield lambda one, token=token, task=task: one.complete(token, self._answers(task.form))
        if progress.next_due is not None:
            yield self._wait(progress.next_due)
        for name in progress.awaited:
            yield lambda one, name=name: one.deliver(name, {})

    def _wait(self, due: Any) -> Callable[[Instance], Any]:
        def fire(one: Instance) -> Any:
            return one.fire_due()

        self._now = max(self._now, due)
        return fire

    def _kept(self, progress: Progress) -> Progress:
        for closed in progress.closed:
            self._tasks.pop(closed.token_id, None)
        self._tasks |= {task.token_id: task for task in progress.opened}
        self._failed -= set(progress.resolved)
        self._failed |= {incident.token_id for incident in progress.incidents}
        self._facts |= {fact.name: fact.value for fact in progress.facts}
        return progress

    def _environment(self) -> Environment:
        return Environment(
            self._now, lambda form: self._answers(form), self._called, facts=lambda: dict(self._facts)
        )

    def _called(self, call: HandlerCall) -> HandlerResult:
        return HandlerResult({name: self._value() for name in HANDLERS[call.topic].outputs})

    def _answers(self, form: str | None) -> dict[str, Any]:
        schema = self._model.forms.get(form or "")
        if schema is None:
            return {}
        return {each.key: self._answer(each) for each in components(schema) if each.key and not each.around}

    def _answer(self, component: Any) -> Any:
        options = component.raw.get("values")
        if isinstance(options, list) and options:
            return self._dice.choice(options).get("value")
        kinds = {
            "number": Decimal(self._dice.choice([0, 1, 49_999, 250_000])),
            "checkbox": self._dice.random() < 0.5,
        }
        return kinds.get(component.type, "一句话")

    def _value(self) -> Any:
        some = [
            True,
            False,
            Decimal(1),
            Decimal(60_000),
            "同意",
            "不同意",
            "ceo_meeting",
            [],
            ["法务部"],
            None,
        ]
        return self._dice.choice([*some, date(2026, 11, 30), timedelta(days=2)])
