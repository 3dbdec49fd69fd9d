"""A decision as it stands in its DMN file: columns, rules, hit policy; and what one evaluation gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.engine.findings import Finding

if TYPE_CHECKING:
    from service.feel import Feel

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


@dataclass(frozen=True)
class Output:
    """An output column. `values` lists the allowed values, highest priority first, as FEEL literals."""

    id: str
    label: str
    name: str
    type: str = ""
    values: str = ""
    default: str = ""
    line: int = 0


@dataclass(frozen=True)
class Rule:
    """One row: a unary test per input, an expression per output, and the author's remarks."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class DecisionResult:
    """What an evaluation gives, and by which rules (numbered from 1, in the order of the table).

    `outputs`: one hit → {name: value}; COLLECT with aggregation → {name: number};
    COLLECT, RULE ORDER, OUTPUT ORDER → a list of {name: value}.
    """

    outputs: dict[str, Any] | list[dict[str, Any]]
    matched_rules: list[int]


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
    problems: tuple[Finding, ...] = field(default=(), compare=False)  # found while reading the file

    @property
    def is_list(self) -> bool:
        """Whether the outputs are a list: many hits and no aggregation."""
        return self.hit_policy in MULTIPLE_HIT and not self.aggregation

    def evaluate(self, variables: Mapping[str, Any], feel: Feel, now: datetime) -> DecisionResult:
        """Return the outputs for `variables`. Raises DecisionError when the table gives no usable result."""
        from service.engine.decisions.evaluate import evaluate

        return evaluate(self, variables, feel, now)

    def check(self) -> list[Finding]:
        """Return what is wrong or doubtful, without evaluating anything."""
        from service.engine.decisions.check import check_decision

        return check_decision(self)

    def to_csv(self) -> str:
        """Return the table as CSV text: the header row, then one line per rule with its remarks last."""
        text = io.StringIO()
        writer = csv.writer(text)
        columns = [column.label or column.expression for column in self.inputs]
        writer.writerow([self.hit_policy, *columns, *[column.name for column in self.outputs], "annotations"])
        for number, rule in enumerate(self.rules, 1):
            writer.writerow([number, *rule.inputs, *rule.outputs, "; ".join(rule.annotations)])
        return text.getvalue()
