"""What a token carries besides its place, and how that is written into a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BranchPath:
    """Which branches of which forks a token is on, the outermost fork first."""

    steps: tuple[str, ...] = ()

    def fork(self, token_id: str, branch: int) -> BranchPath:
        """Return the path of one of the branches that begin where this token forks."""
        return BranchPath((*self.steps, f"{token_id[:12]}:{branch}"))

    def is_within(self, other: BranchPath) -> bool:
        """Say whether this is that branch, or lies in one of its own branches."""
        return self.steps[: len(other.steps)] == other.steps

    def shared(self, other: BranchPath) -> BranchPath:
        """Return the innermost branch both lie in."""
        count = 0
        for ours, theirs in zip(self.steps, other.steps, strict=False):
            if ours != theirs:
                break
            count += 1
        return BranchPath(self.steps[:count])


MAIN = BranchPath()
"""The path of a token that no fork lies behind."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """What is left of a repeating timer: how many turns (None: without end), and how far apart."""

    left: int | None
    interval: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """What people are to be told while a task waits for them.

    `kind` is `remind` (whoever can do it, and besides them `names`) or `escalate` (`names`). With `every` it
    is told again so much later, each time. `drawn_for` are whose superiors are asked, where `names` say so.
    """

    kind: str
    due: datetime
    names: tuple[str, ...] = ()
    every: str | None = None
    drawn_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """How far a multi-instance activity has come.

    `started` counts the places of the list that somebody was asked for; `results` are by place; `dropped`
    are the places an administrator took out.
    """

    items: Sequence[Any]
    started: int = 0
    results: Mapping[int, Any] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()

    @property
    def total(self) -> int:
        return len(self.items) - len(self.dropped)

    @property
    def active(self) -> int:
        return self.started - len(self.results) - len(self.dropped)

    @property
    def next_ones(self) -> range:
        """Return the place of the list whose turn it is when one comes after the other, if there is any."""
        return range(self.started, min(self.started + 1, len(self.items)))

    @property
    def is_over(self) -> bool:
        return len(self.results) >= self.total

    @property
    def collected(self) -> list[Any]:
        """Return what is there so far, in the order of the list."""
        return [self.results[index] for index in sorted(self.results)]

    def starting(self, index: int) -> Round:
        """Return the round once somebody is asked for this place: what was given there before is void."""
        results = self.results
        if index in results:
            results = {at: value for at, value in results.items() if at != index}
        started = max(self.started, index + 1)
        return Round(self.items, started, results, self.dropped - {index})

    def with_result(self, index: int, value: Any) -> Round:
        return replace(self, results={**self.results, index: value})

    def without(self, index: int) -> Round:
        """Return the round as if nobody had been asked at this place of the list."""
        return replace(self, dropped=self.dropped | {index})


@dataclass(slots=True)
class Memory:
    """What one token remembers while it waits."""

    path: BranchPath = MAIN
    # The sequence flow it came by; where several met, all of them, separated by commas.
    flow: str = ""
    # Its arrival stands in the record.
    is_recorded: bool = False
    # What it waited for has come (`came`): it has only to take that over and go on.
    is_leaving: bool = False
    # It stands at a join.
    is_at_join: bool = False
    came: Mapping[str, Any] | None = None
    due: datetime | None = None
    cycle: Cycle | None = None
    # The activity whose boundary event it is; the event gateway whose first event it may be.
    host: str | None = None
    race: str | None = None
    # It stands on an event sub-process whose event has not come yet.
    is_armed: bool = False
    # Its place in the list of the multi-instance activity it is an element of; that activity's own round.
    element: int | None = None
    round: Round | None = None
    # What is still to be told while its task waits, the next one first.
    reminders: tuple[Reminder, ...] = ()
    # Code and message of the incident it stopped with.
    failure: tuple[str, str] | None = None

    @property
    def only_listens(self) -> bool:
        """Say whether this is an event on the edge of an activity, or an event sub-process not yet begun."""
        return self.host is not None or self.is_armed


def to_stored(memory: Memory) -> dict[str, Any]:
    """Return what differs from a fresh memory, under short names."""
    stored = {short: value for name, short in _AS_IT_IS if (value := getattr(memory, name))}
    if memory.path.steps:
        stored["b"] = list(memory.path.steps)
    if memory.cycle is not None:
        stored["c"] = [memory.cycle.left, memory.cycle.interval]
    if memory.element is not None:
        stored["e"] = memory.element
    if memory.reminders:
        stored["m"] = [_stored_reminder(each) for each in memory.reminders]
    if memory.round is not None:
        one = memory.round
        stored["r"] = [list(one.items), one.started, [*one.results.items()], sorted(one.dropped)]
    return stored


def from_stored(stored: Mapping[str, Any]) -> Memory:
    """Return the memory that was stored."""
    memory = Memory(**{name: stored[short] for name, short in _AS_IT_IS if short in stored})
    if "b" in stored:
        memory.path = BranchPath(tuple(stored["b"]))
    if "c" in stored:
        memory.cycle = Cycle(*stored["c"])
    if "e" in stored:
        memory.element = stored["e"]
    if "m" in stored:
        memory.reminders = tuple(_reminder(*each) for each in stored["m"])
    if "r" in stored:
        items, started, results, dropped = stored["r"]
        memory.round = Round(items, started, dict(results), frozenset(dropped))
    if memory.failure is not None:
        memory.failure = (memory.failure[0], memory.failure[1])
    return memory


def _stored_reminder(reminder: Reminder) -> list[Any]:
    return [reminder.kind, reminder.due, list(reminder.names), reminder.every, list(reminder.drawn_for)]


def _reminder(
    kind: str, due: datetime, names: Sequence[str], every: str | None, drawn_for: Sequence[str]
) -> Reminder:
    return Reminder(kind, due, tuple(names), every, tuple(drawn_for))


_AS_IT_IS = (
    ("flow", "f"),
    ("is_recorded", "i"),
    ("is_leaving", "l"),
    ("is_at_join", "j"),
    ("came", "p"),
    ("due", "d"),
    ("host", "h"),
    ("race", "g"),
    ("is_armed", "a"),
    ("failure", "x"),
)
