"""Form parts: components that several forms share, written into each of them.

A group with the property `part` holds the components of the form of that name, as whole components of its
own. `except` names what it leaves out: fields by their key, texts by the one value they show. `readonly`
shows its fields without letting them be changed. Nothing is looked up at run time: `woven` writes the copies,
`Use.is_fresh` tells whether one still is one. A part may hold parts itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.engine.drawing.extensions import split_list
from service.feel.per_schema import PerSchema
from service.feel.schema import GROUP, LIST, Component, Schema, components, shown_value

PART, EXCEPT, READONLY = "part", "except", "readonly"

_RULE = re.compile(r"requiredIf|(assert|warn)(Message)?[2-9]?")
_ASKS_NOTHING = frozenset({"text", "table", "image", "spacer", "separator", "documentPreview", "button"})
_UNCHANGED = _ASKS_NOTHING | {GROUP, "expression"}

Raw = Mapping[str, Any]
Parts = Mapping[str, Schema]
"""The forms that may be parts, by name."""


@dataclass(frozen=True)
class Use:
    """A group that holds a part. `except_keys` are dotted: `lines.supplier`."""

    component: Raw = field(repr=False)
    part: str
    except_keys: tuple[str, ...]
    readonly: str

    @property
    def id(self) -> str:
        return str(self.component.get("id") or self.part)

    def fresh(self, parts: Parts) -> list[Any]:
        """Return the components the group has after weaving. `parts` knows the part."""
        others = {name: schema for name, schema in parts.items() if name != self.part}
        whole = _components(woven(parts[self.part], others))
        kept = _without(whole, frozenset(self.except_keys), "")
        return [_own(each, self.id, is_readonly=self.readonly == "true") for each in kept]

    def is_fresh(self, parts: Parts) -> bool:
        """Tell whether the group asks what its part asks; ids and the names of rows are its own."""
        return _content(_components(self.component)) == _content(self.fresh(parts))


def use_of(component: Raw) -> Use | None:
    """Return the use of a part that this group is; None for any other component."""
    properties = component.get("properties")
    if component.get("type") != GROUP or not isinstance(properties, Mapping):
        return None
    part, left_out, readonly = (_text(properties.get(name)) for name in (PART, EXCEPT, READONLY))
    return Use(component, part, split_list(left_out), readonly) if part else None


def uses(schema: Schema) -> tuple[Use, ...]:
    """Return the uses of parts in a form; those inside another one belong to that part.

    Found once: for a schema that nobody changes any more.
    """
    return _USES.of(schema)


def _found_uses(schema: Schema) -> tuple[Use, ...]:
    found = ((use_of(each.raw), each.around) for each in components(schema))
    return tuple(use for use, around in found if use and not any(use_of(each.raw) for each in around))


def holders(forms: Parts) -> dict[str, tuple[str, ...]]:
    """Return the parts by name, each with the names of the forms that hold it."""
    found: dict[str, list[str]] = {}
    for name, schema in sorted(forms.items()):
        for part in dict.fromkeys(use.part for use in uses(schema)):
            found.setdefault(part, []).append(name)
    return {part: tuple(names) for part, names in found.items()}


def woven(schema: Schema, parts: Parts) -> Schema:
    """Return a form whose copies of parts are fresh; whatever else it holds stays as it is."""
    if not isinstance(schema.get("components"), list):
        return schema
    return {**schema, "components": [_woven(each, parts) for each in schema["components"]]}


def keys(schema: Schema) -> frozenset[str]:
    """Return what `except` may name, dotted where it stands in a list or in a group with a path."""
    return _PLACES.of(schema)


def _found_places(schema: Schema) -> frozenset[str]:
    return frozenset(_place(each) for each in components(schema) if _name(each.raw))


_USES, _PLACES = PerSchema(_found_uses), PerSchema(_found_places)


def _place(component: Component) -> str:
    return ".".join(filter(None, (*(each.key for each in component.around), _name(component.raw))))


def _name(component: Raw) -> str:
    """Return a field's key, the path of a list or group, or the one value that a text shows."""
    key = component.get("path" if component.get("type") in (GROUP, LIST) else "key")
    return _text(key) or shown_value(component)


def _woven(component: Any, parts: Parts) -> Any:
    if not isinstance(component, Mapping):
        return component
    use = use_of(component)
    if use is None:
        return woven(component, parts)
    if use.part not in parts or use.is_fresh(parts):
        return component
    return {**component, "components": use.fresh(parts)}


def _without(components: list[Any], left_out: frozenset[str], holder: str) -> Iterator[Raw]:
    for each in components:
        if not isinstance(each, Mapping):
            continue
        name = _name(each)
        place = ".".join(filter(None, (holder, name)))
        if name and place in left_out:
            continue
        inside = _components(each)
        yield {**each, "components": list(_without(inside, left_out, place))} if inside else each


def _own(component: Raw, prefix: str, *, is_readonly: bool) -> dict[str, Any]:
    """Return a copy whose id and rows are those of one use only: a form holds an id once."""
    own = dict(component)
    if isinstance(own.get("id"), str):
        own["id"] = f"{prefix}_{own['id']}"
    layout = own.get("layout")
    if isinstance(layout, Mapping) and isinstance(layout.get("row"), str):
        own["layout"] = {**layout, "row": f"{prefix}_{layout['row']}"}
    if is_readonly and _text(own.get("type")) not in _UNCHANGED:
        _lock(own)
    if "components" in own:
        inside = (each for each in _components(own) if isinstance(each, Mapping))
        own["components"] = [_own(each, prefix, is_readonly=is_readonly) for each in inside]
    return own


def _lock(own: dict[str, Any]) -> None:
    """Make a field readable only: nobody can mend it here, so that nothing is demanded of it either."""
    own.pop("validate", None)
    properties = own.get("properties")
    if isinstance(properties, Mapping):
        own["properties"] = {name: rule for name, rule in properties.items() if not _RULE.fullmatch(name)}
    if own.get("type") == LIST:
        own["allowAddRemove"] = False
    else:
        own["readonly"] = True


def _content(components: list[Any]) -> list[Any]:
    """Return components without their ids, rows by number: what two copies of a part have in common."""
    rows: dict[Any, int] = {}
    return [_bare(each, rows) if isinstance(each, Mapping) else each for each in components]


def _bare(component: Raw, rows: dict[Any, int]) -> dict[str, Any]:
    bare = {name: value for name, value in component.items() if name != "id"}
    layout = bare.get("layout")
    if isinstance(layout, Mapping) and isinstance(layout.get("row"), str):
        bare["layout"] = {**layout, "row": rows.setdefault(layout["row"], len(rows))}
    if "components" in bare:
        bare["components"] = _content(_components(bare))
    return bare


def _components(holder: Raw) -> list[Any]:
    found = holder.get("components")
    return found if isinstance(found, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
