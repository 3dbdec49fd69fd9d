"""Gaps, overlaps and unreachable rules, found by cutting every column at the values its cells name.

Between two cuts all values behave alike: a column has finitely many *atoms*, and a rule is a box over them.
Cells without a plain reading may match anything: they hide gaps, and never claim an overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext
from itertools import combinations, pairwise

from service.engine.decisions.cells import ANY_VALUE, ORDERED_KINDS, Cell, Literal, plain_cell
from service.engine.decisions.model import Decision, Input
from service.wording import Text, joined

MOST_REGIONS = 50_000  # a table that needs more is not searched: a check must end
Masks = tuple[tuple[int, ...], ...]  # per column, per atom: the rules that match there
Box = tuple[tuple["Atom", ...], ...]  # the atoms per column


class TooComplex(Exception):
    """The columns cut each other into more regions than are worth searching."""


@dataclass(frozen=True)
class Atom:
    """Values of one column that no cell tells apart; `sample` is one of them."""

    sample: Literal
    low: Literal | None = None  # None: without end; equal to `high`: this value alone
    high: Literal | None = None


@dataclass(frozen=True)
class Grid:
    """A table cut into atoms; `maybe[column][atom]` and `surely[…]` mask the rules matching there."""

    columns: tuple[Input, ...]
    atoms: tuple[tuple[Atom, ...], ...]
    maybe: Masks
    surely: Masks
    rules: int

    def gaps(self) -> Iterator[Box]:
        """Yield boxes that no rule can match; together they are all there is. May raise TooComplex."""
        budget = iter(range(MOST_REGIONS))
        return self._uncovered(self.maybe, self.atoms_by_index(), (1 << self.rules) - 1, budget)

    def overlaps(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of rules (from 0) that surely match some values together."""
        for first, second in combinations(range(self.rules), 2):
            both = 1 << first | 1 << second
            if all(any(mask & both == both for mask in column) for column in self.surely):
                yield first, second

    def unreachable(self) -> Iterator[int]:
        """Yield the rules (from 0) whose every value the rules above surely take. May raise TooComplex."""
        budget = iter(range(MOST_REGIONS))
        for rule in range(1, self.rules):
            bit = 1 << rule
            own = [[i for i, mask in enumerate(column) if mask & bit] for column in self.maybe]
            if next(self._uncovered(self.surely, own, bit - 1, budget), None) is None:
                yield rule

    def atoms_by_index(self) -> list[list[int]]:
        return [list(range(len(column))) for column in self.atoms]

    def _uncovered(
        self, masks: Masks, allowed: list[list[int]], rules: int, budget: Iterator[int]
    ) -> Iterator[Box]:
        for chosen in _Search(masks, allowed, budget).uncovered(rules):
            yield tuple(tuple(self.atoms[c][i] for i in indices) for c, indices in enumerate(chosen))


class _Search:
    """Looks, column by column, for atoms where none of the rules is left; `alive` masks those that are."""

    def __init__(self, masks: Masks, allowed: list[list[int]], budget: Iterator[int]) -> None:
        self.masks, self.allowed, self.budget = masks, allowed, budget
        self._groups: dict[tuple[int, int], dict[int, list[int]]] = {}
        self._gaps: dict[tuple[int, int], bool] = {}

    def uncovered(self, rules: int) -> Iterator[tuple[Sequence[int], ...]]:
        """Yield the atoms per column, by their indices, of boxes that `rules` leave free."""
        if all(self.allowed):
            yield from self._walk(0, rules, ())

    def _walk(
        self, column: int, alive: int, chosen: tuple[Sequence[int], ...]
    ) -> Iterator[tuple[Sequence[int], ...]]:
        if not self._has_gap(column, alive):
            return
        if not alive:
            yield (*chosen, *self.allowed[column:])
            return
        for mask, indices in self._grouped(column, alive).items():
            yield from self._walk(column + 1, mask, (*chosen, indices))

    def _has_gap(self, column: int, alive: int) -> bool:
        if not alive or column == len(self.masks):
            return not alive
        key = (column, alive)
        if key not in self._gaps:
            if next(self.budget, None) is None:
                raise TooComplex
            self._gaps[key] = any(self._has_gap(column + 1, mask) for mask in self._grouped(column, alive))
        return self._gaps[key]

    def _grouped(self, column: int, alive: int) -> dict[int, list[int]]:
        """Return the atoms of a column by the rules that are still left there."""
        key = (column, alive)
        if key not in self._groups:
            groups = self._groups[key] = {}
            for index in self.allowed[column]:
                groups.setdefault(alive & self.masks[column][index], []).append(index)
        return self._groups[key]


