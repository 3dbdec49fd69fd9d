"""Rights as one table: which groups may do what, apart from the rights a task or a case gives by itself.

`case.see_all` and the rest of a case's visibility (applicant, candidates, doers, copies) meet in
`instances.may_see`. Everyone signed in may do what is not listed here and concerns only themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.errors import Forbidden

if TYPE_CHECKING:
    from service.runtime.step.context import Actor

ADMIN = "admin"
PROCESS_OWNERS = "流程管理部"
PROCESS_OWNER_ROLE = "流程负责人"
AUDITORS = "审计部"
CEO_OFFICE = "总裁办"

_ADMINS = frozenset({ADMIN})
_OWNERS = frozenset({ADMIN, PROCESS_OWNERS, PROCESS_OWNER_ROLE})

RIGHTS: Mapping[str, frozenset[str]] = {
    "deployment.create": _OWNERS,
    "deployment.activate": _OWNERS,
    "deployment.read": _OWNERS | {AUDITORS},
    "scenario.run": _OWNERS,
    "case.see_all": _OWNERS | {AUDITORS, CEO_OFFICE},
    "instance.set_inputs": _ADMINS,
    "instance.cancel": _ADMINS,
    "instance.suspend": _ADMINS,
    "instance.modify": _ADMINS,
    "instance.migrate": _OWNERS,
    "message.send": _OWNERS,
    "incident.read": _OWNERS,
    "incident.retry": _ADMINS,
    "task.see_all": _ADMINS,
    "user.manage": _ADMINS,
    "token.manage_all": _ADMINS,
    "audit.read": _ADMINS | {AUDITORS},
    "record.erase": _ADMINS,
    "sample.record": frozenset({ADMIN, "市场部", "技术部"}),
    "allowance.grant": frozenset({ADMIN, "财务部"}),
    "allowance.read": frozenset({ADMIN, "财务部", AUDITORS, CEO_OFFICE}),
    "system.inspect": _OWNERS,
}


def may(actor: Actor, action: str) -> bool:
    """Say whether one of the actor's groups has this right. KeyError for an action that does not exist."""
    return actor.is_admin or not RIGHTS[action].isdisjoint(actor.groups)


def require(actor: Actor, action: str) -> None:
    """Raise Forbidden unless the actor has this right."""
    if not may(actor, action):
        raise Forbidden(action=action)
