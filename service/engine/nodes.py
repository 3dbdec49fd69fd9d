"""How each BPMN element behaves when a token reaches and leaves it.

These are SpiffWorkflow task specs with the run-time behaviour of 3.2.0 replaced where it is wrong or
missing. Each class names the symptom it mends; `tests/engine` shows each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from service.engine import joins, timers
from service.engine.extensions import Extensions
from service.engine.failures import EngineFailure
from service.feel import form_keys

if TYPE_CHECKING:
    from service.engine.run import Run
    from service.engine.tokens import Token


@dataclass(frozen=True)
class Flow:
    """One outgoing sequence flow."""

    id: str
    target: str
    condition: str | None
    is_default: bool
    name: str = ""


class Node(BpmnSpecMixin):
    """A flow node. Enter → (wait) → leave; nothing is predicted, no data travels with the token."""

    recorded_on_arrival: ClassVar[bool] = True
    waits_for_people: ClassVar[bool] = False

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.kind = ""
        self.extensions = Extensions()
        self.flows: list[Flow] = []
        self.incoming: list[str] = []
        self.boundary: list[str] = []

    @property
    def element_id(self) -> str:
        """The id in the drawing (the element of a multi-instance activity carries its activity's id)."""
        return self.bpmn_id

    def _predict(self, my_task: Token, *args: Any, **kwargs: Any) -> None:
        """Stock: grows MAYBE/LIKELY/FUTURE tasks for the whole diagram; a loop recurses without end."""

    def _run_hook(self, token: Token) -> bool | None:
        run = token.workflow.top_workflow.run
        if token.memory.get("leaving"):
            self.leave(token, run)
        else:
            if self.recorded_on_arrival and not token.memory.get("in"):
                run.enter(token)
            for name in self.boundary:
                run.arm_boundary(token, name)
            if not self.enter(token, run):
                return None
        self.collect(token, run, {})
        return True

    def _on_complete(self, token: Token) -> None:
        token.workflow.top_workflow.run.passed(token)

    def enter(self, token: Token, run: Run) -> bool:
        """Do what the element does on arrival; True when the token may go on at once."""
        return True

    def leave(self, token: Token, run: Run) -> None:
        """Take over what the token waited for (`memory`), before it goes on."""

    def collect(self, token: Token, run: Run, answers: dict[str, Any]) -> None:
        """Hand an element's result to its multi-instance activity, before the token goes on."""
        if "element" in token.memory:
            token.parent.task_spec.collect_element(token, run, answers)

    def taken(self, token: Token) -> list[Flow]:
        """Return the flows the token leaves by."""
        chosen = token.memory.get("take")
        return self.flows if chosen is None else [flow for flow in self.flows if flow.id in chosen]

    def with_hidden(self, run: Run, answers: dict[str, Any]) -> dict[str, Any]:
        """Return the answers with null for every field the form kept hidden: no answer, but known."""
        schema = run.model.forms.get(self.extensions.attribute("formRef") or "")
        return {**dict.fromkeys(form_keys(schema)), **answers} if schema else answers

    def assign_outputs(self, token: Token, run: Run, extra: dict[str, Any]) -> None:
        """Evaluate the output parameters over `extra` and the scope, then set them together."""
        outputs = self.extensions.outputs
        if outputs:
            values = run.evaluate_all([text for _, text in outputs], token, extra)
            run.scope_of(token).set(dict(zip((name for name, _ in outputs), values, strict=True)))


class PassThrough(Node):
    """A task without a type, or an intermediate event that throws nothing."""


class UserTask(Node):
    """Waits for somebody's answer. The open task is described by the drawing, evaluated on arrival."""

    waits_for_people = True

    def enter(self, token: Token, run: Run) -> bool:
        run.open_task(token)
        return False

    def answer(self, token: Token, run: Run, answers: dict[str, Any]) -> None:
        answers = self.with_hidden(run, answers)
        self.assign_outputs(token, run, answers)
        self.collect(token, run, answers)


class ScriptTask(Node):
    """Computes a value in FEEL into `resultVariable`, or through output parameters."""

    def enter(self, token: Token, run: Run) -> bool:
        name = self.extensions.attribute("resultVariable")
        extra: dict[str, Any] = {}
        if self.extensions.script:
            extra = {name or "result": run.evaluate(self.extensions.script, token)}
        if name:
            run.scope_of(token).set(extra)
        self.assign_outputs(token, run, extra)
        return True


class BusinessRuleTask(Node):
    """Asks a decision table and keeps its answer in `resultVariable`."""

    def enter(self, token: Token, run: Run) -> bool:
        key = self.extensions.attribute("decisionRef") or ""
        mapping = self.extensions.attribute("mapDecisionResult")
        value = run.decide(token, key, mapping)
        name = self.extensions.attribute("resultVariable")
        if name:
            run.scope_of(token).set({name: value})
        self.assign_outputs(token, run, value if isinstance(value, dict) else {})
        return True


class ServiceTask(Node):
    """Calls the function behind its topic; what talks to the outside makes the token wait."""

    def enter(self, token: Token, run: Run) -> bool:
        result = run.call_handler(token)
        if result.wait:
            return False
        self._take_over(token, run, dict(result.outputs))
        return True

    def leave(self, token: Token, run: Run) -> None:
        self._take_over(token, run, token.memory.get("payload") or {})

    def _take_over(self, token: Token, run: Run, outputs: dict[str, Any]) -> None:
        """Without output parameters the handler's results become variables under their own names."""
        if self.extensions.outputs:
            self.assign_outputs(token, run, outputs)
        else:
            run.scope_of(token).set(outputs)


class SubProcess(Node):
    """An embedded sub-process: its own tokens, the variables of its surroundings."""

    def __init__(self, wf_spec: Any, bpmn_id: str, subworkflow_spec: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.spec = subworkflow_spec

    def enter(self, token: Token, run: Run) -> bool:
        run.start_branch(token, self.spec, run.scope_of(token))
        return False

    def leave(self, token: Token, run: Run) -> None:
        run.end_branch(token)


class CallActivity(SubProcess):
    """Calls a process with its own variables. Nothing crosses but what is mapped.

    Stock: everything is copied in, and everything comes back over what parallel branches wrote meanwhile.
    """

    def enter(self, token: Token, run: Run) -> bool:
        variables: dict[str, Any] = {}
        mapped = self.extensions.call_in
        if any(each.everything for each in mapped):
            variables.update(run.scope_of(token).visible())
        single = [each for each in mapped if not each.everything]
        values = run.evaluate_all([each.expression for each in single], token)
        variables.update(zip((each.target for each in single), values, strict=True))
        run.start_branch(token, self.spec, run.own_scope(token, variables))
        return False

    def leave(self, token: Token, run: Run) -> None:
        inner = run.branch_scope(token)
        values: dict[str, Any] = {}
        mapped = self.extensions.call_out
        if any(each.everything for each in mapped):
            values.update(inner.visible())
        single = [each for each in mapped if not each.everything]
        found = run.evaluate_all([each.expression for each in single], token, scope=inner)
        values.update(zip((each.target for each in single), found, strict=True))
        run.scope_of(token).set(values)
        run.end_branch(token)


class MultiInstance(Node):
    """One activity for each element of a list, in parallel or in order.

    Stock: an empty list completes at once (a silent approval), the last writer wins over the others'
    results, sequential without output crashes at the second element, there is no `nrOf…`.
    """

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.element_spec = ""

    def enter(self, token: Token, run: Run) -> bool:
        loop = self.extensions.multi_instance
        items = self._items(token, run)
        if not items:
            raise EngineFailure("empty_collection", "the list of a multi-instance activity is empty")
        token.memory.update(items=items, results={}, started=0)
        for _ in items[:1] if loop.sequential else items:
            self._start_next(token, run)
        return False

    def _items(self, token: Token, run: Run) -> list[Any]:
        loop = self.extensions.multi_instance
        if loop.cardinality:
            count = run.evaluate(loop.cardinality, token)
            if not isinstance(count, int) or isinstance(count, bool) or count > 1000:
                raise EngineFailure("bad_cardinality", "the cardinality is not a whole number up to 1000")
            return list(range(count))
        items = run.evaluate(loop.collection or "null", token)
        if not isinstance(items, list):
            raise EngineFailure("not_a_list", "the collection of a multi-instance activity is not a list")
        return items

    def _start_next(self, token: Token, run: Run) -> None:
        index = token.memory["started"]
        token.memory["started"] = index + 1
        variables: dict[str, Any] = {"loopCounter": index}
        if self.extensions.multi_instance.element_variable:
            variables[self.extensions.multi_instance.element_variable] = token.memory["items"][index]
        child = token.spawn(self._wf_spec.task_specs[self.element_spec], element=index)
        child.memory["branch"] = token.memory.get("branch", [])
        run.element_scope(child, variables)

    def collect_element(self, element: Token, run: Run, answers: dict[str, Any]) -> None:
        """Evaluate `outputElement` where the element's own answers and variables are visible."""
        wrapper, loop = element.parent, self.extensions.multi_instance
        value = run.evaluate(loop.output_element, element, answers) if loop.output_element else None
        wrapper.memory["results"][str(element.memory["element"])] = value
        element.memory["done_answers"] = answers

    def element_left(self, wrapper: Token, element: Token, run: Run) -> None:
        """An element is through: stop early, start the next, or go on when all are."""
        memory = wrapper.memory
        total, done = len(memory["items"]), len(memory["results"])
        if done < total and not self._may_stop(wrapper, element, run):
            if self.extensions.multi_instance.sequential:
                self._start_next(wrapper, run)
            return
        for other in list(wrapper.children):
            run.cancel(other)
        run.release(wrapper)

    def _may_stop(self, wrapper: Token, element: Token, run: Run) -> bool:
        condition = self.extensions.multi_instance.completion_condition
        if not condition:
            return False
        memory = wrapper.memory
        counters = {
            "nrOfInstances": len(memory["items"]),
            "nrOfCompletedInstances": len(memory["results"]),
            "nrOfActiveInstances": memory["started"] - len(memory["results"]),
        }
        extra = {**element.memory.get("done_answers", {}), **counters, **self._collected(memory)}
        return run.condition(condition, element, extra)

    def _collected(self, memory: dict[str, Any]) -> dict[str, Any]:
        name = self.extensions.multi_instance.output_collection
        results = memory["results"]
        return {name: [results[key] for key in sorted(results, key=int)]} if name else {}

    def leave(self, token: Token, run: Run) -> None:
        run.scope_of(token).set(self._collected(token.memory))


class ExclusiveGateway(Node):
    """Takes the first flow whose condition is true, else the default flow, else it is an incident."""

    def enter(self, token: Token, run: Run) -> bool:
        token.memory["take"] = [self._choose(token, run)]
        return True

    def _choose(self, token: Token, run: Run) -> str:
        if len(self.flows) == 1 and not self.flows[0].condition:
            return self.flows[0].id
        conditional = [flow for flow in self.flows if flow.condition and not flow.is_default]
        for flow, is_true in zip(conditional, run.conditions(token, conditional), strict=False):
            if is_true():
                return flow.id
        default = next((flow.id for flow in self.flows if flow.is_default), None)
        if default is None:
            raise EngineFailure("no_branch", "no outgoing condition is true and there is no default flow")
        return default


class ParallelGateway(Node):
    """Waits for one token on every incoming flow, takes one from each, sends one out on every flow.

    Stock: in a loop it fires early on the second pass, and merges each branch's stale copy of the data.
    """

    recorded_on_arrival = False

    def enter(self, token: Token, run: Run) -> bool:
        partners = joins.parallel_partners(token)
        if partners is None:
            return False
        run.merge(token, partners)
        return True


class InclusiveGateway(Node):
    """Waits until no other token can still arrive, then goes on by every flow whose condition is true.

    Stock: fires early in loops; conditions and joins of one gateway share state.
    """

    recorded_on_arrival = False

    def enter(self, token: Token, run: Run) -> bool:
        token.memory["arrived"] = True
        if len(self.incoming) > 1 and not token.memory.pop("fire", False):
            return False
        run.merge(token, joins.inclusive_partners(token))
        token.memory["take"] = self._choose(token, run)
        return True

    def _choose(self, token: Token, run: Run) -> list[str]:
        if len(self.flows) <= 1 and not any(flow.condition for flow in self.flows):
            return [flow.id for flow in self.flows]
        conditional = [flow for flow in self.flows if flow.condition and not flow.is_default]
        results = run.conditions(token, conditional)
        chosen = [flow.id for flow, is_true in zip(conditional, results, strict=True) if is_true()]
        chosen = chosen or [flow.id for flow in self.flows if flow.is_default]
        if not chosen:
            raise EngineFailure("no_branch", "no outgoing condition is true and there is no default flow")
        return chosen


class EventBasedGateway(Node):
    """Arms every event behind it; the first that happens cancels the others.

    Stock: two timers behind one gateway share one value.
    """

    def taken(self, token: Token) -> list[Flow]:
        return self.flows


class Event(Node):
    """A flow node with an event definition (which may be none)."""

    def __init__(self, wf_spec: Any, bpmn_id: str, event_definition: Any = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.event_definition = event_definition


class StartEvent(Event):
    """Where a process begins; its output parameters read the start form's answers."""

    def enter(self, token: Token, run: Run) -> bool:
        answers = run.take_start_answers(token)
        self.assign_outputs(token, run, self.with_hidden(run, answers) if answers else {})
        return True


class Throwing(Event):
    """An intermediate or end event that throws what it is drawn with."""

    def enter(self, token: Token, run: Run) -> bool:
        definition = self.event_definition
        if isinstance(definition, ErrorEventDefinition):
            run.throw_error(token, definition.code, self.bpmn_name or definition.name or "")
            return False
        if isinstance(definition, EscalationEventDefinition):
            return run.throw_escalation(token, definition.code)
        if isinstance(definition, (MessageEventDefinition, SignalEventDefinition)):
            kind = "message" if isinstance(definition, MessageEventDefinition) else "signal"
            run.send(kind, definition.name, run.inputs(token))
        if isinstance(definition, TerminateEventDefinition):
            run.terminate(token)
        return True


class EndEvent(Throwing):
    """Ends this path, or with a terminate event everything in its process."""


class Catching(Event):
    """Waits for a timer, message or signal."""

    def enter(self, token: Token, run: Run) -> bool:
        if self.event_definition is None:
            return True
        definition = self.event_definition
        if isinstance(definition, timers.TimerDefinition):
            token.memory.update(definition.schedule(token, run))
        return False

    def leave(self, token: Token, run: Run) -> None:
        payload = token.memory.get("payload") or {}
        if self.extensions.outputs:
            self.assign_outputs(token, run, payload)
        else:
            run.scope_of(token).set(payload)


class CatchEvent(Catching):
    """An intermediate catch event, on its own or behind an event gateway."""


class ReceiveTask(Catching):
    """Waits for a message."""


class BoundaryEvent(Catching):
    """Sits on an activity and catches while it runs.

    Stock: a non-interrupting message is caught once only; user tasks behind a non-interrupting cycle timer
    vanish when the host ends.
    """

    recorded_on_arrival = False

    def __init__(self, wf_spec: Any, bpmn_id: str, cancel_activity: bool = True, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.cancel_activity = cancel_activity

    def leave(self, token: Token, run: Run) -> None:
        run.enter(token)
        super().leave(token, run)
