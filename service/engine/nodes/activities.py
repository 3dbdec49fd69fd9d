"""Tasks, embedded sub-processes and call activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.engine.decisions import Decision, map_result
from service.engine.drawing.extensions import Mapped
from service.engine.failures import EngineFailure
from service.engine.nodes import reminders
from service.engine.nodes.base import Node
from service.engine.nodes.memory import Reminder
from service.engine.nodes.naming import names
from service.engine.nodes.reminders import Since
from service.engine.nodes.results import CallsHandler, GoesOn, OpensProcess, Result, WaitsForPeople
from service.engine.nodes.timers import to_due
from service.engine.nodes.token_view import TokenView
from service.engine.progress import HandlerCall, OpenTask


class PassThrough(Node):
    """A task without a type, or an intermediate event that throws nothing."""


class UserTask(Node):
    """Waits for somebody's answer. The open task is described by the drawing, evaluated on arrival."""

    waits_for_people = True

    def enter(self, view: TokenView) -> WaitsForPeople:
        is_looked_at = view.evaluation.is_looked_at(view.token.definition, self.element_id)
        if not is_looked_at:
            return WaitsForPeople(self._open(view, {}), ())
        due = self.extensions.attribute("dueDate") or ""
        opened = self._open(view, self.inputs(view), due)
        return WaitsForPeople(opened, self.reminders(view, Since(view.now, opened.due_at)))

    def now(self, view: TokenView) -> OpenTask:
        """Return the task as if it had opened at this moment, but for when it is due."""
        return self._open(view, self.inputs(view))

    def _open(self, view: TokenView, inputs: Mapping[str, Any], due: str = "") -> OpenTask:
        extensions, token = self.extensions, view.token
        wanted = [
            extensions.attribute(name) or "" for name in ("candidateGroups", "candidateUsers", "assignee")
        ]
        due_on, groups, users, assignee = view.literal_or_feel([due, *wanted])
        return OpenTask(
            token_id=token.token_id,
            activity_id=self.element_id,
            activity_path=token.activity_path,
            definition=token.definition,
            name=self.bpmn_name or self.element_id,
            form=extensions.attribute("formRef"),
            lane=self.lane,
            candidate_groups=names(groups, _BAD_GROUPS),
            candidate_users=names(users, _BAD_USERS),
            assignee=_name(assignee),
            is_addressed=bool(self.lane) or any(wanted),
            due_at=to_due(due_on, view.now) if due_on else None,
            element_index=token.memory.element,
            element_value=token.element_value,
            not_by=extensions.listed("notBy"),
            properties=extensions.properties,
            inputs=inputs,
            variables=view.variables,
        )

    def due(self, view: TokenView) -> datetime | None:
        """Return when the task is due, reckoned at this moment."""
        [due] = view.literal_or_feel([self.extensions.attribute("dueDate") or ""])
        return to_due(due, view.now) if due else None

    def reminders(self, view: TokenView, since: Since) -> tuple[Reminder, ...]:
        """Return what is to be told while the task waits. EngineFailure for what cannot be reckoned."""
        written = [self.extensions.properties.get(name, "") for name in reminders.PROPERTIES]
        if not any(written):
            return ()
        asked = self.extensions.attribute("candidateGroups") or ""
        *values, groups = view.literal_or_feel([*written, asked])
        drawn_for = names(groups, _BAD_GROUPS) or tuple(filter(None, [self.lane]))
        return reminders.reckon(values, since, view.now, view.calendar, drawn_for=drawn_for)

    def leave(self, view: TokenView) -> GoesOn:
        answers = {**view.unanswered(self.extensions.attribute("formRef")), **view.came}
        return self.goes_on(view, self.outputs(view, answers), answers=answers)


_BAD_GROUPS = ("bad_groups", "candidate groups are names, not {value}")
_BAD_USERS = ("bad_users", "candidate users are names of accounts, not {value}")


def _name(value: Any) -> str | None:
    if isinstance(value, str | None):
        return (value or "").strip() or None
    raise EngineFailure(
        "bad_assignee", "an assignee is the name of one account, not {value}", value=repr(value)
    )


class ScriptTask(Node):
    """Computes a value in FEEL into `resultVariable`, or through output parameters."""

    def enter(self, view: TokenView) -> GoesOn:
        script, name = self.extensions.script, self.extensions.attribute("resultVariable")
        found = {name or "result": view.evaluate(script)} if script else {}
        return self.goes_on(view, self.outputs(view, found), variables=found if name else {})


class BusinessRuleTask(Node):
    """Asks a decision table and keeps its answer in `resultVariable`."""

    def enter(self, view: TokenView) -> GoesOn:
        decision = view.decision(self.extensions.attribute("decisionRef") or "")
        result = view.decide(decision, self.inputs(view))
        value = map_result(result, self.extensions.attribute("mapDecisionResult") or _usual_mapping(decision))
        name = self.extensions.attribute("resultVariable")
        kept = {name: value} if name else {}
        readable = {**kept, **(value if isinstance(value, dict) else {})}
        going = self.goes_on(view, self.outputs(view, readable), variables=kept)
        return replace(going, asked=result.asked(decision))


def _usual_mapping(decision: Decision) -> str:
    if decision.is_list:
        return "collectEntries" if len(decision.outputs) == 1 else "resultList"
    return "singleEntry" if len(decision.outputs) == 1 else "singleResult"


class ServiceTask(Node):
    """Calls the function behind its topic; what talks to the outside makes the token wait."""

    def enter(self, view: TokenView) -> CallsHandler:
        token = view.token
        return CallsHandler(
            HandlerCall(
                topic=self.extensions.attribute("topic") or "",
                params=self.inputs(view),
                token_id=token.token_id,
                activity_id=self.element_id,
                activity_path=token.activity_path,
                definition=token.definition,
                variables=view.variables,
                facts=view.evaluation.facts.visible,
                activity_name=self.bpmn_name or "",
            )
        )

    def leave(self, view: TokenView) -> GoesOn:
        """Without output parameters the handler's results become variables under their own names."""
        if not self.extensions.outputs:
            return GoesOn(view.came)
        return self.goes_on(view, self.outputs(view, view.came))


class SubProcess(Node):
    """An embedded sub-process: its own tokens, the variables of its surroundings."""

    def __init__(self, wf_spec: Any, bpmn_id: str, subworkflow_spec: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.spec = subworkflow_spec

    def enter(self, view: TokenView) -> Result:
        return OpensProcess(self.spec)


class CallActivity(SubProcess):
    """Calls a process with its own variables. Nothing crosses but what is mapped.

    Stock: everything is copied in, and everything comes back over what parallel branches wrote meanwhile.
    """

    def enter(self, view: TokenView) -> OpensProcess:
        return OpensProcess(self.spec, _crossing(self.extensions.call_in, view, view.variables))

    def leave(self, view: TokenView) -> GoesOn:
        return self.goes_on(view, _crossing(self.extensions.call_out, view, view.came))


def _crossing(mapped: Sequence[Mapped], view: TokenView, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mapping hands over of these variables."""
    single = [each for each in mapped if not each.everything]
    values = view.evaluation.values([each.expression for each in single], variables)
    everything = variables if any(each.everything for each in mapped) else {}
    return {**everything, **dict(zip((each.target for each in single), values, strict=True))}
