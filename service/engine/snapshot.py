"""An instance at rest, as bytes: its live tokens and its scopes, nothing that has happened.

SpiffWorkflow's serializer (3.2.0) stores the drawing with every case, keeps all finished tasks, reads
objects with a `typename` key as its own, and cannot store dates or decimals.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.engine.failures import EngineFailure
from service.engine.scope import Scope
from service.engine.tokens import READY, Branch, Root, Token, TokenTree
from service.feel import codec

if TYPE_CHECKING:
    from service.engine.definition import Model
    from service.engine.run import Run

FORMAT = 1


def encode(run: Run) -> bytes:
    """Return the state of a run whose tokens all wait."""
    state = {
        "format": FORMAT,
        "definition": run.definition,
        "state": run.state,
        "seq": run.journal.seq,
        "visited": run.visited,
        "variables": run.root.scope.variables,
        "scopes": [
            [scope.id, scope.parent.id if scope.parent else None, scope.variables]
            for scope in run.scopes.values()
        ],
        "trees": [_tree(tree) for tree in run.root.trees()],
    }
    return _pack(state)


def _pack(state: dict[str, Any]) -> bytes:
    return zlib.compress(codec.dumps(state).encode(), 1)


def _tree(tree: TokenTree) -> list[Any]:
    owner = tree.parent_task_id
    tokens = [
        [
            token.token_id,
            token._parent.hex if token._parent else None,
            token.state,
            token.task_spec.name,
            token.memory,
        ]
        for token in tree.tasks.values()
    ]
    return [owner.hex if owner else None, tree.spec.key, tree.scope.id, tree.completed, tokens]


def read(blob: bytes) -> dict[str, Any]:
    """Return the stored state as plain data."""
    state = codec.loads(zlib.decompress(blob))
    if state["format"] != FORMAT:
        raise EngineFailure(
            "unknown_format", "snapshot format {format} is not known here", format=state["format"]
        )
    return state


def drop_tokens(blob: bytes, token_ids: set[str]) -> bytes:
    """Return the snapshot without these tokens; they must have no children."""
    state = read(blob)
    for tree in state["trees"]:
        tree[4] = [token for token in tree[4] if token[0] not in token_ids]
    return _pack(state)


def restore(state: dict[str, Any], model: Model) -> tuple[Root, dict[str, Scope]]:
    """Rebuild the token trees and scopes on the parsed drawings."""
    root_scope = Scope("root", state["variables"])
    scopes: dict[str, Scope] = {}
    for key, _, variables in state["scopes"]:
        scopes[key] = Scope(key, variables)
    for key, parent, _ in state["scopes"]:
        scopes[key].parent = root_scope if parent == "root" else scopes.get(parent) if parent else None
    everything = {**scopes, "root": root_scope}
    first, *rest = state["trees"]
    root = Root(_spec(model, first[1]), root_scope)
    _plant(root, first[4])
    for owner, key, scope, completed, tokens in rest:
        branch = Branch(_spec(model, key), UUID(hex=owner), root, everything[scope])
        branch.completed = completed
        root.subprocesses[branch.parent_task_id] = branch
        _plant(branch, tokens)
    return root, scopes


def _spec(model: Model, key: str) -> Any:
    spec = model.spec(key)
    if spec is None:
        raise EngineFailure(
            "process_not_found", "the process {key!r} of this case is not in its manifest", key=key
        )
    return spec


def _plant(tree: TokenTree, rows: list[list[Any]]) -> None:
    for token_id, parent, state, name, memory in rows:
        spec = tree.spec.start if parent is None else tree.spec.task_specs.get(name)
        if spec is None:
            raise EngineFailure(
                "element_not_found", "the element {name!r} of this case is not in its drawing", name=name
            )
        token = Token(
            tree, spec, tree.tasks.get(UUID(hex=parent)) if parent else None, state, UUID(hex=token_id)
        )
        token.internal_data = memory
        if parent is None:
            tree.task_tree = token
        if state == READY:
            tree.top_workflow.ready.append(token)
