"""Comparisons and tests: what is compared can be compared, and may come to be equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.engine.files.nearest import suggestion
from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    LIST,
    RANGE,
    TRUTH,
    Kind,
    of,
)
from service.engine.kinds.operators import comparable, mend_comparison, never_same
from service.engine.kinds.reader import INPUT, Reader, Rule
from service.feel import Tree
from service.wording import SILENT, Text

TESTS = frozenset({"cmp", "and", "or", "quant", "instance", "bool", "in", "between"})
"""Nodes that are true or false."""


def _compared(reader: Reader, node: Tree) -> Kind:
    left, right = reader.kind(node[4]), reader.kind(node[5])
    compare(reader, node, node[3], left, right)
    return TRUTH


def compare(reader: Reader, node: Tree, operator: str, left: Kind, right: Kind) -> None:
    in_order = operator not in ("=", "!=")
    if left.is_unknown or right.is_unknown:
        return
    if not comparable(left, right, in_order=in_order):
        reader.misfit(
            "kind-comparison",
            "{part} compares {left} with {right}.{mend}",
            part=reader.written(node),
            left=left.said,
            right=right.said,
            mend=mend_comparison(left, right),
        )
    elif not in_order and never_same(left, right):
        never(reader, node, operator, left, right)


def never(reader: Reader, node: Tree, operator: str, left: Kind, right: Kind) -> None:
    asked, offered = (right, left) if len(right.texts or ()) == 1 else (left, right)
    word = sorted(asked.texts or ())[0]
    known = sorted(offered.texts or ())
    is_same = Text("never true") if operator != "!=" else Text("always true")
    reader.misfit(
        "never-equal",
        "{part} is {always}: it is never {word!r}.{hint} It can be {known}.",
        part=reader.written(node),
        always=is_same,
        word=word,
        hint=near(word, known),
        known=", ".join(f'"{each}"' for each in known),
    )


def near(word: str, known: Sequence[str]) -> Text:
    """Return a suggestion where one of the known words is near, nothing where none is."""
    found = suggestion(word, known)
    return found if "name" in found.params else SILENT


def _between(reader: Reader, node: Tree) -> Kind:
    value, low, high = reader.kinds(node[3:6])
    compare(reader, node, ">=", value, low)
    compare(reader, node, "<=", value, high)
    return TRUTH


def _in(reader: Reader, node: Tree) -> Kind:
    value = reader.kind(node[3])
    for test in node[4]:
        test_one(reader, test, value)
    return TRUTH


def test_one(reader: Reader, test: Tree, value: Kind) -> None:
    """Follow one test of a value: a comparison, a range, a list to be in, or a value to be."""
    if test[0] == "test":
        compare(reader, test, test[3], value, reader.kind(test[4]))
    elif test[0] == "range":
        for operator, end in ((">=", test[3]), ("<=", test[4])):
            compare(reader, test, operator, value, reader.kind(end))
    elif test[0] in TESTS:
        reader.within({INPUT: value}, test)
    else:
        _be(reader, test, value, reader.within({INPUT: value}, test))


def _be(reader: Reader, test: Tree, value: Kind, found: Kind) -> None:
    """A value to be, or a list of them; a truth is the answer itself."""
    if found.bits & (LIST | RANGE | BOOLEAN) or found.is_unknown or value.bits & LIST:
        return
    compare(reader, test, "=", value, found)


def _test_alone(reader: Reader, node: Tree) -> Kind:
    reader.kind(node[4])
    return TRUTH


def _range(reader: Reader, node: Tree) -> Kind:
    low, high = reader.kinds(node[3:5])
    compare(reader, node, "<=", low, high)
    return of(RANGE)


def _cell(reader: Reader, node: Tree) -> Kind:
    for test in node[4]:
        test_one(reader, test, reader.names.get(INPUT, ANY))
    return TRUTH


def _input(reader: Reader, _: Tree) -> Kind:
    return reader.locals.get(INPUT) or reader.names.get(INPUT, ANY)


def _instance(reader: Reader, node: Tree) -> Kind:
    reader.kind(node[3])
    return TRUTH


RULES: Mapping[str, Rule] = {
    "input": _input,
    "range": _range,
    "cmp": _compared,
    "between": _between,
    "in": _in,
    "test": _test_alone,
    "instance": _instance,
    "tests": _cell,
}
