"""Event sub-processes in the token tree: put there to listen, found, and who of them has taken over."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from service.engine.nodes import EventSubProcess
from service.engine.nodes.memory import Memory
from service.engine.tokens.tree import Token, TokenTree


def node_of(token: Token) -> EventSubProcess:
    """Return the element of an event sub-process's token."""
    assert isinstance(token.node, EventSubProcess), "only these are armed"
    return token.node


def put(tree: TokenTree, *, but: Collection[str] = ()) -> Sequence[Token]:
    """Put a token on each event sub-process of a process on which none listens yet, still to be moved."""
    names = tree.spec.event_sub_processes
    if not names:
        return ()
    known = {*but, *(token.node.name for token in tree.live() if token.memory.is_armed)}
    nodes = [tree.spec.task_specs[name] for name in names if name not in known]
    return [tree.place(node, Memory(is_armed=True)) for node in nodes]


def beside(token: Token) -> list[Token]:
    """Return the event sub-processes that listen in the process a token is in.

    The activity around an element of a multi-instance activity is nearer to it, and comes first.
    """
    if not token.tree.spec.event_sub_processes or token.memory.element is not None:
        return []
    return [other for other in token.tree.live() if other.memory.is_armed]


def has_interrupted(tree: TokenTree) -> bool:
    """Say whether an event sub-process has taken the place of everything else in a process."""
    return any(
        isinstance(token.node, EventSubProcess) and token.node.interrupts and not token.memory.is_armed
        for token in tree.live()
    )
