"""What only the first release (0.1) needs: the snapshots of its cases, and manifests that declared less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OWNERS = ("流程管理部", "流程负责人")
_AUDITORS = "审计部"
_CEO_OFFICE = "总裁办"

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "deployment.create": _OWNERS,
    "deployment.activate": _OWNERS,
    "deployment.read": (*_OWNERS, _AUDITORS),
    "scenario.run": _OWNERS,
    "case.see_all": (*_OWNERS, _AUDITORS, _CEO_OFFICE),
    "instance.migrate": _OWNERS,
    "message.send": _OWNERS,
    "incident.read": _OWNERS,
    "audit.read": (_AUDITORS,),
    "sample.record": ("市场部", "技术部"),
    "allowance.grant": ("财务部",),
    "allowance.read": ("财务部", _AUDITORS, _CEO_OFFICE),
    "system.inspect": _OWNERS,
}
"""Who held which right while that stood in Python: for a manifest without a section `rights`."""

RELATIONS: Mapping[str, Mapping[str, str]] = {
    "发起人": {"user": "applicant"},
    "部门负责人": {"head_of": "department"},
}
"""What relations meant where a manifest had no organisation."""

FORMAT = 1
_SAME = {
    "flow": "f",
    "in": "i",
    "leaving": "l",
    "arrived": "j",
    "payload": "p",
    "due": "d",
    "host": "h",
    "race": "g",
    "failed": "x",
    "branch": "b",
    "element": "e",
}
"""A token's memory then, by name, and where it stands now."""


def upgraded(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot of the first release in the present format.

    There the variables of all scopes stood in one list, referred to by id; the task that a tree's tokens
    hang from was stored as if it were one of them; and an activity's visits were kept by its process.
    """
    scopes = {"root": stored["variables"]} | {key: variables for key, _, variables in stored["scopes"]}
    trees = [_tree(tree, scopes, stored["visited"].get(tree[0] or "", {})) for tree in stored["trees"]]
    kept = ("definition", "state", "seq")
    return {"format": 2, **{name: stored[name] for name in kept}, "trees": trees}


def _tree(stored: list[Any], scopes: dict[str, Any], visited: dict[str, Any]) -> list[Any]:
    host, key, scope, _, tokens = stored
    planted = next(row[0] for row in tokens if row[1] is None)
    is_own = host is None or scope == f"call:{host}"
    rows = [_token(row, scopes) for row in tokens if row[0] != planted]
    return [host, key, scopes[scope] if is_own else None, visited, rows]


def _token(stored: list[Any], scopes: dict[str, Any]) -> list[Any]:
    token_id, parent, state, name, memory = stored
    row = [token_id, state, name, _memory(memory)]
    own = scopes.get(f"element:{token_id}")
    return [*row, parent, own] if own is not None else row


def _memory(stored: dict[str, Any]) -> dict[str, Any]:
    memory = {now: stored[then] for then, now in _SAME.items() if stored.get(then) is not None}
    if stored.get("cycle"):
        memory["c"] = [stored["cycle"]["left"], stored["cycle"]["interval"]]
    if "items" in stored:
        results = [[int(index), value] for index, value in stored["results"].items()]
        memory["r"] = [stored["items"], stored["started"], results, []]
    return memory
