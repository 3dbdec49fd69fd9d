"""When a join may fire: by the tokens that stand on its incoming flows, and no history at all.

SpiffWorkflow 3.2.0 searches ancestors in the task tree instead: in a loop a parallel join fires early
when the arrival order differs between passes, an inclusive join always does.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.engine.tokens import Token, TokenTree


def waiting_by_flow(token: Token) -> dict[str, Token]:
    """Return the longest-waiting token on each incoming flow of the token's gateway, itself first."""
    found: dict[str, Token] = {token.memory.get("flow", ""): token}
    for other in token.workflow.live():
        if other.task_spec is token.task_spec and other is not token and other.memory.get("arrived"):
            found.setdefault(other.memory.get("flow", ""), other)
    return found


def parallel_partners(token: Token) -> list[Token] | None:
    """Return the tokens this one goes on with; None while an incoming flow has none."""
    token.memory["arrived"] = True
    found = waiting_by_flow(token)
    if any(flow not in found for flow in token.task_spec.incoming):
        return None
    return [other for other in found.values() if other is not token]


def inclusive_partners(token: Token) -> list[Token]:
    """Return the tokens on the other incoming flows, one from each that has any."""
    return [other for other in waiting_by_flow(token).values() if other is not token]


def inclusive_may_fire(token: Token) -> bool:
    """Return whether no token elsewhere can still reach an empty incoming flow of this gateway.

    BPMN 2.0.2 §13.4.3: a token elsewhere holds the gateway back when it has a path to an incoming flow
    without a token, and none to an incoming flow with one, both without visiting the gateway.
    """
    gateway = token.task_spec
    marked = set(waiting_by_flow(token))
    for other in token.workflow.live():
        if other.task_spec is gateway:
            continue
        reached = arriving_flows(token.workflow, other.task_spec, gateway)
        if reached - marked and not reached & marked:
            return False
    return True


def arriving_flows(tree: TokenTree, start: Any, gateway: Any) -> frozenset[str]:
    """Return the incoming flows of `gateway` reachable from `start` without passing through it."""
    cache = gateway.__dict__.setdefault("_arriving", {})
    if start.name not in cache:
        cache[start.name] = frozenset(_search(tree.spec.task_specs, start, gateway))
    return cache[start.name]


def _search(specs: dict[str, Any], start: Any, gateway: Any) -> set[str]:
    arriving: set[str] = set()
    seen, queue = {start.name}, deque([start])
    while queue:
        node = queue.popleft()
        following = [(flow.id, flow.target) for flow in node.flows]
        following += [("", name) for name in node.boundary]
        for flow, target in following:
            if target == gateway.name:
                arriving.add(flow)
            elif target not in seen:
                seen.add(target)
                queue.append(specs[target])
    return arriving
