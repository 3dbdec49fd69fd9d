"""What changed between two manifests, in the terms of the drawings: which property of which element.

Properties that hide in a modeler's side panel (mappings, conditions, timers, form rules) are compared like
names. Where things stand on the page is one property, `layout`. Order of attributes and of flows is nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from service.feel import walk
from service.runtime.releases.drawing_properties import drawing_properties
from service.runtime.step.views import View
from service.store import manifests

Properties = dict[tuple[str, str], str]
"""(element, property) → value as text. Property `element` says that the element is there."""

FILE = "file"


@dataclass(frozen=True)
class Change(View):
    """One property that differs. None: not there on this side. An `element` of "" is the file itself."""

    file: str
    element: str
    property: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """Yield every change by file and element. A file on one side only is one change of property `file`."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None or new is None:
            yield Change(name, "", FILE, _address(old), _address(new))
        else:
            yield from _within(name, old, new)


def _within(name: str, old: bytes, new: bytes) -> Iterator[Change]:
    was, now = _properties(name, old), _properties(name, new)
    for element, prop in sorted({*was, *now}):
        before, after = was.get((element, prop)), now.get((element, prop))
        if before != after:
            yield Change(name, element, prop, before, after)


def _properties(name: str, content: bytes) -> Properties:
    suffix = name.rpartition(".")[2]
    if suffix in ("bpmn", "dmn"):
        return drawing_properties(name, content)
    if suffix == "form":
        return _form_properties(json.loads(content))
    data = yaml.safe_load(content) if suffix == "yaml" else json.loads(content)
    return {(path.partition(".")[0], path): value for path, value in _leaves(data)}


def _form_properties(form: Mapping[str, Any]) -> Properties:
    """Return the properties of a form and of its components, named by what they stand in: `lines.spec`."""
    result = _plain_properties("", form)
    order: dict[str, list[str]] = {}
    for component in walk(form):
        holder = ".".join(each.name for each in component.around)
        element = f"{holder}.{component.name}" if holder else component.name
        result |= _plain_properties(element, component.raw) | {(element, "element"): component.type}
        order.setdefault(holder, []).append(component.name)
    return result | {(holder, "order"): ", ".join(names) for holder, names in order.items()}


def _plain_properties(element: str, raw: Mapping[str, Any]) -> Properties:
    own = {key: value for key, value in raw.items() if key != "components"}
    return {(element, path): value for path, value in _leaves(own)}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every plain value below `value` with its dotted path, as text."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves(entry, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _leaves(entry, f"{path}[{position}]")
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _address(content: bytes | None) -> str | None:
    return None if content is None else manifests.digest(content)
