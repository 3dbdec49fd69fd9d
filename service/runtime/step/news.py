"""What a step has to tell: an event of the case, in a line, to whom and why. Who that is comes to is seen in
`effects/notices`, with everything the step tells at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Audience:
    """Some of those who are told. `reason` is what the owners call them: a group, a relation, a word.

    `opens`: they may read the case from now on.
    """

    reason: str
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True)
class News:
    """An event and its audiences; of two that somebody belongs to the first counts.

    Once per person and `once`, for ever; without it, once per person. Whoever acts in the step is told only
    `to_actor`: nobody needs to hear what they have just done. `tasks` says where it leads somebody,
    `task_id` everybody else. `barred` are never told. `line` is the event of the record that says who was
    told, at this `place`.
    """

    kind: str
    subject: str
    text: str
    audiences: tuple[Audience, ...]
    once: str | None = None
    to_actor: bool = False
    task_id: str | None = None
    tasks: Mapping[str, str] = field(default_factory=dict)
    barred: tuple[str, ...] = ()
    line: str | None = None
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What one person is told. `id` is the event's: nobody is told twice under the same.

    `reason` is why they of all people, `on_behalf_of` in whose stead. `shown` is what they are called.
    """

    id: str
    person: str
    shown: str
    kind: str
    subject: str
    text: str
    task_id: str | None = None
    reason: str = ""
    on_behalf_of: str | None = None
    opens: bool = False
