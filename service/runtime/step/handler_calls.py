"""A service task's function is called, and what it wants done outside is kept for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.engine.progress import HandlerCall, HandlerResult
from service.errors import HandlerFailed, ServiceError
from service.handlers import Topic, Wait
from service.handlers.ports import Ports
from service.runtime.step.deadline import Deadline, TimeIsUp, door
from service.store import faults, limits
from service.wording import Text

HANDLER_SECONDS = 5.0
"""Handlers calculate and read; what takes longer belongs into an effect. The case is locked meanwhile."""


class CallPorts(Ports, Protocol):
    """A handler's door, and what it asked for through it."""

    def queue(self, kind: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> None:
        """Ask for an effect; with `token_id` the activity waits for its outcome."""

    def hand_over(self) -> None:
        """The handler has succeeded: let the step do what it asked for."""


def call(
    handlers: Mapping[str, Topic], call: HandlerCall, ports: CallPorts, session: Session
) -> HandlerResult:
    """Return what the function behind the topic answers.

    A BpmnError goes to the drawing's error boundary; whatever else it raises is a HandlerFailed, which
    becomes an incident, and so does running out of time. Then nothing it asked for or wrote is done, and the
    rest of the step is. Only a database that is away, or chose another transaction, fails the whole step.
    """
    topic = handlers.get(call.topic)
    if topic is None:
        raise HandlerFailed(
            Text("There is no handler for the topic {topic}.", topic=call.topic), topic=call.topic
        )
    answer = _answer(topic, call, ports, session)
    if isinstance(answer, Wait):
        ports.queue(answer.effect, answer.payload, token_id=call.token_id)
        result = HandlerResult(wait=True)
    else:
        result = HandlerResult(outputs=answer or {})
    ports.hand_over()
    return result


def _answer(
    topic: Topic, call: HandlerCall, ports: CallPorts, session: Session
) -> Mapping[str, Any] | Wait | None:
    deadline = Deadline(HANDLER_SECONDS)
    try:
        # The savepoint keeps the answers of the step from what fails here.
        with session.begin_nested(), limits.bounded(session, deadline.seconds, deadline.is_over):
            return _run(topic, call, ports, deadline)
    except TimeIsUp as exc:
        raise _too_late(call, deadline) from exc
    except SQLAlchemyError as exc:
        if deadline.is_over():
            raise _too_late(call, deadline) from exc
        if faults.named(exc) is not None:
            raise
        raise _failed(call, exc) from exc
    except ServiceError:
        raise
    except Exception as exc:
        raise _failed(call, exc) from exc


def _run(
    topic: Topic, call: HandlerCall, ports: CallPorts, deadline: Deadline
) -> Mapping[str, Any] | Wait | None:
    given, watched = door(ports, deadline)
    answer = topic(call.params, given)
    deadline.check()
    if isinstance(watched.failure, SQLAlchemyError):
        # Swallowed by the handler: what it calculated without the answer is worth nothing.
        raise watched.failure
    return answer


def _too_late(call: HandlerCall, deadline: Deadline) -> HandlerFailed:
    text = Text(
        "{topic} at {activity} did not come to an end in {seconds} seconds.",
        topic=call.topic,
        activity=call.activity_title,
        seconds=f"{deadline.seconds:g}",
    )
    return HandlerFailed(text, topic=call.topic)


def _failed(call: HandlerCall, error: Exception) -> HandlerFailed:
    text = Text(
        "{topic} at {activity} failed: {reason}",
        topic=call.topic,
        activity=call.activity_title,
        reason=f"{type(error).__name__}: {error}",
    )
    return HandlerFailed(text, topic=call.topic)
