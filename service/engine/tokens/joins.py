"""When a join may fire: by the tokens that stand on its incoming flows, and no history at all.

SpiffWorkflow 3.2.0 searches ancestors in the task tree instead: in a loop a parallel join fires early
when the arrival order differs between passes, an inclusive join always does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.engine.nodes import InclusiveGateway, Node, ParallelGateway
from service.engine.tokens.journal import Journal
from service.engine.tokens.tree import STARTED, Root, Token, TokenTree
from service.wording import Text


def parallel_partners(token: Token) -> list[Token] | None:
    """Return the tokens this one goes on with; None while an incoming flow has none."""
    incoming = token.node.incoming
    if len(incoming) <= 1:
        return []
    found = waiting_by_flow(token)
    if any(flow not in found for flow in incoming):
        return None
    return [other for other in found.values() if other is not token]


def inclusive_partners(token: Token) -> list[Token]:
    """Return the tokens on the other incoming flows, one from each that has any."""
    return [other for other in waiting_by_flow(token).values() if other is not token]


def waiting_by_flow(token: Token) -> dict[str, Token]:
    """Return the longest-waiting token on each incoming flow of the token's gateway, itself first."""
    found = {token.memory.flow: token}
    for other in token.tree.live():
        if other.node is token.node and other.memory.is_at_join:
            found.setdefault(other.memory.flow, other)
    return found


def merge(token: Token, partners: Sequence[Token], journal: Journal) -> None:
    """Let one token go on for all that met at its join."""
    met = [token, *partners]
    for partner in partners:
        token.memory.path = token.memory.path.shared(partner.memory.path)
        journal.resolve(partner)
        partner.leave_tree()
    token.memory.flow = ",".join(each.memory.flow for each in met)
    token.memory.is_at_join = False
    token.memory.is_leaving = True


def free_inclusive(root: Root) -> Token | None:
    """Return a token at an inclusive join that no other token can still reach."""
    for token in root.all_live():
        waits = token.memory.is_at_join and isinstance(token.node, InclusiveGateway)
        if waits and token.state == STARTED and _inclusive_may_fire(token):
            return token
    return None


def _inclusive_may_fire(token: Token) -> bool:
    """Return whether no token elsewhere can still reach an empty incoming flow of this gateway.

    BPMN 2.0.2 §13.4.3: a token elsewhere holds the gateway back when it has a path to an incoming flow
    without a token, and none to an incoming flow with one, both without visiting the gateway.
    """
    marked = set(waiting_by_flow(token))
    for other in token.tree.live():
        if other.node is token.node:
            continue
        reached = arriving_flows(token.tree, other.node, token.node)
        if reached - marked and not reached & marked:
            return False
    return True


@dataclass(frozen=True)
class Starving:
    """A parallel join some token may reach, and the elements before it from which none can come any more.

    `missing` has the tree, the join and a flow into it, for each of those.
    """

    activity_path: str
    sources: frozenset[str]
    missing: tuple[tuple[TokenTree, Node, str], ...] = field(default=(), compare=False, repr=False)

    @property
    def message(self) -> Text:
        return Text(
            "the join {join!r} would wait for ever: nothing could come from {sources}",
            join=self.activity_path,
            sources=", ".join(sorted(self.sources)),
        )


def is_join(node: object) -> bool:
    """Say whether tokens meet at an element, and may have to wait there for each other."""
    return isinstance(node, (InclusiveGateway, ParallelGateway)) and len(node.incoming) > 1


def starving(root: Root) -> dict[str, Starving]:
    """Return the joins that would wait for ever if a token came, by their place in the token tree."""
    return {
        f"{tree.host.token_id if tree.host else ''} {node.name}": found
        for tree in root.trees()
        for node in tree.spec.task_specs.values()
        if isinstance(node, ParallelGateway) and is_join(node) and (found := _starving_at(tree, node))
    }


def newly_starving(root: Root, before: Mapping[str, Starving]) -> list[Starving]:
    """Return the joins that would wait for ever now, and would not have `before`."""
    return [
        found
        for place, found in starving(root).items()
        if place not in before or not found.sources <= before[place].sources
    ]


def _starving_at(tree: TokenTree, join: Node) -> Starving | None:
    missing = _missing(tree, list(tree.live()), join)
    if not missing:
        return None
    path = f"{tree.host.activity_path}/{join.element_id}" if tree.host is not None else join.element_id
    nodes = [node for node in tree.spec.task_specs.values() if isinstance(node, Node)]
    sources = (node.element_id for node in nodes if any(flow.id in missing for flow in node.flows))
    return Starving(path, frozenset(sources), tuple((tree, join, flow) for flow in sorted(missing)))


def _missing(tree: TokenTree, tokens: Sequence[Token], join: Node) -> set[str]:
    reached: set[str] = set()
    for token in tokens:
        stands = token.node is join
        reached |= {token.memory.flow} if stands else arriving_flows(tree, token.node, join)
    return set(join.incoming) - reached if reached else set()


def arriving_flows(tree: TokenTree, start: Node, gateway: Node) -> frozenset[str]:
    """Return the incoming flows of `gateway` reachable from `start` without passing through it."""
    cache: dict[str, frozenset[str]] = gateway.__dict__.setdefault("_arriving", {})
    if start.name not in cache:
        cache[start.name] = frozenset(_search(tree.spec.task_specs, start, gateway))
    return cache[start.name]


def _search(nodes: Mapping[str, Node], start: Node, gateway: Node) -> set[str]:
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
                queue.append(nodes[target])
    return arriving
