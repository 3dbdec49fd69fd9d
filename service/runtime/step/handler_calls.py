"""A service task's function is called, and what it wants done outside is kept for the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from service.engine.progress import HandlerCall, HandlerResult
from service.errors import HandlerFailed, ServiceError
from service.handlers import Topic, Wait
from service.handlers.ports import Ports
from service.runtime.step import time_limit
from service.wording import Text

HANDLER_SECONDS = 5
"""Handlers calculate and read; what takes longer belongs into an effect. The case is locked meanwhile."""


class CallPorts(Ports, Protocol):
    """A handler's door, and what it asked for through it."""

    def queue(self, kind: str, payload: Mapping[str, Any], *, token_id: str | None = None) -> None:
        """Ask for an effect; with `token_id` the activity waits for its outcome."""

    def hand_over(self) -> None:
        """The handler has succeeded: let the step do what it asked for."""


def call(handlers: Mapping[str, Topic], call: HandlerCall, ports: CallPorts) -> HandlerResult:
    """Return what the function behind the topic answers.

    A BpmnError goes to the drawing's error boundary; whatever else it raises is a HandlerFailed, which
    becomes an incident, and then nothing it asked for is done. A failing database fails the whole step.
    """
    topic = handlers.get(call.topic)
    if topic is None:
        raise HandlerFailed(
            Text("There is no handler for the topic {topic}.", topic=call.topic), topic=call.topic
        )
    answer = _answer(topic, call, ports)
    if isinstance(answer, Wait):
        ports.queue(answer.effect, answer.payload, token_id=call.token_id)
        result = HandlerResult(wait=True)
    else:
        result = HandlerResult(outputs=answer or {})
    ports.hand_over()
    return result


def _answer(topic: Topic, call: HandlerCall, ports: CallPorts) -> Mapping[str, Any] | Wait:
    try:
        return time_limit.run(lambda: topic(call.params, ports), HANDLER_SECONDS)
    except (ServiceError, SQLAlchemyError):
        raise
    except time_limit.TimeIsUp as exc:
        raise HandlerFailed(
            Text(
                "{topic} at {activity} did not come to an end in {seconds} seconds.",
                topic=call.topic,
                activity=call.activity_id,
                seconds=HANDLER_SECONDS,
            ),
            topic=call.topic,
        ) from exc
    except Exception as exc:
        raise HandlerFailed(
            Text(
                "{topic} at {activity} failed: {reason}",
                topic=call.topic,
                activity=call.activity_id,
                reason=f"{type(exc).__name__}: {exc}",
            ),
            topic=call.topic,
        ) from exc
