"""The demo company: its people, and campaigns in every state, played as scenarios into an empty database.

Everything it says stands in `processes/demo` and in the people and answers that scenarios share. Nothing here
is known to the rest of the service.
"""

from __future__ import annotations

from service.demo import accounts, campaigns
from service.demo.company import read_company
from service.runtime import identity
from service.runtime.step.context import SYSTEM, Application


def seed(app: Application) -> bool:
    """Fill an empty database with the demo company; False when anybody has an account already.

    The drawings must be deployed. Nobody else may use the application meanwhile: its clock is turned back
    to let the campaigns' past happen.
    """
    if identity.users(app, SYSTEM):
        return False
    company = read_company()
    accounts.hire(app)
    present = app.clock
    try:
        company.grant(app, present())
        campaigns.play_all(app, present())
        company.settle(app, present())
    finally:
        app.clock = present
    return True


def banner(app: Application) -> str:
    """Return the demo accounts and their password, to be shown at the start; empty in a real company."""
    password = accounts.known_password(app)
    if not password:
        return ""
    people = accounts.people()
    known = {user.name for user in identity.users(app, SYSTEM) if user.active}
    if not {person.name for person in people} <= known:
        return ""
    rows = [f"  {person.name:<14}{person.display_name}（{person.role}）" for person in people]
    return "\n".join((f"演示账号 demo accounts, 密码 password: {password}", *rows))
