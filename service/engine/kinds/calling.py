"""Functions: what they are given, and what they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.engine.kinds.comparing import never
from service.engine.kinds.functions import FUNCTIONS, elements_of, rest_of
from service.engine.kinds.model import (
    ANY,
    NEVER,
    Kind,
    of,
)
from service.engine.kinds.operators import never_same
from service.engine.kinds.reader import Misfit, Reader, Rule
from service.engine.kinds.written import unreadable
from service.feel import Tree

_SURE = frozenset({"concatenate", "append", "union"})
"""What they give is known even where something they are given never comes."""


def _call(reader: Reader, node: Tree) -> Kind:
    name, nodes, names = node[3:6]
    given = reader.kinds(nodes)
    function = FUNCTIONS.get(name)
    if function is None or names is not None or name in reader.locals:
        return ANY
    for place, (kind, wanted) in enumerate(zip(given, function.takes, strict=False)):
        _argument(reader, nodes[place], name, kind, wanted)
    rest = rest_of(given, function)
    if function.rest and rest.bits:
        _argument(reader, node, name, rest, function.rest)
    if len(given) < function.needs:
        reader.misfit(
            "kind-argument",
            "{part}: {function}() needs {count} values.",
            part=reader.written(node),
            function=name,
            count=function.needs,
        )
        return ANY
    _special(reader, node, name, nodes)
    if any(not kind.bits for kind in given):
        return NEVER if name not in _SURE else function.gives(given)
    return function.gives(given)


def _argument(reader: Reader, node: Tree, function: str, kind: Kind, wanted: int) -> None:
    if not kind.may_be(wanted):
        reader.misfit(
            "kind-argument",
            "{function}() takes {wanted}, but {part} is {kind}.",
            function=function,
            wanted=of(wanted).said,
            part=reader.written(node),
            kind=kind.said,
        )


def _special(reader: Reader, node: Tree, name: str, given: Sequence[Tree]) -> None:
    """Look at what is written out: workdays backwards, days that do not exist."""
    if name == "workdays_after" and reader.written(given[1]).startswith("-"):
        reader.misfit(
            "kind-argument",
            "{part}: workdays are counted forwards alone, from 0. For days back write {example}.",
            part=reader.written(node),
            example='today() - duration("P2D")',
        )
    if given and given[0][0] == "str" and (wrong := unreadable(name, given[0][3])) is not None:
        reader.misfits.append(Misfit("kind-argument", wrong))
    if name == "list contains" and len(given) == 2:
        held, asked = reader.kind(given[0]), reader.kind(given[1])
        element = elements_of(held)
        if not element.is_unknown and never_same(element, asked):
            never(reader, node, "=", element, asked)


RULES: Mapping[str, Rule] = {"call": _call}
