"""The first account of a company that begins empty."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from service.engine.organisation.rights import ADMIN
from service.runtime import identity
from service.runtime.step.context import SYSTEM, Application


@dataclass(frozen=True)
class FirstAdmin:
    """The account that sets everything else up. The password is kept nowhere in clear."""

    name: str
    password: str


def found(app: Application) -> FirstAdmin | None:
    """Give a company without any account its first admin; None when somebody has one already."""
    if identity.users(app, SYSTEM):
        return None
    first = FirstAdmin(ADMIN, secrets.token_urlsafe(9))
    identity.create_user(
        app, SYSTEM, first.name, display_name="管理员", password=first.password, groups=(ADMIN,)
    )
    return first
