"""The components of a form, with where each one stands: the one place that walks a form schema in Python.

A field answers under its `key`, a list and a group with a `path` under that. A list's rows are scopes of
their own: what is inside is named within the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.feel.per_schema import PerSchema

Schema = Mapping[str, Any]

LIST, GROUP, FILES = "dynamiclist", "group", "filepicker"
PLACE = re.compile(r"{{\s*(?:(?P<format>yuan|percent)\(\s*)?(?:this\.)?(?P<path>[a-z_][\w.]*)\s*\)?\s*}}")
"""A value in a text of the form: `{{yuan(plan_total)}}`, `{{percent(this.roi)}}`, `{{score}}`."""


@dataclass(frozen=True, eq=False, slots=True)
class Component:
    """One component of a form: `raw` as written, and the groups and lists `around` it, outermost first.

    `key` is its own name: a field's key, the path of a list or group, "" for what asks nothing.
    `position` counts from 0 among its neighbours.
    """

    type: str
    key: str
    position: int
    around: tuple[Component, ...]
    raw: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return the words of the component; templates in it are left out."""
        words = self.raw.get("label") or self.raw.get("dateLabel") or self.properties.get("label") or ""
        return str(words).split("{{")[0].strip()

    @property
    def properties(self) -> Mapping[str, Any]:
        found = self.raw.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def is_list(self) -> bool:
        return self.type == LIST

    @property
    def name(self) -> str:
        """Return what tells the component from its neighbours: its key, else its id, else its position."""
        return self.key or _text(self.raw.get("id")) or str(self.position)

    @property
    def rows_of(self) -> Component | None:
        """Return the innermost list around it, whose rows it belongs to; None at the top of the form."""
        return next((each for each in reversed(self.around) if each.is_list), None)

    @property
    def inside(self) -> str:
        """Return the dotted path of the groups around it, within the form or the row; "" for none."""
        steps: list[str] = []
        for each in reversed(self.around):
            if each.is_list:
                break
            steps.append(each.key)
        return ".".join(step for step in reversed(steps) if step)

    @property
    def path(self) -> str:
        """Return the dotted name of its answer, within the form or the row; "" for what asks nothing."""
        above = self.inside
        return f"{above}.{self.key}" if above and self.key else self.key


def walk(schema: Schema) -> Iterator[Component]:
    """Yield every component of a form, nested ones after what holds them, in the order of the form.

    Given one list or group instead, what is inside it. What is malformed is passed over.
    """
    waiting = _children(schema, ())
    while waiting:
        component = waiting.pop()
        yield component
        waiting += _children(component.raw, (*component.around, component))


def components(schema: Schema) -> tuple[Component, ...]:
    """Return every component of a whole form, walked once: for a schema that nobody changes any more."""
    return _WALKED.of(schema)


def shown_value(raw: Mapping[str, Any]) -> str:
    """Return the name of the one value that a text shows; "" for any other component."""
    words = _text(raw.get("text")) if raw.get("type") == "text" else ""
    places = PLACE.findall(words)
    return str(places[0][1]) if len(places) == words.count("{{") == 1 else ""


def form_keys(schema: Schema) -> frozenset[str]:
    """Return the top-level names a form answers to, hidden ones included."""
    return _KEYS.of(schema)


def _top_level(schema: Schema) -> frozenset[str]:
    own = (each for each in components(schema) if each.key and each.rows_of is None)
    return frozenset(each.path.split(".")[0] for each in own)


def _files(schema: Schema) -> tuple[Component, ...]:
    return tuple(each for each in components(schema) if each.type == FILES)


_WALKED = PerSchema(lambda schema: tuple(walk(schema)))
_KEYS, _FILES = PerSchema(_top_level), PerSchema(_files)


def value_at(data: Any, path: str) -> Any:
    """Return what stands at a dotted path of answers; None where nothing does."""
    for step in path.split(".") if path else ():
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def answers_to(component: Component, answers: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of a component's answers, one per row of the lists around it: `lines.2.spec`."""
    for place, row in _rows(component.rows_of, answers):
        yield f"{place}{component.path}", value_at(row, component.path)


def files_in(schema: Schema, answers: Any) -> Iterator[tuple[str, Any]]:
    """Yield (path, ids) of every answered file field of a form, in groups and rows too."""
    for component in _FILES.of(schema):
        yield from ((path, ids) for path, ids in answers_to(component, answers) if ids)


def _rows(holder: Component | None, answers: Any) -> Iterator[tuple[str, Any]]:
    """Yield (prefix of paths, answers) of every row of a list; of the form itself for None."""
    if holder is None:
        yield "", answers
        return
    for path, rows in answers_to(holder, answers):
        if isinstance(rows, (list, tuple)):
            yield from ((f"{path}.{index}.", row) for index, row in enumerate(rows))


def _children(holder: Schema, around: tuple[Component, ...]) -> list[Component]:
    """Return the components right inside a form, group or list, last first."""
    found = holder.get("components")
    if not isinstance(found, list):
        return []
    return [
        _component(raw, position, around)
        for position, raw in reversed(list(enumerate(found)))
        if isinstance(raw, dict)
    ]


def _component(raw: Mapping[str, Any], position: int, around: tuple[Component, ...]) -> Component:
    kind = _text(raw.get("type"))
    key = _text(raw.get("path" if kind in (LIST, GROUP) else "key"))
    return Component(kind, key, position, around, raw)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
