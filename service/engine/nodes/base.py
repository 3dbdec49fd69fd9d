"""What every flow node has in common: enter, wait, leave; flows, boundary events, output parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from service.engine.extensions import Extensions
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
            run.assign(token, dict(zip((name for name, _ in outputs), values, strict=True)))
