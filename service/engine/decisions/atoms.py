"""A column cut at the values its cells name: between two cuts all values behave alike.

A column has finitely many *atoms*, in order. A set of atoms is a number whose bit n stands for atom n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from service.engine.decisions.cells import ANY_VALUE, ORDERED_KINDS, Cell, Interval, Literal, plain_cell
from service.engine.decisions.model import Input
from service.wording import Text, joined

CUT_KINDS = frozenset({"number", "string", "boolean", "date"})
DAY = timedelta(days=1)
SAID_RUNS = 8


@dataclass(frozen=True)
class Atom:
    """Values of one column that no cell tells apart; `sample` is one of them."""

    sample: Literal
    low: Literal | None = None  # None: without end; equal to `high`: this value alone
    high: Literal | None = None


class Column:
    """The atoms of one input column, and which of them each cell covers."""

    def __init__(self, input_: Input, cells: Sequence[Cell | None]) -> None:
        allowed = plain_cell(input_.values) or ANY_VALUE
        literals = {literal for cell in (*cells, allowed) if cell for literal in cell.literals}
        every = _atoms(input_, literals)
        self.input = input_
        self._places = _Places(every)
        self._kept = _runs(self._places.covered_by(allowed) | self._places.nulls)
        self.atoms = tuple(atom for start, end in self._kept for atom in every[start:end])
        self.full = (1 << len(self.atoms)) - 1

    def covered_by(self, cell: Cell) -> int:
        """Return the set of atoms a plain cell matches."""
        if cell is ANY_VALUE:
            return self.full
        every, kept, width = self._places.covered_by(cell), 0, 0
        for start, end in self._kept:
            kept |= (every >> start & (1 << end - start) - 1) << width
            width += end - start
        return kept

    def pick(self, chosen: int) -> tuple[Atom, ...]:
        """Return the atoms of a set."""
        return tuple(self.atoms[place] for place in bits(chosen))


class _Places:
    """Where the values of each kind stand among the atoms of a column."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self._points = {atom.sample: place for place, atom in enumerate(atoms) if atom.low == atom.high}
        self._full = (1 << len(atoms)) - 1
        self.nulls = sum(1 << place for place, atom in enumerate(atoms) if atom.sample.kind == "null")
        self._blocks: dict[str, tuple[int, int]] = {}
        for place, atom in enumerate(atoms):
            start, _ = self._blocks.get(atom.sample.kind, (place, place))
            self._blocks[atom.sample.kind] = (start, place + 1)

    def covered_by(self, cell: Cell) -> int:
        covered = 0
        for interval in cell.intervals:
            start, end = self._span(interval)
            if start < end:
                covered |= (1 << end) - (1 << start)
        return self._full & ~covered if cell.negated else covered

    def _span(self, interval: Interval) -> tuple[int, int]:
        """Return the first place of an interval and the one after its last."""
        start, end = self._blocks.get(interval.ends[0].kind, (0, 0))
        if interval.low is not None:
            start = self._points[interval.low] + interval.low_open
        if interval.high is not None:
            end = self._points[interval.high] + (not interval.high_open)
        return start, end


def bits(chosen: int) -> Iterable[int]:
    """Yield the numbers in a set, in order."""
    while chosen:
        low = chosen & -chosen
        yield low.bit_length() - 1
        chosen ^= low


def _runs(chosen: int) -> list[tuple[int, int]]:
    """Return a set as ranges of neighbours: the first of each, and the one after its last."""
    found, start = [], 0
    while chosen:
        skipped = (chosen & -chosen).bit_length() - 1
        chosen >>= skipped
        length = (~chosen & chosen + 1).bit_length() - 1
        found.append((start + skipped, start + skipped + length))
        start, chosen = start + skipped + length, chosen >> length
    return found


def _atoms(column: Input, literals: set[Literal]) -> list[Atom]:
    kinds = {literal.kind for literal in literals}
    cut: list[Atom] = []
    for kind in sorted(kinds - {"null"} | ({column.type} & CUT_KINDS)):
        cut += _cut(kind, [literal for literal in literals if literal.kind == kind])
    if not cut:
        cut.append(Atom(Literal("any", None)))
    if "null" in kinds:
        cut.append(Atom(Literal("null", None)))
    return cut


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
    cut: list[Atom] = []
    for before, point in pairwise([None, *points, None]):
        if before is not None:
            cut.append(Atom(before, before, before))
        sample = _between(kind, before, point)
        if sample is not None:
            cut.append(Atom(Literal(kind, sample), before, point))
    return cut


def _between(kind: str, low: Literal | None, high: Literal | None) -> Decimal | date | None:
    """Return a value strictly between two neighbouring points; None where there is none."""
    if kind == "date":
        first = date.min if low is None else low.value + DAY if low.value < date.max else None
        last = date.max if high is None else high.value - DAY if high.value > date.min else None
        return first if first is not None and last is not None and first <= last else None
    if low is None or high is None:
        return high.value - 1 if high is not None else low.value + 1 if low is not None else None
    with localcontext(prec=1000):  # never rounded onto one of the two
        return Decimal(low.value + high.value) / 2


def describe(columns: Sequence[Column], box: Sequence[int]) -> Text:
    """Say where a box lies, in the words of its columns; columns that do not matter are left out."""
    parts = [
        Text("{column} is {values}", column=column.input.title, values=_describe(column.pick(chosen)))
        for column, chosen in zip(columns, box, strict=True)
        if chosen != column.full
    ]
    return joined(parts, "{first} and {rest}") if parts else Text("whatever the inputs are")


def _describe(atoms: Sequence[Atom]) -> Text:
    runs: list[list[Atom]] = []
    for atom in atoms:
        if runs and atom.sample.kind in ORDERED_KINDS and _adjacent(runs[-1][-1], atom):
            runs[-1].append(atom)
        else:
            runs.append([atom])
    said = [Text(_described(run[0], run[-1])) for run in runs[:SAID_RUNS]]
    if len(runs) > SAID_RUNS:
        said.append(Text("one of {count} others", count=len(runs) - SAID_RUNS))
    return joined(said, "{first} or {rest}")


def _adjacent(left: Atom, right: Atom) -> bool:
    is_point = left.low == left.high
    return left.high is not None and right.low == left.high and is_point != (right.low == right.high)


def _described(first: Atom, last: Atom) -> str:
    if first.sample.kind == "other":
        return Text("any other value")
    if first.sample.kind not in ORDERED_KINDS:
        return Text("any value") if first.sample.kind == "any" else str(first.sample)
    if first.low is None and last.high is None:
        return Text("any value")
    opens, closes = first.low != first.high, last.low != last.high
    if first.low is None:
        return f"{'<' if closes else '<='} {last.high}"
    if last.high is None:
        return f"{'>' if opens else '>='} {first.low}"
    if first.low == last.high:
        return str(first.low)
    return f"{'(' if opens else '['}{first.low}..{last.high}{')' if closes else ']'}"
