"""One activity for each element of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.engine.failures import EngineFailure
from service.engine.nodes.base import Node

if TYPE_CHECKING:
    from service.engine.run import Run
    from service.engine.tokens import Token


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
