"""Where the tokens of a case stand on other drawings.

Ids are unique in a process. So whatever a sub-process is newly drawn around is found again inside it, and a
case that rests there is put inside: the sub-process runs around it from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from service.engine.definition import Model
from service.engine.nodes import CallActivity, Node
from service.engine.nodes.memory import BranchPath
from service.engine.tokens.tree import STARTED, Token, TokenTree

_Tree = list[Any]
"""A token tree as it is stored: host, key, variables, visits, tokens."""
_HOST, _KEY, _VISITS, _TOKENS = 0, 1, 3, 4
_NAME, _MEMORY = 2, 3
"""Of a stored token: the node it is on, and what it remembers."""


def node_in(model: Model, token: Token) -> Node | None:
    """Return the node a token stands on as a model draws it, in whatever sub-process; None: not at all."""
    key = model.key_around(token.definition, token.node.name)
    return model.specs[key].task_specs[token.node.name] if key is not None else None


def key_in(model: Model, tree: TokenTree) -> str | None:
    """Return the key that a process or embedded sub-process has in a model; None: it is not drawn there."""
    host = tree.host
    if host is None or isinstance(host.node, CallActivity):
        return tree.key if model.spec(tree.key) is not None else None
    around = model.key_around(host.definition, host.node.name)
    return f"{around}/{host.node.element_id}" if around is not None else None


def newly_around(token: Token, old: Model, new: Model) -> Sequence[str] | None:
    """Return the sub-processes that the new drawing has around a token's node and the old one had not.

    Outermost first. None when the node has left a sub-process, or stands in one that was there before or
    that does not simply run around what is in it.
    """
    before = _inside(token.tree.key)
    now = _inside(new.key_around(token.definition, token.node.name) or token.tree.key)
    added = [name for name in now if name not in before]
    if [name for name in now if name in before] != before:
        return None
    return added if all(_merely_surrounds(name, token.definition, old, new) for name in added) else None


def _inside(key: str) -> list[str]:
    """Return the embedded sub-processes that a key leads through."""
    return key.split("/")[1:]


def _merely_surrounds(name: str, process: str, old: Model, new: Model) -> bool:
    element = new.activity(process, name)
    is_new = old.key_around(process, name) is None
    return is_new and element.trigger is None and element.extensions.multi_instance is None


def surround(stored: dict[str, Any], new: Model) -> None:
    """Put the tokens of a stored case inside the sub-processes that the new drawings have around them."""
    trees: list[_Tree] = stored["trees"]
    for tree in trees:
        tree[_KEY] = _key_now(tree, trees, new)
    # The list grows: what was put inside one sub-process may have to go into a further one in there.
    for place, tree in enumerate(trees):
        trees[place + 1 : place + 1] = _put_inside(tree, new)


def _key_now(tree: _Tree, trees: Sequence[_Tree], new: Model) -> str:
    """Return the key of a tree in the new drawings: that of an embedded sub-process follows its host."""
    key: str = tree[_KEY]
    if "/" not in key:
        return key
    process, *_, own = key.split("/")
    return f"{new.key_around(process, own)}/{own}"


def _put_inside(tree: _Tree, new: Model) -> Iterator[_Tree]:
    """Take from a tree what stands deeper in the new drawing; yield a tree for each sub-process around it."""
    key: str = tree[_KEY]
    around = {name: _next_around(key, name, new) for name in _names(tree)}
    for wrapper in dict.fromkeys(filter(None, around.values())):
        inside = [row for row in tree[_TOKENS] if around[row[_NAME]] == wrapper]
        visits = [
            [steps, [name for name in names if around[name] == wrapper]] for steps, names in tree[_VISITS]
        ]
        tree[_VISITS] = [
            [steps, [name for name in names if around[name] != wrapper]] for steps, names in tree[_VISITS]
        ]
        tree[_TOKENS] = [row for row in tree[_TOKENS] if around[row[_NAME]] != wrapper]
        if inside:
            host = uuid4().hex
            tree[_TOKENS].append([host, STARTED, wrapper, _memory(inside)])
            yield [host, f"{key}/{wrapper}", None, visits, inside]


def _names(tree: _Tree) -> set[str]:
    return {row[_NAME] for row in tree[_TOKENS]} | {name for _, names in tree[_VISITS] for name in names}


def _next_around(key: str, name: str, new: Model) -> str:
    """Return the sub-process, of those directly inside this key, that a node stands in; "" for in none."""
    found = new.key_around(key.split("/")[0], name) or key
    return found.removeprefix(f"{key}/").split("/")[0] if found.startswith(f"{key}/") else ""


def _memory(inside: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
    """Return what the token of a sub-process remembers: the branch that all that is inside shares."""
    first, *others = (BranchPath(tuple(row[_MEMORY].get("b", ()))) for row in inside)
    for each in others:
        first = first.shared(each)
    return {"b": list(first.steps)} if first.steps else {}
