"""What elements answer is applied here and nowhere else: each answer changes the token tree its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.engine.failures import EngineFailure
from service.engine.motion import event_sub_processes, rounds
from service.engine.motion.throwing import throw
from service.engine.nodes.memory import Memory
from service.engine.nodes.results import (
    CallsHandler,
    Fails,
    GoesOn,
    OpensProcess,
    Repeats,
    Result,
    Throws,
    WaitsForEvent,
    WaitsForPartners,
    WaitsForPeople,
    WaitsForTime,
)
from service.engine.nodes.scope import Scope
from service.engine.tokens import joins, removing
from service.engine.tokens.running import Running
from service.engine.tokens.tree import Branch, Token
from service.errors import BpmnError
from service.feel import codec

MOST_NESTED = 50
"""So deep processes may run inside each other. One that calls itself ends here."""

AtOnce = Sequence[Token]
"""Tokens to be moved before any other: what they wait for may happen in this very step."""


def apply(running: Running, token: Token, result: Result) -> AtOnce:
    """Do to the token tree what an element answered."""
    return _APPLY[type(result)](running, token, result)


def _go_on(running: Running, token: Token, result: GoesOn) -> AtOnce:
    for name, value in result.facts.items():
        if running.facts.write(name, value):
            running.journal.give(token, name, value)
    for asked in result.asked:
        running.journal.ask(token, asked)
    if token.memory.element is not None:
        rounds.element_done(running, token, token.memory.element, result)
        return ()
    token.scope.set(result.variables)
    removing.disarm(token, running.journal)
    running.journal.record(token, "left")
    following = _followers(token, result)
    token.leave_tree()
    if result.races:
        return following
    for each in following:
        each.ready()
    return ()


def _followers(token: Token, result: GoesOn) -> list[Token]:
    """Put a token on each element the taken flows lead to."""
    nodes, path = token.tree.spec.task_specs, token.memory.path
    flows = [flow for flow in token.node.flows if result.flows is None or flow.id in result.flows]
    forks = len(flows) > 1 and not result.races
    race = token.token_id if result.races else None
    return [
        token.tree.place(
            nodes[flow.target],
            Memory(path=path.fork(token.token_id, index) if forks else path, flow=flow.id, race=race),
        )
        for index, flow in enumerate(flows)
    ]


def _wait_for_people(running: Running, token: Token, result: WaitsForPeople) -> AtOnce:
    token.wait()
    token.memory.reminders = result.reminders
    token.tree.visited[token.node.element_id] = token.memory.path
    running.journal.opened[token.token_id] = result.task
    return ()


def _wait_for_time(running: Running, token: Token, result: WaitsForTime) -> AtOnce:
    token.wait()
    token.memory.due, token.memory.cycle = result.due, result.cycle
    return ()


def _wait_for_event(running: Running, token: Token, result: WaitsForEvent) -> AtOnce:
    token.wait()
    return ()


def _wait_for_partners(running: Running, token: Token, result: WaitsForPartners) -> AtOnce:
    token.wait()
    token.memory.is_at_join = True
    partners = joins.parallel_partners(token) if result.everywhere else None
    if partners is None:
        return ()
    joins.merge(token, partners, running.journal)
    return (token,)


def _call_handler(running: Running, token: Token, result: CallsHandler) -> AtOnce:
    try:
        outcome = running.env.call_handler(result.call)
    except BpmnError as error:
        throw(running, token, Throws("error", error.code, error.message))
        return ()
    token.wait()
    if outcome.wait:
        return ()
    token.memory.came = _storable(result.call.topic, outcome.outputs)
    token.memory.is_leaving = True
    return (token,)


def _storable(topic: str, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        codec.dumps(outputs)
    except (TypeError, ValueError) as exc:
        raise EngineFailure(
            "bad_output", "what {topic} answers cannot be stored: {reason}", topic=topic, reason=str(exc)
        ) from exc
    return outputs


def _open_process(running: Running, token: Token, result: OpensProcess) -> AtOnce:
    branch = open_process(running, token, result)
    branch.place(running.model.start_of(branch.spec), Memory(came=result.came)).ready()
    return event_sub_processes.put(branch)


def open_process(running: Running, token: Token, result: OpensProcess) -> Branch:
    """Have a process run inside an activity, still without a token of its own."""
    spec = running.model.spec(result.key)
    if spec is None:
        raise EngineFailure("process_not_found", "the called process {key!r} is not deployed", key=result.key)
    if token.tree.depth >= MOST_NESTED:
        raise EngineFailure(
            "too_deep", "{limit} processes run inside each other: does one call itself?", limit=MOST_NESTED
        )
    own = result.variables
    token.wait()
    return Branch(spec, token, token.scope if own is None else Scope(f"call:{token.token_id}", dict(own)))


def _repeat(running: Running, token: Token, result: Repeats) -> AtOnce:
    token.wait()
    rounds.begin(token, result)
    return ()


def _throw(running: Running, token: Token, result: Throws) -> AtOnce:
    throw(running, token, result)
    # Whoever caught it may have taken away the activity this token was in.
    return _go_on(running, token, result.then) if token.is_live else ()


def _fail(running: Running, token: Token, result: Fails) -> AtOnce:
    running.journal.fail(token, result.code, result.message)
    return ()


_APPLY: Mapping[type, Callable[[Running, Token, Any], AtOnce]] = {
    GoesOn: _go_on,
    WaitsForPeople: _wait_for_people,
    WaitsForTime: _wait_for_time,
    WaitsForEvent: _wait_for_event,
    WaitsForPartners: _wait_for_partners,
    CallsHandler: _call_handler,
    OpensProcess: _open_process,
    Repeats: _repeat,
    Throws: _throw,
    Fails: _fail,
}
