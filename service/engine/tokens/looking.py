"""Where an instance stands, for those who look at it."""

from __future__ import annotations

from service.engine.nodes import Node
from service.engine.nodes.scope import Scope
from service.engine.progress import ActiveToken, ScopeView, Spot, Stand
from service.engine.tokens.tree import ERROR, STARTED, STATE_NAMES, Root, Token


def active(root: Root) -> list[ActiveToken]:
    """Return the places that wait, without the activities around them and events that only listen."""
    return [place(token) for token in root.all_live() if _is_leaf(token)]


def enclosing(root: Root) -> list[ActiveToken]:
    """Return the activities that hold the places that wait, the outer ones first."""
    return [
        place(token)
        for token in root.all_live()
        if not _is_leaf(token) and not token.memory.only_listens and token.state == STARTED
    ]


def _is_leaf(token: Token) -> bool:
    if token.memory.only_listens and token.state == STARTED:
        return False
    return token.state == ERROR or (token.inside is None and not token.elements)


def place(token: Token) -> ActiveToken:
    """Return where one token stands."""
    node = token.node
    return ActiveToken(
        token_id=token.token_id,
        activity_id=node.element_id,
        activity_path=token.activity_path,
        definition=token.definition,
        kind=node.kind,
        name=node.bpmn_name or "",
        state=STATE_NAMES[token.state],
    )


def scopes(root: Root) -> list[ScopeView]:
    """Return the variables of every scope, the root's first."""
    views = [root_scope(root)]
    for token in root.all_live():
        views += scopes_of(token)
    return views


def stand(root: Root, process: str) -> Stand:
    """Return how an instance stands, for who judges where it may go from there."""
    spots = dict.fromkeys(_spot(token) for token in root.all_live() if _is_leaf(token))
    held = (ScopeView(each.id, each.path, each.definition, dict(each.variables)) for each in scopes(root))
    return Stand(process, tuple(spots), tuple(held))


def _spot(token: Token) -> Spot:
    """Return where a token stands; one of several events that are waited for, at their gateway."""
    *around, own = token.activity_path.split("/")
    if token.memory.race is not None:
        flow = token.memory.flow
        sources = (node for node in token.tree.spec.task_specs.values() if isinstance(node, Node))
        own = next(each.element_id for each in sources if any(out.id == flow for out in each.flows))
    return Spot((*around, own), token.memory.flow if token.memory.is_at_join else "")


def root_scope(root: Root) -> ScopeView:
    """Return the variables of the instance itself."""
    return ScopeView("root", "", root.key, root.scope.variables)


def scopes_of(token: Token) -> list[ScopeView]:
    """Return the variables that live and end with one token: an element's, and those of what it calls."""
    return [view for view, _ in owned_scopes(token)]


def owned_scopes(token: Token) -> list[tuple[ScopeView, Scope]]:
    """Return the same, each with the scope that holds them."""
    found, inside = [], token.inside
    if token.own_scope is not None:
        path = f"{token.activity_path}[{token.memory.element}]"
        view = ScopeView(token.own_scope.id, path, token.definition, token.own_scope.variables)
        found.append((view, token.own_scope))
    if inside is not None and inside.scope is not token.scope:
        key = inside.key.split("/")[0]
        view = ScopeView(inside.scope.id, token.activity_path, key, inside.scope.variables)
        found.append((view, inside.scope))
    return found
