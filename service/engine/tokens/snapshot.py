"""An instance at rest, as bytes: its live tokens and their variables, nothing that has happened.

SpiffWorkflow's serializer (3.2.0) stores the drawing with every case, keeps all finished tasks, reads
objects with a `typename` key as its own, and cannot store dates or decimals.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.engine import v0_1
from service.engine.definition import Model
from service.engine.failures import EngineFailure
from service.engine.nodes.memory import BranchPath, from_stored, to_stored
from service.engine.nodes.scope import Scope
from service.engine.tokens.tree import READY, Branch, Root, Token, TokenTree
from service.feel import codec

FORMAT = 2


@dataclass(frozen=True)
class Rest:
    """An instance read from its snapshot: rebuilt on the drawings of its model."""

    definition: str
    state: str
    seq: int
    root: Root


def encode(definition: str, state: str, seq: int, root: Root) -> bytes:
    """Return an instance whose tokens all wait as bytes."""
    trees = [_tree(tree) for tree in root.trees()]
    return pack({"format": FORMAT, "definition": definition, "state": state, "seq": seq, "trees": trees})


def pack(stored: Mapping[str, Any]) -> bytes:
    """Return a stored instance as bytes."""
    return zlib.compress(codec.dumps(stored).encode(), 1)


def unpack(blob: bytes) -> dict[str, Any]:
    """Return a stored instance in the present format. EngineFailure for a format not known here."""
    stored: dict[str, Any] = codec.loads(zlib.decompress(blob))
    if stored["format"] == v0_1.FORMAT:
        return v0_1.upgraded(stored)
    if stored["format"] != FORMAT:
        raise EngineFailure(
            "unknown_format", "snapshot format {format} is not known here", format=stored["format"]
        )
    return stored


def _tree(tree: TokenTree) -> list[Any]:
    host = tree.host
    # What runs inside a sub-process shares the variables around it; they are stored once.
    variables = tree.scope.variables if host is None or tree.scope is not host.scope else None
    rows = [_token(token) for token in tree.live()]
    return [host and host.token_id, tree.key, variables, _visits(tree), rows]


def _visits(tree: TokenTree) -> list[list[Any]]:
    """Return the visited activities by the branch they lie on; most lie on the same."""
    found: dict[BranchPath, list[str]] = {}
    for name, path in tree.visited.items():
        found.setdefault(path, []).append(name)
    return [[list(path.steps), names] for path, names in found.items()]


def _token(token: Token) -> list[Any]:
    row = [token.token_id, token.state, token.node.name, to_stored(token.memory)]
    if token.own_scope is not None:
        row += [token.parent.token_id, token.own_scope.variables]
    return row


def decode(blob: bytes, model: Model) -> Rest:
    """Return the stored instance. EngineFailure when it does not fit the drawings of the model."""
    stored = unpack(blob)
    first, *inner = stored["trees"]
    root = Root(_spec(model, first[1]), Scope("root", first[2]))
    _fill(root, first)
    for tree in inner:
        _fill(_branch(root, model, tree), tree)
    return Rest(stored["definition"], stored["state"], stored["seq"], root)


def _branch(root: Root, model: Model, stored: list[Any]) -> Branch:
    host_id, key, variables = stored[:3]
    host = root.token(host_id)
    if host is None:
        raise EngineFailure("bad_snapshot", "what {key!r} ran inside of is gone", key=key)
    scope = host.scope if variables is None else Scope(f"call:{host_id}", variables)
    return Branch(_spec(model, key), host, scope)


def _spec(model: Model, key: str) -> Any:
    spec = model.spec(key)
    if spec is None:
        raise EngineFailure(
            "process_not_found", "the process {key!r} of this case is not in its manifest", key=key
        )
    return spec


def _fill(tree: TokenTree, stored: list[Any]) -> None:
    for steps, names in stored[3]:
        tree.visited.update(dict.fromkeys(names, BranchPath(tuple(steps))))
    for row in stored[4]:
        _plant(tree, *row)


def _plant(
    tree: TokenTree,
    token_id: str,
    state: int,
    name: str,
    memory: Mapping[str, Any],
    wrapper_id: str | None = None,
    variables: dict[str, Any] | None = None,
) -> None:
    node = tree.spec.task_specs.get(name)
    if node is None:
        raise EngineFailure(
            "element_not_found", "the element {name!r} of this case is not in its drawing", name=name
        )
    wrapper = tree.tasks[UUID(hex=wrapper_id)] if wrapper_id is not None else tree.task_tree
    token = Token(tree, node, wrapper, state, from_stored(memory), UUID(hex=token_id))
    if variables is not None:
        token.own_scope = Scope(f"element:{token_id}", variables, wrapper.scope)
    if state == READY:
        tree.root.ready.append(token)
