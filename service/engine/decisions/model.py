"""A decision as it stands in its DMN file: columns, rules, hit policy; and what one evaluation gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.engine.decisions.cells import Cell, Literal, plain_cell, plain_literal
from service.engine.files.findings import Finding

SINGLE_HIT = frozenset({"UNIQUE", "FIRST", "PRIORITY", "ANY"})
MULTIPLE_HIT = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})
AGGREGATIONS = frozenset({"SUM", "MIN", "MAX", "COUNT"})


@dataclass(frozen=True)
class Input:
    """An input column: its FEEL expression, the type it must have, and the values allowed (a unary test)."""

    id: str
    label: str
    expression: str
    type: str = ""
    values: str = ""
    variable: str = ""  # the name by which cells may call the value, besides `?`
    line: int = 0

    @property
    def title(self) -> str:
        return self.label or self.expression


@dataclass(frozen=True)
class Output:
    """An output column. `values` lists the allowed values, highest priority first, as FEEL literals.

    `words` are what the owners call them, pair by pair, where the value itself is a code.
    """

    id: str
    label: str
    name: str
    type: str = ""
    values: str = ""
    default: str = ""
    line: int = 0
    words: tuple[tuple[str, str], ...] = ()

    @cached_property
    def allowed(self) -> tuple[Literal, ...]:
        """Return the allowed values in their order of priority; empty when they are not plain."""
        cell = plain_cell(self.values) if self.values else None
        if cell is None or cell.negated or any(each.low != each.high for each in cell.intervals):
            return ()
        return tuple(interval.low for interval in cell.intervals if interval.low)


@dataclass(frozen=True)
class Rule:
    """One row: a unary test per input, an expression per output, and the author's remarks.

    `cell_lines` are those of the inputs and then of the outputs, `note_line` that of the first remark.
    """

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    line: int = 0
    cell_lines: tuple[int, ...] = ()
    note_line: int = 0

    def line_of_input(self, column: int) -> int:
        """Return the line of an input cell; that of the rule where it has none."""
        return self.cell_lines[column] if column < len(self.cell_lines) else self.line

    def line_of_output(self, column: int) -> int:
        return self.line_of_input(len(self.inputs) + column)

    @cached_property
    def cells(self) -> tuple[Cell | None, ...]:
        """Return the plain reading of each input cell; None where FEEL alone knows."""
        return tuple(map(plain_cell, self.inputs))

    @cached_property
    def results(self) -> tuple[Literal | None, ...]:
        """Return the constant each output cell is; None where it has to be evaluated."""
        return tuple(map(plain_literal, self.outputs))


@dataclass(frozen=True)
class DecisionResult:
    """What an evaluation gives, and by which rules (numbered from 1, in the order of the table).

    `outputs`: one hit → {name: value}; COLLECT with aggregation → {name: number};
    COLLECT, RULE ORDER, OUTPUT ORDER → a list of {name: value}.
    `inputs` by expression; `counted`: the rules whose outputs those are; `required`: what was asked before.
    """

    outputs: dict[str, Any] | list[dict[str, Any]]
    matched_rules: list[int]
    inputs: Mapping[str, Any] = field(default_factory=dict, compare=False)
    counted: tuple[int, ...] = field(default=(), compare=False)
    required: tuple[Asked, ...] = field(default=(), compare=False)

    def asked(self, decision: Decision) -> tuple[Asked, ...]:
        """Return this result and those it rests on, each with its decision, in the order of asking."""
        before = [each for other, result in self.required for each in result.asked(other)]
        return (*before, (decision, self))


@dataclass(frozen=True)
class Decision:
    """A decision table, or (when `literal` is set) a decision that is one FEEL expression."""

    id: str
    name: str
    file: str
    hit_policy: str = "UNIQUE"
    aggregation: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    rules: tuple[Rule, ...] = ()
    literal: str = ""
    variable: str = ""  # the name under which decisions that require this one read its value
    requires: tuple[Decision, ...] = ()
    documentation: str = ""
    line: int = 0
    note_line: int = 0
    problems: tuple[Finding, ...] = field(default=(), compare=False)  # found while reading the file

    @property
    def is_list(self) -> bool:
        """Whether the outputs are a list: many hits and no aggregation."""
        return self.hit_policy in MULTIPLE_HIT and not self.aggregation


Asked = tuple[Decision, DecisionResult]
"""A decision and what it gave."""
