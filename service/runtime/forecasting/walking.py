"""One case walked in memory by the engine that runs real ones: no row is read or written on the way.

Its handlers are the real ones too; what they reach stands in `ports`. Processes that the case begins are
walked with it. What leaves the case reaches nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from service.engine.instance import Instance
from service.engine.progress import (
    Environment,
    HandlerCall,
    HandlerResult,
    NewEvaluation,
    NewFact,
    OpenTask,
    Progress,
)
from service.errors import BpmnError, HandlerFailed
from service.feel import form_keys
from service.handlers import Wait
from service.handlers.ports import Submission
from service.runtime.forecasting.ports import WalkPorts
from service.runtime.forecasting.premises import Knowledge, Premises
from service.wording import SILENT, Text


@dataclass(frozen=True)
class Asked:
    """A question to people: the task, in which instance of the walk, and since when."""

    task: OpenTask
    at: datetime
    instance: int = 0
    # How often this activity was asked for before in this walk, as the same element.
    visit: int = 0


@dataclass
class _Waiting:
    """An effect whose outcome an activity waits for."""

    token_id: str
    effect: str
    payload: Mapping[str, Any]


class Walk:
    """A case in memory. `open` are its questions by token; `stuck` the failures it met, by activity."""

    def __init__(self, premises: Premises, known: Knowledge, now: datetime) -> None:
        self.premises, self.known, self.now = premises, known, now
        self.open: dict[str, Asked] = {}
        self.stuck: dict[str, str] = {}
        self.instances: list[Instance] = []
        self.due: list[datetime | None] = []
        self.entered: list[tuple[str, str]] = []
        self.evaluations: list[NewEvaluation] = []
        self._visits: dict[tuple[str, Any], int] = {}
        self._proposed: dict[int, dict[str, Any]] = {}
        self._waiting: list[_Waiting] = []
        self._to_start: list[tuple[str, Mapping[str, Any]]] = []

    # ---- beginning --------------------------------------------------------------------------------

    def start(self, key: str, variables: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> None:
        """Begin a process of this case. Errors as `Instance.start`."""
        number = len(self.instances)
        form = self.premises.model.process(key).start_form
        if answers is not None and form:
            self._hand_in(form, key, answers)
            self.known.start = self.known.start or answers
        context = {
            "applicant": self.known.given["applicant"],
            "department": self.known.given["department"],
            "business_key": self.known.given["number"],
            "started_at": self.now,
        }
        begun = Instance.start(
            self.premises.model, key, {**context, **variables}, self._environment(number), answers=answers
        )
        self._join(begun)

    def resume(self, snapshot: bytes, asked: Mapping[str, OpenTask], since: Mapping[str, datetime]) -> None:
        """Go on with a stored instance, whose open tasks by token are `asked`, each open `since` then."""
        number = len(self.instances)
        self.instances.append(Instance.load(self.premises.model, snapshot, self._environment(number)))
        self.due.append(self.instances[number].due())
        for token, task in asked.items():
            self.open[token] = Asked(task, since[token], number)

    def _join(self, begun: Instance) -> None:
        self.instances.append(begun)
        self.due.append(None)
        self._take(len(self.instances) - 1)
        self._settle()

    # ---- acting -----------------------------------------------------------------------------------

    @property
    def next_due(self) -> datetime | None:
        """Return when something of the drawings falls due next, None when nothing ever does."""
        return min((each for each in self.due if each is not None), default=None)

    @property
    def is_over(self) -> bool:
        """Say whether the process that leads the case has ended."""
        return self.instances[0].state != "active"

    def answer(self, token_id: str, answers: Mapping[str, Any], now: datetime) -> None:
        """Have somebody answer an open question."""
        asked = self.open.pop(token_id)
        self.now = now
        if asked.task.form:
            self._hand_in(asked.task.form, asked.task.activity_id, answers)
        self._move(asked.instance, lambda instance: instance.complete(token_id, answers))

    def wake(self, now: datetime) -> None:
        """Let everything happen that is due by now."""
        self.now = now
        for number, due in enumerate(self.due):
            if due is not None and due <= now:
                self._move(number, Instance.fire_due)

    def _move(self, number: int, act: Callable[[Instance], object]) -> None:
        instance = self.instances[number]
        instance.continue_with(self._environment(number))
        act(instance)
        self._take(number)
        self._settle()

    # ---- what came of it --------------------------------------------------------------------------

    def _take(self, number: int) -> None:
        progress = self.instances[number].changes()
        for closed in progress.closed:
            self.open.pop(closed.token_id, None)
        for task in progress.opened:
            place = (task.activity_path, task.element_value if isinstance(task.element_value, str) else None)
            visit = self._visits.get(place, 0)
            self._visits[place] = visit + 1
            self.open[task.token_id] = Asked(task, self.now, number, visit)
        for fact in progress.facts:
            self._write(number, fact)
        for incident in progress.incidents:
            self.stuck[incident.activity_path] = str(incident.message)
        for step in progress.history:
            if step.event == "entered":
                self.entered.append((step.definition, step.activity_id))
        self.evaluations += progress.evaluations
        self.due[number] = progress.next_due
        self._throw(number, progress)

    def _write(self, number: int, fact: NewFact) -> None:
        if number == 0 or not fact.is_in_call:
            self.known.facts[fact.name] = fact.value
        else:
            self._proposed.setdefault(number, {})[fact.name] = fact.value

    def _throw(self, number: int, progress: Progress) -> None:
        for sent in progress.sent:
            if sent.kind == "message":
                self._deliver(sent.name, sent.payload, but=number)

    def _deliver(self, name: str, payload: Mapping[str, Any], *, but: int) -> bool:
        for number, instance in enumerate(self.instances):
            if number != but and instance.state == "active" and instance.awaits(name):
                self._move(number, lambda each: each.deliver(name, payload))
                return True
        return False

    def _settle(self) -> None:
        """Carry out what was put off until the step was over: effects, and processes to begin."""
        while self._waiting or self._to_start:
            if self._waiting:
                self._carry_out(self._waiting.pop(0))
            else:
                key, variables = self._to_start.pop(0)
                if key in self.premises.model.processes:
                    self.start(key, variables)

    def _carry_out(self, waiting: _Waiting) -> None:
        number = next(at for at, each in enumerate(self.instances) if each.waits_at(waiting.token_id))
        applies = waiting.effect == "case.apply"
        name = waiting.payload.get("name")
        if name and not self._deliver(str(name), waiting.payload["payload"], but=number):
            code = str(waiting.payload["error_code"])
            self._move(number, lambda each: each.fail(waiting.token_id, BpmnError(code, SILENT)))
            return
        if applies:
            self.known.facts |= self._proposed.pop(number, {})
        self._move(number, lambda each: each.resolve(waiting.token_id, {}))

    # ---- what the engine asks ---------------------------------------------------------------------

    def _environment(self, number: int) -> Environment:
        return Environment(
            now=self.now,
            dossier=self._answers_of,
            call_handler=partial(self._call, number),
            feel=self.premises.feel,
            facts=partial(self._facts_of, number),
            calendar_of=lambda: self.premises.calendar,
            is_looked_at=lambda *place: place not in self.premises.answered,
        )

    def _answers_of(self, form: str) -> Mapping[str, Any] | None:
        schema, answers = self.premises.model.forms.get(form), self.known.latest.get(form)
        return answers if schema is None else {**dict.fromkeys(form_keys(schema)), **(answers or {})}

    def _facts_of(self, number: int) -> Mapping[str, Any]:
        known = {**self.known.facts, **self._proposed.get(number, {})}
        return self.premises.model.case.complete(self.known.given, known)

    def _call(self, number: int, call: HandlerCall) -> HandlerResult:
        topic = self.premises.handlers.get(call.topic)
        if topic is None:
            raise HandlerFailed(
                Text("There is no handler for the topic {topic}.", topic=call.topic), topic=call.topic
            )
        ports = WalkPorts(self.premises, self.known, call, self.now)
        answer = topic(call.params, ports)
        self._to_start += ports.started
        if isinstance(answer, Wait):
            self._waiting.append(_Waiting(call.token_id, answer.effect, answer.payload))
            return HandlerResult(wait=True)
        return HandlerResult(outputs=answer or {})

    def _hand_in(self, form: str, activity_id: str, answers: Mapping[str, Any]) -> None:
        model = self.premises.model
        self.known.latest[form] = answers
        seq = len(self.known.submissions)
        self.known.submissions.append(
            Submission(
                form=form,
                activity_id=activity_id,
                instance_id="",
                by="",
                at=self.now,
                answers=answers,
                seq=self.known.submissions[-1].seq + 1 if seq else 1,
                tone=model.organisation.tone_of(model.marked(form).conclusion_of(answers)),
            )
        )
