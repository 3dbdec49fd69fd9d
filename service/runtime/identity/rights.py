"""Whether somebody may do what a right is needed for, apart from what a task or a case allows by itself.

Which groups hold which right the live organisation says (`organisation.yaml`, section `rights`); admins hold
every right, and without a deployment nobody else holds any. Rights are those of an office, over cases old and
new, so they follow what is live; who may do a task of a running case follows what that case is pinned to.

`case.see_all` and the rest of a case's visibility (applicant, candidates, doers, copies) meet in
`cases/visibility`. Everyone signed in may do what needs no right and concerns only themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.engine.organisation.rights import RIGHTS
from service.errors import Forbidden

if TYPE_CHECKING:
    from service.runtime.step.context import Actor


def may(actor: Actor, right: str) -> bool:
    """Say whether the actor holds this right. KeyError for one that does not exist."""
    if right not in RIGHTS:
        raise KeyError(right)
    return actor.is_admin or right in actor.rights


def require(actor: Actor, right: str) -> None:
    """Raise Forbidden unless the actor holds this right."""
    if not may(actor, right):
        raise Forbidden(action=right)
