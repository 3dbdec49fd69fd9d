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
    tables it happens once. Undeliverable: trying again would not help. Any other error is tried again.
    """

    name: str
    carry_out: Act
