"""The kind of an expression, followed through its tree; what can never be right on the way is a misfit.

Whatever is not known may be anything, so nothing is said about it: a misfit is one for every value that
could stand there. `service/assets/feel/tree.js` makes the trees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from service.engine.files.nearest import suggestion
from service.engine.kinds.functions import FUNCTIONS, elements_of, rest_of
from service.engine.kinds.model import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DURATIONS,
    EVERYTHING,
    FALSE,
    FUNCTION,
    LIST,
    NEVER,
    NOTHING,
    NULL,
    NUMBER,
    RANGE,
    TEXT,
    TIME,
    TRUE,
    TRUTH,
    Kind,
    context,
    join,
    join_all,
    listed,
    of,
    text,
)
from service.engine.kinds.operators import (
    calculated,
    comparable,
    done_by,
    mend,
    mend_comparison,
    never_same,
)
from service.engine.kinds.written import unreadable
from service.feel import Parsed, Tree
from service.wording import SILENT, Text

Names = Mapping[str, Kind]
_TESTS = frozenset({"cmp", "and", "or", "quant", "instance", "bool", "in", "between"})
INPUT = "?"
MOST_KNOWN = 20_000


@dataclass(frozen=True)
class Misfit:
    """Something in an expression that can never be right: a code of findings, and what is wrong with it."""

    code: str
    message: Text


@dataclass(frozen=True)
class Inferred:
    """The kind of an expression, and what in it can never be right."""

    kind: Kind
    misfits: tuple[Misfit, ...] = ()


UNKNOWN = Inferred(ANY)
_KNOWN: dict[tuple[str, bool], tuple[tuple[Kind | None, ...], Inferred]] = {}


def infer(source: str, parsed: Parsed, names: Names, *, unary: bool = False) -> Inferred:
    """Return the kind of an expression (or, with `unary`, of a cell) over what is known of its names.

    `source` is the expression without its equals sign. What was found is kept until a name's kind is another.
    """
    if parsed.tree is None or parsed.problems:
        return UNKNOWN
    key, given = (source, unary), tuple(map(names.get, (*sorted(parsed.reads), INPUT)))
    known = _KNOWN.get(key)
    if known is None or known[0] != given:
        reader = _Reader(source, names)
        kind = reader.kind(parsed.tree)
        known = given, Inferred(kind, tuple(dict.fromkeys(reader.misfits)))
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = known
    return known[1]


@dataclass
class _Reader:
    """One walk through a tree. `locals` are the names that loops, filters and functions bring."""

    source: str
    names: Names
    misfits: list[Misfit] = field(default_factory=list)
    locals: dict[str, Kind] = field(default_factory=dict)

    def kind(self, node: Tree) -> Kind:
        return _RULES[node[0]](self, node)

    def kinds(self, nodes: Sequence[Tree]) -> list[Kind]:
        return [self.kind(each) for each in nodes]

    def written(self, node: Tree) -> str:
        return self.source[node[1] : node[2]]

    def misfit(self, code: str, template: str, /, **params: str | int) -> None:
        self.misfits.append(Misfit(code, Text(template, **params)))

    def within(self, names: Mapping[str, Kind], node: Tree) -> Kind:
        """Return the kind of a node that sees further names."""
        before = self.locals
        self.locals = {**before, **names}
        found = self.kind(node)
        self.locals = before
        return found

    def truth(self, node: Tree) -> Kind:
        """Return the kind of what has to be true or false."""
        found = self.kind(node)
        if not found.may_be(BOOLEAN):
            self.misfit(
                "kind-condition",
                "{part} is {kind} where true or false is needed.{mend}",
                part=self.written(node),
                kind=found.said,
                mend=_mend_condition(found),
            )
        return found


def _mend_condition(found: Kind) -> Text:
    if found.bits & ~NULL in (TEXT, NUMBER):
        return Text(" Compare it with something.")
    return SILENT


Rule = Callable[[_Reader, Tree], Kind]


def _name(reader: _Reader, node: Tree) -> Kind:
    found = reader.locals.get(node[3])
    return found if found is not None else reader.names.get(node[3], ANY)


def _path(reader: _Reader, node: Tree) -> Kind:
    return _entry(reader, node, reader.kind(node[3]), node[4])


def _entry(reader: _Reader, node: Tree, target: Kind, name: str) -> Kind:
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


def _compared(reader: _Reader, node: Tree) -> Kind:
    left, right = reader.kind(node[4]), reader.kind(node[5])
    _compare(reader, node, node[3], left, right)
    return TRUTH


def _compare(reader: _Reader, node: Tree, operator: str, left: Kind, right: Kind) -> None:
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
        _never(reader, node, operator, left, right)


def _never(reader: _Reader, node: Tree, operator: str, left: Kind, right: Kind) -> None:
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


def _between(reader: _Reader, node: Tree) -> Kind:
    value, low, high = reader.kinds(node[3:6])
    _compare(reader, node, ">=", value, low)
    _compare(reader, node, "<=", value, high)
    return TRUTH


def _in(reader: _Reader, node: Tree) -> Kind:
    value = reader.kind(node[3])
    for test in node[4]:
        _test_one(reader, test, value)
    return TRUTH


def _test_one(reader: _Reader, test: Tree, value: Kind) -> None:
    """Follow one test of a value: a comparison, a range, a list to be in, or a value to be."""
    if test[0] == "test":
        _compare(reader, test, test[3], value, reader.kind(test[4]))
    elif test[0] == "range":
        for operator, end in ((">=", test[3]), ("<=", test[4])):
            _compare(reader, test, operator, value, reader.kind(end))
    elif test[0] in _TESTS:
        reader.within({INPUT: value}, test)
    else:
        _be(reader, test, value, reader.within({INPUT: value}, test))


def _be(reader: _Reader, test: Tree, value: Kind, found: Kind) -> None:
    """A value to be, or a list of them; a truth is the answer itself."""
    if found.bits & (LIST | RANGE | BOOLEAN) or found.is_unknown or value.bits & LIST:
        return
    _compare(reader, test, "=", value, found)


def _calculate(reader: _Reader, node: Tree) -> Kind:
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


def _negative(reader: _Reader, node: Tree) -> Kind:
    value = reader.kind(node[3])
    if not value.may_be(NUMBER | DURATIONS):
        reader.misfit(
            "kind-arithmetic", "{part}: {kind} has no sign.", part=reader.written(node), kind=value.said
        )
        return ANY
    return of(value.bits & (NUMBER | DURATIONS))


def _both(reader: _Reader, node: Tree) -> Kind:
    reader.truth(node[3])
    reader.truth(node[4])
    return TRUTH


def _if(reader: _Reader, node: Tree) -> Kind:
    reader.truth(node[3])
    return join(*reader.kinds(node[4:6]))


def _loops(reader: _Reader, node: Tree) -> dict[str, Kind]:
    """Return the names that loops bring, each with the kind of what it goes through."""
    found: dict[str, Kind] = {}
    before = reader.locals
    for name, first, *last in node[3]:
        reader.locals = {**before, **found}
        kinds = reader.kinds([first, *last])
        found[name] = of(NUMBER) if last else elements_of(kinds[0])
    reader.locals = before
    return found


def _some(reader: _Reader, node: Tree) -> Kind:
    before = reader.locals
    reader.locals = {**before, **_loops(reader, node)}
    reader.truth(node[4])
    reader.locals = before
    return TRUTH


def _for(reader: _Reader, node: Tree) -> Kind:
    return listed(reader.within({**_loops(reader, node), "partial": ANY}, node[4]))


def _function(reader: _Reader, node: Tree) -> Kind:
    reader.within(dict.fromkeys(node[3], ANY), node[4])
    return of(FUNCTION)


def _context(reader: _Reader, node: Tree) -> Kind:
    entries: dict[str, Kind] = {}
    for key, value in node[3]:
        entries[key] = reader.within(entries, value)
    return context(entries)


def _list(reader: _Reader, node: Tree) -> Kind:
    return listed(join_all(reader.kinds(node[3])))


def _filter(reader: _Reader, node: Tree) -> Kind:
    target, condition = reader.kind(node[3]), node[4]
    element = elements_of(target)
    if condition[0] in _TESTS or condition[0] in ("test", "range"):
        entries = dict(element.entries or {}) if element.bits & CONTEXT and not element.is_unknown else {}
        if condition[0] in ("test", "range"):
            _test_one(reader, condition, element)
        else:
            before = reader.locals
            reader.locals = {**before, **_unsure(entries, element, reader), "item": element}
            reader.truth(condition)
            reader.locals = before
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


def _unsure(entries: Mapping[str, Kind], element: Kind, reader: _Reader) -> dict[str, Kind]:
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


def _call(reader: _Reader, node: Tree) -> Kind:
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


_SURE = frozenset({"concatenate", "append", "union"})


def _argument(reader: _Reader, node: Tree, function: str, kind: Kind, wanted: int) -> None:
    if not kind.may_be(wanted):
        reader.misfit(
            "kind-argument",
            "{function}() takes {wanted}, but {part} is {kind}.",
            function=function,
            wanted=of(wanted).said,
            part=reader.written(node),
            kind=kind.said,
        )


def _special(reader: _Reader, node: Tree, name: str, given: Sequence[Tree]) -> None:
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
            _never(reader, node, "=", element, asked)


def _at(_: _Reader, node: Tree) -> Kind:
    written: str = node[3]
    if written.lstrip("-").startswith("P"):
        return of(DURATIONS)
    if written[2:3] == ":":
        return of(TIME)
    return of(DATE_TIME if "T" in written else DATE)


def _cell(reader: _Reader, node: Tree) -> Kind:
    for test in node[4]:
        _test_one(reader, test, reader.names.get(INPUT, ANY))
    return TRUTH


def _input(reader: _Reader, _: Tree) -> Kind:
    return reader.locals.get(INPUT) or reader.names.get(INPUT, ANY)


def _other(reader: _Reader, node: Tree) -> Kind:
    reader.kinds(node[3])
    return ANY


def _test_alone(reader: _Reader, node: Tree) -> Kind:
    reader.kind(node[4])
    return TRUTH


def _range(reader: _Reader, node: Tree) -> Kind:
    low, high = reader.kinds(node[3:5])
    _compare(reader, node, "<=", low, high)
    return of(RANGE)


def _instance(reader: _Reader, node: Tree) -> Kind:
    reader.kind(node[3])
    return TRUTH


_RULES: Mapping[str, Rule] = {
    "num": lambda _, __: of(NUMBER),
    "str": lambda _, node: text(node[3]),
    "bool": lambda _, node: TRUE if node[3] else FALSE,
    "null": lambda _, __: NOTHING,
    "at": _at,
    "name": _name,
    "input": _input,
    "path": _path,
    "call": _call,
    "list": _list,
    "context": _context,
    "range": _range,
    "cmp": _compared,
    "between": _between,
    "in": _in,
    "test": _test_alone,
    "math": _calculate,
    "neg": _negative,
    "and": _both,
    "or": _both,
    "instance": _instance,
    "if": _if,
    "quant": _some,
    "for": _for,
    "function": _function,
    "filter": _filter,
    "tests": _cell,
    "other": _other,
}
