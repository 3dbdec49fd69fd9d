"""Names, contexts, lists, filters: what holds something, and what is found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.engine.files.nearest import suggestion
from service.engine.kinds.comparing import TESTS, test_one
from service.engine.kinds.functions import elements_of
from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    CONTEXT,
    EVERYTHING,
    LIST,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    Kind,
    context,
    join,
    join_all,
    listed,
)
from service.engine.kinds.reader import Reader, Rule
from service.feel import Tree


def _name(reader: Reader, node: Tree) -> Kind:
    found = reader.locals.get(node[3])
    return found if found is not None else reader.names.get(node[3], ANY)


def _path(reader: Reader, node: Tree) -> Kind:
    return _entry(reader, node, reader.kind(node[3]), node[4])


def _entry(reader: Reader, node: Tree, target: Kind, name: str) -> Kind:
    if target.is_unknown or not target.bits & (CONTEXT | LIST):
        if target.bits and not target.bits & ~(TEXT | NUMBER | BOOLEAN | NULL) and target.bits != NULL:
            reader.misfit(
                "unknown-entry",
                "{part} is {kind} and holds no {name!r}: write {part} alone.",
                part=reader.written(node[3]),
                kind=target.said,
                name=name,
            )
        return ANY
    inner = target.elements if target.bits & LIST and not target.bits & CONTEXT else target
    found = inner.entry(name) if inner.bits & CONTEXT else ANY
    if found is None and not inner.bits & ~(CONTEXT | NULL):
        reader.misfit(
            "unknown-entry",
            "{part} holds no {name!r}.{hint}",
            part=reader.written(node[3]),
            name=name,
            hint=suggestion(name, inner.entries or ()),
        )
    found = ANY if found is None else found
    if target.bits & LIST:
        return listed(found) if not target.bits & CONTEXT else ANY
    return found if not target.bits & ~CONTEXT else found.or_null()


def _context(reader: Reader, node: Tree) -> Kind:
    entries: dict[str, Kind] = {}
    for key, value in node[3]:
        entries[key] = reader.within(entries, value)
    return context(entries)


def _list(reader: Reader, node: Tree) -> Kind:
    return listed(join_all(reader.kinds(node[3])))


def _filter(reader: Reader, node: Tree) -> Kind:
    target, condition = reader.kind(node[3]), node[4]
    element = elements_of(target)
    if condition[0] in TESTS or condition[0] in ("test", "range"):
        entries = dict(element.entries or {}) if element.bits & CONTEXT and not element.is_unknown else {}
        if condition[0] in ("test", "range"):
            test_one(reader, condition, element)
        else:
            reader.within({**_unsure(entries, element, reader), "item": element}, condition, reader.truth)
        return listed(_narrowed(element, condition))
    position = reader.kind(condition)
    if not position.may_be(NUMBER):
        reader.misfit(
            "kind-argument",
            "{part}: a filter needs a comparison or a position, not {kind}.",
            part=reader.written(node),
            kind=position.said,
        )
    return ANY if target.is_unknown else element


def _unsure(entries: Mapping[str, Kind], element: Kind, reader: Reader) -> dict[str, Kind]:
    """Return what the names in a filter may be: entries of the elements, or else the names around."""
    is_sure = element.bits == CONTEXT and not element.is_open
    if is_sure:
        return dict(entries)
    return {name: join(kind, reader.names.get(name, NEVER)) for name, kind in entries.items()}


def _narrowed(element: Kind, condition: Tree) -> Kind:
    """Return the kind of the elements that pass `item != …` or `item.name != …`, joined by `and`."""
    if condition[0] == "and":
        return _narrowed(_narrowed(element, condition[3]), condition[4])
    if condition[0] != "cmp" or condition[3] != "!=" or element.is_unknown:
        return element
    asked, without = condition[4], condition[5]
    if asked[0] == "name" and asked[3] == "item":
        return _but(element, without)
    name = asked[4] if asked[0] == "path" and asked[3][0] == "name" and asked[3][3] == "item" else None
    if name is None or element.bits != CONTEXT or element.entries is None or name not in element.entries:
        return element
    narrowed = {**element.entries, name: _but(element.entries[name], without)}
    return context(narrowed, is_open=element.is_open)


def _but(kind: Kind, without: Tree) -> Kind:
    """Return a kind without null, or without a text that is written out."""
    if without[0] == "null" and not kind.is_unknown:
        return kind.only(EVERYTHING & ~NULL)
    if without[0] == "str" and kind.values is not None:
        return replace(kind, values=kind.values - {without[3]})
    return kind


RULES: Mapping[str, Rule] = {
    "name": _name,
    "path": _path,
    "list": _list,
    "context": _context,
    "filter": _filter,
}
