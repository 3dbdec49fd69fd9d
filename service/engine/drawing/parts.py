"""The small parts of a drawing: places, declarations, what makes an event, flows. Frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A line of a file, and the id of the element it belongs to: where a finding stands."""

    id: str
    line: int


@dataclass(frozen=True)
class Declared:
    """A message, signal, error or escalation that a file declares; errors and escalations have a code."""

    kind: str
    id: str
    line: int
    name: str
    code: str


@dataclass(frozen=True)
class WrittenTime:
    """One time of a timer: `kind` is date, duration or cycle; `text` is ISO 8601, or FEEL behind `=`."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True)
class EventDefinition:
    """What makes an event a timer, message, error… event. `id` is that of the event.

    `ref` is the id it refers to, `declared` what that is in the file: None when it refers to nothing there.
    """

    kind: str
    id: str
    line: int
    ref: str = ""
    declared: Declared | None = None
    times: tuple[WrittenTime, ...] = ()

    @property
    def message(self) -> str | None:
        """Return the name of the message it is about."""
        return self.declared.name if self.kind == "message" and self.declared is not None else None


@dataclass(frozen=True)
class Flow:
    """One sequence flow, by the ids of the elements it joins; `condition` is "" where none is written."""

    id: str
    line: int
    name: str
    source: str
    target: str
    condition: str
    is_default: bool
