"""What a kind of effect is. Each stands in a module of its own in `kinds`: being there is being known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.runtime.step.context import Application
from service.store.models import Outbox

Act = Callable[[Application, Outbox, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Kind:
    """What outbox rows of a `name` do, given the row and its payload.

    `carry_out` marks the row as done in the transaction of the effect (`rows.take`), so that towards our own
    tables it happens once. Undeliverable: trying again would not help. Paused: not yet, and no attempt. Any
    other error is tried again. What `holds_up` its case is an incident there when it is given up; what does
    not is tried for longer, and then a line of the record.
    """

    name: str
    carry_out: Act
    holds_up: bool = True
