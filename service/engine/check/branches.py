"""Branches of a gateway that overlap, or leave a case without any: its conditions read as a decision table.

Comparisons of a variable with a literal, joined by `and`, are understood; what else a condition says may be
true or false, so it hides gaps and never claims an overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from service.engine.check.report import Report
from service.engine.decisions.coverage import Grid, TooComplex, grid
from service.engine.decisions.model import Decision, Input, Rule
from service.engine.drawing import Container, Element, Flow
from service.engine.drawing.kinds import CONDITIONAL
from service.feel import strip_equals
from service.wording import Text

SHOWN = 2
_NAME = r"[^\W\d][\w.]*"
_LITERAL = r'"[^"\\]*"|-?\d+(?:\.\d+)?|true|false|null|date\("[^"]*"\)'
_COMPARISON = re.compile(rf"({_NAME})\s*(<=|>=|!=|=|<|>)\s*({_LITERAL})")
_NEGATION = re.compile(rf"not\(\s*({_NAME})\s*\)")
_BARE = re.compile(_NAME)
_OPAQUE = Text("some condition")
_LOW, _HIGH = {">": "(", ">=": "["}, {"<": ")", "<=": "]"}


def check_branches(container: Container, report: Report) -> None:
    """Warn of gaps at gateways without a default flow, and of overlaps at exclusive ones."""
    for node in container.everything():
        flows = [flow for flow in node.outgoing if flow.condition]
        if node.kind in CONDITIONAL and flows:
            _judge(node, flows, report)


def _judge(node: Element, flows: list[Flow], report: Report) -> None:
    cut = grid(_table(node, flows))
    if not node.default_flow:
        _warn_of_gaps(node, cut, report)
    if node.kind == "exclusiveGateway":
        for first, second in islice(cut.overlaps(), SHOWN):
            report.warning(
                flows[second],
                "overlapping-branches",
                "This condition and that of {other!r} can be true together: the first drawn wins.",
                other=flows[first].id,
            )


def _warn_of_gaps(node: Element, cut: Grid, report: Report) -> None:
    with suppress(TooComplex):  # conditions too many to be searched: a warning less, not a failed check
        for box in islice(cut.gaps(), SHOWN):
            report.warning(
                node,
                "uncovered-branch",
                "{element!r} has no way on when {case}: add a flow or make one the default.",
                element=node.title,
                case=cut.described(box),
            )


def _table(node: Element, flows: list[Flow]) -> Decision:
    conditions = [_cells(strip_equals(flow.condition)) for flow in flows]
    names = list(dict.fromkeys(name for cells in conditions for name in cells))
    columns = tuple(Input(name, name, name) for name in names)
    rules = tuple(
        Rule(flow.id, tuple(cells.get(name, "-") for name in names), ())
        for flow, cells in zip(flows, conditions, strict=True)
    )
    return Decision(node.id, node.title, "", inputs=columns, rules=rules)


def _cells(condition: str) -> dict[str, str]:
    """Return the decision cell that each variable of a condition must pass; unclear ones as opaque cells."""
    cells: dict[str, str] = {}
    for part in _conjuncts(condition):
        name, cell = _cell(part)
        if name in cells and name != _OPAQUE:
            cell = _interval(cells[name], cell)
        cells[name] = cell
    return cells


def _conjuncts(condition: str) -> Iterator[str]:
    """Yield the parts joined by `and`; a condition with other connectives stays whole."""
    if re.search(r"\bor\b|\bif\b|\bsatisfies\b", condition):
        yield condition
    else:
        yield from re.split(r"\s+and\s+", condition)


def _cell(part: str) -> tuple[str, str]:
    part = part.strip()
    if compared := _COMPARISON.fullmatch(part):
        name, operator, literal = compared.groups()
        return name, {"=": literal, "!=": f"not({literal})"}.get(operator, f"{operator} {literal}")
    if negated := _NEGATION.fullmatch(part):
        return negated[1], "false"
    if _BARE.fullmatch(part) and part not in ("true", "false", "null"):
        return part, "true"
    return _OPAQUE, "? = unknown"


def _interval(first: str, second: str) -> str:
    """Join a lower and an upper bound to one interval cell; anything else stays open."""
    bounds = {cell.split(" ", 1)[0]: cell.split(" ", 1)[-1] for cell in (first, second)}
    low = next((sign for sign in bounds if sign in _LOW), None)
    high = next((sign for sign in bounds if sign in _HIGH), None)
    if low is None or high is None:
        return "? = unknown"
    return f"{_LOW[low]}{bounds[low]}..{bounds[high]}{_HIGH[high]}"
