"""Gaps, overlaps and unreachable rules of a table: each rule is a box over the atoms of the columns.

Cells without a plain reading may match anything: they hide gaps, and never claim an overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.engine.decisions.atoms import Column, bits, describe
from service.engine.decisions.cells import Cell
from service.engine.decisions.model import Decision
from service.engine.decisions.search import Box, TooComplex, Uncovered
from service.wording import Text

__all__ = ["Grid", "TooComplex", "grid"]

BLOCK = 64


@dataclass(frozen=True)
class Grid:
    """A table cut into atoms: the boxes its rules may match, and those they surely match."""

    columns: tuple[Column, ...]
    maybe: tuple[Box, ...]
    surely: tuple[Box, ...]

    @property
    def space(self) -> Box:
        return tuple(column.full for column in self.columns)

    def gaps(self) -> Iterator[Box]:
        """Yield the boxes, as large as they go, that no rule can match; together they are all there is.

        May raise TooComplex.
        """
        found: list[Box] = []
        for gap in Uncovered().inside(self.space, self.maybe):
            if not any(_within(gap, other) for other in found):
                found.append(self._grown(gap))
                yield found[-1]

    def _grown(self, gap: Box) -> Box:
        """Return a gap with every atom of each column that no rule matches there either."""
        for column, full in enumerate(self.space):
            taken = 0
            for box in self.maybe:
                if all(a & b for c, (a, b) in enumerate(zip(gap, box, strict=True)) if c != column):
                    taken |= box[column]
            gap = (*gap[:column], full & ~taken, *gap[column + 1 :])
        return gap

    def overlaps(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of rules (from 0), upper first, that surely match some values together."""
        near = _Neighbours(self.space, self.surely)
        for second, box in enumerate(self.surely):
            for first in bits(near.touching(box) & (1 << second) - 1):
                yield first, second

    def unreachable(self) -> Iterator[int]:
        """Yield the rules (from 0) whose every value the rules above surely take. May raise TooComplex."""
        search, near = Uncovered(), _Neighbours(self.space, self.surely)
        for rule, box in enumerate(self.maybe):
            above = near.touching(box) & (1 << rule) - 1
            boxes = (self.surely[other] for other in bits(above))
            if above and next(search.inside(box, boxes), None) is None:
                yield rule

    def described(self, box: Box) -> Text:
        """Say where a box lies, in the words of the columns."""
        return describe(self.columns, box)


class _Neighbours:
    """Which boxes touch a box: per column and atom the set of boxes there, joined in blocks of atoms."""

    def __init__(self, space: Box, boxes: Sequence[Box]) -> None:
        self._everybody = (1 << len(boxes)) - 1
        self._columns = [
            _Line(full.bit_length(), [box[column] for box in boxes]) for column, full in enumerate(space)
        ]
        self._space = space

    def touching(self, box: Box) -> int:
        """Return the set of boxes that have something in common with a box."""
        found = self._everybody
        for line, full, atoms in zip(self._columns, self._space, box, strict=True):
            found &= line.anywhere if atoms == full else line.joined(atoms)
        return found


class _Line:
    """One column: at which atoms which boxes are."""

    def __init__(self, width: int, boxes: Sequence[int]) -> None:
        turns = [0] * (width + 1)
        for number, atoms in enumerate(boxes):
            for place in bits(atoms ^ atoms << 1):
                turns[place] ^= 1 << number
        self._atoms, here = [], 0
        for turn in turns[:width]:
            here ^= turn
            self._atoms.append(here)
        self._blocks = [_joined(self._atoms[at : at + BLOCK]) for at in range(0, width, BLOCK)]
        self.anywhere = _joined(self._blocks)

    def joined(self, atoms: int) -> int:
        """Return the boxes that are at any of these atoms."""
        found, mask = 0, (1 << BLOCK) - 1
        at = ((atoms & -atoms).bit_length() - 1) // BLOCK if atoms else 0
        atoms >>= at * BLOCK
        while atoms:
            here = atoms & mask
            if here == mask:
                found |= self._blocks[at]
            else:
                for place in bits(here):
                    found |= self._atoms[at * BLOCK + place]
            atoms, at = atoms >> BLOCK, at + 1
        return found


def _joined(sets: Sequence[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _within(inner: Box, outer: Box) -> bool:
    return all(not a & ~b for a, b in zip(inner, outer, strict=True))


def grid(decision: Decision) -> Grid:
    """Cut the decision's columns into atoms. Every rule must have one cell per column."""
    rows = [rule.cells for rule in decision.rules]
    columns = tuple(
        Column(column, [row[place] for row in rows]) for place, column in enumerate(decision.inputs)
    )
    return Grid(
        columns,
        tuple(_box(columns, row, unknown=True) for row in rows),
        tuple(_box(columns, row, unknown=False) for row in rows),
    )


def _box(columns: Sequence[Column], row: Sequence[Cell | None], *, unknown: bool) -> Box:
    return tuple(
        (column.full if unknown else 0) if cell is None else column.covered_by(cell)
        for column, cell in zip(columns, row, strict=True)
    )
