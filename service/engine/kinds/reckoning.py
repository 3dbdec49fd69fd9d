"""Values written out, arithmetic, choices and loops."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.kinds.functions import elements_of
from service.engine.kinds.model import (
    ANY,
    DATE,
    DATE_TIME,
    DURATIONS,
    FALSE,
    FUNCTION,
    NEVER,
    NOTHING,
    NUMBER,
    TIME,
    TRUE,
    TRUTH,
    Kind,
    join,
    listed,
    of,
    text,
)
from service.engine.kinds.operators import calculated, done_by, mend
from service.engine.kinds.reader import Reader, Rule
from service.feel import Tree


def _calculate(reader: Reader, node: Tree) -> Kind:
    left, right = reader.kind(node[4]), reader.kind(node[5])
    if not left.bits or not right.bits:
        return NEVER
    found = calculated(node[3], left.bits, right.bits)
    if not found:
        reader.misfit(
            "kind-arithmetic",
            "In {part}, {left} and {right} cannot be {done}.{mend}",
            part=reader.written(node),
            done=done_by(node[3]),
            left=left.said,
            right=right.said,
            mend=mend(node[3], left, right),
        )
        return ANY
    return of(found)


def _negative(reader: Reader, node: Tree) -> Kind:
    value = reader.kind(node[3])
    if not value.may_be(NUMBER | DURATIONS):
        reader.misfit(
            "kind-arithmetic", "{part}: {kind} has no sign.", part=reader.written(node), kind=value.said
        )
        return ANY
    return of(value.bits & (NUMBER | DURATIONS))


def _both(reader: Reader, node: Tree) -> Kind:
    reader.truth(node[3])
    reader.truth(node[4])
    return TRUTH


def _if(reader: Reader, node: Tree) -> Kind:
    reader.truth(node[3])
    return join(*reader.kinds(node[4:6]))


def _loops(reader: Reader, node: Tree) -> dict[str, Kind]:
    """Return the names that loops bring, each with the kind of what it goes through."""
    found: dict[str, Kind] = {}
    before = reader.locals
    for name, first, *last in node[3]:
        reader.locals = {**before, **found}
        kinds = reader.kinds([first, *last])
        found[name] = of(NUMBER) if last else elements_of(kinds[0])
    reader.locals = before
    return found


def _some(reader: Reader, node: Tree) -> Kind:
    before = reader.locals
    reader.locals = {**before, **_loops(reader, node)}
    reader.truth(node[4])
    reader.locals = before
    return TRUTH


def _for(reader: Reader, node: Tree) -> Kind:
    return listed(reader.within({**_loops(reader, node), "partial": ANY}, node[4]))


def _function(reader: Reader, node: Tree) -> Kind:
    reader.within(dict.fromkeys(node[3], ANY), node[4])
    return of(FUNCTION)


def _at(_: Reader, node: Tree) -> Kind:
    written: str = node[3]
    if written.lstrip("-").startswith("P"):
        return of(DURATIONS)
    if written[2:3] == ":":
        return of(TIME)
    return of(DATE_TIME if "T" in written else DATE)


def _other(reader: Reader, node: Tree) -> Kind:
    reader.kinds(node[3])
    return ANY


RULES: Mapping[str, Rule] = {
    "num": lambda _, __: of(NUMBER),
    "str": lambda _, node: text(node[3]),
    "bool": lambda _, node: TRUE if node[3] else FALSE,
    "null": lambda _, __: NOTHING,
    "at": _at,
    "math": _calculate,
    "neg": _negative,
    "and": _both,
    "or": _both,
    "if": _if,
    "quant": _some,
    "for": _for,
    "function": _function,
    "other": _other,
}
