"""One walk through the tree of an expression: what it sees, and what on the way can never be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.engine.kinds.model import (
    BOOLEAN,
    NULL,
    NUMBER,
    TEXT,
    Kind,
)
from service.feel import Tree
from service.wording import SILENT, Text

Names = Mapping[str, Kind]
INPUT = "?"
"""The name of what a cell is asked about."""


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


@dataclass
class Reader:
    """One walk through a tree. `rules` say for each kind of node how it is followed.

    `locals` are the names that loops, filters and functions bring.
    """

    source: str
    names: Names
    rules: Mapping[str, Rule]
    misfits: list[Misfit] = field(default_factory=list)
    locals: dict[str, Kind] = field(default_factory=dict)

    def kind(self, node: Tree) -> Kind:
        return self.rules[node[0]](self, node)

    def kinds(self, nodes: Sequence[Tree]) -> list[Kind]:
        return [self.kind(each) for each in nodes]

    def written(self, node: Tree) -> str:
        return self.source[node[1] : node[2]]

    def misfit(self, code: str, template: str, /, **params: str | int) -> None:
        self.misfits.append(Misfit(code, Text(template, **params)))

    def within(
        self, names: Mapping[str, Kind], node: Tree, follow: Callable[[Tree], Kind] | None = None
    ) -> Kind:
        """Return the kind of a node that sees further names; `follow` says how, if not as any other."""
        before = self.locals
        self.locals = {**before, **names}
        found = (follow or self.kind)(node)
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


Rule = Callable[[Reader, Tree], Kind]
