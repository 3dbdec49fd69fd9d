"""Where tokens part and meet."""

from __future__ import annotations

from collections.abc import Sequence

from service.engine.drawing import Flow
from service.engine.failures import EngineFailure
from service.engine.nodes.base import Node
from service.engine.nodes.results import GoesOn, WaitsForPartners
from service.engine.nodes.token_view import TokenView


def _conditional(flows: Sequence[Flow]) -> list[Flow]:
    return [flow for flow in flows if flow.condition and not flow.is_default]


def _or_default(chosen: Sequence[str], flows: Sequence[Flow]) -> GoesOn:
    found = tuple(chosen) or tuple(flow.id for flow in flows if flow.is_default)
    if not found:
        raise EngineFailure("no_branch", "no outgoing condition is true and there is no default flow")
    return GoesOn(flows=found)


class ExclusiveGateway(Node):
    """Takes the first flow whose condition is true, else the default flow, else it is an incident."""

    def enter(self, view: TokenView) -> GoesOn:
        if len(self.flows) == 1 and not self.flows[0].condition:
            return GoesOn()
        conditional = _conditional(self.flows)
        questions = view.conditions([flow.condition for flow in conditional])
        # Asked one after the other: what stands behind the first true condition need not have a value.
        first = next((flow for flow, ask in zip(conditional, questions, strict=True) if ask()), None)
        return _or_default([first.id] if first else [], self.flows)


class ParallelGateway(Node):
    """Waits for one token on every incoming flow, takes one from each, sends one out on every flow.

    Stock: in a loop it fires early on the second pass, and merges each branch's stale copy of the data.
    """

    recorded_on_arrival = False

    def enter(self, view: TokenView) -> WaitsForPartners:
        return WaitsForPartners(everywhere=True)


class InclusiveGateway(Node):
    """Waits until no other token can still arrive, then goes on by every flow whose condition is true.

    Stock: fires early in loops; conditions and joins of one gateway share state.
    """

    recorded_on_arrival = False

    def enter(self, view: TokenView) -> WaitsForPartners:
        return WaitsForPartners(everywhere=len(self.incoming) <= 1)

    def leave(self, view: TokenView) -> GoesOn:
        if len(self.flows) <= 1 and not any(flow.condition for flow in self.flows):
            return GoesOn()
        conditional = _conditional(self.flows)
        questions = view.conditions([flow.condition for flow in conditional])
        chosen = [flow.id for flow, ask in zip(conditional, questions, strict=True) if ask()]
        return _or_default(chosen, self.flows)


class EventBasedGateway(Node):
    """Arms every event behind it; the first that happens cancels the others.

    Stock: two timers behind one gateway share one value.
    """

    def enter(self, view: TokenView) -> GoesOn:
        return GoesOn(races=True)
