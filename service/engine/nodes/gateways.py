"""Where tokens part and meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.engine import joins
from service.engine.failures import EngineFailure
from service.engine.nodes.base import Flow, Node

if TYPE_CHECKING:
    from service.engine.run import Run
    from service.engine.tokens import Token


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
