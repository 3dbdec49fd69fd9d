"""Taking tokens out of a case, with everything that hangs on them."""

from __future__ import annotations

from service.engine.tokens.journal import Journal
from service.engine.tokens.tree import STARTED, Token


def attached(host: Token) -> list[Token]:
    """Return the boundary events armed on a token."""
    if not host.node.boundary:
        return []
    return [each for each in host.tree.live() if each.memory.host == host.token_id]


def disarm(host: Token, journal: Journal) -> None:
    """Take away the boundary events of a token."""
    for boundary in attached(host):
        cancel(boundary, journal)


def cancel(token: Token, journal: Journal) -> None:
    """Take a token away: what runs inside it first, then what is armed on it, then the token."""
    if not token.is_live:
        return
    for inner in inside(token):
        cancel(inner, journal)
    disarm(token, journal)
    journal.resolve(token)
    if token.node.waits_for_people and token.state == STARTED:
        journal.close(token.token_id, "cancelled")
    if token.memory.is_recorded:
        journal.record(token, "cancelled")
    token.leave_tree()


def inside(token: Token) -> list[Token]:
    """Return the live tokens directly inside an activity: its elements, or those of its process."""
    branch = token.inside
    return [*token.elements, *(branch.live() if branch is not None else ())]
