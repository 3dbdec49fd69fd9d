"""What an element answers when a token reaches or leaves it. `run` applies each; nothing else does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from service.engine.decisions import Asked
from service.engine.nodes.memory import Cycle, Reminder
from service.engine.progress import HandlerCall, OpenTask


@dataclass(frozen=True)
class GoesOn:
    """The token sets these variables, and `facts` of the case, and leaves by these flows (ids; None: by all).

    `answers` are what else the completion condition of a multi-instance activity may read; `collected` is
    the element's entry in its collection. With `races`, whichever event behind the flows happens first
    cancels the others. `asked`: the decision tables it rests on, as they answered.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    flows: tuple[str, ...] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    collected: Any = None
    races: bool = False
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class WaitsForPeople:
    """Somebody has to complete this task, and `reminders` are told while it waits."""

    task: OpenTask
    reminders: tuple[Reminder, ...] = ()


@dataclass(frozen=True)
class WaitsForTime:
    """The token goes on at `due`; `cycle` is what is left of a repeating timer after that."""

    due: datetime
    cycle: Cycle | None = None


@dataclass(frozen=True)
class WaitsForEvent:
    """The token goes on when the message, signal, error or escalation comes that is drawn at its element."""


@dataclass(frozen=True)
class WaitsForPartners:
    """The token stands at a join: `everywhere` until one stands on each incoming flow, else until none
    can still come."""

    everywhere: bool


@dataclass(frozen=True)
class CallsHandler:
    """The function behind a topic is to be called; it answers now or later."""

    call: HandlerCall


@dataclass(frozen=True)
class OpensProcess:
    """A process runs inside the activity: with `variables` of its own, or (None) with those around it.

    `came` is what its start event takes over: the contents of the event that begins it.
    """

    key: str
    variables: Mapping[str, Any] | None = None
    came: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Repeats:
    """The activity runs once for each item, all at once or one after the other."""

    items: Sequence[Any]
    sequential: bool


@dataclass(frozen=True)
class Throws:
    """An event is thrown; if that leaves the token where it is, it goes on (`then`).

    `name` is the code of an error or escalation, the name of a message or signal.
    """

    kind: Literal["error", "escalation", "message", "signal", "terminate"]
    name: str | None = None
    message: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    then: GoesOn = field(default_factory=GoesOn)


@dataclass(frozen=True)
class Fails:
    """Going on would be a guess: the token stops with an incident."""

    code: str
    message: str


Result = (
    GoesOn
    | WaitsForPeople
    | WaitsForTime
    | WaitsForEvent
    | WaitsForPartners
    | CallsHandler
    | OpensProcess
    | Repeats
    | Throws
    | Fails
)
