"""The kind of an expression, followed through its tree; what can never be right on the way is a misfit.

Whatever is not known may be anything, so nothing is said about it: a misfit is one for every value that
could stand there. `service/assets/feel/tree.js` makes the trees.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.kinds import calling, comparing, holding, reckoning
from service.engine.kinds.model import ANY, Kind
from service.engine.kinds.reader import INPUT, Inferred, Names, Reader, Rule
from service.feel import Parsed

MOST_KNOWN = 20_000
UNKNOWN = Inferred(ANY)
_RULES: Mapping[str, Rule] = {**reckoning.RULES, **comparing.RULES, **holding.RULES, **calling.RULES}
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
        reader = Reader(source, names, _RULES)
        kind = reader.kind(parsed.tree)
        known = given, Inferred(kind, tuple(dict.fromkeys(reader.misfits)))
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = known
    return known[1]
