"""Tasks, embedded sub-processes and call activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.engine.nodes.base import Node

if TYPE_CHECKING:
    from service.engine.run import Run
    from service.engine.tokens import Token


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
        run.assign(token, values)
        run.end_branch(token)