def grid(decision: Decision) -> Grid:
    """Cut the decision's columns into atoms. Every rule must have one cell per column."""
    atoms, maybe, surely = [], [], []
    for position, column in enumerate(decision.inputs):
        cells = [plain_cell(rule.inputs[position]) for rule in decision.rules]
        cut = _atoms(column, cells)
        atoms.append(cut)
        maybe.append(tuple(_mask(cells, atom, unknown=True) for atom in cut))
        surely.append(tuple(_mask(cells, atom, unknown=False) for atom in cut))
    return Grid(decision.inputs, tuple(atoms), tuple(maybe), tuple(surely), len(decision.rules))


def _mask(cells: Sequence[Cell | None], atom: Atom, *, unknown: bool) -> int:
    return sum(
        1 << number
        for number, cell in enumerate(cells)
        if (unknown if cell is None else cell.covers(atom.sample))
    )


def _atoms(column: Input, cells: Sequence[Cell | None]) -> tuple[Atom, ...]:
    allowed = plain_cell(column.values) or ANY_VALUE
    literals = {literal for cell in [*cells, allowed] if cell for literal in cell.literals}
    kinds = {literal.kind for literal in literals}
    cut: list[Atom] = []
    for kind in sorted(kinds - {"null"} | ({column.type} & {"number", "string", "boolean", "date"})):
        cut += _cut(kind, [literal for literal in literals if literal.kind == kind])
    if not cut:
        cut.append(Atom(Literal("any", None)))
    cut = [atom for atom in cut if allowed.covers(atom.sample)]
    return (*cut, Atom(Literal("null", None))) if "null" in kinds else tuple(cut)


def _cut(kind: str, literals: list[Literal]) -> list[Atom]:
    if kind == "boolean":
        return [Atom(Literal(kind, value)) for value in (True, False)]
    if kind == "string":
        other = "".join(literal.value for literal in literals) + "…"
        return [Atom(literal) for literal in sorted(literals, key=str)] + [Atom(Literal("other", other))]
    return _cut_line(kind, sorted(literals, key=lambda literal: literal.value))


def _cut_line(kind: str, points: list[Literal]) -> list[Atom]:
    """Return the points and what lies before, between and after them."""
    if not points:
        return [Atom(Literal("any", None))]
    unit = timedelta(days=1) if kind == "date" else Decimal(1)
    cut = [Atom(Literal(kind, points[0].value - unit), None, points[0])]
    for point, after in pairwise([*points, None]):
        cut.append(Atom(point, point, point))
        if after is None:
            cut.append(Atom(Literal(kind, point.value + unit), point, None))
        elif kind == "number":
            cut.append(Atom(Literal(kind, _middle(point.value, after.value)), point, after))
        elif after.value - point.value > unit:  # between two neighbouring days there is none
            cut.append(Atom(Literal(kind, point.value + unit), point, after))
    return cut


def _middle(low: Decimal, high: Decimal) -> Decimal:
    with localcontext(prec=1000):  # never rounded onto one of the two
        return (low + high) / 2


def describe(grid: Grid, box: Box) -> Text:
    """Say where a box lies, in the words of its columns; columns that do not matter are left out."""
    parts = [
        Text("{column} is {values}", column=column.label or column.expression, values=_describe_atoms(chosen))
        for column, every, chosen in zip(grid.columns, grid.atoms, box, strict=True)
        if len(chosen) < len(every)
    ]
    return joined(parts, "{first} and {rest}") if parts else Text("whatever the inputs are")


def _describe_atoms(atoms: Sequence[Atom]) -> str:
    runs: list[list[Atom]] = []
    for atom in atoms:
        if runs and atom.sample.kind in ORDERED_KINDS and _adjacent(runs[-1][-1], atom):
            runs[-1].append(atom)
        else:
            runs.append([atom])
    return joined([_describe_run(run[0], run[-1]) for run in runs], "{first} or {rest}")


def _adjacent(left: Atom, right: Atom) -> bool:
    is_point = left.low == left.high
    return left.high is not None and right.low == left.high and is_point != (right.low == right.high)


def _describe_run(first: Atom, last: Atom) -> str:
    if first.sample.kind == "other":
        return Text("any other value")
    if first.sample.kind not in ORDERED_KINDS:
        return Text("any value") if first.sample.kind == "any" else str(first.sample)
    opens, closes = first.low != first.high, last.low != last.high
    if first.low is None:
        return f"{'<' if closes else '<='} {last.high}"
    if last.high is None:
        return f"{'>' if opens else '>='} {first.low}"
    if first.low == last.high:
        return str(first.low)
    return f"{'(' if opens else '['}{first.low}..{last.high}{')' if closes else ']'}"
