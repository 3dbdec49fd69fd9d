"""Variables per scope, not per token.

The bare engine copies all data into every token; at a join the later branch's stale copy overwrites a
colleague's vote. Here all tokens of a process instance, a call activity or one element of a
multi-instance share one dict, stored once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Scope:
    """One set of variables. An element scope sees its parent's too; a called process sees only its own."""

    id: str
    variables: dict[str, Any] = field(default_factory=dict)
    parent: Scope | None = None

    def visible(self) -> Mapping[str, Any]:
        """Return every variable that can be read here; inner names win."""
        if self.parent is None:
            return self.variables
        return {**self.parent.visible(), **self.variables}

    def set(self, values: Mapping[str, Any]) -> None:
        self.variables.update(values)
