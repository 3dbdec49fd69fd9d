"""What is only worth keeping for a while, forgotten in one go."""

from __future__ import annotations

from service.runtime.identity.sessions import purge as purge_sessions
from service.runtime.keeping import idempotency
from service.runtime.step.context import Application


def purge(app: Application) -> None:
    """Forget old failures to sign in, sessions long over, and answers kept for repetitions."""
    now = app.clock()
    with app.db.begin() as session:
        purge_sessions(session, now)
        idempotency.purge(session, now)
    app.db.optimize()
