"""What one step has changed so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.engine.progress import ClosedTask, NewFact, NewIncident, OpenTask, SentMessage, Step


@dataclass
class Journal:
    """Collects a step's changes; `seq` numbers the lines of the record over the instance's whole life."""

    seq: int = 0
    history: list[Step] = field(default_factory=list)
    opened: dict[str, OpenTask] = field(default_factory=dict)
    closed: list[ClosedTask] = field(default_factory=list)
    incidents: dict[str, NewIncident] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    sent: list[SentMessage] = field(default_factory=list)
    facts: list[NewFact] = field(default_factory=list)

    def record(self, at: datetime, **line: Any) -> None:
        self.seq += 1
        self.history.append(Step(seq=self.seq, at=at, **line))

    def close(self, token_id: str, reason: str) -> None:
        """A task that opened and closed within one step was never anybody's."""
        if self.opened.pop(token_id, None) is None:
            self.closed.append(ClosedTask(token_id, reason))

    def fail(self, incident: NewIncident) -> None:
        self.incidents[incident.token_id] = incident

    def resolve(self, token_id: str) -> None:
        if self.incidents.pop(token_id, None) is None:
            self.resolved.append(token_id)
