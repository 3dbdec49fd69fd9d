"""One step of an instance: what nodes may ask for while tokens move, and the loop that moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from service.engine import events, joins, nodes
from service.engine.case_facts import CASE, fact_of
from service.engine.decisions import evaluate, map_result, reads
from service.engine.evaluation import Evaluation
from service.engine.extensions import split_list
from service.engine.failures import EngineFailure
from service.engine.journal import Journal
from service.engine.progress import (
    Environment,
    HandlerCall,
    HandlerResult,
    NewFact,
    NewIncident,
    OpenTask,
    SentMessage,
)
from service.engine.scope import Scope
from service.engine.timers import to_due
from service.engine.tokens import CANCELLED, ERROR, READY, STARTED, Branch, Root, Token, TokenTree
from service.errors import (
    BpmnError,
    DecisionError,
    FeelError,
    FeelTimeout,
    HandlerFailed,
    ServiceError,
    Unavailable,
)

if TYPE_CHECKING:
    from service.engine.definition import Model

STEP_LIMIT = 20_000
_CODES: tuple[tuple[type[ServiceError], str], ...] = (
    (FeelTimeout, "feel_timeout"),
    (FeelError, "feel_error"),
    (DecisionError, "decision_error"),
    (HandlerFailed, "handler_failed"),
)


class Run(Evaluation):
    """The token tree of an instance in motion, with its model, its scopes and the step's environment."""

    def __init__(self, model: Model, definition: str, env: Environment, root: Root) -> None:
        super().__init__(env, model.case)
        self.model = model
        self.definition = definition
        self.root = root
        self.journal = Journal()
        self.visited: dict[str, dict[str, list[str]]] = {}
        self.start_answers: dict[str, Any] | None = None
        self.state = "active"
        root.run = self

    # ---- moving -----------------------------------------------------------------------------------

    def drain(self) -> None:
        """Move tokens until every one of them waits."""
        steps = 0
        while self.state == "active":
            while self.root.ready:
                token = self.root.ready.popleft()
                if token.state == READY and token.id in token.workflow.tasks:
                    steps += 1
                    self._run_guarded(token, exhausted=steps > STEP_LIMIT)
            if not self._fire_inclusive() and not self._close_trees():
                return

    def _run_guarded(self, token: Token, *, exhausted: bool) -> None:
        try:
            if exhausted:
                raise EngineFailure(
                    "endless_loop",
                    "more than {limit} automatic steps without a wait",
                    limit=STEP_LIMIT,
                )
            self._run_catching(token)
        except EngineFailure as failure:
            self.fail(token, failure.code, failure.message)
        except Unavailable:
            # Nothing of the drawing has failed: the step is to be done again, whole.
            raise
        except ServiceError as error:
            code = next((code for kind, code in _CODES if isinstance(error, kind)), "failed")
            self.fail(token, code, error.message)

    def _run_catching(self, token: Token) -> None:
        try:
            token.run()
        except BpmnError as error:
            self.throw_error(token, error.code, error.message)

    def _fire_inclusive(self) -> bool:
        """Release one inclusive join that no other token can still reach."""
        for token in self.root.all_live():
            waits = isinstance(token.task_spec, nodes.InclusiveGateway) and token.state == STARTED
            if waits and joins.inclusive_may_fire(token):
                token.memory["fire"] = True
                token._ready()
                return True
        return False

    def _close_trees(self) -> bool:
        """Complete the processes whose last token is gone; True when that moved anything."""
        moved = False
        for tree in self.root.trees():
            if not tree.is_empty:
                continue
            if isinstance(tree, Root):
                self.state = "completed"
            elif not tree.completed:
                tree.completed = moved = True
                self.release(tree.parent_token)
        return moved

    def passed(self, token: Token) -> None:
        """A token has done its element: send it on by the flows it takes, and take it off the tree."""
        spec = token.task_spec
        self._disarm(token)
        self.record(token, "left")
        if isinstance(token.parent.task_spec, nodes.MultiInstance) and "element" in token.memory:
            wrapper = token.parent
            token.leave_tree()
            wrapper.task_spec.element_left(wrapper, token, self)
        else:
            self._send_on(token, spec.taken(token))
            token.leave_tree()
        self._drop_scopes(token)

    def _send_on(self, token: Token, flows: Sequence[nodes.Flow]) -> None:
        spec, branch = token.task_spec, token.memory.get("branch", [])
        race = {"race": token.token_id} if isinstance(spec, nodes.EventBasedGateway) else {}
        forks = len(flows) > 1 and not race
        for index, flow in enumerate(flows):
            target = token.workflow.spec.task_specs[flow.target]
            path = [*branch, f"{token.token_id[:12]}:{index}"] if forks else branch
            token.spawn(target, flow=flow.id, branch=path, **race)

    def release(self, token: Token, payload: Mapping[str, Any] | None = None) -> None:
        """What the token waited for has come: let it take that over and go on."""
        token.memory["leaving"] = True
        token.memory["payload"] = dict(payload or {})
        token.memory.pop("due", None)
        token._ready()

    def merge(self, token: Token, partners: Sequence[Token]) -> None:
        """Let one token go on for several that met at a join."""
        paths = [each.memory.get("branch", []) for each in (token, *partners)]
        common = paths[0]
        for path in paths[1:]:
            common = [a for a, b in zip(common, path, strict=False) if a == b]
        token.memory["branch"] = common if partners else paths[0]
        token.memory["flow"] = ",".join(each.memory.get("flow", "") for each in (token, *partners))
        for partner in partners:
            self._remove(partner)
        self.enter(token)

    # ---- stopping ---------------------------------------------------------------------------------

    def cancel(self, token: Token) -> None:
        """Take a token and everything that hangs on it out of the process."""
        if token.id not in token.workflow.tasks:
            return
        for element in list(token.children):
            self.cancel(element)
        self._drop_branch(token, cancelled=True)
        self._disarm(token)
        if token.memory.get("failed"):
            self.journal.resolve(token.token_id)
        if token.task_spec.waits_for_people and token.state == STARTED:
            self.journal.close(token.token_id, "cancelled")
        if token.memory.get("in"):
            self.record(token, "cancelled")
        token._set_state(CANCELLED)
        self._remove(token)

    def _remove(self, token: Token) -> None:
        token.leave_tree()
        self._drop_scopes(token)

    def _drop_branch(self, token: Token, *, cancelled: bool) -> None:
        branch = self.root.subprocesses.get(token.id)
        if branch is None:
            return
        if cancelled:
            for inner in list(branch.live()):
                self.cancel(inner)
        del self.root.subprocesses[token.id]
        self.visited.pop(token.token_id, None)

    def _drop_scopes(self, token: Token) -> None:
        self.scopes.pop(f"element:{token.token_id}", None)
        self.scopes.pop(f"call:{token.token_id}", None)

    def terminate(self, token: Token) -> None:
        """Cancel everything else in the token's process."""
        for other in list(token.workflow.live()):
            if other is not token:
                self.cancel(other)

    def fail(self, token: Token, code: str, message: str) -> None:
        """Stop a token at its element with an incident."""
        if token.id not in token.workflow.tasks:
            return
        token._state = ERROR
        token.memory["failed"] = [code, str(message)]
        self.record(token, "failed")
        self.journal.fail(
            NewIncident(token.token_id, token.task_spec.element_id, self.path_of(token), code, message)
        )

    # ---- boundary events and throwing -------------------------------------------------------------

    def arm_boundary(self, host: Token, name: str) -> None:
        if any(each.task_spec.name == name for each in events.attached(host)):
            return
        spec = host.workflow.spec.task_specs[name]
        host.parent.spawn(spec, host=host.token_id, branch=host.memory.get("branch", []))

    def _disarm(self, host: Token) -> None:
        for boundary in events.attached(host):
            self.cancel(boundary)

    def fire(self, token: Token, payload: Mapping[str, Any] | None = None) -> None:
        """An event has happened for a waiting token: settle what hangs on it and let it go on."""
        if isinstance(token.task_spec, nodes.BoundaryEvent):
            self._fire_boundary(token)
        race = token.memory.get("race")
        if race:
            for other in list(token.workflow.live()):
                if other is not token and other.memory.get("race") == race:
                    self.cancel(other)
        self.release(token, payload)

    def _fire_boundary(self, token: Token) -> None:
        host = self.root.token(token.memory["host"])
        if token.task_spec.cancel_activity:
            token.memory["host"] = None
            if host is not None:
                self.cancel(host)
            return
        again = events.memory_for_next(token, self.now)
        token.memory["host"] = None
        if again is not None and host is not None:
            copy = token.parent._add_child(token.task_spec)
            copy.memory.update(again, host=host.token_id, branch=token.memory.get("branch", []))
            copy._state = STARTED

    def throw_error(self, token: Token, code: str | None, message: str) -> None:
        """Hand a declared error to the nearest boundary event that catches it, or raise EngineFailure."""
        found = events.catcher(token, events.catches_error(code))
        if found is None:
            raise EngineFailure(
                "uncaught_error",
                "nothing catches the error {code}: {message}",
                code=repr(code),
                message=message,
            )
        self.fire(found, {"error_code": code, "error_message": str(message)})

    def throw_escalation(self, token: Token, code: str | None) -> bool:
        """Tell the nearest boundary event that catches it; True when the token itself may go on."""
        found = events.catcher(token, events.catches_escalation(code))
        if found is not None:
            self.fire(found)
        return token.id in token.workflow.tasks

    def send(self, kind: str, name: str, payload: Mapping[str, Any]) -> None:
        """Throw a message or signal: to whatever waits for it in this instance, else to the outside."""
        if kind == "message":
            if not events.deliver(self, "message", name, payload):
                self.journal.sent.append(SentMessage(kind, name, payload))
        else:
            events.deliver(self, "signal", name, payload)
            self.journal.sent.append(SentMessage(kind, name, payload))

    # ---- scopes and branches ----------------------------------------------------------------------

    def assign(self, token: Token, values: Mapping[str, Any]) -> None:
        """Set variables where the token is, and among them those named `case.…` as facts of the case."""
        named = {name: value for target, value in values.items() if (name := fact_of(target)) is not None}
        # All or none: what one of them cannot be must not leave the others behind.
        facts = {name: self.facts.accepted(name, value) for name, value in named.items()}
        self.scope_of(token).set({name: value for name, value in values.items() if fact_of(name) is None})
        for name, value in facts.items():
            if self.facts.write(name, value):
                self.journal.facts.append(self._new_fact(token, name, value))

    def _new_fact(self, token: Token, name: str, value: Any) -> NewFact:
        return NewFact(
            name=name,
            value=value,
            token_id=token.token_id,
            activity_id=token.task_spec.element_id,
            activity_path=self.path_of(token),
            definition=self.definition_of(token),
            is_in_call=_is_in_call(token),
        )

    def branch_scope(self, token: Token) -> Scope:
        return self.root.subprocesses[token.id].scope

    def start_branch(self, token: Token, key: str, scope: Scope) -> None:
        spec = self.model.spec(key)
        if spec is None:
            raise EngineFailure("process_not_found", "the called process {key!r} is not deployed", key=key)
        branch = Branch(spec, token.id, self.root, scope)
        self.root.subprocesses[token.id] = branch
        self.plant(branch)

    def plant(self, tree: TokenTree) -> None:
        """Put the first token on the start event."""
        tree.plant().spawn(self.model.start_of(tree.spec))

    def end_branch(self, token: Token) -> None:
        self._drop_branch(token, cancelled=False)

    def take_start_answers(self, token: Token) -> dict[str, Any]:
        """Return the start form's answers, for the start event of the instance itself."""
        if token.workflow is not self.root or self.start_answers is None:
            return {}
        return self.start_answers

    # ---- what elements ask the outside for --------------------------------------------------------

    def decide(self, token: Token, key: str, mapping: str | None) -> Any:
        decision = self.model.decisions.get(key)
        if decision is None:
            raise EngineFailure("decision_not_found", "the decision {key!r} is not deployed", key=key)
        variables = {**self.scope_of(token).visible(), **self.inputs(token)}
        if CASE in reads(decision):
            variables[CASE] = self.facts.visible()
        result = evaluate(decision, variables, self.env.feel, self.now)
        return map_result(result, mapping or _usual_mapping(decision))

    def call_handler(self, token: Token) -> HandlerResult:
        spec = token.task_spec
        call = HandlerCall(
            topic=spec.extensions.attribute("topic") or "",
            params=self.inputs(token),
            token_id=token.token_id,
            activity_id=spec.element_id,
            activity_path=self.path_of(token),
            definition=self.definition_of(token),
            variables=self.scope_of(token).visible(),
            facts=self.facts.visible,
        )
        return self.env.call_handler(call)

    def open_task(self, token: Token) -> None:
        """Describe the user task a token has reached."""
        spec, extensions = token.task_spec, token.task_spec.extensions
        wanted = ["dueDate", "candidateGroups", "assignee"]
        written = [extensions.attribute(name) or "" for name in wanted]
        due, groups, assignee = self.literal_or_feel(written, token)
        self._remember_visit(token)
        element = token.memory.get("element")
        self.journal.opened[token.token_id] = OpenTask(
            token_id=token.token_id,
            activity_id=spec.element_id,
            activity_path=self.path_of(token),
            definition=self.definition_of(token),
            name=spec.bpmn_name or spec.element_id,
            form=extensions.attribute("formRef"),
            lane=spec.lane,
            candidate_groups=_groups(groups),
            assignee=assignee or None,
            due_at=to_due(due, self.now) if due else None,
            element_index=element,
            element_value=None if element is None else token.parent.memory["items"][element],
            not_by=extensions.listed("notBy"),
            properties=extensions.properties,
            inputs=self.inputs(token),
            variables=self.scope_of(token).visible(),
        )

    def _remember_visit(self, token: Token) -> None:
        owner = token.workflow.parent_task_id
        visits = self.visited.setdefault(owner.hex if owner else "", {})
        visits[token.task_spec.element_id] = token.memory.get("branch", [])

    # ---- the record -------------------------------------------------------------------------------

    def path_of(self, token: Token) -> str:
        """Return the ids of the activities around a token and its own, joined by `/`."""
        tree = token.workflow
        own = token.task_spec.element_id
        return f"{self.path_of(tree.parent_token)}/{own}" if isinstance(tree, Branch) else own

    def definition_of(self, token: Token) -> str:
        return token.workflow.spec.key.split("/")[0]

    def enter(self, token: Token) -> None:
        token.memory["in"] = True
        self.record(token, "entered")

    def record(self, token: Token, event: str) -> None:
        spec = token.task_spec
        self.journal.record(
            self.now,
            activity_id=spec.element_id,
            activity_path=self.path_of(token),
            definition=self.definition_of(token),
            kind=spec.kind,
            name=spec.bpmn_name or "",
            token_id=token.token_id,
            event=event,
            flow=token.memory.get("flow") if event == "entered" else None,
        )


def _is_in_call(token: Token) -> bool:
    """Say whether a token runs in a called process; embedded sub-processes belong to what is around them."""
    tree = token.workflow
    while isinstance(tree, Branch):
        if isinstance(tree.parent_token.task_spec, nodes.CallActivity):
            return True
        tree = tree.parent_token.workflow
    return False


def _groups(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return split_list(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if value is None:
        return ()
    raise EngineFailure("bad_groups", "candidate groups are names, not {value}", value=repr(value))


def _usual_mapping(decision: Any) -> str:
    if decision.is_list:
        return "collectEntries" if len(decision.outputs) == 1 else "resultList"
    return "singleEntry" if len(decision.outputs) == 1 else "singleResult"
