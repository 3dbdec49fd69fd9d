"""What use cases answer with: frozen views, each with its JSON of the HTTP API.

Moments are aware datetimes in a view and ISO 8601 text in `as_json()`; people are user names.
A view is made of rows that were read already: nothing here reads the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from service.feel import codec

Item = TypeVar("Item")


def to_json(value: Any) -> Any:
    """Return `value` as JSON knows it: numbers, text, lists, objects; views through `as_json()`.

    Any other dataclass is the object of its fields.
    """
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, View):
        return value.as_json()
    if isinstance(value, (tuple, list)):
        return [to_json(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(entry) for key, entry in value.items()}
    if is_dataclass(value):
        return {each.name: to_json(getattr(value, each.name)) for each in fields(value)}
    return codec.plain(value)


@dataclass(frozen=True)
class View:
    """A frozen dataclass whose fields are its JSON, but for the `hidden` ones."""

    hidden: ClassVar[frozenset[str]] = frozenset()

    def as_json(self) -> dict[str, Any]:
        kind: Any = type(self)  # a view may not be hashable, its class is
        return {name: to_json(getattr(self, name)) for name in _shown(kind)}


@cache
def _shown(view: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(view) if each.name not in view.hidden)


@dataclass(frozen=True)
class Page(View, Generic[Item]):
    """One page of a list. `next` is the cursor of the following page, None on the last one."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True)
class ElementView(View):
    """Which element of a multi-instance this is, counted from 0, and its value."""

    index: int
    value: Any


@dataclass(frozen=True)
class ActiveView(View):
    """A place where the instance waits."""

    activity_id: str
    activity_path: str
    token_id: str
    definition: str
    kind: str
    name: str


@dataclass(frozen=True)
class IncidentView(View):
    """What went wrong at an element, and whether it still waits for somebody."""

    id: str
    activity_id: str
    code: str
    message: str
    activity_path: str
    token_id: str
    instance_id: str
    attempts: int
    created_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True)
class StateView(View):
    """Where an instance stands after a step."""

    id: str
    state: str
    active: tuple[ActiveView, ...]
    incidents: tuple[IncidentView, ...]
