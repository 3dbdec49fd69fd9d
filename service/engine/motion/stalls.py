"""Processes that nothing can move any more, so that somebody is told."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition

from service.engine.motion.events import awaited_by
from service.engine.nodes import ServiceTask
from service.engine.tokens.tree import STARTED, Root, Token


def stalled(root: Root) -> Iterator[Token]:
    """Yield, for each process in which nothing can move, one token of every join it waits at.

    What runs inside an activity is looked at by itself: it may stall while the case around it goes on.
    """
    for tree in root.trees():
        tokens = [token for token in tree.live() if not token.memory.is_armed]
        if not any(_may_move(token) for token in tokens):
            yield from {token.node.name: token for token in tokens if token.memory.is_at_join}.values()


def _may_move(token: Token) -> bool:
    """Say whether a token may still be moved, or somebody knows already that it cannot."""
    if token.state != STARTED or token.inside is not None:
        return True
    if token.node.waits_for_people or isinstance(token.node, ServiceTask) or token.memory.due is not None:
        return True
    return isinstance(awaited_by(token), (MessageEventDefinition, SignalEventDefinition))
