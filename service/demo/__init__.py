"""The demo company: its people, and campaigns in every state, made by really walking the drawn process.

Nothing here is known to the rest of the service. `seed` fills a database that has no accounts yet.
"""

from __future__ import annotations

from service.demo import campaigns, people
from service.demo.walk import Clock
from service.runtime import identity
from service.runtime.step.context import SYSTEM, Application


def seed(app: Application) -> bool:
    """Fill an empty database with the demo company; False when anybody has an account already.

    The drawings must be deployed. Nobody else may use the application meanwhile: its clock is turned back
    to let the campaigns' past happen.
    """
    if identity.users(app, SYSTEM):
        return False
    people.hire(app)
    present = app.clock
    clock = Clock(present())
    app.clock = clock
    try:
        campaigns.run_all(app, clock)
    finally:
        app.clock = present
    return True


def banner(app: Application) -> str:
    """Return the demo accounts and their password, to be shown at the start; empty in a real company."""
    password = people.known_password(app)
    known = {user.name for user in identity.users(app, SYSTEM) if user.is_active}
    if not password or not {person.name for person in people.PEOPLE} <= known:
        return ""
    rows = [f"  {person.name:<14}{person.display_name}（{person.role}）" for person in people.PEOPLE]
    return "\n".join((f"演示账号 demo accounts, 密码 password: {password}", *rows))
