"""A running case: start or load it, act on it, and ask what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine import events, nodes, snapshot
from service.engine.definition import Model
from service.engine.failures import EngineFailure, UnknownToken
from service.engine.journal import Journal
from service.engine.progress import ActiveToken, Environment, OpenTask, Progress, ScopeView
from service.engine.run import Run
from service.engine.scope import Scope
from service.engine.tokens import ERROR, STARTED, STATE_NAMES, Root, Token
from service.errors import BpmnError, FeelError, FieldError, InvalidAnswers, InvalidInput
from service.wording import Text


class Instance:
    """One process instance between two commits. Not thread-safe."""

    def __init__(self, run: Run) -> None:
        self._run = run

    # ---- beginning --------------------------------------------------------------------------------

    @classmethod
    def start(
        cls,
        model: Model,
        process_key: str,
        variables: Mapping[str, Any],
        env: Environment,
        *,
        answers: Mapping[str, Any] | None = None,
    ) -> Instance:
        """Begin a process with these variables. NotFound for an unknown key; InvalidAnswers when the start
        event's output parameters cannot be computed from the answers."""
        info = model.process(process_key)
        root = Root(model.spec(info.key), Scope("root", dict(variables)))
        run = Run(model, info.key, env, root)
        run.start_answers = dict(answers or {})
        run.plant(root)
        run.drain()
        instance = cls(run)
        failed = root.find(lambda token: token.state == ERROR and token.workflow is root)
        if failed is not None and isinstance(failed.task_spec, nodes.StartEvent):
            raise InvalidAnswers(errors=[FieldError("", failed.memory["failed"][1])])
        return instance

    @classmethod
    def load(cls, model: Model, blob: bytes, env: Environment) -> Instance:
        """Take up a stored instance where it rests."""
        state = snapshot.read(blob)
        root, scopes = snapshot.restore(state, model)
        run = Run(model, state["definition"], env, root)
        run.scopes, run.visited = scopes, state["visited"]
        run.state, run.journal.seq = state["state"], state["seq"]
        return cls(run)

    # ---- acting -----------------------------------------------------------------------------------

    def complete(self, token_id: str, answers: Mapping[str, Any]) -> None:
        """Answer a user task. InvalidAnswers when its output parameters cannot be computed; then nothing
        of the step may be stored. UnknownToken when nobody waits there."""
        token = self._waiting(token_id)
        if not token.task_spec.waits_for_people:
            raise UnknownToken(Text("This is no user task."))
        try:
            token.task_spec.answer(token, self._run, dict(answers))
        except FeelError as error:
            raise InvalidAnswers(errors=[FieldError("", error.message)]) from error
        self._run.journal.close(token.token_id, "completed")
        token.complete()
        self._run.drain()

    def fire_due(self) -> bool:
        """Fire every timer that is due, the earliest first; True when any was."""
        fired = False
        while (token := self._next_due()) is not None and token.memory["due"] <= self._run.now:
            self._run.fire(token)
            self._run.drain()
            fired = True
        return fired

    def deliver(self, message: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> bool:
        """Hand over a message; False when nothing waits for it."""
        if token_id is not None:
            self._run.fire(self._waiting(token_id), payload)
            found = True
        else:
            found = events.deliver(self._run, "message", message, payload)
        self._run.drain()
        return found

    def awaits(self, message: str) -> bool:
        """Say whether something waits for a message of this name."""
        return message in events.awaited(self._run)

    def broadcast(self, signal: str, payload: Mapping[str, Any]) -> bool:
        """Hand a signal to everything that waits for it; False when nothing does."""
        found = events.deliver(self._run, "signal", signal, payload)
        self._run.drain()
        return found

    def resolve(self, token_id: str, outputs: Mapping[str, Any]) -> None:
        """A waiting service task has its result."""
        self._run.release(self._waiting_service(token_id), outputs)
        self._run.drain()

    def fail(self, token_id: str, error: BpmnError) -> None:
        """A waiting service task has come to a declared error: its boundary event, or an incident."""
        token = self._waiting_service(token_id)
        try:
            self._run.throw_error(token, error.code, error.message)
        except EngineFailure as failure:
            self._run.fail(token, failure.code, failure.message)
        self._run.drain()

    def break_off(self, token_id: str, code: str, message: str) -> None:
        """A waiting service task cannot be carried out: an incident at its element."""
        self._run.fail(self._waiting_service(token_id), code, message)

    def retry(self, token_id: str, *, variables: Mapping[str, Any] | None = None) -> None:
        """Try an incident's element again, with some of its scope's variables corrected."""
        token = self._run.root.token(token_id)
        if token is None or token.state != ERROR:
            raise UnknownToken(Text("There is no incident at this place any more."))
        if variables:
            self._run.scope_of(token).set(variables)
        token.memory.pop("failed", None)
        self._run.journal.resolve(token.token_id)
        token._ready()
        self._run.drain()

    def return_to(self, token_id: str, activity_id: str) -> None:
        """Go back from a user task to an activity already visited in the same process.

        What grew out of that activity's branch is cancelled, parallel branches beside it go on.
        """
        token = self._waiting(token_id)
        owner = token.workflow.parent_task_id
        branch = self._run.visited.get(owner.hex if owner else "", {}).get(activity_id)
        if branch is None:
            raise InvalidInput(
                Text("The activity {activity!r} has not been visited here.", activity=activity_id)
            )
        if token.memory.get("branch", [])[: len(branch)] != branch:
            # Its parallel partners have been through the join: alone it would wait there for ever.
            raise InvalidInput(
                Text(
                    "{activity!r} lies in a parallel block that is over: return to before it.",
                    activity=activity_id,
                )
            )
        target = token.workflow.spec.task_specs[activity_id]
        for other in list(token.workflow.live()):
            if other.memory.get("branch", [])[: len(branch)] == branch:
                self._run.cancel(other)
        token.workflow.task_tree.spawn(target, branch=branch)
        self._run.drain()

    def cancel(self) -> None:
        """End the instance: every token is cancelled."""
        for token in list(self._run.root.live()):
            self._run.cancel(token)
        self._run.state = "cancelled"

    def set_variables(self, variables: Mapping[str, Any], scope_id: str = "root") -> None:
        """Correct variables of one scope."""
        scope = self._run.root.scope if scope_id == "root" else self._run.scopes.get(scope_id)
        if scope is None:
            raise InvalidInput(Text("There is no scope {scope!r}.", scope=scope_id))
        scope.set(variables)

    # ---- looking ----------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return self._run.state

    @property
    def variables(self) -> Mapping[str, Any]:
        return self._run.root.scope.variables

    def scopes(self) -> list[ScopeView]:
        """Return the variables of every scope, the root's first."""
        views = [ScopeView("root", "", self._run.definition, self.variables)]
        for key, scope in self._run.scopes.items():
            token = self._run.root.token(key.split(":")[1])
            if token is not None:
                views.append(
                    ScopeView(
                        key, self._scope_path(key, token), self._definition_in(key, token), scope.variables
                    )
                )
        return views

    def _scope_path(self, key: str, token: Token) -> str:
        path = self._run.path_of(token)
        return f"{path}[{token.memory['element']}]" if key.startswith("element:") else path

    def _definition_in(self, key: str, token: Token) -> str:
        branch = self._run.root.subprocesses.get(token.id)
        owner = branch if key.startswith("call:") and branch is not None else token.workflow
        return owner.spec.key.split("/")[0]

    def active(self) -> list[ActiveToken]:
        """Return the places that wait, without the activities around them and armed boundary events."""
        return [self._active(token) for token in self._run.root.all_live() if self._is_leaf(token)]

    def _is_leaf(self, token: Token) -> bool:
        if isinstance(token.task_spec, nodes.BoundaryEvent) and token.state == STARTED:
            return False
        holds = token.id in self._run.root.subprocesses or token.children
        return token.state == ERROR or not holds

    def _active(self, token: Token) -> ActiveToken:
        spec = token.task_spec
        return ActiveToken(
            token_id=token.token_id,
            activity_id=spec.element_id,
            activity_path=self._run.path_of(token),
            definition=self._run.definition_of(token),
            kind=spec.kind,
            name=spec.bpmn_name or "",
            state=STATE_NAMES.get(token.state, "waiting"),
        )

    def take_opened(self) -> tuple[OpenTask, ...]:
        """Return the user tasks opened so far and leave them out of `progress`."""
        opened = tuple(self._run.journal.opened.values())
        self._run.journal.opened.clear()
        return opened

    def progress(self) -> Progress:
        """Return the instance as bytes and all that changed since it was started, loaded or last asked."""
        journal, due = self._run.journal, self._next_due()
        self._run.journal = Journal(journal.seq)
        return Progress(
            snapshot=snapshot.encode(self._run),
            state=self._run.state,
            opened=tuple(journal.opened.values()),
            closed=tuple(journal.closed),
            next_due=due.memory["due"] if due is not None else None,
            history=tuple(journal.history),
            incidents=tuple(journal.incidents.values()),
            resolved=tuple(journal.resolved),
            awaited=events.awaited(self._run),
            sent=tuple(journal.sent),
            variables=dict(self.variables),
            facts=tuple(journal.facts),
        )

    # ---- finding ----------------------------------------------------------------------------------

    def _waiting(self, token_id: str) -> Token:
        token = self._run.root.token(token_id)
        if token is None or token.state != STARTED:
            raise UnknownToken()
        return token

    def _waiting_service(self, token_id: str) -> Token:
        token = self._waiting(token_id)
        if not isinstance(token.task_spec, nodes.ServiceTask):
            raise UnknownToken(Text("This is no service task."))
        return token

    def _next_due(self) -> Token | None:
        waiting = [
            token
            for token in self._run.root.all_live()
            if token.state == STARTED and token.memory.get("due") is not None
        ]
        return min(waiting, key=lambda token: token.memory["due"], default=None)
