"""Looks for what a set of boxes leaves uncovered (Klee's problem), by simplifying and cutting.

A box is a set of atoms per column. Boxes that cover all of the space but in one column are taken out of that
column; what is left is cut in two where most boxes end, until a part is covered whole or not at all. In two
columns that costs n log n, in d columns about n to the power of d/2 (T. Chan, 2013).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median_low

Box = tuple[int, ...]
MOST_VISITS = 1_000_000  # of a box at a part of the space; a search that needs more ends: a check must
SAMPLE = 64  # boxes asked where to cut


class TooComplex(Exception):
    """The columns cut each other into more parts than are worth searching."""


class Uncovered:
    """Searches parts of one space; all searches together may not cost more than `visits`."""

    def __init__(self, visits: int = MOST_VISITS) -> None:
        self._left = visits

    def inside(self, space: Box, boxes: Iterable[Box]) -> Iterator[Box]:
        """Yield parts of `space` that no box touches; together they are all there is.

        May raise TooComplex.
        """
        waiting: list[tuple[Box, Iterable[Box]]] = [(space, boxes)] if all(space) else []
        while waiting:
            simple = self._simplified(*waiting.pop())
            if simple is None:
                continue
            part, near = simple
            if near:
                waiting += [(half, near) for half in _halves(part, near)]
            else:
                yield part

    def _simplified(self, space: Box, boxes: Iterable[Box]) -> tuple[Box, list[Box]] | None:
        """Return what is left of a space, and the boxes that cover it only in part; None: it is covered."""
        while True:
            near: list[Box] = []
            left = list(space)
            for box in boxes:
                self._visit()
                columns = _open_columns(space, box)
                if columns is None:
                    continue
                if not columns:
                    return None
                if len(columns) > 1:
                    near.append(box)
                else:
                    left[columns[0]] &= ~box[columns[0]]
            if not all(left):
                return None
            if tuple(left) == space:
                return space, near
            space, boxes = tuple(left), near

    def _visit(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooComplex


def _open_columns(space: Box, box: Box) -> list[int] | None:
    """Return the columns in which a box does not cover the space; None when it does not touch it."""
    found = []
    for column, wanted in enumerate(space):
        common = wanted & box[column]
        if not common:
            return None
        if common != wanted:
            found.append(column)
    return found


def _halves(space: Box, boxes: Sequence[Box]) -> tuple[Box, Box]:
    """Cut the space in the middle of the column in which most boxes end; the lower half comes last."""
    some = boxes[:: len(boxes) // SAMPLE + 1]
    ends = Counter(column for box in some for column in _open_columns(space, box) or ())
    column = max(ends, key=lambda each: (ends[each], -each))
    wanted = space[column]
    at = median_low([_end(wanted, box[column]) for box in some if wanted & ~box[column]])
    below = wanted & (1 << at) - 1
    return _with(space, column, wanted ^ below), _with(space, column, below)


def _end(wanted: int, given: int) -> int:
    """Return the first atom at which a box begins or ends within a column of the space."""
    lowest = wanted & -wanted
    other = wanted & ~given if given & lowest else wanted & given
    return (other & -other).bit_length() - 1


def _with(space: Box, column: int, atoms: int) -> Box:
    return (*space[:column], atoms, *space[column + 1 :])
