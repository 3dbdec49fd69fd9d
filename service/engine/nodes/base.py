"""What every flow node has in common: it is asked on arrival and on leaving, and answers what it wants."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from service.engine.case.schema import fact_of
from service.engine.drawing import Flow
from service.engine.drawing.extensions import Extensions
from service.engine.nodes.results import GoesOn, Result
from service.engine.nodes.token_view import TokenView


class Node(BpmnSpecMixin):
    """A flow node: SpiffWorkflow's task spec, with what it does at run time replaced.

    Stock: grows MAYBE/LIKELY/FUTURE tasks for the whole diagram, and acts on the task tree by itself.
    """

    recorded_on_arrival: ClassVar[bool] = True
    waits_for_people: ClassVar[bool] = False

    bpmn_id: str
    bpmn_name: str | None
    name: str
    lane: str | None

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

    def enter(self, view: TokenView) -> Result:
        """Return what the element wants when a token arrives."""
        return GoesOn()

    def leave(self, view: TokenView) -> GoesOn:
        """Return how the token goes on once what it waited for has come (`view.came`)."""
        return GoesOn()

    def goes_on(
        self,
        view: TokenView,
        assigned: Mapping[str, Any],
        *,
        variables: Mapping[str, Any] = MappingProxyType({}),
        answers: Mapping[str, Any] = MappingProxyType({}),
    ) -> GoesOn:
        """Return how the token goes on with these values: what is named `case.…` among them is a fact.

        `variables` are set as well, whatever their names. FeelError when a fact cannot have its value.
        """
        named = {name: value for target, value in assigned.items() if (name := fact_of(target)) is not None}
        facts = {name: view.evaluation.facts.accepted(name, value) for name, value in named.items()}
        plain = {name: value for name, value in assigned.items() if fact_of(name) is None}
        return GoesOn({**variables, **plain}, facts=facts, answers=answers)

    def inputs(self, view: TokenView) -> dict[str, Any]:
        """Return the input parameters, evaluated."""
        parameters = self.extensions.inputs
        values = view.literal_or_feel([text for _, text in parameters])
        return dict(zip((name for name, _ in parameters), values, strict=True))

    def outputs(self, view: TokenView, extra: Mapping[str, Any]) -> dict[str, Any]:
        """Return the output parameters, evaluated over the variables with `extra` on top."""
        parameters = self.extensions.outputs
        values = view.evaluate_all([text for _, text in parameters], extra)
        return dict(zip((name for name, _ in parameters), values, strict=True))
