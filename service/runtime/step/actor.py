"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from service.engine.organisation.rights import ADMIN
from service.store import participants


@dataclass(frozen=True)
class Actor:
    """A person who asks. `name` is what records cite.

    `rights`: what their groups hold by the live organisation, as it was when they asked; admins hold all.
    """

    user_id: str
    name: str
    display_name: str
    groups: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    department: str | None = None
    is_admin: bool = False
    language: str | None = None
    email: str | None = None

    @property
    def principals(self) -> tuple[str, ...]:
        """Return every name under which a task or a case may be meant for this person."""
        return (participants.user(self.name), *(participants.group(name) for name in sorted(self.groups)))


SYSTEM = Actor("system", "system", "系统", frozenset({ADMIN}), is_admin=True)
"""Asks for what timers, handlers and the command line do."""
