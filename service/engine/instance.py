"""A running case: start or load it, act on it, and ask what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.engine.definition import Model
from service.engine.failures import UnknownToken
from service.engine.motion import events, modifying, moves, moving, recounting, renewing
from service.engine.motion.modifying import Modification, modify, preview
from service.engine.motion.recounting import Moved
from service.engine.motion.waiting import Waits, waits
from service.engine.nodes import Node, ServiceTask, StartEvent
from service.engine.nodes.reminders import Since
from service.engine.nodes.results import Fails, Throws
from service.engine.nodes.scope import Scope
from service.engine.progress import ActiveToken, Environment, OpenTask, Progress, ScopeView, Stand
from service.engine.tokens import looking, snapshot
from service.engine.tokens.running import Running
from service.engine.tokens.tree import ERROR, STARTED, Root, Token
from service.errors import BpmnError, FieldError, InvalidAnswers
from service.wording import Text


class Instance:
    """One process instance between two commits. Not thread-safe."""

    def __init__(self, running: Running) -> None:
        self._running = running

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
        event's output parameters cannot be computed from the answers.

        `answers` of the start form, or what the message brings that begins it: then a failure is an incident.
        """
        info = model.process(process_key)
        root = Root(model.spec(info.key), Scope("root", dict(variables)))
        running = Running(model, info.key, env, root)
        moves.begin(running, answers or {})
        for token in root.live():
            if token.state == ERROR and _asks(token.node) and token.memory.failure:
                raise InvalidAnswers(errors=[FieldError("", token.memory.failure[1])])
        return cls(running)

    @classmethod
    def load(cls, model: Model, blob: bytes, env: Environment) -> Instance:
        """Take up a stored instance where it rests."""
        rest = snapshot.decode(blob, model)
        return cls(Running(model, rest.definition, env, rest.root, rest.state, rest.seq))

    def continue_with(self, env: Environment) -> None:
        """Go on with an instance kept in memory at another instant; its progress was taken before."""
        self._running.begin_step(env, self._running.journal.seq)

    # ---- acting -----------------------------------------------------------------------------------

    def complete(self, token_id: str, answers: Mapping[str, Any]) -> None:
        """Answer a user task. InvalidAnswers when its output parameters cannot be computed; then nothing
        of the step may be stored. UnknownToken when nobody waits there."""
        token = self._waiting(token_id)
        if not token.node.waits_for_people:
            raise UnknownToken(Text("This is no user task."))
        moving.answer(self._running, token, answers)
        moving.drain(self._running)

    def fire_due(self) -> bool:
        """Fire every timer and tell every reminder that is due, the earliest first; True when any was."""
        fired, running = False, self._running
        while (due := events.next_due(running.root)) is not None and due.at <= running.env.now:
            events.come(due, running)
            moving.drain(self._running)
            fired = True
        return fired

    def deliver(self, message: str, payload: Mapping[str, Any]) -> bool:
        """Hand over a message; False when nothing waits for it."""
        return self._hear("message", message, payload)

    def awaits(self, message: str) -> bool:
        """Say whether something waits for a message of this name."""
        return message in events.awaited_messages(self._running.root)

    @property
    def withdrawal(self) -> str | None:
        """Return the message by which the applicant may withdraw the case now, None: they cannot."""
        for token in self._running.root.all_live():
            if token.memory.is_armed and token.state == STARTED:
                drawn = self._running.model.activity(token.definition, token.node.element_id)
                if drawn.withdrawal is not None:
                    return drawn.withdrawal
        return None

    def broadcast(self, signal: str, payload: Mapping[str, Any]) -> bool:
        """Hand a signal to everything that waits for it; False when nothing does."""
        return self._hear("signal", signal, payload)

    def _hear(self, kind: events.Kind, name: str, payload: Mapping[str, Any]) -> bool:
        found = events.deliver(self._running.root, kind, name, payload, self._running.journal)
        moving.drain(self._running)
        return found

    def resolve(self, token_id: str, outputs: Mapping[str, Any]) -> None:
        """A waiting service task has its result."""
        self._waiting_service(token_id).release(outputs)
        moving.drain(self._running)

    def fail(self, token_id: str, error: BpmnError) -> None:
        """A waiting service task has come to a declared error: its boundary event, or an incident."""
        thrown = Throws("error", error.code, error.message)
        moving.settle(self._running, self._waiting_service(token_id), thrown)
        moving.drain(self._running)

    def break_off(self, token_id: str, code: str, message: str) -> None:
        """A waiting service task cannot be carried out: an incident at its element."""
        moving.settle(self._running, self._waiting_service(token_id), Fails(code, message))

    # ---- moving tokens from outside ---------------------------------------------------------------

    def retry(self, token_id: str, *, variables: Mapping[str, Any] | None = None) -> None:
        """Try an incident's element again, with some of its scope's variables corrected."""
        moves.retry(self._running, token_id, variables or {})

    def return_to(self, token_id: str, activity_id: str) -> None:
        """Go back from a user task to an activity already visited in the same process.

        What grew out of that activity's branch is cancelled, parallel branches beside it go on.
        InvalidInput when the way back is not there.
        """
        moves.return_to(self._running, self._waiting(token_id), activity_id)

    def task_now(self, token_id: str) -> OpenTask:
        """Return what a task shows and who is meant, found out anew; see `motion.renewing`.

        UnknownToken when nobody waits.
        """
        return renewing.task_now(self._running, self._waiting(token_id))

    def recount(self, began: Mapping[str, datetime], dues: Mapping[str, datetime | None]) -> Sequence[Moved]:
        """Reckon everything that waits for workdays anew, and return what moved; see `motion.recounting`."""
        return recounting.recount(self._running, began, dues)

    def settle_on_drawing(self, before: Model, since: Mapping[str, Since]) -> None:
        """Take over what the drawings say, other than those `before`, of the places where tokens wait.

        `since`: by token id when an open task opened and when it is due, which the move leaves alone.
        """
        moves.settle_on_drawing(self._running, before, since)

    def cancel(self) -> None:
        """End the instance: every token is cancelled."""
        moves.end(self._running)

    def modify(
        self,
        *,
        cancel: Sequence[str] = (),
        start: Sequence[str] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Modification:
        """Take tokens away and start activities, by token id and by activity path; return what that did.

        `variables` of the instance are set before. InvalidInput with every reason why it cannot be done.
        """
        return modify(self._running, cancel, start, variables or {})

    def correct(self, scope: str, variables: Mapping[str, Any]) -> ScopeView:
        """Give variables of a scope, named by its path or id, other values; return it as it was.

        NotFound without such a scope. Nothing moves: what reads them later reads the new values.
        """
        return modifying.correct(self._running, scope, variables)

    def preview(
        self,
        *,
        cancel: Sequence[str] = (),
        start: Sequence[str] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Modification:
        """Return what `modify` would open, close and lose, without doing it."""
        return preview(self._running, cancel, start, variables or {})

    # ---- looking ----------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return self._running.state

    @property
    def variables(self) -> Mapping[str, Any]:
        return self._running.root.scope.variables

    def scopes(self) -> list[ScopeView]:
        """Return the variables of every scope, the root's first."""
        return looking.scopes(self._running.root)

    def visible(self, token_id: str) -> Mapping[str, Any]:
        """Return every variable that can be read where a token stands. UnknownToken when it is gone."""
        token = self._running.root.token(token_id)
        if token is None:
            raise UnknownToken()
        return token.scope.visible()

    def waits(self) -> list[Waits]:
        """Return what each of the places that wait, waits for."""
        return waits(self._running.root)

    def stand(self) -> Stand:
        """Return how it stands, for who judges where it may go from there."""
        return looking.stand(self._running.root, self._running.definition)

    def stand_with(self, token_id: str, variables: Mapping[str, Any]) -> Stand:
        """Return how it would stand with other variables where a token is. UnknownToken when it is gone."""
        token = self._running.root.token(token_id)
        if token is None:
            raise UnknownToken()
        stand, scope = self.stand(), token.scope
        held = (
            replace(each, variables={**each.variables, **variables}) if each.id == scope.id else each
            for each in stand.scopes
        )
        return replace(stand, scopes=tuple(held))

    def active(self) -> list[ActiveToken]:
        """Return the places that wait, without the activities around them and armed boundary events."""
        return looking.active(self._running.root)

    def enclosing(self) -> list[ActiveToken]:
        """Return the activities around the places that wait: whoever takes one away takes all in it."""
        return looking.enclosing(self._running.root)

    def take_opened(self) -> tuple[OpenTask, ...]:
        """Return the user tasks opened so far and leave them out of `progress`."""
        opened = tuple(self._running.journal.opened.values())
        self._running.journal.opened.clear()
        return opened

    def progress(self) -> Progress:
        """Return the instance as bytes and all that changed since it was started, loaded or last asked."""
        running = self._running
        return self._changed(
            snapshot.encode(running.definition, running.state, running.journal.seq, running.root)
        )

    def changes(self) -> Progress:
        """Return what changed, as `progress` does, of an instance that goes on in memory: no bytes."""
        return self._changed(b"")

    def _changed(self, blob: bytes) -> Progress:
        running, journal = self._running, self._running.journal
        running.begin_journal(journal.seq)
        return Progress(
            snapshot=blob,
            state=running.state,
            opened=tuple(journal.opened.values()),
            closed=tuple(journal.closed),
            next_due=self.due(),
            history=tuple(journal.history),
            incidents=tuple(journal.incidents.values()),
            resolved=tuple(journal.resolved),
            awaited=events.awaited_messages(running.root),
            sent=tuple(journal.sent),
            variables=dict(self.variables),
            facts=tuple(journal.facts),
            told=tuple(journal.told),
            involved=tuple(journal.involved),
            evaluations=tuple(journal.evaluations),
        )

    def due(self) -> datetime | None:
        """Return when something falls due next, None when nothing ever does."""
        due = events.next_due(self._running.root)
        return due.at if due is not None else None

    def waits_at(self, token_id: str) -> bool:
        """Say whether a token of this instance waits under that id."""
        token = self._running.root.token(token_id)
        return token is not None and token.state == STARTED

    # ---- finding ----------------------------------------------------------------------------------

    def _waiting(self, token_id: str) -> Token:
        token = self._running.root.token(token_id)
        if token is None or token.state != STARTED:
            raise UnknownToken()
        return token

    def _waiting_service(self, token_id: str) -> Token:
        token = self._waiting(token_id)
        if not isinstance(token.node, ServiceTask):
            raise UnknownToken(Text("This is no service task."))
        return token


def _asks(node: Node) -> bool:
    return isinstance(node, StartEvent) and node.event_definition is None
