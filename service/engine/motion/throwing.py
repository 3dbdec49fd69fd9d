"""Throwing errors, escalations, messages and signals, and ending all else in a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.engine.failures import EngineFailure
from service.engine.motion import events
from service.engine.nodes.results import Throws
from service.engine.progress import SentMessage
from service.engine.tokens import removing
from service.engine.tokens.running import Running
from service.engine.tokens.tree import Token


def throw(running: Running, token: Token, result: Throws) -> None:
    """Have whoever waits for it catch what a token throws. EngineFailure for an error nothing catches."""
    _THROW[result.kind](running, token, result)


def _throw_error(running: Running, token: Token, result: Throws) -> None:
    """An error is for the boundary event nearest to the token."""
    found = events.catcher(token, events.catches_error(result.name))
    if found is None:
        raise EngineFailure(
            "uncaught_error",
            "nothing catches the error {code}: {message}",
            code=repr(result.name),
            message=result.message,
        )
    payload: Mapping[str, Any] = {"error_code": result.name, "error_message": str(result.message)}
    events.fire(found, payload, running.journal)


def _throw_escalation(running: Running, token: Token, result: Throws) -> None:
    found = events.catcher(token, events.catches_escalation(result.name))
    if found is not None:
        events.fire(found, {}, running.journal)


def _throw_message(running: Running, token: Token, result: Throws) -> None:
    """A message is for one who waits, in this instance before all others."""
    name = result.name or ""
    if not events.deliver(running.root, "message", name, result.payload, running.journal):
        running.journal.sent.append(SentMessage("message", name, result.payload))


def _throw_signal(running: Running, token: Token, result: Throws) -> None:
    name = result.name or ""
    events.deliver(running.root, "signal", name, result.payload, running.journal)
    running.journal.sent.append(SentMessage("signal", name, result.payload))


def _terminate(running: Running, token: Token, result: Throws) -> None:
    for other in token.tree.live():
        if other is not token:
            removing.cancel(other, running.journal)


_THROW: Mapping[str, Callable[[Running, Token, Throws], None]] = {
    "error": _throw_error,
    "escalation": _throw_escalation,
    "message": _throw_message,
    "signal": _throw_signal,
    "terminate": _terminate,
}
