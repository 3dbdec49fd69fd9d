"""One activity for each element of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.drawing.extensions import MultiInstance as Drawn
from service.engine.failures import EngineFailure
from service.engine.nodes.base import Node
from service.engine.nodes.memory import Round
from service.engine.nodes.results import GoesOn, Repeats
from service.engine.nodes.token_view import TokenView

MOST_ELEMENTS = 1000


class MultiInstance(Node):
    """One activity for each element of a list, in parallel or in order.

    Stock: an empty list completes at once (a silent approval), the last writer wins over the others'
    results, sequential without output crashes at the second element, there is no `nrOf…`.
    """

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.element_spec = ""

    @property
    def drawn(self) -> Drawn:
        """How often the activity runs, as drawn."""
        drawn = self.extensions.multi_instance
        assert drawn is not None, "the dialect makes this node of multi-instance activities only"
        return drawn

    def enter(self, view: TokenView) -> Repeats:
        items = self._items(view)
        if not items:
            raise EngineFailure("empty_collection", "the list of a multi-instance activity is empty")
        return Repeats(items, self.drawn.sequential)

    def _items(self, view: TokenView) -> list[Any]:
        if self.drawn.cardinality:
            count = view.evaluate(self.drawn.cardinality)
            if not isinstance(count, int) or isinstance(count, bool) or count > MOST_ELEMENTS:
                raise EngineFailure("bad_cardinality", "the cardinality is not a whole number up to 1000")
            return list(range(count))
        items = view.evaluate(self.drawn.collection or "null")
        if not isinstance(items, list):
            raise EngineFailure("not_a_list", "the collection of a multi-instance activity is not a list")
        return items

    def variables_of(self, round: Round, index: int) -> dict[str, Any]:
        """Return the variables one element begins with."""
        name = self.drawn.element_variable
        return {"loopCounter": index, **({name: round.items[index]} if name else {})}

    def value_of(self, view: TokenView, result: GoesOn) -> Any:
        """Return what an element hands to the collection: seen from it, its answers and outputs included."""
        expression = self.drawn.output_element
        return view.evaluate(expression, {**result.variables, **result.answers}) if expression else None

    def has_enough(self, view: TokenView, result: GoesOn, round: Round) -> bool:
        """Say whether the round may end before everybody is through, seen from the element that is."""
        condition = self.drawn.completion_condition
        if not condition:
            return False
        counters = {
            "nrOfInstances": round.total,
            "nrOfCompletedInstances": len(round.results),
            "nrOfActiveInstances": round.active,
        }
        extra = {**result.variables, **result.answers, **counters, **self._collected(round)}
        return view.condition(condition, extra)

    def leave(self, view: TokenView) -> GoesOn:
        round = view.token.memory.round
        return GoesOn(self._collected(round) if round is not None else {})

    def _collected(self, round: Round) -> Mapping[str, Any]:
        name = self.drawn.output_collection
        return {name: round.collected} if name else {}
