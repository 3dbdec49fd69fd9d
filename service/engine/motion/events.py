"""Events that happen: which waiting tokens they are for, and what follows for those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition

from service.engine.motion import event_sub_processes
from service.engine.nodes import BoundaryEvent, Catching, reminders, timers
from service.engine.nodes.memory import Memory
from service.engine.progress import Told
from service.engine.tokens.journal import Journal
from service.engine.tokens.removing import attached, cancel
from service.engine.tokens.running import Running
from service.engine.tokens.tree import STARTED, Root, Token

Kind = Literal["message", "signal"]
_KINDS = {"message": MessageEventDefinition, "signal": SignalEventDefinition}


def fire(token: Token, payload: Mapping[str, Any], journal: Journal) -> None:
    """An event has happened for a waiting token: settle what hangs on it and let it go on."""
    if token.memory.is_armed:
        _begin(token, payload, journal)
        return
    if isinstance(token.node, BoundaryEvent):
        _fire_boundary(token, token.node, journal)
    race = token.memory.race
    if race is not None:
        for other in token.tree.live():
            if other is not token and other.memory.race == race:
                cancel(other, journal)
    token.release(payload)


def _fire_boundary(token: Token, node: BoundaryEvent, journal: Journal) -> None:
    """Take the activity away, or keep the event armed for its next time."""
    host = token.tree.root.token(token.memory.host or "")
    if host is not None and not node.cancel_activity:
        _arm_again(token, journal)
    token.memory.host = None
    if host is not None and node.cancel_activity:
        cancel(host, journal)


def _begin(token: Token, payload: Mapping[str, Any], journal: Journal) -> None:
    """Have an event sub-process run: instead of what is around it, or beside that and armed again."""
    if event_sub_processes.node_of(token).interrupts:
        for other in token.tree.live():
            if other is not token:
                cancel(other, journal)
    else:
        _arm_again(token, journal)
    memory = token.memory
    memory.is_armed, memory.came, memory.due, memory.cycle = False, payload, None, None
    token.ready()


def _arm_again(token: Token, journal: Journal) -> None:
    """Have an event that does not interrupt wait again, unless its timer has had its last turn."""
    memory = token.memory
    again = Memory(path=memory.path, host=memory.host, is_armed=memory.is_armed)
    if memory.due is not None:
        turn = timers.following(memory.due, memory.cycle, journal.now) if memory.cycle is not None else None
        if turn is None:
            return
        again.due, again.cycle = turn
    token.tree.place(token.node, again).wait()


def catches_error(code: str | None) -> Callable[[Any], bool]:
    return lambda definition: isinstance(definition, ErrorEventDefinition) and definition.code in (None, code)


def catches_escalation(code: str | None) -> Callable[[Any], bool]:
    return lambda definition: (
        isinstance(definition, EscalationEventDefinition) and definition.code in (None, code)
    )


def catcher(token: Token, catches: Callable[[Any], bool]) -> Token | None:
    """Return the event nearest to a token, on it or around it, that catches; exact codes first."""
    host: Token | None = token
    while host is not None:
        for listening in (attached(host), event_sub_processes.beside(host)):
            found = [each for each in listening if catches(awaited_by(each))]
            if found:
                return max(found, key=lambda each: awaited_by(each).code is not None)
        host = host.around
    return None


def awaited_by(token: Token) -> Any:
    """Return the event definition a token waits for; None when it waits for something else."""
    node = token.node
    waits = token.memory.is_armed or isinstance(node, Catching)
    return getattr(node, "event_definition", None) if waits and token.state == STARTED else None


def deliver(root: Root, kind: Kind, name: str, payload: Mapping[str, Any], journal: Journal) -> bool:
    """Give a message to one waiting token, a signal to all; False when none waits.

    What stands on the way of the case hears a message before an event sub-process around it does.
    """
    wanted = _KINDS[kind]
    found = [
        token
        for token in root.all_live()
        if isinstance(definition := awaited_by(token), wanted) and definition.name == name
    ]
    found.sort(key=lambda token: token.memory.is_armed)
    for token in found[:1] if kind == "message" else found:
        # What the signal did to one may have taken another away.
        if token.is_live:
            fire(token, payload, journal)
    return bool(found)


def awaited_messages(root: Root) -> tuple[str, ...]:
    """Return the names of the messages something waits for."""
    names = {
        definition.name
        for token in root.all_live()
        if isinstance(definition := awaited_by(token), MessageEventDefinition)
    }
    return tuple(sorted(names))


@dataclass(frozen=True)
class Due:
    """The waiting token whose time comes first, and when."""

    token: Token
    at: datetime


def next_due(root: Root) -> Due | None:
    """Return whose time comes first: an event's, or that of a task's next reminder."""
    waiting = [Due(token, at) for token in root.all_live() for at in _times(token) if at is not None]
    return min(waiting, key=lambda each: each.at, default=None)


def _times(token: Token) -> tuple[datetime | None, ...]:
    if token.state != STARTED:
        return ()
    return (token.memory.due, *(each.due for each in token.memory.reminders[:1]))


def come(due: Due, running: Running) -> None:
    """The time of a waiting token has come: its event happens, or people are told of its task."""
    token, journal = due.token, running.journal
    if not token.memory.reminders:
        fire(token, {}, journal)
        return
    told, token.memory.reminders = reminders.split(token.memory.reminders, journal.now, running.env.calendar)
    known = token.scope.visible()
    journal.told += [Told(token.token_id, each.kind, each.names, each.drawn_for, known) for each in told]
