"""What only cases of the first release (0.1) need when they move: steps drawn since are behind them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from service.engine.nodes.memory import BranchPath, Memory
from service.engine.tokens.joins import Starving, newly_starving
from service.engine.tokens.tree import Root
from service.engine.v0_1 import VARIABLES


def set_new_variables(root: Root) -> None:
    """Give the processes that run the variables that steps behind them set today."""
    for tree in root.trees():
        for name, value in VARIABLES.get(tree.key, {}).items():
            tree.scope.variables.setdefault(name, value)


def pass_new_branches(root: Root, before: Mapping[str, Starving]) -> None:
    """Have a token wait at each join for every branch that a case cannot come by any more.

    Its drawing had no such branch: the case goes on when those it had are done, and ends as it began.
    """
    for found in newly_starving(root, before):
        for tree, join, flow in found.missing:
            paths = (token.memory.path for token in tree.live())
            shared = reduce(BranchPath.shared, paths)
            tree.place(join, Memory(path=shared, flow=flow, is_at_join=True)).wait()
