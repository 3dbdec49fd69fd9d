"""What goes into the engine and what comes out of it: plain frozen data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.domain.workdays import Calendar, official_calendar
from service.errors import Unavailable
from service.feel import FEEL, Feel


@dataclass(frozen=True)
class HandlerCall:
    """A service task asks for the function behind its topic."""

    topic: str
    params: dict[str, Any]
    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    variables: Mapping[str, Any]
    facts: Callable[[], Mapping[str, Any]] = dict
    activity_name: str = ""

    @property
    def activity_title(self) -> str:
        """Return what to call the activity: its name, else its id."""
        return self.activity_name or self.activity_id


@dataclass(frozen=True)
class HandlerResult:
    """What the function answered. With `wait` the token stays until `resolve` or `fail`."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    wait: bool = False


@dataclass(frozen=True)
class Environment:
    """Everything a step may ask of the world outside the engine, at one instant.

    `undone_by`: what leaves the step undone, whole, when something raises it. Everything else that goes
    wrong while a token moves becomes an incident at its element. `is_looked_at`: whether
    people see the tasks of an activity of a process; else its form opens with nothing and nobody is reminded.
    """

    now: datetime
    dossier: Callable[[str], Mapping[str, Any] | None]
    call_handler: Callable[[HandlerCall], HandlerResult]
    feel: Feel = FEEL
    # What `case.…` reads: asked for once a step at most, and only when something reads it.
    facts: Callable[[], Mapping[str, Any]] = dict
    undone_by: tuple[type[Exception], ...] = (Unavailable,)
    # What workdays are counted by: asked for only when some are.
    calendar_of: Callable[[], Calendar] = official_calendar
    is_looked_at: Callable[[str, str], bool] = lambda definition, activity: True

    @property
    def calendar(self) -> Calendar:
        return self.calendar_of()


@dataclass(frozen=True)
class Step:
    """One line of the record: a token entered, left, was cancelled or failed at an element.

    `flow`: the sequence flow it entered by; at a join all of them, separated by commas.
    """

    seq: int
    activity_id: str
    activity_path: str
    definition: str
    kind: str
    name: str
    token_id: str
    event: str
    at: datetime
    flow: str | None = None


@dataclass(frozen=True)
class OpenTask:
    """A user task that has just begun to wait for somebody.

    `is_addressed`: the drawing says who may do it, whatever that comes to in this case.
    """

    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    name: str
    form: str | None
    lane: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    assignee: str | None
    is_addressed: bool
    due_at: datetime | None
    element_index: int | None
    element_value: Any
    not_by: tuple[str, ...]
    properties: Mapping[str, str]
    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class ClosedTask:
    """A user task that waits no longer: `completed` by an answer or `cancelled` by the process."""

    token_id: str
    reason: str


@dataclass(frozen=True)
class Told:
    """People are to be told of a task that waits: `kind` is remind or escalate, `names` as drawn.

    Of a reminder `names` are those who are told besides whoever can do the task. `drawn_for` are whose
    superiors an escalation asks for.
    """

    token_id: str
    kind: str
    names: tuple[str, ...]
    drawn_for: tuple[str, ...]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Involved:
    """An activity has begun of which others are to know: `informed` get a copy, `consulted` are asked what
    they think of it, `until` when it counts; nothing waits for them unless the drawing does."""

    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    name: str
    informed: tuple[str, ...]
    consulted: tuple[str, ...]
    until: datetime | None
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class NewIncident:
    """The token stopped at an element because going on would have been a guess."""

    token_id: str
    activity_id: str
    activity_path: str
    code: str
    message: str


@dataclass(frozen=True)
class NewFact:
    """A fact of the case that an element has given another value, by a target named `case.<name>`.

    `is_in_call`: the element belongs to a called process, not to the instance's own.
    """

    name: str
    value: Any
    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    is_in_call: bool


@dataclass(frozen=True)
class RuleHit:
    """A rule of a table that matched, numbered from 1; it `counts` when the outputs are its own."""

    index: int
    id: str
    annotation: str
    counts: bool


@dataclass(frozen=True)
class NewEvaluation:
    """A decision table asked by a business rule task: what went in, which rules hit, what came out."""

    decision: str
    file: str
    inputs: Mapping[str, Any]
    outputs: Any
    rules: tuple[RuleHit, ...]
    token_id: str
    activity_id: str
    activity_path: str
    definition: str


@dataclass(frozen=True)
class SentMessage:
    """A message or signal thrown by the process that nothing inside this instance was waiting for."""

    kind: str
    name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class ActiveToken:
    """Where the instance stands: one entry per place that waits."""

    token_id: str
    activity_id: str
    activity_path: str
    definition: str
    kind: str
    name: str
    state: str


@dataclass(frozen=True)
class ScopeView:
    """The variables of one process instance, call activity or multi-instance element."""

    id: str
    path: str
    definition: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Spot:
    """Where a token stands: the activities around it and its own, by id; at a join the flow it came by."""

    path: tuple[str, ...]
    flow: str = ""


@dataclass(frozen=True)
class Stand:
    """How a process instance stands: where its tokens are, and the variables of each scope."""

    process: str
    spots: tuple[Spot, ...]
    scopes: tuple[ScopeView, ...]


@dataclass(frozen=True)
class Progress:
    """What one step changed, ready to be stored in one transaction."""

    snapshot: bytes
    state: str
    opened: tuple[OpenTask, ...]
    closed: tuple[ClosedTask, ...]
    next_due: datetime | None
    history: tuple[Step, ...]
    incidents: tuple[NewIncident, ...]
    resolved: tuple[str, ...]
    awaited: tuple[str, ...]
    sent: tuple[SentMessage, ...]
    variables: Mapping[str, Any]
    facts: tuple[NewFact, ...] = ()
    told: tuple[Told, ...] = ()
    involved: tuple[Involved, ...] = ()
    evaluations: tuple[NewEvaluation, ...] = ()
